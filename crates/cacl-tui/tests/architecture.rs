//! The rules of who may depend on what, from `ARCHITECTURE.md`, held against what Cargo resolves.
//!
//! Deliberately not a tool of its own: it runs with all other tests, needs nothing installed and no network.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    process::Command,
};

use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

/// What `cargo metadata` tells, for this machine's platform, because only those crates are surely there.
struct Workspace {
    packages: BTreeMap<String, Value>,
    members: BTreeSet<String>,
    nodes: BTreeMap<String, Value>,
}

impl Workspace {
    fn read() -> Result<Self, Box<dyn Error>> {
        let version = Command::new(env!("CARGO")).arg("-vV").output()?;
        let version = String::from_utf8(version.stdout)?;
        let host =
            version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("cargo does not tell its host")?;
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version=1", "--offline", "--locked", "--filter-platform", host])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        Ok(Self {
            packages: by_id(&metadata["packages"]),
            nodes: by_id(&metadata["resolve"]["nodes"]),
            members: strings(&metadata["workspace_members"]).map(str::to_owned).collect(),
        })
    }

    fn name(&self, id: &str) -> &str {
        self.packages[id]["name"].as_str().unwrap_or_default()
    }

    /// The crates of this repository that name a crate in their manifest, for use outside of tests.
    fn naming(&self, matches: impl Fn(&str) -> bool) -> BTreeSet<&str> {
        let names = |id: &String| {
            let dependencies = self.packages[id]["dependencies"].as_array();
            dependencies
                .into_iter()
                .flatten()
                .any(|dependency| dependency["kind"] != "dev" && dependency["name"].as_str().is_some_and(&matches))
        };
        self.members.iter().filter(|id| names(id)).map(|id| self.name(id)).collect()
    }

    /// All that ends up in a crate of this repository, itself included; its tests left out.
    fn closure(&self, member: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut waiting: Vec<&str> =
            self.members.iter().filter(|id| self.name(id) == member).map(String::as_str).collect();
        assert_eq!(waiting.len(), 1, "no crate {member} in this workspace");
        while let Some(id) = waiting.pop() {
            if !found.insert(id) {
                continue;
            }
            for dependency in self.nodes[id]["deps"].as_array().into_iter().flatten() {
                let kinds = dependency["dep_kinds"].as_array();
                let counts = kinds.into_iter().flatten().any(|kind| kind["kind"] != "dev");
                waiting.extend(dependency["pkg"].as_str().filter(|_| counts));
            }
        }
        found.into_iter().map(|id| self.name(id)).collect()
    }
}

fn by_id(list: &Value) -> BTreeMap<String, Value> {
    let entries = list.as_array().into_iter().flatten();
    entries.filter_map(|entry| Some((entry["id"].as_str()?.to_owned(), entry.clone()))).collect()
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn is_aws_sdk(name: &str) -> bool {
    name.starts_with("aws-sdk-")
}

fn is_aws(name: &str) -> bool {
    ["aws-config", "aws-credential-types", "aws-runtime", "aws-types"].contains(&name)
        || is_aws_sdk(name)
        || name.starts_with("aws-smithy-")
}

#[test]
fn each_big_dependency_has_one_home() -> Outcome {
    let workspace = Workspace::read()?;
    assert_eq!(workspace.naming(is_aws), BTreeSet::from(["cacl-aws"]));
    assert_eq!(workspace.naming(|name| name == "axum"), BTreeSet::from(["cacl-local"]));
    assert_eq!(workspace.naming(|name| name == "lambda_runtime"), BTreeSet::from(["cacl-subscriber"]));
    let draws = |name: &str| name.starts_with("ratatui") || name.starts_with("crossterm");
    assert_eq!(workspace.naming(draws), BTreeSet::from(["cacl-tui"]));
    Ok(())
}

#[test]
fn the_event_crate_is_pure() -> Outcome {
    let workspace = Workspace::read()?;
    let inside = workspace.closure("cacl-event");
    let impure: Vec<_> = inside
        .iter()
        .filter(|name| {
            is_aws(name)
                || ["tokio", "mio", "hyper", "axum", "rand", "fastrand", "getrandom"].contains(name)
                || name.starts_with("async-")
                || name.starts_with("ratatui")
                || name.starts_with("crossterm")
        })
        .collect();
    assert!(impure.is_empty(), "cacl-event depends on {impure:?}");
    Ok(())
}

#[test]
fn the_subscriber_knows_neither_the_sdk_nor_a_screen() -> Outcome {
    let workspace = Workspace::read()?;
    let inside = workspace.closure("cacl-subscriber");
    let foreign: Vec<_> = inside
        .iter()
        .filter(|name| is_aws(name) || name.starts_with("rustls") || name.starts_with("ratatui"))
        .collect();
    assert!(foreign.is_empty(), "cacl-subscriber depends on {foreign:?}");
    Ok(())
}

#[test]
fn there_is_one_terminal_library_and_one_tls_stack() {
    // The lockfile, and not what this platform needs: a second copy may hide behind another platform.
    let lockfile = include_str!("../../../Cargo.lock");
    let named = |name: &str| lockfile.lines().filter(|line| *line == format!("name = \"{name}\"")).count();
    for single in ["crossterm", "ratatui-core", "rustls", "ring", "tokio", "hyper"] {
        assert_eq!(named(single), 1, "{single}");
    }
    for banned in ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls", "serde_yaml", "event-ruler"] {
        assert_eq!(named(banned), 0, "{banned}");
    }
}

/// What may be distributed with an "Apache-2.0 OR MIT" program without more ado.
const LICENSES: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "LLVM-exception",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

#[test]
fn every_license_is_a_known_permissive_one() -> Outcome {
    let workspace = Workspace::read()?;
    assert!(workspace.packages.len() > 100, "only {} crates", workspace.packages.len());
    for package in workspace.packages.values() {
        let license = package["license"].as_str().unwrap_or_default();
        let terms = license.split(|letter: char| " ()/".contains(letter)).filter(|term| !term.is_empty());
        let unknown: Vec<_> =
            terms.filter(|term| !["AND", "OR", "WITH"].contains(term) && !LICENSES.contains(term)).collect();
        assert!(!license.is_empty() && unknown.is_empty(), "{}: {license:?}", package["name"]);
    }
    Ok(())
}
