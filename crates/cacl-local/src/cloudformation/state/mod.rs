//! Stacks as they stand, with their resources, events and change sets.

mod change_set;
mod status;

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub use self::{
    change_set::{Action, Change, ChangeSet, ChangeSetStatus, Execution},
    status::Status,
};
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
        resource.reason = reason;
        resource.updated = time;
        let resource = resource.clone();
        self.tell(world, token, &resource);
    }

    /// Says in an event how a resource stands, which may be one that the stack has replaced.
    pub fn tell(&mut self, world: &World, token: Option<&str>, resource: &StackResource) {
        let event = Event {
            id: format!("{}-{}-{}", resource.logical_id, resource.status.as_str(), world.ids.uuid()),
            time: world.now(),
            logical_id: resource.logical_id.clone(),
            physical_id: resource.physical_id().to_owned(),
            kind: resource.kind.clone(),
            status: resource.status,
            reason: resource.reason.clone(),
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
