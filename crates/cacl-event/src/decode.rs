//! Any text to changes; total.

use serde_json::Value;

use crate::Change;

/// What a piece of text turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Decoded {
    /// A recorded call.
    Change(Box<Change>),
    /// A line of the Lambda platform.
    Platform(Platform),
    /// Anything else, as it came (secrets in it cannot be known; length bounded by the caller).
    Foreign(Box<str>),
}

/// A platform line of a Lambda log: `{"time","type":"platform.report","record"}`, or the text form (`START RequestId…`).
#[derive(Debug, Clone, PartialEq)]
pub struct Platform {
    /// E.g. `platform.report`.
    pub kind: Box<str>,
    /// The line's record.
    pub record: Value,
}

/// Decodes one log line or one JSON document, which may hold many records (`{"Records":[…]}`, `LookupEvents` or
/// `FilterLogEvents` output). Blank text gives nothing; any other gives at least one item. Never panics.
pub fn decode(text: &str) -> Vec<Decoded> {
    let _ = text;
    todo!()
}

/// Decodes a whole file: JSON lines, concatenated or pretty-printed JSON, with rubbish lines in between.
pub fn decode_document(text: &str) -> impl Iterator<Item = Decoded> {
    let _ = text;
    Vec::new().into_iter()
}
