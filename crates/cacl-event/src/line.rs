//! The wire format of the subscriber's log line, version 1:
//! `{"schema":"cacl.line/1","timestamp":"…","level":"INFO","requestId":"…","event":{…}}`.

use jiff::Timestamp;
use serde_json::Value;

/// Writes one line (no newline at the end): the event unchanged, except that secrets are masked.
pub fn line(received: Timestamp, request_id: &str, event: Value) -> String {
    let _ = (received, request_id, event);
    todo!()
}
