//! Create or update the stack through a change set, followed event by event.
//!
//! `ground` makes the way free (an operation under way is followed, a wreck is deleted), `change_set` says what to do,
//! `follow` reports what happens, `delete` takes a stack away. An operation goes on in AWS whether or not anybody
//! follows it: dropping a stream detaches, and a later `deploy` finds the operation again.

mod change_set;
mod delete;
mod deploy;
mod describe;
mod follow;
mod ground;
mod obstacle;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Artifact, Error, Names, template::Planned};

pub use deploy::deploy;
pub use describe::{Resource, describe, resources};
pub use obstacle::Obstacle;

pub(crate) use delete::{Deleting, delete};
pub(crate) use describe::find;
pub(crate) use follow::{Follow, Followed, is_at_rest};

/// All that a deployment needs.
#[derive(Debug, Clone)]
pub struct DeployRequest {
    /// The names of everything.
    pub names: Names,
    /// The template's body.
    pub template: String,
    /// Its parameters, without those of the code (deploy adds `SubscriberBucket`, `SubscriberKey`, `SubscriberArchitecture`).
    pub parameters: BTreeMap<String, String>,
    /// The subscriber.
    pub artifact: Artifact,
}

/// One event of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackEvent {
    /// Unique.
    pub id: String,
    /// When.
    pub time: Timestamp,
    /// Logical id; the stack's own name for the stack itself.
    pub logical_id: String,
    /// E.g. `AWS::S3::Bucket`.
    pub resource_type: String,
    /// Physical id, once there is one.
    pub physical_id: Option<String>,
    /// E.g. `CREATE_IN_PROGRESS`.
    pub status: String,
    /// Why, if told.
    pub reason: Option<String>,
}

/// What a deployment or a teardown reports as it goes. The stream ends after `Done` or an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A step outside the stack, for people: "uploaded the subscriber (412 KiB)".
    Step(String),
    /// The resources this operation will touch; sent once, before the first event.
    Resources(Vec<Planned>),
    /// An event of the stack, oldest first, each once.
    Event(StackEvent),
    /// The end.
    Done(Done),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// The stack stands; its outputs by key.
    Deployed {
        /// False if there was nothing to update.
        changed: bool,
        /// The stack's outputs.
        outputs: BTreeMap<String, String>,
    },
    /// Everything was removed; what was checked, and what is left nonetheless.
    Removed {
        /// Kinds of things looked for, e.g. `trail`, `rule`.
        checked: Vec<String>,
        /// Names of what is still there; empty when all went well.
        left: Vec<String>,
        /// Why nobody can tell whether some things are gone; empty when all went well.
        unchecked: Vec<Error>,
    },
}

/// A stack as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Full ARN.
    pub arn: String,
    /// E.g. `CREATE_COMPLETE`.
    pub status: String,
    /// Outputs by key.
    pub outputs: BTreeMap<String, String>,
    /// Parameters by key.
    pub parameters: BTreeMap<String, String>,
    /// Created at.
    pub created: Option<Timestamp>,
    /// Last updated (or created) at.
    pub updated: Option<Timestamp>,
}

#[cfg(test)]
mod tests;
