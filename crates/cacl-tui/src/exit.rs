//! The exit codes: one table for the program, `--help` and the man page.

use std::process::ExitCode;

/// How a run ended, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// What was asked for is done, or was declined and nothing changed.
    Done,
    /// It failed.
    Failed,
    /// The command line, a variable or the `.env` file is wrong.
    Usage,
    /// Nothing is deployed there.
    NotFound,
    /// Credentials or a permission are missing.
    Access,
    /// The stack could not be deployed, or was rolled back.
    DeployFailed,
    /// The teardown left something behind.
    Left,
    /// A change was as bad as `--fail-on` says.
    FailOn,
    /// The user stopped it.
    Interrupted,
}

impl Exit {
    /// Every way to end, by code.
    pub const ALL: [Self; 9] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::NotFound,
        Self::Access,
        Self::DeployFailed,
        Self::Left,
        Self::FailOn,
        Self::Interrupted,
    ];

    /// The process's exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Access => 4,
            Self::DeployFailed => 5,
            Self::Left => 6,
            Self::FailOn => 10,
            Self::Interrupted => 130,
        }
    }

    /// What the code means, for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done; also: declined at the question, or stopped by SIGTERM or SIGHUP while watching",
            Self::Failed => "failed",
            Self::Usage => {
                "usage: the command line, a variable or .env is wrong, or --yes is missing without a terminal"
            }
            Self::NotFound => "nothing is deployed, or not found; also: no event in the files that were given",
            Self::Access => "credentials or a permission are missing",
            Self::DeployFailed => "the deployment failed or was rolled back",
            Self::Left => "the teardown left something behind",
            Self::FailOn => "a change was as bad as --fail-on says, or worse",
            Self::Interrupted => "interrupted",
        }
    }

    /// The table as text, one line a code.
    pub fn table() -> String {
        let lines: Vec<_> = Self::ALL.iter().map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning())).collect();
        lines.join("\n")
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn codes_are_the_documented_ones() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 10, 130]);
    }
}
