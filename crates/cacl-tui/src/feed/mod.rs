//! What the screens and reports are fed with: live tail, replay, demo and a test's `stream::iter` are the same to them.

use cacl_aws::Status;
use cacl_event::{Change, Platform};

/// One item of a feed.
#[derive(Debug, Clone, PartialEq)]
pub enum Feed {
    /// A recorded call.
    Change(Box<Change>),
    /// A line of the Lambda platform.
    Platform(Platform),
    /// A line that is neither, as it came.
    Foreign(Box<str>),
    /// How the source is doing.
    Status(Status),
    /// The end: a replayed file has been read. A live tail never ends.
    End,
}
