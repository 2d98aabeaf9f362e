//! Other programs.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{Desk, Failure, table};

impl Desk {
    /// Where a tool is, if it is there.
    pub fn tool(&self, name: &str) -> Option<PathBuf> {
        let path = self.environment().into_iter().find(|(name, _)| *name == "PATH")?.1;
        path.split(':').map(|folder| PathBuf::from(folder).join(name)).find(|file| file.is_file())
    }

    /// A command for a tool that is there.
    pub fn tool_command(&self, name: &str, arguments: &[&str]) -> Option<Command> {
        let mut command = self.command(self.tool(name)?);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Some(command)
    }

    /// How long a tool takes, the median of some runs; `None` if it is not there or fails.
    pub fn time_of(&self, runs: usize, name: &str, arguments: &[&str]) -> Option<f64> {
        let mut times: Vec<Duration> =
            (0..runs).map(|_| took(&mut self.tool_command(name, arguments)?).ok()).collect::<Option<_>>()?;
        Some(table::percentile(&mut times, 50))
    }

    /// What a tool prints last, as a number: for scripts that measure themselves.
    pub fn number_from(&self, name: &str, arguments: &[&str]) -> Option<f64> {
        let output = self.tool_command(name, arguments)?.stdout(Stdio::piped()).output().ok()?;
        String::from_utf8_lossy(&output.stdout).split_whitespace().next_back()?.parse().ok()
    }
}

/// How long a command takes to its successful end.
pub fn took(command: &mut Command) -> Result<Duration, Failure> {
    let started = Instant::now();
    let status = command.status()?;
    if status.success() { Ok(started.elapsed()) } else { Err(format!("{command:?} ended with {status}").into()) }
}
