//! What a call did to a client's settings, against a baseline.

use serde_json::Value;

/// The class of a row, see the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Not sent, present before, now default: the silent loss.
    Reset,
    /// Sent, and different from before.
    Changed,
    /// Sent, and absent before.
    Added,
    /// Sent empty, and present before; or gone with a deleted client.
    Removed,
    /// Sent, but no baseline is known.
    Set,
    /// Neither sent nor there before: filled in by the service.
    Defaulted,
    /// The same as before.
    Unchanged,
}

/// Where the baseline came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BaselineKind {
    /// An earlier event (for a creation: the event itself, since nothing was there before).
    Event,
    /// The journal or `LookupEvents`.
    History,
    /// A `DescribeUserPoolClient`.
    Snapshot,
    /// No earlier state is known.
    None,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The name as in `CloudTrail`, nested with dots: `tokenValidityUnits.accessToken`.
    pub path: Box<str>,
    /// What became of it.
    pub class: Class,
    /// The value before; `None` if absent or unknown.
    pub before: Option<Value>,
    /// The value after; `None` if absent.
    pub after: Option<Value>,
    /// Elements that a set-like list gained; `None` if this is no list (or there is no baseline).
    pub added: Option<Vec<Value>>,
    /// Elements that a set-like list lost.
    pub removed: Option<Vec<Value>>,
}

/// The short form of a diff, as counts: `+1 −2 ↺3`.
///
/// A list that changed counts by its elements (`added`, `removed`), any other parameter as one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Summary {
    /// `+`: parameters added, and elements that changed lists gained.
    pub added: usize,
    /// `−`: parameters removed, and elements that changed lists lost.
    pub removed: usize,
    /// `~`: other parameters changed.
    pub changed: usize,
    /// `↺`: parameters reset.
    pub reset: usize,
    /// `>`: parameters set without a known baseline.
    pub set: usize,
    /// `*`: parameters filled in by the service.
    pub defaulted: usize,
}

/// All rows, ordered by class (resets first), then path.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// Every parameter, the unchanged ones too.
    pub rows: Vec<Row>,
    /// What it was compared with.
    pub baseline: BaselineKind,
    /// False if the call failed: then the rows are what it attempted.
    pub applied: bool,
}

impl Diff {
    /// The short form.
    pub fn summary(&self) -> Summary {
        todo!()
    }
}
