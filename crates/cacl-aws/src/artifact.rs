//! The subscriber's code: checked, zipped reproducibly, content-addressed, uploaded.

use crate::Error;

/// Of the Lambda function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// `arm64`.
    Arm64,
    /// `x86_64`.
    X86_64,
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
        let _ = executable;
        todo!()
    }
    /// A few bytes that stand in for the subscriber: the embedded local AWS, which has its own, starts that instead.
    pub fn stand_in() -> Self {
        todo!()
    }
    /// The S3 key: `subscriber/<sha256>.zip`.
    pub fn key(&self) -> String {
        format!("subscriber/{}.zip", self.sha256)
    }
}
