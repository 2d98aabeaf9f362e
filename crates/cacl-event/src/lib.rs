//! All that can be known from a `CloudTrail` event about a Cognito app client.
//!
//! Pure: no I/O, no clock, no async, no AWS, no terminal; it cannot fail on any input.

pub mod actor;
pub mod change;
pub mod clean;
pub mod decode;
pub mod diff;
pub mod history;
pub mod judge;
pub mod line;
pub mod mask;
pub mod pattern;
pub mod record;
pub mod report;
pub mod settings;

pub use actor::{Actor, ActorType, Origin};
pub use change::{Change, ClientKey, Hops, Kind, Latency, Outcome, Provenance};
pub use clean::clean;
pub use decode::{Decoded, Platform, decode, decode_document};
pub use diff::{BaselineKind, Class, Diff, Row, Summary};
pub use history::{Baseline, History, Inserted};
pub use judge::{Judgement, Reason, Rule, Severity};
pub use record::Record;
pub use settings::Settings;

/// Text of an event. Shared, because most of it (accounts, people, user agents) repeats from event to event;
/// a [`History`] keeps each distinct text once. Reads like a `Box<str>`: `"x".into()`, `&*text`, `.as_deref()`.
pub type Text = std::sync::Arc<str>;
