//! How bad a change is, by named rules with a reason each.

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

/// What a rule sees.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The call.
    pub change: &'a crate::Change,
    /// What it did, or attempted.
    pub diff: &'a crate::Diff,
}

/// One rule: data, so that it can be listed.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// A stable name, e.g. `client-deleted`.
    pub id: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What it looks at, e.g. `callbackURLs, logoutURLs`.
    pub looks_at: &'static str,
    /// What it says, for people.
    pub sentence: &'static str,
    /// Whether it also applies to calls that failed.
    pub even_if_failed: bool,
    /// The sentence with the values of this event, if the rule applies.
    pub test: fn(&Subject<'_>) -> Option<String>,
}

/// All rules, worst first.
pub fn rules() -> &'static [Rule] {
    todo!()
}

/// Applies every rule to a change and its diff.
pub fn judge(change: &crate::Change, diff: &crate::Diff) -> Judgement {
    let _ = (change, diff);
    todo!()
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
