//! The lines that the Lambda platform writes around ours.

use serde_json::{Value, json};

use super::Platform;
use crate::{Record, pack::Node};

/// The text forms, and the names of the JSON forms that say the same.
const TEXT_FORMS: [(&str, &str); 8] = [
    ("START RequestId:", "platform.start"),
    ("END RequestId:", "platform.runtimeDone"),
    ("REPORT RequestId:", "platform.report"),
    ("INIT_START ", "platform.initStart"),
    ("INIT_REPORT ", "platform.initReport"),
    ("EXTENSION\t", "platform.extension"),
    ("TELEMETRY\t", "platform.telemetrySubscription"),
    ("XRAY TraceId:", "platform.report"),
];

/// Reads a plain text line.
pub(super) fn of_text(text: &str) -> Option<Platform> {
    let (start, kind) = TEXT_FORMS.iter().find(|(start, _)| text.starts_with(start))?;
    let id = text[start.len()..].split_whitespace().next().filter(|_| start.ends_with("RequestId:"));
    let record = Record::from(&json!({"requestId": id, "text": text})).to_value();
    Some(Platform { kind: (*kind).into(), record })
}

/// Reads `{"time","type":"platform.…","record"}`.
pub(super) fn of_json(node: Node<'_>) -> Option<Platform> {
    let kind = node.text("type").filter(|kind| kind.starts_with("platform."))?;
    let record = node.get("record").map_or(Value::Null, |record| Record::from(record).to_value());
    Some(Platform { kind: kind.into(), record })
}
