//! iam, being written.

/// What it remembers.
#[derive(Debug, Default)]
pub struct State {}
