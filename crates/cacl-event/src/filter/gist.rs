//! A reading in a few bytes, to be kept for every change.

use super::Reading;
use crate::{Class, Severity, judge::rules};

/// What a reading comes to: enough for `sev:`, `class:` and `rule:` without reading the change again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gist {
    /// How bad.
    pub severity: Severity,
    /// The classes of its rows, a bit each.
    classes: u8,
    /// The rules that applied, a bit each.
    rules: u64,
}

impl Gist {
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
        }
    }
}

fn bit(class: Class) -> u8 {
    1 << class as u8
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
        assert!(rules().len() <= 64 && Class::ALL.len() <= 8);
    }
}
