//! Stacks as they stand, with their resources, events and change sets.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::template::{Deletion, Template};
use crate::world::{AwsError, Resource, World};

/// What it remembers: every stack there ever was, the oldest first.
#[derive(Debug, Default)]
pub struct State {
    stacks: Vec<Stack>,
}

impl State {
    /// All stacks, the deleted ones too.
    pub fn all(&self) -> &[Stack] {
        &self.stacks
    }

    /// Adds one.
    pub fn add(&mut self, stack: Stack) {
        self.stacks.push(stack);
    }

    /// By ARN, or by name unless it is deleted.
    pub fn find(&self, wanted: &str) -> Option<&Stack> {
        self.stacks.iter().rev().find(|stack| stack.answers_to(wanted))
    }

    /// The same, to change.
    pub fn find_mut(&mut self, wanted: &str) -> Option<&mut Stack> {
        self.stacks.iter_mut().rev().find(|stack| stack.answers_to(wanted))
    }
}

/// A stack.
#[derive(Debug)]
pub struct Stack {
    /// Full ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it stands.
    pub status: Status,
    /// Why, if told.
    pub reason: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last updated.
    pub updated: Option<Timestamp>,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// What it was last asked to be; nothing while its first change set is only reviewed.
    pub template: Option<Arc<Template>>,
    /// Values of its parameters.
    pub parameters: BTreeMap<String, String>,
    /// What was granted.
    pub capabilities: Vec<String>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
    /// Its outputs.
    pub outputs: Vec<OutputValue>,
    /// Its resources, in the order in which they came.
    pub resources: Vec<StackResource>,
    /// What happened, the oldest first.
    pub events: Vec<Event>,
    /// Its change sets.
    pub change_sets: Vec<ChangeSet>,
    /// The change set that was executed last.
    pub change_set: Option<String>,
    /// Whether a failed creation is left as it is.
    pub disable_rollback: bool,
    /// Stops the operation under way.
    pub stop: CancellationToken,
    /// Held by the operation under way; the next one waits for it.
    pub turn: Arc<tokio::sync::Mutex<()>>,
}

impl Stack {
    /// A new one, about to be reviewed or created.
    pub fn new(world: &World, name: &str, status: Status) -> Self {
        Self {
            id: world.arn("cloudformation", &format!("stack/{name}/{}", world.ids.uuid())),
            name: name.to_owned(),
            status,
            reason: None,
            created: world.now(),
            updated: None,
            deleted: None,
            template: None,
            parameters: BTreeMap::new(),
            capabilities: Vec::new(),
            tags: Vec::new(),
            outputs: Vec::new(),
            resources: Vec::new(),
            events: Vec::new(),
            change_sets: Vec::new(),
            change_set: None,
            disable_rollback: false,
            stop: CancellationToken::new(),
            turn: Arc::default(),
        }
    }

    fn answers_to(&self, wanted: &str) -> bool {
        self.id == wanted || (self.name == wanted && self.status != Status::DeleteComplete)
    }

    /// A resource by logical id.
    pub fn resource(&self, logical_id: &str) -> Option<&StackResource> {
        self.resources.iter().find(|resource| resource.logical_id == logical_id)
    }

    /// The same, to change.
    pub fn resource_mut(&mut self, logical_id: &str) -> Option<&mut StackResource> {
        self.resources.iter_mut().find(|resource| resource.logical_id == logical_id)
    }

    /// Sets how the stack stands, and says so in an event.
    pub fn turn_to(&mut self, world: &World, token: Option<&str>, status: Status, reason: Option<String>) {
        self.status = status;
        self.reason.clone_from(&reason);
        let event = Event {
            id: world.ids.uuid(),
            time: world.now(),
            logical_id: self.name.clone(),
            physical_id: self.id.clone(),
            kind: "AWS::CloudFormation::Stack".to_owned(),
            status,
            reason,
            properties: None,
            token: token.map(str::to_owned),
        };
        self.events.push(event);
    }

    /// Sets how a resource stands, and says so in an event.
    pub fn turn_resource(
        &mut self,
        world: &World,
        token: Option<&str>,
        logical_id: &str,
        status: Status,
        reason: Option<String>,
    ) {
        let time = world.now();
        let Some(resource) = self.resource_mut(logical_id) else { return };
        resource.status = status;
        resource.reason.clone_from(&reason);
        resource.updated = time;
        let event = Event {
            id: format!("{logical_id}-{}-{}", status.as_str(), world.ids.uuid()),
            time,
            logical_id: logical_id.to_owned(),
            physical_id: resource.physical_id().to_owned(),
            kind: resource.kind.clone(),
            status,
            reason,
            properties: Some(resource.properties.to_string()),
            token: token.map(str::to_owned),
        };
        self.events.push(event);
    }

    /// A change set by name or ARN.
    pub fn change_set_mut(&mut self, wanted: &str) -> Option<&mut ChangeSet> {
        self.change_sets.iter_mut().find(|set| set.id == wanted || set.name == wanted)
    }

    /// What AWS says to an update at a time when there can be none.
    pub fn refuse_update(&self) -> Result<(), AwsError> {
        use Status::{CreateComplete, UpdateComplete, UpdateRollbackComplete};

        if matches!(self.status, CreateComplete | UpdateComplete | UpdateRollbackComplete) {
            return Ok(());
        }
        let (id, status) = (&self.id, self.status.as_str());
        Err(AwsError::validation(format!("Stack:{id} is in {status} state and can not be updated.")))
    }
}

/// A resource of a stack.
#[derive(Debug, Clone)]
pub struct StackResource {
    /// Logical id.
    pub logical_id: String,
    /// E.g. `AWS::S3::Bucket`.
    pub kind: String,
    /// How it stands.
    pub status: Status,
    /// Why, if told.
    pub reason: Option<String>,
    /// When that was.
    pub updated: Timestamp,
    /// Its properties, resolved.
    pub properties: Value,
    /// What was made, once it is.
    pub made: Option<Resource>,
    /// What was there before it.
    pub depends_on: Vec<String>,
    /// What becomes of it when the stack no longer wants it.
    pub deletion: Deletion,
}

impl StackResource {
    /// Empty until it is made.
    pub fn physical_id(&self) -> &str {
        self.made.as_ref().map_or("", |made| made.physical_id.as_str())
    }
}

/// An output with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputValue {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Its description.
    pub description: Option<String>,
    /// The name under which it is exported.
    pub export: Option<String>,
}

/// Something that happened to a stack or to a resource of it.
#[derive(Debug, Clone)]
pub struct Event {
    /// Unique.
    pub id: String,
    /// When.
    pub time: Timestamp,
    /// Logical id; the stack's name for the stack itself.
    pub logical_id: String,
    /// Physical id; empty until there is one.
    pub physical_id: String,
    /// Resource type.
    pub kind: String,
    /// How it stands now.
    pub status: Status,
    /// Why, if told.
    pub reason: Option<String>,
    /// The resource's properties, as JSON.
    pub properties: Option<String>,
    /// `ClientRequestToken` of the operation.
    pub token: Option<String>,
}

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

/// How a stack or a resource stands; the names are AWS's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    ReviewInProgress,
    CreateInProgress,
    CreateFailed,
    CreateComplete,
    RollbackInProgress,
    RollbackFailed,
    RollbackComplete,
    UpdateInProgress,
    UpdateFailed,
    UpdateCompleteCleanupInProgress,
    UpdateComplete,
    UpdateRollbackInProgress,
    UpdateRollbackFailed,
    UpdateRollbackCompleteCleanupInProgress,
    UpdateRollbackComplete,
    DeleteInProgress,
    DeleteFailed,
    DeleteSkipped,
    DeleteComplete,
}

impl Status {
    /// As AWS writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReviewInProgress => "REVIEW_IN_PROGRESS",
            Self::CreateInProgress => "CREATE_IN_PROGRESS",
            Self::CreateFailed => "CREATE_FAILED",
            Self::CreateComplete => "CREATE_COMPLETE",
            Self::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Self::RollbackFailed => "ROLLBACK_FAILED",
            Self::RollbackComplete => "ROLLBACK_COMPLETE",
            Self::UpdateInProgress => "UPDATE_IN_PROGRESS",
            Self::UpdateFailed => "UPDATE_FAILED",
            Self::UpdateCompleteCleanupInProgress => "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            Self::UpdateComplete => "UPDATE_COMPLETE",
            Self::UpdateRollbackInProgress => "UPDATE_ROLLBACK_IN_PROGRESS",
            Self::UpdateRollbackFailed => "UPDATE_ROLLBACK_FAILED",
            Self::UpdateRollbackCompleteCleanupInProgress => "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            Self::UpdateRollbackComplete => "UPDATE_ROLLBACK_COMPLETE",
            Self::DeleteInProgress => "DELETE_IN_PROGRESS",
            Self::DeleteFailed => "DELETE_FAILED",
            Self::DeleteSkipped => "DELETE_SKIPPED",
            Self::DeleteComplete => "DELETE_COMPLETE",
        }
    }

    /// Whether an operation is under way; a review is none.
    pub fn in_progress(self) -> bool {
        self != Self::ReviewInProgress && self.as_str().ends_with("IN_PROGRESS")
    }
}
