//! The whole product under load, for as long as one likes, on the local AWS with all of its faults switched on:
//! `cargo run --release -p cacl-tui --example soak -- --rate 1000 --for 10m`. Whether any change was lost or told twice is
//! the verdict, and the exit code.
//!
//! This executable is also the program under test: with the name of a command as its first argument it is `cacl-tui`.

#[expect(dead_code, reason = "a test makes more of it")]
mod run;

use std::{
    env,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use cacl_local::{Faults, Pace};
use clap::Parser as _;
use run::{Options, Progress, Subscriber};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, clap::Parser)]
struct Arguments {
    /// Calls a second; 0 is as many as the machine allows
    #[arg(long, default_value_t = 1000)]
    rate: u32,
    /// How long: 30s, 10m
    #[arg(long = "for", default_value = "1m", value_parser = length)]
    length: Duration,
    /// How many app clients are changed
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..))]
    clients: u16,
    /// Seed of the calls and of the faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The function to deploy, as `cacl-tui deploy` takes it [default: this executable's own]
    #[arg(long, value_name = "FILE")]
    subscriber: Option<PathBuf>,
    /// No throttling, no late, double or disordered deliveries
    #[arg(long)]
    no_faults: bool,
}

fn length(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
    let factor = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("a number with s, m or h".to_owned()),
    };
    number.parse().map(|number: u64| Duration::from_secs(number * factor)).map_err(|error| error.to_string())
}

fn main() -> Result<ExitCode, run::Failure> {
    if env::args_os().nth(1).is_some_and(|first| ["subscriber", "deploy", "watch"].iter().any(|name| first == *name)) {
        return Ok(cacl_tui::main());
    }
    let arguments = Arguments::parse();
    let faults = if arguments.no_faults { Faults::default() } else { run::faults() };
    let options = Options {
        program: env::current_exe()?.into_os_string(),
        subscriber: match arguments.subscriber {
            Some(file) => Subscriber::File(std::path::absolute(file)?),
            None => Subscriber::Own,
        },
        rate: (arguments.rate > 0).then_some(arguments.rate),
        length: run::Length::Time(arguments.length),
        clients: arguments.clients.into(),
        workers: 64,
        seed: arguments.seed,
        pace: Pace::Fast,
        faults,
        patience: Duration::from_mins(5),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let verdict = runtime.block_on(run::run(&options, |progress| drop(show(&progress))))?;
    writeln!(io::stdout(), "{verdict}")?;
    Ok(if verdict.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(progress: &Progress) -> io::Result<()> {
    let Progress { elapsed, calls, told } = progress;
    writeln!(io::stderr(), "{:5} s  {calls:>8} calls  {told:>8} told", elapsed.as_secs())
}
