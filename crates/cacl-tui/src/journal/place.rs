//! Which file is whose.

use std::{env, fmt::Write as _, path::PathBuf};

use etcetera::BaseStrategy;
use sha2::{Digest, Sha256};

/// File systems take names of 255 bytes, and ours get endings.
const LONGEST: usize = 160;

/// What a journal is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Twelve digits.
    pub account: String,
    /// E.g. `eu-west-1`.
    pub region: String,
    /// A log.
    pub log: Log,
    /// What tells it from others of the same name, as far as there is such a thing: a stack's ARN, and where and when it was
    /// made. An emulator's account, region and names say nothing, and today's knows nothing of yesterday's.
    pub identity: Option<String>,
}

/// How a log was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Log {
    /// By the stack that has it.
    Stack(String),
    /// By itself.
    Group(String),
}

impl Place {
    /// The journal's file.
    pub fn path(&self) -> Option<PathBuf> {
        Some(folder()?.join(self.name()))
    }

    /// `123456789012.eu-west-1.stack.cacl-cognito-api-calls.0123456789abcdef.jsonl`; no two places have the same.
    fn name(&self) -> String {
        let log = match &self.log {
            Log::Stack(name) => format!("stack.{}", plain(name)),
            Log::Group(name) => format!("log.{}", plain(name)),
        };
        let mut name = format!("{}.{}.{log}", plain(&self.account), plain(&self.region));
        let whole = name.clone();
        name.truncate(LONGEST);
        if self.identity.is_some() || whole != name {
            name += ".";
            for byte in &Sha256::digest(format!("{whole} {}", self.identity.as_deref().unwrap_or_default()))[..8] {
                let _ = write!(name, "{byte:02x}");
            }
        }
        name + ".jsonl"
    }
}

/// Whether a file's name is one that a place could have.
pub fn is_name(name: &str) -> bool {
    let parts: Vec<_> = name.split('.').collect();
    let (parts, hash) = match parts.as_slice() {
        [parts @ .., hash, "jsonl"] if parts.len() == 4 => (parts, *hash),
        [parts @ .., "jsonl"] => (parts, "0000000000000000"),
        _ => return false,
    };
    let hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    let plain = |part: &str| part.bytes().all(|byte| is_plain(byte) || byte == b'%');
    matches!(parts, [_, _, "stack" | "log", _])
        && parts.iter().all(|part| plain(part))
        && hash.len() == 16
        && hash.bytes().all(hex)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// A name without what a file's may not have. Dots stand between the parts, so they go, too.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for byte in name.bytes() {
        if is_plain(byte) {
            plain.push(byte.into());
        } else {
            let _ = write!(plain, "%{byte:02x}");
        }
    }
    plain
}

/// `$XDG_STATE_HOME/cacl-tui`; where there is no such thing as a state folder, the one for data.
fn folder() -> Option<PathBuf> {
    // A service may well have the one without having a home.
    let named = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = named.or_else(|| {
        let strategy = etcetera::choose_base_strategy().ok()?;
        Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
    });
    Some(base?.join("cacl-tui"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn place(log: Log, identity: &str) -> Place {
        let identity = Some(identity.to_owned()).filter(|identity| !identity.is_empty());
        Place { account: "123456789012".into(), region: "eu-west-1".into(), log, identity }
    }

    #[test]
    fn a_place_is_named_by_what_one_knows_it_by() {
        let stack = place(Log::Stack("cacl-cognito-api-calls".into()), "arn");
        let name = stack.name();
        assert!(name.starts_with("123456789012.eu-west-1.stack.cacl-cognito-api-calls."), "{name}");
        let group = place(Log::Group("/aws/lambda/a.b".into()), "");
        assert_eq!(group.name(), "123456789012.eu-west-1.log.%2faws%2flambda%2fa%2eb.jsonl");
    }

    #[test]
    fn no_two_places_share_a_name() {
        let stack = || Log::Stack("a".into());
        let long = |end: &str| Log::Group(format!("{}{end}", "/".repeat(500)));
        let places = [
            place(stack(), ""),
            place(stack(), "x"),
            place(stack(), "y"),
            place(Log::Group("a".into()), ""),
            place(Log::Group("a".into()), "x"),
            place(Log::Group("/a".into()), ""),
            place(Log::Group("%2fa".into()), ""),
            place(long("a"), ""),
            place(long("b"), ""),
            Place { account: "210987654321".into(), ..place(stack(), "") },
            Place { region: "eu-west-2".into(), ..place(stack(), "") },
        ];
        let names: BTreeSet<_> = places.iter().map(Place::name).collect();
        assert_eq!(names.len(), places.len(), "{names:#?}");
        assert!(names.iter().all(|name| name.len() < 200 && !name.contains('/') && is_name(name)), "{names:#?}");
        for other in ["old.jsonl", "a.b.stack.c.txt", "a.b.c.d.jsonl", "a.b.log.c.short.jsonl", "a b.c.log.d.jsonl", ""]
        {
            assert!(!is_name(other), "{other}");
        }
    }
}
