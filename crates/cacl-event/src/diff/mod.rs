//! What a call did to a client's settings, against a baseline.
//!
//! The state after a call is what its response says; where there is none, what the request asked for, with what the service
//! fills in. `UpdateUserPoolClient` replaces: what a request leaves out goes back to its default, and that is a
//! [`Class::Reset`]. A call that failed is compared as if it had succeeded, and marked.

mod after;
mod compare;
mod units;

use std::borrow::Cow;

use serde_json::Value;

pub(crate) use after::after;
use compare::Absent;

use crate::{Baseline, Change, Kind, Settings, names::names, settings::default_of};

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

names!(Class {
    Reset => "reset",
    Changed => "changed",
    Added => "added",
    Removed => "removed",
    Set => "set",
    Defaulted => "defaulted",
    Unchanged => "unchanged",
});

/// Where the baseline came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

names!(BaselineKind { Event => "event", History => "history", Snapshot => "snapshot", None => "none" });

/// One parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The name as in `CloudTrail`, nested with dots: `tokenValidityUnits.accessToken`.
    pub path: Cow<'static, str>,
    /// What became of it.
    pub class: Class,
    /// The value before; `None` if absent or unknown.
    pub before: Option<Value>,
    /// The value after; `None` if absent.
    pub after: Option<Value>,
    /// Elements that a set-like list gained; `None` if this is no list (or there is no baseline). Where an update finds or leaves
    /// no list, and the service assumes one without it, that one is compared with.
    pub added: Option<Vec<Value>>,
    /// Elements that a set-like list lost.
    pub removed: Option<Vec<Value>>,
}

impl Row {
    /// Whether this is a set-like list, compared element by element.
    pub fn is_list(&self) -> bool {
        self.added.is_some()
    }
}

/// The short form of a diff, as counts: `+1 −2 ↺3`.
///
/// A list that changed counts by its elements (`added`, `removed`), any other parameter as one, a validity along with its unit.
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
    /// What a change did against the state before it; `None` where that is unknown. A creation is its own baseline:
    /// nothing was there before.
    pub fn of(change: &Change, before: Option<&Baseline>) -> Self {
        Self::with_unchanged(change, before, |_| true)
    }

    /// The same with only those of the unchanged rows that are wanted: their values are most of the work.
    pub(crate) fn with_unchanged(change: &Change, before: Option<&Baseline>, wanted: fn(&str) -> bool) -> Self {
        let nothing = Settings::default();
        let (before, baseline) = match change.kind {
            Kind::Create => (Some(&nothing), BaselineKind::Event),
            Kind::Other => (None, BaselineKind::None),
            _ => before.map_or((None, BaselineKind::None), |before| (Some(&before.settings), before.kind)),
        };
        let applied = change.outcome.is_success();
        let mut rows = match change.kind {
            Kind::Other => compare::parameters(change.sent.as_ref()),
            Kind::Delete => before.map_or_else(Vec::new, compare::gone),
            _ => match after(change, before) {
                Some(after) => {
                    let absent = if change.kind == Kind::Create { Absent::Nothing } else { Absent::Default };
                    compare::settings(change.sent.as_ref(), before, &after, absent, wanted)
                }
                None => Vec::new(),
            },
        };
        // Rows come by path; a stable sort keeps that within a class.
        rows.sort_by_key(|row| row.class);
        Self { rows, baseline, applied }
    }

    /// What is different between two states, whoever made it so: what is in both is `changed`, and so is what the service assumes
    /// where one of them has nothing; what only one of them has is `added` or `removed`.
    pub fn between(before: &Settings, after: &Settings) -> Self {
        let mut rows = compare::settings(Some(after), Some(before), after, Absent::Default, |_| true);
        for row in rows.iter_mut().filter(|row| row.before.is_none() != row.after.is_none()) {
            let there = row.before.as_ref().or(row.after.as_ref());
            row.class = match default_of(&row.path) {
                Some(default) if there == Some(&default) => Class::Unchanged,
                Some(_) => Class::Changed,
                None if row.after.is_none() => Class::Removed,
                None => row.class,
            };
        }
        rows.sort_by(|one, two| (one.class, &one.path).cmp(&(two.class, &two.path)));
        Self { rows, baseline: BaselineKind::Event, applied: true }
    }

    /// The settings after, from those before: what the rows say, and nothing else.
    pub fn apply(&self, before: &Settings) -> Settings {
        let mut after: std::collections::BTreeMap<&str, Value> = before.iter().collect();
        for row in &self.rows {
            match &row.after {
                Some(value) => after.insert(&row.path, value.clone()),
                None => after.remove(&*row.path),
            };
        }
        after.into_iter().collect()
    }

    /// The short form.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for row in &self.rows {
            let Some(class) = self.folded_class(row) else { continue };
            match class {
                Class::Reset => summary.reset += 1,
                Class::Changed if row.is_list() => {
                    summary.added += row.added.as_ref().map_or(0, Vec::len);
                    summary.removed += row.removed.as_ref().map_or(0, Vec::len);
                }
                Class::Changed => summary.changed += 1,
                Class::Added => summary.added += 1,
                Class::Removed => summary.removed += 1,
                Class::Set => summary.set += 1,
                Class::Defaulted => summary.defaulted += 1,
                Class::Unchanged => {}
            }
        }
        summary
    }

    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(|row| row.class == Class::Unchanged)
    }

    /// The row of a parameter.
    pub fn row(&self, path: &str) -> Option<&Row> {
        self.rows.iter().find(|row| &*row.path == path)
    }
}

#[cfg(test)]
mod tests;
