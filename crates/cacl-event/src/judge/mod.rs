//! How bad a change is, by named rules with a reason each.
//!
//! Rules are data: what they look at, how bad it is and what they say can be listed without a change at hand. A rule sees one
//! change and its diff and nothing else; what it cannot know from these it does not guess. A call that failed changed nothing, so
//! only the rules about who called and about the failure itself apply to it.

mod client;
mod pipeline;
mod rules;
mod tokens;
mod urls;

use std::{cmp::Reverse, error::Error, fmt, str::FromStr};

pub use rules::rules;

use crate::{
    Change, Class, Diff, Row,
    names::names,
    settings::{VALIDITIES, Validity},
};

/// From harmless to alarming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a line.
    Info,
    /// Worth a look.
    Low,
    /// Worth a question.
    Medium,
    /// Worth an alarm.
    High,
    /// Worth waking somebody.
    Critical,
}

names!(Severity { Info => "info", Low => "low", Medium => "medium", High => "high", Critical => "critical" });

/// A word that is no severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownSeverity;

impl fmt::Display for UnknownSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no severity: expected info, low, medium, high or critical")
    }
}

impl Error for UnknownSeverity {}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let named = |severity: &Self| severity.as_str().eq_ignore_ascii_case(word);
        Self::ALL.iter().copied().find(named).ok_or(UnknownSeverity)
    }
}

/// What a rule sees.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The call.
    pub change: &'a Change,
    /// What it did, or attempted.
    pub diff: &'a Diff,
    /// The rows of the diff that are not unchanged, which are the first ones.
    pub touched: &'a [Row],
}

/// One rule: data, so that it can be listed.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// A stable name, e.g. `client-deleted`.
    pub id: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What it looks at: names of settings, or fields of the JSON lines (`actor`, `event`, …).
    pub looks_at: &'static [&'static str],
    /// What it says, for people.
    pub sentence: &'static str,
    /// Whether it also applies to calls that failed.
    pub even_if_failed: bool,
    /// The sentence with the values of this event, if the rule applies.
    pub test: fn(&Subject<'_>) -> Option<String>,
}

/// One rule that applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule's id, e.g. `client-deleted`.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// A sentence for people; may quote values of the event (not yet cleaned).
    pub text: String,
}

/// The verdict on a change: the worst reason's severity (`Info` without one), worst first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The worst.
    pub severity: Severity,
    /// All of them, worst first.
    pub reasons: Vec<Reason>,
}

/// Whether a rule looks at a setting even where it is unchanged, because of another that is not: a validity and its unit tell
/// something together, and the lists of URLs have their domains in common.
pub(crate) fn weighs_unchanged(path: &str) -> bool {
    let is_of = |validity: &Validity| validity.path == path || validity.unit_path == Some(path);
    urls::LISTS.contains(&path) || VALIDITIES.iter().any(is_of)
}

/// Whether a list's element is one that a rule has for as bad as [`Severity::High`].
pub(crate) fn is_dangerous(path: &str, element: &str) -> bool {
    match path {
        "allowedOAuthFlows" => element == client::IMPLICIT,
        _ => urls::LISTS.contains(&path) && (urls::is_plain_http(element) || urls::is_wildcard(element)),
    }
}

/// Applies every rule to a change and its diff.
pub fn judge(change: &Change, diff: &Diff) -> Judgement {
    let touched = &diff.rows[..diff.rows.partition_point(|row| row.class != Class::Unchanged)];
    let subject = Subject { change, diff, touched };
    let applies = |rule: &&Rule| rule.even_if_failed || change.outcome.is_success();
    let reason = |rule: &Rule| {
        let text = (rule.test)(&subject)?;
        Some(Reason { rule: rule.id, severity: rule.severity, text })
    };
    let mut reasons: Vec<Reason> = rules().iter().filter(applies).filter_map(reason).collect();
    reasons.sort_by_key(|reason| Reverse(reason.severity));
    let severity = reasons.first().map_or(Severity::Info, |reason| reason.severity);
    Judgement { severity, reasons }
}

#[cfg(test)]
mod tests;
