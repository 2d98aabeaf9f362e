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
    /// The network or the endpoint does not answer.
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

/// An error for people. `Display` is what happened; `source` is why; `help` is what to do.
#[derive(Debug, thiserror::Error)]
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
