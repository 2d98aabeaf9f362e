//! All that can be known from a `CloudTrail` event about a Cognito app client.
//!
//! Pure: no I/O, no clock, no async, no AWS, no terminal; it cannot fail on any input.
//!
//! The way of the data: text is [decoded](decode()) to [`Change`]s, a [`History`] puts them in order and knows the state before
//! each, a [`Diff`] says what a change did to it, a [`Judgement`] how bad that is, and a [report](report::json_line) writes it
//! down. Two events, one diff:
//!
//! ```
//! use cacl_event::{Class, Decoded, History, Severity, decode_document};
//!
//! let log = r#"
//! {"eventID": "1", "eventTime": "2026-10-01T08:28:11Z", "eventName": "CreateUserPoolClient", "requestParameters":
//!     {"userPoolId": "eu-west-1_Zq4TrPm9K", "clientName": "web-shop"}, "responseElements": {"userPoolClient":
//!     {"userPoolId": "eu-west-1_Zq4TrPm9K", "clientId": "3k1v9s0abcd7efgh2ijkl5mn", "clientName": "web-shop",
//!      "allowedOAuthScopes": ["openid", "api/write"], "preventUserExistenceErrors": "ENABLED"}}}
//! {"eventID": "2", "eventTime": "2026-10-01T08:41:07Z", "eventName": "UpdateUserPoolClient", "requestParameters":
//!     {"userPoolId": "eu-west-1_Zq4TrPm9K", "clientId": "3k1v9s0abcd7efgh2ijkl5mn", "allowedOAuthScopes": ["openid"]},
//!  "responseElements": {"userPoolClient":
//!     {"userPoolId": "eu-west-1_Zq4TrPm9K", "clientId": "3k1v9s0abcd7efgh2ijkl5mn", "clientName": "web-shop",
//!      "allowedOAuthScopes": ["openid"]}}}
//! "#;
//!
//! let mut history = History::default();
//! for item in decode_document(log) {
//!     if let Decoded::Change(change) = item {
//!         history.insert(*change);
//!     }
//! }
//!
//! let diff = history.diff("2").expect("known");
//! let rows: Vec<_> = diff.rows.iter().map(|row| (row.class, &*row.path)).collect();
//! assert_eq!(rows, [
//!     (Class::Reset, "preventUserExistenceErrors"), // the call did not send it: lost
//!     (Class::Changed, "allowedOAuthScopes"),
//!     (Class::Unchanged, "clientName"),
//! ]);
//! assert_eq!(diff.rows[1].removed.as_deref(), Some(["api/write".into()].as_slice()));
//! assert_eq!(history.judge("2").expect("known").severity, Severity::High);
//! ```

pub mod actor;
pub mod change;
pub mod clean;
pub mod decode;
pub mod diff;
pub mod filter;
pub mod history;
pub mod judge;
pub mod line;
pub mod mask;
mod names;
pub mod origin;
mod pack;
pub mod pattern;
pub mod record;
pub mod report;
pub mod restore;
pub mod settings;
#[cfg(test)]
mod testing;

pub use actor::{Actor, ActorType};
pub use change::{Change, ClientKey, Hops, Kind, Known, Latency, Outcome, Provenance, Turn};
pub use clean::clean;
pub use decode::{Decoded, Platform, decode, decode_at, decode_document, decode_next};
pub use diff::{BaselineKind, Class, Diff, Row, Summary};
pub use filter::{Filter, FilterError};
pub use history::{Baseline, History, Inserted};
pub use judge::{Judgement, Reason, Rule, Severity};
pub use origin::Origin;
pub use record::Record;
pub use settings::Settings;

/// Text of an event. Shared, because most of it (accounts, people, user agents) repeats from event to event;
/// a [`History`] keeps each distinct text once. Reads like a `Box<str>`: `"x".into()`, `&*text`, `.as_deref()`.
pub type Text = std::sync::Arc<str>;
