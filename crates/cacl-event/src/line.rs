//! The wire format of the subscriber's log line, version 1:
//! `{"schema":"cacl.line/1","timestamp":"…","level":"INFO","requestId":"…","event":{…}}`.
//!
//! `timestamp` and `level` are what CloudWatch asks of a JSON log line of a Lambda function. Readers accept any version and
//! ignore members that they do not know, so members may be added; taking away or changing the meaning of one needs a new
//! version and golden files of its own.

use jiff::Timestamp;
use serde_json::Value;

use crate::{mask::mask, pack::escape};

/// Writes one line (no newline at the end): the event unchanged, except that secrets are masked.
pub fn line(received: Timestamp, request_id: &str, mut event: Value) -> String {
    mask(&mut event);
    let mut quoted = Vec::with_capacity(request_id.len() + 2);
    escape(request_id, &mut quoted);
    let request_id = String::from_utf8_lossy(&quoted);
    format!(
        r#"{{"schema":"cacl.line/1","timestamp":"{received:.3}","level":"INFO","requestId":{request_id},"event":{event}}}"#
    )
}
