//! Any text to changes; total.
//!
//! Text is packed while it is read; `forms` finds the records in it, however they are wrapped, and
//! `record` turns each into a [`Change`]. What is no record comes out as what it is; nothing is dropped and nothing fails.

mod document;
mod forms;
mod known;
mod platform;
mod record;

use jiff::Timestamp;
use serde_json::Value;

pub use document::{decode_document, decode_next};

use crate::{
    Change, Record,
    mask::mask_text,
    pack::{Node, Packed},
};
use forms::Context;

/// What a piece of text turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Decoded {
    /// A recorded call.
    Change(Box<Change>),
    /// A line of the Lambda platform.
    Platform(Platform),
    /// Anything else, as it came, but for the secrets that have telling names; length bounded by the caller. A record that does not
    /// say when it was, nor anything around it, is none that could be compared with others.
    Foreign(Box<str>),
}

/// A platform line of a Lambda log: `{"time","type":"platform.report","record"}`, or the text form (`START RequestId…`).
#[derive(Debug, Clone, PartialEq)]
pub struct Platform {
    /// E.g. `platform.report`; the text forms get the names of the JSON forms.
    pub kind: Box<str>,
    /// The line's record, e.g. `{"requestId":…,"metrics":{…}}`; of a text form `{"requestId":…,"text":…}`.
    pub record: Value,
}

/// Decodes one log line or one JSON document, which may hold many records (`{"Records":[…]}`, `LookupEvents` or
/// `FilterLogEvents` output). Blank text gives nothing; any other gives at least one item. Never panics.
pub fn decode(text: &str) -> Vec<Decoded> {
    read(text, Context::default())
}

/// The same for a text of which it is known when it was written, should a record in it not say when it was.
pub fn decode_at(text: &str, time: Timestamp) -> Vec<Decoded> {
    read(text, Context::default().at(Some(time)))
}

fn read(text: &str, context: Context) -> Vec<Decoded> {
    let mut out = Vec::new();
    text_into(text, context, &mut out);
    out
}

/// Decodes a text that stands alone: the whole input, or the message of a log event.
fn text_into(text: &str, context: Context, out: &mut Vec<Decoded>) {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return;
    }
    if text.starts_with(['{', '[', '"'])
        && let Some(packed) = Packed::parse(text)
    {
        node_into(packed.node(), text, context, out);
        return;
    }
    if let Some(line) = platform::of_text(text) {
        out.push(Decoded::Platform(line));
        return;
    }
    // A logger's own words before the JSON: `2026-… INFO {…}`.
    if let Some(start) = text.find('{')
        && let Some(packed) = Packed::parse(&text[start..])
        && forms::find(packed.node(), context, out)
    {
        return;
    }
    out.push(Decoded::Foreign(mask_text(text).into()));
}

/// Decodes a JSON value, which came as this text.
fn node_into(node: Node<'_>, text: &str, context: Context, out: &mut Vec<Decoded>) {
    if !forms::find(node, context, out) {
        out.push(foreign(node, Some(text)));
    }
}

/// A value in which nothing was found: as it came, unless there are secrets in it.
fn foreign(node: Node<'_>, text: Option<&str>) -> Decoded {
    Decoded::Foreign(match text {
        Some(text) if !node.holds_secrets() => text.into(),
        _ => Record::from(node).text().into(),
    })
}

#[cfg(test)]
mod tests;
