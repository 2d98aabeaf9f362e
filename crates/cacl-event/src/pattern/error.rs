//! Why a pattern is refused.

use std::{borrow::Cow, error::Error, fmt};

/// A pattern that `EventBridge` would not take (`InvalidEventPatternException`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// Where, e.g. `detail.$or[1].eventName[0]`; empty for the pattern as a whole.
    pub path: String,
    /// What is wrong, in the words of `EventBridge` where it has any: what follows
    /// "Event pattern is not valid. Reason: " in its answer.
    pub reason: String,
    /// What would be right there.
    pub allowed: Cow<'static, str>,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, reason, allowed } = self;
        let path = if path.is_empty() { "the pattern" } else { path };
        write!(f, "{path}: {}; {allowed}", reason.trim_end_matches('.'))
    }
}

impl Error for PatternError {}

/// A [`PatternError`] whose place the caller knows.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) reason: String,
    pub(super) allowed: Cow<'static, str>,
}

impl Refusal {
    pub(super) fn new(reason: impl Into<String>, allowed: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), allowed: allowed.into() }
    }

    pub(super) fn at(self, path: impl Into<String>) -> PatternError {
        PatternError { path: path.into(), reason: self.reason, allowed: self.allowed }
    }
}
