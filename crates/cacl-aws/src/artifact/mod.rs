//! The subscriber's code: checked, zipped reproducibly, content-addressed, uploaded.
//!
//! Checked before anything is made in the cloud, for Lambda finds out only when the first event comes: an executable of
//! the wrong kind, or one that wants a newer C library than Lambda has, deploys without a complaint and then never runs.

mod elf;
mod pack;
mod upload;

use crate::Error;

pub(crate) use upload::{put, upload};

/// The newest glibc that Lambda's `provided.al2023` has (Amazon Linux 2023 ships 2.34).
pub const NEWEST_GLIBC: (u32, u32) = (2, 34);

/// Of the Lambda function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// `arm64`.
    Arm64,
    /// `x86_64`.
    X86_64,
}

impl Architecture {
    /// As Lambda and `stack.yaml` name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    /// Of this machine.
    pub fn host() -> Self {
        if cfg!(target_arch = "aarch64") { Self::Arm64 } else { Self::X86_64 }
    }
}

/// A zip with one file `bootstrap`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The zip.
    pub zip: Vec<u8>,
    /// Lower-case hex of the zip's SHA-256.
    pub sha256: String,
    /// Where it runs.
    pub architecture: Architecture,
    /// Whether this stands in for a subscriber that the local AWS brings itself.
    pub stand_in: bool,
}

impl Artifact {
    /// Checks an executable (64-bit Linux ELF, arm64 or x86-64, no glibc above 2.34) and zips it.
    pub fn from_elf(executable: &[u8]) -> Result<Self, Error> {
        let architecture = elf::check(executable)?;
        Self::pack(executable, architecture, false)
    }

    /// A few bytes that stand in for the subscriber: the embedded local AWS, which has its own, starts that instead.
    pub fn stand_in() -> Self {
        const SCRIPT: &str = "#!/bin/sh\n\
                              echo 'this stands in for the subscriber of cacl-tui and cannot run: deploy with --subscriber FILE' >&2\n\
                              exit 1\n";
        Self::pack(SCRIPT.as_bytes(), Architecture::host(), true).unwrap_or_else(|_| unreachable!("memory takes it"))
    }

    /// The S3 key: `subscriber/<sha256>.zip`.
    pub fn key(&self) -> String {
        format!("subscriber/{}.zip", self.sha256)
    }

    fn pack(executable: &[u8], architecture: Architecture, stand_in: bool) -> Result<Self, Error> {
        let zip = pack::zip(executable)?;
        let sha256 = pack::hex(&pack::sha256(&zip));
        Ok(Self { zip, sha256, architecture, stand_in })
    }
}

/// The S3 key of a template that is too large for a request.
pub(crate) fn template_key(template: &str) -> String {
    format!("template/{}.yaml", pack::hex(&pack::sha256(template.as_bytes())))
}

#[cfg(test)]
mod tests;
