//! The Lambda function: an `EventBridge` event in, one line of JSON out.
//!
//! It decides nothing and keeps nothing. The event goes to the log as it came, except that secrets are masked, so that
//! whoever reads the log later can decide with what is known then. Deliberately absent: filters (the rule's pattern is
//! the filter), state, calls to AWS, and any event that makes it fail. What an adopter wants done about a change goes
//! into [`reaction`].

pub mod output;
pub mod reaction;
mod serve;

use cacl_event::{Change, Decoded};
use jiff::Timestamp;
use serde_json::Value;

pub use serve::{NotLambda, run, run_with};

/// What the runtime loop, and a reaction, can fail with.
pub type Error = lambda_runtime::Error;

/// The line for one event, without a newline at its end. Total: any JSON value gives a line.
pub fn handle(event: Value, received: Timestamp, request_id: &str) -> String {
    cacl_event::line::line(received, request_id, event)
}

/// The line that was just written, as a reaction gets it: the line and not the event, so that nothing can see what was masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Without a newline at its end.
    pub text: String,
}

impl Line {
    /// The change that it tells of; `None` if the event was none. Decoded here and not before, so that a function which
    /// reacts to nothing carries no decoder, a tenth of its size.
    pub fn change(&self) -> Option<Change> {
        cacl_event::decode(&self.text).into_iter().find_map(|decoded| match decoded {
            Decoded::Change(change) => Some(*change),
            Decoded::Platform(_) | Decoded::Foreign(_) => None,
        })
    }
}
