//! What can go wrong with AWS, explained: what happened, why, and what to do.

/// The broad reason, which decides the exit code and whether waiting helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No credentials, or they are wrong.
    Credentials,
    /// Credentials that were good have expired.
    Expired,
    /// A permission is missing.
    Permission,
    /// The thing asked for does not exist.
    NotFound,
    /// Too many calls.
    Throttled,
    /// The network or the endpoint does not answer, or answers with a failure of its own (HTTP 5xx).
    Offline,
    /// The stack failed or was rolled back.
    StackFailed,
    /// The artifact is no good.
    Artifact,
    /// The input (template, region, parameter) is no good.
    Invalid,
    /// Anything else.
    Other,
}

impl Reason {
    /// Whether the same call may well succeed a little later, with nothing changed by anybody.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Offline)
    }
}

/// An error for people. `Display` is what happened; `why` and `help` say the rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Error {
    /// The broad reason.
    pub reason: Reason,
    /// What happened, one lower-case fragment.
    pub what: String,
    /// Why, in AWS's words (cleaned), without debug formatting.
    pub why: Option<String>,
    /// What to do next.
    pub help: Option<String>,
}

impl Error {
    /// An error with nothing but what happened; `because` and `advise` add the rest.
    pub(crate) fn new(reason: Reason, what: impl Into<String>) -> Self {
        Self { reason, what: what.into(), why: None, help: None }
    }

    /// The same with the reason why.
    pub(crate) fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// The same with what to do.
    pub(crate) fn advise(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
