//! Completion scripts, from the same definition as `--help`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{Exit, cli::Cli, report::Out};

/// Prints the script for a shell.
pub fn run(shell: Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cacl-tui", &mut script);
    let mut out = Out::stdout();
    out.line(String::from_utf8_lossy(&script).trim_end())?;
    out.flush()?;
    Ok(Exit::Done)
}
