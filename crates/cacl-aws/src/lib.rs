//! The cloud side as the program sees it; the only crate that names the AWS SDK.

pub mod artifact;
mod bucket;
pub mod call;
mod client;
pub mod error;
mod explain;
pub mod lookup;
pub mod names;
#[cfg(test)]
mod scripted;
pub mod session;
pub mod stack;
pub mod tail;
pub mod teardown;
pub mod template;
pub mod trails;

pub use artifact::{Architecture, Artifact};
pub use client::describe_client;
pub use error::{Error, Reason};
pub use lookup::PastItem;
pub use names::Names;
pub use session::{Access, Identity, Session};
pub use stack::{DeployRequest, Progress, StackEvent};
pub use tail::{LogLine, Push, Since, Status, Tail, TailItem};
