//! Deletion, in the reverse of the order of creation. What fails stays, with all that it was made upon.

use super::{Operation, names, run};
use crate::cloudformation::{
    order::{Graph, reversed},
    state::Status,
};

impl Operation {
    /// Takes the stack away.
    pub async fn delete(&self, retain: &[String]) {
        let failed = self.take_away(retain, false).await;
        if !failed.is_empty() {
            let reason = format!("The following resource(s) failed to delete: {}. ", names(&failed));
            self.turn(Status::DeleteFailed, Some(reason));
            return;
        }
        let now = self.world.now();
        self.with(|stack| stack.deleted = Some(now));
        self.turn(Status::DeleteComplete, None);
    }

    /// Deletes all resources that are left; gives those that would not go.
    pub async fn take_away(&self, retain: &[String], rolls_back: bool) -> Vec<String> {
        let left: Vec<_> = self.with(|stack| {
            let gone = |status| matches!(status, Status::DeleteComplete | Status::DeleteSkipped);
            stack.resources.iter().filter(|resource| !gone(resource.status)).cloned().collect()
        });
        let is_left = |id: &String| left.iter().any(|resource| resource.logical_id == *id);
        let graph: Graph = left
            .iter()
            .map(|resource| {
                let before = resource.depends_on.iter().filter(|id| is_left(id)).cloned().collect();
                (resource.logical_id.clone(), before)
            })
            .collect();
        run(&reversed(&graph), false, |id| {
            let resource = left.iter().find(|resource| resource.logical_id == id);
            let retained = retain.contains(&id);
            async move {
                match resource {
                    Some(resource) => self.unmake(resource, retained, rolls_back).await,
                    None => true,
                }
            }
        })
        .await
    }
}
