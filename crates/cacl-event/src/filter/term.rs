//! One term: as it is written, and as it is asked.

use std::{fmt, net::IpAddr};

use super::{
    Key, Needs,
    gist::usual_paths,
    key::Ending,
    lex::{Op, written},
    needle::{Needle, PackedNeedle},
    when::When,
};
use crate::{Class, Origin, Severity};

/// One term. Two are the same if they are written the same.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) negated: bool,
    /// None for a free word.
    pub(super) key: Option<Key>,
    pub(super) op: Op,
    /// As typed, or in the usual spelling where there is one.
    pub(super) values: Box<[Box<str>]>,
    pub(super) test: Test,
}

/// What is asked, ready to be asked often.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Word(Box<PackedNeedle>),
    Text(Key, Box<[Needle]>),
    Address(Box<[Address]>),
    Origin(Box<[Origin]>),
    Outcome(Box<[Ending]>),
    Time(Op, When),
    Severity(Severities),
    Path(Paths),
    Value(Box<[Needle]>),
    Class(Box<[Class]>),
    Rule(Box<[&'static str]>),
}

/// Settings by name.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    pub(super) needles: Box<[Needle]>,
    /// Those of the usual settings that are meant, as in a [`Gist`](super::Gist).
    pub(super) usual: u32,
}

impl Paths {
    pub(super) fn of(needles: Box<[Needle]>) -> Self {
        let usual = usual_paths(|path| needles.iter().any(|needle| needle.is_in(path)));
        Self { needles, usual }
    }
}

/// Some of the severities.
#[derive(Debug, Clone, Copy)]
pub(super) struct Severities([bool; Severity::ALL.len()]);

impl Severities {
    /// Those for which something holds.
    pub(super) fn that(holds: impl Fn(Severity) -> bool) -> Self {
        let mut chosen = [false; Severity::ALL.len()];
        for severity in Severity::ALL {
            chosen[*severity as usize] = holds(*severity);
        }
        Self(chosen)
    }

    pub(super) fn has(self, severity: Severity) -> bool {
        self.0[severity as usize]
    }
}

/// A source address, or many.
#[derive(Debug, Clone)]
pub(super) enum Address {
    /// Within its text (services have names in place of addresses).
    Text(Needle),
    /// `198.51.100.0/24`: a network and how many of its bits count.
    Block(IpAddr, u32),
}

impl Address {
    /// `None` for what looks like a block and is none.
    pub(super) fn parse(text: &str, whole: bool) -> Option<Self> {
        let Some((network, bits)) = text.split_once('/') else { return Some(Self::Text(Needle::new(text, whole))) };
        let (network, bits): (IpAddr, u32) = (network.parse().ok()?, bits.parse().ok()?);
        (bits <= if network.is_ipv4() { 32 } else { 128 }).then_some(Self::Block(network, bits))
    }

    pub(super) fn has(&self, address: &str) -> bool {
        match self {
            Self::Text(needle) => needle.is_in(address),
            Self::Block(network, bits) => match (network, address.parse()) {
                (IpAddr::V4(network), Ok(IpAddr::V4(address))) => {
                    (network.to_bits() ^ address.to_bits()).leading_zeros() >= *bits
                }
                (IpAddr::V6(network), Ok(IpAddr::V6(address))) => {
                    (network.to_bits() ^ address.to_bits()).leading_zeros() >= *bits
                }
                _ => false,
            },
        }
    }
}

impl Term {
    pub(super) fn needs(&self) -> Needs {
        match self.test {
            Test::Severity(_) | Test::Class(_) | Test::Rule(_) => Needs::Gist,
            Test::Path(_) | Test::Value(_) => Needs::Reading,
            _ => Needs::Facts,
        }
    }

    fn source(&self) -> (bool, Option<Key>, Op, &[Box<str>]) {
        (self.negated, self.key, self.op, &self.values)
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.source() == other.source()
    }
}

impl Eq for Term {}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.negated { "-" } else { "" })?;
        if let Some(key) = self.key {
            write!(f, "{key}{}", self.op.as_str())?;
        }
        for (index, value) in self.values.iter().enumerate() {
            f.write_str(if index > 0 { "," } else { "" })?;
            f.write_str(&written(value, self.key.is_none()))?;
        }
        Ok(())
    }
}
