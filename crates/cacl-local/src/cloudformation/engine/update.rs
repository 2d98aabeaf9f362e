//! Update, and the way back: what was changed is changed back, what was made is deleted.

use super::{Goal, Operation};
use crate::{
    cloudformation::{
        order::wanted,
        resources,
        state::{StackResource, Status},
        template::Deletion,
    },
    world::Updated,
};

impl Operation {
    /// Changes the stack; `before` is what it was.
    pub async fn update(&self, goal: &Goal, before: Option<Goal>) {
        let was: Vec<_> = self.with(|stack| stack.resources.clone());
        let now = self.world.now();
        self.with(|stack| stack.updated = Some(now));
        match self.converge(goal).await {
            Ok(()) => {
                self.turn(Status::UpdateCompleteCleanupInProgress, None);
                let reason = self.clean_up(goal, &was).await;
                self.turn(Status::UpdateComplete, reason);
            }
            Err(reason) => self.undo(before, was, reason).await,
        }
    }

    /// Deletes what is no longer wanted, the latest first, and what was replaced. An update succeeds all the same if
    /// something will not go.
    async fn clean_up(&self, goal: &Goal, was: &[StackResource]) -> Option<String> {
        let wanted = self.evaluate(goal, |scope| {
            Ok(wanted(&goal.template, scope)
                .into_iter()
                .map(|declared| declared.logical_id.clone())
                .collect::<Vec<_>>())
        });
        let wanted = wanted.unwrap_or_default();
        let mut left = false;
        for old in was.iter().rev().filter(|old| old.made.is_some()) {
            if !wanted.contains(&old.logical_id) {
                if self.unmake(old, false, false).await {
                    self.with(|stack| stack.resources.retain(|resource| resource.logical_id != old.logical_id));
                } else {
                    left = true;
                }
            } else if self.resource(&old.logical_id).is_some_and(|new| new.physical_id() != old.physical_id()) {
                let declared = goal.template.resource(&old.logical_id);
                let keep = declared.is_some_and(|declared| declared.replaced == Deletion::Retain);
                left |= !keep && !self.discard(old).await;
            }
        }
        left.then(|| "Update successful. One or more resources could not be deleted.".to_owned())
    }

    async fn undo(&self, before: Option<Goal>, was: Vec<StackResource>, reason: String) {
        self.turn(Status::UpdateRollbackInProgress, Some(reason));
        if let Some(before) = &before {
            self.with(|stack| {
                stack.aim(before);
            });
        }
        let mut superfluous = Vec::new();
        let mut stuck = Vec::new();
        for old in &was {
            let Some(new) = self.resource(&old.logical_id) else { continue };
            if new.physical_id() != old.physical_id() {
                superfluous.push(new);
                self.restore(old);
            } else if new.properties != old.properties {
                if self.change_back(old, &new).await {
                    self.restore(old);
                } else {
                    stuck.push(old.logical_id.clone());
                }
            } else if new.status != old.status {
                self.restore(old);
            }
        }
        if !stuck.is_empty() {
            let reason = format!("The following resource(s) failed to update: {}.", super::names(&stuck));
            self.turn(Status::UpdateRollbackFailed, Some(reason));
            return;
        }
        self.turn(Status::UpdateRollbackCompleteCleanupInProgress, None);
        self.take_new_away(&was, &superfluous).await;
        self.turn(Status::UpdateRollbackComplete, None);
    }

    async fn take_new_away(&self, was: &[StackResource], superfluous: &[StackResource]) {
        for resource in superfluous {
            self.discard(resource).await;
        }
        let new: Vec<_> = self.with(|stack| {
            let is_new = |resource: &&StackResource| was.iter().all(|old| old.logical_id != resource.logical_id);
            stack.resources.iter().filter(is_new).cloned().collect()
        });
        for resource in new.iter().rev() {
            if self.unmake(resource, false, true).await {
                self.with(|stack| stack.resources.retain(|other| other.logical_id != resource.logical_id));
            }
        }
    }

    async fn change_back(&self, old: &StackResource, new: &StackResource) -> bool {
        let id = old.logical_id.as_str();
        self.turn_resource(id, Status::UpdateInProgress, None);
        let (kind, agent) = (&old.kind, self.agent());
        let physical = old.physical_id();
        let outcome = resources::update(&self.world, &agent, kind, physical, &new.properties, &old.properties).await;
        match outcome {
            Ok(Updated::InPlace(_)) => true,
            Ok(Updated::Replace) => {
                self.turn_resource(id, Status::UpdateFailed, Some("Cannot be changed back in place".to_owned()));
                false
            }
            Err(error) => {
                let reason = resources::reason(kind, &error, &agent.request_id);
                self.turn_resource(id, Status::UpdateFailed, Some(reason));
                false
            }
        }
    }

    /// The stack has what it had.
    fn restore(&self, old: &StackResource) {
        self.with(|stack| {
            if let Some(resource) = stack.resource_mut(&old.logical_id) {
                *resource = old.clone();
            }
        });
        self.turn_resource(&old.logical_id, Status::UpdateComplete, None);
    }
}
