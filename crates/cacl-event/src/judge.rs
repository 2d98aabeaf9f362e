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
