//! One resource, one step: made, changed, or deleted, with the events that tell of it.

use std::time::Duration;

use serde_json::Value;

use super::{Goal, Operation};
use crate::{
    cloudformation::{
        resources,
        state::{StackResource, Status},
        template::{Declared, Deletion},
    },
    world::{AwsError, Resource, Updated},
};

/// A step that failed, and why.
type Failed = String;

impl Operation {
    /// Brings one resource to where the goal wants it; says whether that went well. A first failure halts the others.
    pub async fn bring(&self, goal: &Goal, declared: &Declared, depends_on: Vec<String>) -> bool {
        let id = declared.logical_id.as_str();
        let existing = self.resource(id).filter(|resource| resource.made.is_some());
        let (outcome, failed) = match existing {
            Some(existing) => (self.modify(goal, declared, depends_on, existing).await, Status::UpdateFailed),
            None => (self.make(goal, declared, depends_on).await, Status::CreateFailed),
        };
        match outcome {
            Ok(()) => true,
            Err(reason) => {
                self.halt.cancel();
                self.turn_resource(id, failed, Some(reason));
                false
            }
        }
    }

    async fn make(&self, goal: &Goal, declared: &Declared, depends_on: Vec<String>) -> Result<(), Failed> {
        const CANCELLED: &str = "Resource creation cancelled";
        let id = declared.logical_id.as_str();
        self.enter(declared, depends_on);
        self.turn_resource(id, Status::CreateInProgress, None);
        self.wait(&declared.kind, Part::Begin).await.map_err(|Halted| CANCELLED)?;
        if self.world.faults().fail_resource.as_deref() == Some(id) {
            return Err("Resource handler returned message: \"The local AWS was told to let this one fail\" \
                        (HandlerErrorCode: GeneralServiceException)"
                .to_owned());
        }
        let properties = self.properties(goal, declared)?;
        self.set(id, |resource| resource.properties = properties.clone());
        let made = self.create_one(declared, &properties).await?;
        self.set(id, |resource| resource.made = Some(made));
        self.turn_resource(id, Status::CreateInProgress, Some("Resource creation Initiated".to_owned()));
        self.wait(&declared.kind, Part::Rest).await.map_err(|Halted| CANCELLED)?;
        self.turn_resource(id, Status::CreateComplete, None);
        Ok(())
    }

    async fn modify(
        &self,
        goal: &Goal,
        declared: &Declared,
        depends_on: Vec<String>,
        existing: StackResource,
    ) -> Result<(), Failed> {
        const CANCELLED: &str = "Resource update cancelled";
        let id = declared.logical_id.as_str();
        let properties = self.properties(goal, declared)?;
        self.set(id, |resource| {
            resource.depends_on = depends_on;
            resource.deletion = declared.deletion;
        });
        if existing.properties == properties {
            return Ok(());
        }
        self.turn_resource(id, Status::UpdateInProgress, None);
        self.wait(&declared.kind, Part::Begin).await.map_err(|Halted| CANCELLED)?;
        let (physical, old) = (existing.physical_id(), &existing.properties);
        let agent = self.agent();
        let updated = resources::update(&self.world, &agent, &declared.kind, physical, old, &properties).await;
        let made = match updated.map_err(|error| resources::reason(&declared.kind, &error, &agent.request_id))? {
            Updated::InPlace(made) => made,
            Updated::Replace => self.replace(declared, &properties).await?,
        };
        self.set(id, |resource| {
            resource.made = Some(made);
            resource.properties = properties;
        });
        self.wait(&declared.kind, Part::Rest).await.map_err(|Halted| CANCELLED)?;
        self.turn_resource(id, Status::UpdateComplete, None);
        Ok(())
    }

    /// Makes another one beside the one there is, which the clean-up takes away later.
    async fn replace(&self, declared: &Declared, properties: &Value) -> Result<Resource, Failed> {
        let reason = "Requested update requires the creation of a new physical resource; hence creating one.";
        self.turn_resource(&declared.logical_id, Status::UpdateInProgress, Some(reason.to_owned()));
        let made = self.create_one(declared, properties).await?;
        self.turn_resource(
            &declared.logical_id,
            Status::UpdateInProgress,
            Some("Resource creation Initiated".to_owned()),
        );
        Ok(made)
    }

    async fn create_one(&self, declared: &Declared, properties: &Value) -> Result<Resource, Failed> {
        let begin = format!("{}-{}", self.stack_name, declared.logical_id);
        let agent = self.agent();
        resources::create(&self.world, &agent, &declared.kind, &begin, properties)
            .await
            .map_err(|error| resources::reason(&declared.kind, &error, &agent.request_id))
    }

    fn properties(&self, goal: &Goal, declared: &Declared) -> Result<Value, Failed> {
        self.evaluate(goal, |scope| scope.properties(&declared.properties)).map_err(|error: AwsError| error.message)
    }

    /// Deletes what a resource stands for; says whether that went well.
    pub async fn unmake(&self, resource: &StackResource, retain: bool, rolls_back: bool) -> bool {
        let id = resource.logical_id.as_str();
        let stays = match resource.deletion {
            Deletion::Delete => retain,
            Deletion::Retain => true,
            Deletion::RetainExceptOnCreate => retain || !rolls_back,
        };
        if stays && resource.made.is_some() {
            self.turn_resource(id, Status::DeleteSkipped, None);
            return true;
        }
        self.turn_resource(id, Status::DeleteInProgress, None);
        match self.dispose(resource).await {
            Ok(()) => {
                self.turn_resource(id, Status::DeleteComplete, None);
                true
            }
            Err(reason) => {
                self.turn_resource(id, Status::DeleteFailed, Some(reason));
                false
            }
        }
    }

    /// Deletes what was replaced, telling of it under the same logical id; says whether that went well.
    pub async fn discard(&self, replaced: &StackResource) -> bool {
        let tell = |status, reason| {
            let resource = StackResource { status, reason, ..replaced.clone() };
            self.with(|stack| stack.tell(&self.world, self.token.as_deref(), &resource));
        };
        tell(Status::DeleteInProgress, None);
        let outcome = self.dispose(replaced).await;
        let status = if outcome.is_ok() { Status::DeleteComplete } else { Status::DeleteFailed };
        tell(status, outcome.as_ref().err().cloned());
        outcome.is_ok()
    }

    /// Deletes without a word; what was never made is gone already.
    async fn dispose(&self, resource: &StackResource) -> Result<(), Failed> {
        let Some(made) = &resource.made else { return Ok(()) };
        let (real, fast) = resources::duration(&resource.kind);
        self.world.pause(real / 3, fast / 2).await;
        let agent = self.agent();
        resources::delete(&self.world, &agent, &resource.kind, &made.physical_id)
            .await
            .map_err(|error| resources::reason(&resource.kind, &error, &agent.request_id))
    }

    /// A place for a resource that is to be made; one that is left from a deletion gives way.
    fn enter(&self, declared: &Declared, depends_on: Vec<String>) {
        let fresh = StackResource {
            logical_id: declared.logical_id.clone(),
            kind: declared.kind.clone(),
            status: Status::CreateInProgress,
            reason: None,
            updated: self.world.now(),
            properties: Value::Object(serde_json::Map::new()),
            made: None,
            depends_on,
            deletion: declared.deletion,
        };
        self.with(|stack| match stack.resource_mut(&declared.logical_id) {
            Some(resource) => *resource = fresh,
            None => stack.resources.push(fresh),
        });
    }

    fn set(&self, logical_id: &str, change: impl FnOnce(&mut StackResource)) {
        self.with(|stack| stack.resource_mut(logical_id).map(change));
    }

    /// Takes the time of a part of a step, unless halted.
    async fn wait(&self, kind: &str, part: Part) -> Result<(), Halted> {
        let (real, fast) = resources::duration(kind);
        let share = |whole: Duration| if part == Part::Begin { whole / 4 } else { whole * 3 / 4 };
        tokio::select! {
            biased;
            () = self.halt.cancelled() => Err(Halted),
            () = self.world.pause(share(real), share(fast)) => Ok(()),
        }
    }
}

/// Parts of a step's time: before there is something, and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Begin,
    Rest,
}

struct Halted;
