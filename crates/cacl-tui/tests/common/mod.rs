//! The executable in an environment of its own: no configuration, no credentials, no network but loopback.

use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

/// A home that holds nothing, and the program in it.
pub struct Home {
    folder: TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The program, with this home as its current directory.
    pub fn cacl(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cacl-tui"));
        command
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", "/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(self.path());
        command
    }
}

/// What a run left: exit code, stdout, stderr.
pub fn ran(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}
