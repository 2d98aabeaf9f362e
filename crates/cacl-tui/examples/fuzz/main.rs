//! Rubbish for everything that reads or draws: `cargo run --release -p cacl-tui --example fuzz -- --lines 1000000 --seed 1`.
//! The same arguments do the same. A finding ends it with the input that led there, and with exit code 1.
//!
//! This executable is also the program under test: with `replay` as its first argument it is `cacl-tui`.

mod run;

use std::{
    env,
    io::{self, Write as _},
    num::NonZeroU16,
    process::ExitCode,
};

use clap::Parser as _;
use run::Options;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, clap::Parser)]
struct Arguments {
    /// How many lines of log are decoded, read and reported
    #[arg(long, default_value_t = 1_000_000)]
    lines: usize,
    /// How many filters are parsed, completed and asked
    #[arg(long, default_value_t = 200_000)]
    filters: usize,
    /// Of the sizes from 1×1 to 500×200 every how-manieth is drawn
    #[arg(long, default_value = "1")]
    every: NonZeroU16,
    /// Seed of everything
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<ExitCode, run::Failure> {
    if env::args_os().nth(1).is_some_and(|first| first == "replay") {
        return Ok(cacl_tui::main());
    }
    let Arguments { lines, filters, every, seed } = Arguments::parse();
    let options =
        Options { program: env::current_exe()?.into_os_string(), lines, filters, every: every.get().into(), seed };
    let mut err = io::stderr();
    let found = run::run(&options, |words| drop(writeln!(err, "{words}")));
    let words = match &found {
        Ok(done) => done.to_string(),
        Err(found) => format!("FOUND: {found}\nagain with: --seed {seed}"),
    };
    writeln!(io::stdout(), "{words}")?;
    Ok(if found.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
