//! A function's code: a zip with an executable `bootstrap`, and whether that can run on this host.

use std::{
    io::{Cursor, Read as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    input::text,
    s3,
    world::{AwsError, Shared},
};

/// What was uploaded.
#[derive(Debug, Clone)]
pub struct Code {
    /// `CodeSha256`: the zip's, in Base64.
    pub sha256: String,
    /// The zip's, in bytes.
    pub size: usize,
    /// The executable, if there is one.
    pub bootstrap: Option<Bytes>,
}

/// The code that a request names (`ZipFile`, or `S3Bucket` and `S3Key`).
pub fn load(world: &Shared, source: &Value) -> Result<Code, AwsError> {
    let zip = match (text(source, "ZipFile"), text(source, "S3Bucket"), text(source, "S3Key")) {
        (Some(encoded), _, _) => BASE64_STANDARD.decode(encoded).map(Bytes::from).map_err(|_| not_a_zip())?,
        (None, Some(bucket), Some(key)) => s3::get(world, bucket, key).map_err(|error| {
            invalid(format!(
                "Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}",
                error.code, error.message
            ))
        })?,
        _ => return Err(invalid("Please provide a source for function code.")),
    };
    let bootstrap = bootstrap(&zip).map_err(|_| not_a_zip())?;
    Ok(Code { sha256: BASE64_STANDARD.encode(Sha256::digest(&zip)), size: zip.len(), bootstrap })
}

fn bootstrap(zip: &Bytes) -> Result<Option<Bytes>, zip::result::ZipError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip))?;
    match archive.by_name("bootstrap") {
        Ok(mut file) => {
            let mut content = Vec::new();
            file.read_to_end(&mut content)?;
            Ok(Some(content.into()))
        }
        Err(zip::result::ZipError::FileNotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn not_a_zip() -> AwsError {
    invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::bad("InvalidParameterValueException", message)
}

/// Whether the kernel of this host would take it: an ELF of 64 bits for this processor, and a Linux.
pub fn runs_here(executable: &[u8]) -> bool {
    const MACHINE: u16 = if cfg!(target_arch = "aarch64") { 183 } else { 62 };
    cfg!(target_os = "linux")
        && cfg!(any(target_arch = "aarch64", target_arch = "x86_64"))
        && executable.starts_with(b"\x7fELF\x02\x01")
        && executable.get(18..20) == Some(&MACHINE.to_le_bytes())
}

/// A folder of its own for an executable, gone when dropped.
#[derive(Debug)]
pub struct TaskRoot(PathBuf);

impl TaskRoot {
    /// Writes `bootstrap` into a new folder, whose name nobody can guess and prepare.
    pub fn new(executable: &[u8]) -> std::io::Result<Self> {
        let name = format!("cacl-local-{}-{:016x}", std::process::id(), fastrand::u64(..));
        let root = Self(std::env::temp_dir().join(name));
        std::fs::create_dir(&root.0)?;
        let path = root.bootstrap();
        std::fs::write(&path, executable)?;
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        Ok(root)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The executable in it.
    pub fn bootstrap(&self) -> PathBuf {
        self.0.join("bootstrap")
    }
}

impl Drop for TaskRoot {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, path = %self.0.display(), "a task root is left behind");
        }
    }
}

#[cfg(test)]
pub mod tests {
    use std::io::Write as _;

    use serde_json::json;

    use super::*;
    use crate::world::World;

    /// A zip with one file.
    pub fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a new file");
        zip.write_all(content).expect("in memory");
        zip.finish().expect("in memory").into_inner()
    }

    #[test]
    fn takes_a_zip_with_or_without_bootstrap() {
        let world = World::test();
        for (name, expected) in [("bootstrap", Some(Bytes::from_static(b"run me"))), ("other", None)] {
            let zip = BASE64_STANDARD.encode(zip_of(name, b"run me"));
            assert_eq!(load(&world, &json!({"ZipFile": zip})).expect("a zip").bootstrap, expected);
        }
        let message = |source: Value| load(&world, &source).expect_err("refused").message;
        assert!(message(json!({"ZipFile": "cnViYmlzaA=="})).starts_with("Could not unzip"));
        assert_eq!(message(json!({})), "Please provide a source for function code.");
        let missing = message(json!({"S3Bucket": "none", "S3Key": "k"}));
        assert!(missing.starts_with("Error occurred while GetObject. S3 Error Code: NoSuchBucket."), "{missing}");
    }

    #[test]
    fn only_an_elf_for_this_processor_runs_here() {
        assert!(!runs_here(b"#!/bin/sh"));
        assert!(!runs_here(b"\x7fELF\x02\x01"));
        if cfg!(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "x86_64"))) {
            let this = std::env::current_exe().and_then(std::fs::read).expect("this very test");
            assert!(runs_here(&this));
            let mut other = this;
            other[18] ^= 0xff;
            assert!(!runs_here(&other));
        }
    }
}
