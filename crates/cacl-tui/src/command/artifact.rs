//! Where the subscriber's code comes from.

use std::{env, fs, path::Path};

use anyhow::Context;
use cacl_aws::{Artifact, Identity};

use crate::{Exit, cli::Global, failure::Failure};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The code, and where it was found, for the plan.
#[derive(Debug)]
pub struct Found {
    /// What is uploaded.
    pub artifact: Artifact,
    /// In words.
    pub source: String,
}

/// The file that was named; else the one embedded in this build; else, for the local AWS, a stand-in, because that has the
/// subscriber itself; else the one built beside this executable.
pub fn find(named: Option<&Path>, identity: &Identity, global: &Global) -> anyhow::Result<Found> {
    if let Some(path) = named {
        return from_file(path);
    }
    if let Some(embedded) = EMBEDDED {
        return Ok(Found { artifact: Artifact::from_elf(embedded)?, source: "the one in this build".to_owned() });
    }
    if identity.is_local() {
        return Ok(Found {
            artifact: Artifact::stand_in(),
            source: "a stand-in that only says so: the local AWS runs its own".to_owned(),
        });
    }
    let beside = env::current_exe()?.with_file_name("bootstrap");
    if beside.is_file() { from_file(&beside) } else { Err(missing(&beside, global).into()) }
}

fn from_file(path: &Path) -> anyhow::Result<Found> {
    let executable = fs::read(path).with_context(|| format!("cannot read the subscriber {}", path.display()))?;
    let artifact = Artifact::from_elf(&executable)
        .map_err(|error| cacl_aws::Error { what: format!("{}: {}", path.display(), error.what), ..error })?;
    Ok(Found { artifact, source: path.display().to_string() })
}

fn missing(beside: &Path, global: &Global) -> Failure {
    let what = format!(
        "there is no subscriber to deploy: none was named, none is embedded, and {} is not there",
        beside.display()
    );
    let help = format!(
        "build one and name it:\ncargo build --profile subscriber -p cacl-subscriber\n\
         {} --subscriber target/subscriber/bootstrap",
        global.next("deploy")
    );
    Failure::new(Exit::Failed, what, help)
}

/// A size for people.
pub fn size(bytes: usize) -> String {
    if bytes < 10 * 1024 { format!("{bytes} bytes") } else { format!("{} KiB", bytes.div_ceil(1024)) }
}
