//! A change set as it stands.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::cloudformation::template::Template;

/// A change set.
#[derive(Debug)]
pub struct ChangeSet {
    /// Full ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it makes the stack.
    pub creates: bool,
    /// How it stands.
    pub status: ChangeSetStatus,
    /// Why, if told.
    pub reason: Option<&'static str>,
    /// Whether it can be executed.
    pub execution: Execution,
    /// When it was made.
    pub created: Timestamp,
    /// Its description.
    pub description: Option<String>,
    /// What the stack is to be.
    pub template: Arc<Template>,
    /// Values of the parameters.
    pub parameters: BTreeMap<String, String>,
    /// What is granted.
    pub capabilities: Vec<String>,
    /// The stack's tags.
    pub tags: Vec<(String, String)>,
    /// What it changes.
    pub changes: Vec<Change>,
}

/// How a change set stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeSetStatus {
    /// Being worked out.
    CreateInProgress,
    /// Worked out.
    CreateComplete,
    /// Changes nothing.
    Failed,
}

impl ChangeSetStatus {
    /// As AWS writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateInProgress => "CREATE_IN_PROGRESS",
            Self::CreateComplete => "CREATE_COMPLETE",
            Self::Failed => "FAILED",
        }
    }
}

/// Whether a change set can be executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    /// Not yet, or never.
    Unavailable,
    /// Now.
    Available,
    /// Under way.
    InProgress,
    /// Done.
    Complete,
    /// Went wrong.
    Failed,
    /// The stack has changed since.
    Obsolete,
}

impl Execution {
    /// As AWS writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "UNAVAILABLE",
            Self::Available => "AVAILABLE",
            Self::InProgress => "EXECUTE_IN_PROGRESS",
            Self::Complete => "EXECUTE_COMPLETE",
            Self::Failed => "EXECUTE_FAILED",
            Self::Obsolete => "OBSOLETE",
        }
    }
}

/// One change of a change set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Add, modify or remove.
    pub action: Action,
    /// Logical id.
    pub logical_id: String,
    /// Physical id of what is there.
    pub physical_id: Option<String>,
    /// Resource type.
    pub kind: String,
    /// The properties that differ, of a modification; whether each makes another resource of it.
    pub properties: Vec<(String, bool)>,
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Makes a resource.
    Add,
    /// Changes one.
    Modify,
    /// Takes one away.
    Remove,
}
