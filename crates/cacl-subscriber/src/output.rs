//! The one place that writes to stdout, which Lambda reads as the log.

use std::{
    fmt::Display,
    io::{self, Write},
};

use jiff::Timestamp;
use serde_json::json;

/// Writes one line and its newline in one piece, so that lines of several writers never mix.
pub fn write_line(line: &str) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(line.len() + 1);
    bytes.extend_from_slice(line.as_bytes());
    bytes.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&bytes)?;
    stdout.flush()
}

/// The line that tells of a reaction that failed, without a newline. JSON with a level, as Lambda's JSON logging wants it;
/// it has no event in it, so no reader takes it for a change.
pub fn failed_reaction(now: Timestamp, request_id: &str, error: &dyn Display) -> String {
    json!({
        "schema": "cacl.note/1",
        "timestamp": format!("{now:.3}"),
        "level": "ERROR",
        "requestId": request_id,
        "message": format!("the reaction failed: {error}"),
    })
    .to_string()
}
