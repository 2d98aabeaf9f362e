//! What happens about a change, beyond its line in the log: yours to write.
//!
//! [`react`] is called once for each event, after its line is written, and does nothing as it stands. Put your own logic
//! there, or leave this crate alone and hand your own function to [`run_with`](crate::run_with), as the example
//! `alert.rs` of this crate does. It usually begins with
//!
//! ```
//! # use cacl_subscriber::{Error, Line};
//! # async fn react(line: &Line) -> Result<(), Error> {
//! let Some(change) = line.change() else { return Ok(()) };
//! # let _ = change; Ok(()) }
//! ```
//!
//! Four things to know:
//!
//! * Delivery is at least once, and unordered. Key whatever you do by [`Change::id`](cacl_event::Change::id), which stays the same.
//! * An error is written to the log, at level `ERROR`, and goes no further: the line of the change is there already, and
//!   failing the invocation would only write it again.
//! * The role may write to its own log group and nothing else. Calls to AWS need a statement in `stack.yaml`, and time
//!   needs its `Timeout`.
//! * Secrets are masked, but the text is still the caller's: [`clean`](cacl_event::clean()) it before it gets to a
//!   terminal, a chat or a mail.

use crate::{Error, Line};

/// Does nothing.
pub async fn react(line: &Line) -> Result<(), Error> {
    let _ = line;
    std::future::ready(Ok(())).await
}
