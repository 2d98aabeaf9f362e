//! A reading in a few bytes, to be kept for every change.

use super::{Reading, key::PATHS, term::Paths};
use crate::{Class, Severity, judge::rules};

/// What a reading comes to: enough for `sev:`, `class:`, `rule:` and mostly `path:` without reading the change again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gist {
    /// How bad.
    pub severity: Severity,
    /// The classes of its rows, a bit each.
    classes: u8,
    /// The rules that applied, a bit each.
    rules: u64,
    /// The settings that were touched, a bit each, and one for all that are not among the usual ones.
    paths: u32,
}

/// Stands for settings that have no bit of their own.
const OTHERS: u32 = 1 << 31;

impl Gist {
    /// Whether one of the settings was touched; `None` if it takes the diff to tell.
    pub(super) fn has_path(self, paths: &Paths) -> Option<bool> {
        match self.paths & (paths.usual | OTHERS) {
            0 => Some(false),
            OTHERS => None,
            _ => Some(true),
        }
    }

    pub(super) fn has_class(self, classes: &[Class]) -> bool {
        classes.iter().any(|class| self.classes & bit(*class) != 0)
    }

    pub(super) fn has_rule(self, ids: &[&str]) -> bool {
        self.rules & of_rules(ids.iter().copied()) != 0
    }
}

impl From<&Reading<'_>> for Gist {
    fn from(reading: &Reading<'_>) -> Self {
        Self {
            severity: reading.judgement.severity,
            classes: reading.diff.rows.iter().fold(0, |classes, row| classes | bit(row.class)),
            rules: of_rules(reading.judgement.reasons.iter().map(|reason| reason.rule)),
            paths: reading.diff.rows.iter().fold(0, |paths, row| match row.class {
                Class::Unchanged => paths,
                _ => paths | of_path(&row.path),
            }),
        }
    }
}

fn bit(class: Class) -> u8 {
    1 << class as u8
}

fn of_path(path: &str) -> u32 {
    PATHS.iter().position(|usual| *usual == path).map_or(OTHERS, |place| 1 << place)
}

/// The bits of the usual settings of which something holds.
pub(super) fn usual_paths(holds: impl Fn(&str) -> bool) -> u32 {
    PATHS.iter().filter(|path| holds(path)).fold(0, |all, path| all | of_path(path))
}

/// A bit for each rule, by its place among all.
fn of_rules<'a>(ids: impl Iterator<Item = &'a str>) -> u64 {
    ids.filter_map(|id| rules().iter().position(|rule| rule.id == id)).fold(0, |all, place| all | 1 << place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_bit_for_each() {
        assert!(rules().len() <= 64 && Class::ALL.len() <= 8 && PATHS.len() <= 31);
    }
}
