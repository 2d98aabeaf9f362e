//! Why a filter is not understood.

use std::{error::Error, fmt, ops::Range};

/// A text that is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// Which bytes of the text, for a caret under them. Within the text and between letters; empty where something is missing.
    pub at: Range<usize>,
    /// What is wrong, as a lower-case fragment; quotes the text cleaned.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl FilterError {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: help.into() }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.help)
    }
}

impl Error for FilterError {}
