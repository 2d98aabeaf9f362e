//! The program: command line, feeds, reports and screens.

pub mod cli;
mod command;
mod exit;
mod failure;
pub mod feed;
pub mod journal;
mod log;
mod look;
mod report;
mod restore;
pub mod screen;
mod severe;
mod signals;

use std::{path::Path, process::ExitCode};

pub use exit::Exit;

/// All of the program: reads `.env`, then the command line, carries it out, and tells what went wrong.
pub fn main() -> ExitCode {
    run()
        .unwrap_or_else(|error| {
            failure::tell(&error);
            failure::exit_of(&error)
        })
        .into()
}

fn run() -> anyhow::Result<Exit> {
    // Changing the environment is sound only while this is the one thread, so it comes before everything else. The
    // function in the local AWS has its own environment and must not find this directory's.
    if std::env::args_os().nth(1).is_none_or(|argument| argument != "subscriber") {
        cli::environment::load(Path::new(".env"))?;
    }
    let cli = match cli::Cli::read(&std::env::args_os().collect::<Vec<_>>()) {
        Ok(cli) => cli,
        Err(asked) => {
            // Help and version are "errors" that go to stdout; nobody reading them is no failure.
            let _ = asked.print();
            return Ok(if asked.use_stderr() { Exit::Usage } else { Exit::Done });
        }
    };
    log::start(cli.global.log.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(command::run(cli));
    // A thread may still wait in a read of stdin; the end does not wait for it.
    runtime.shutdown_background();
    ended
}
