//! Creation, and the way back: everything that was made is deleted again.

use std::collections::BTreeMap;

use super::{Goal, Operation, names, run};
use crate::{
    cloudformation::{
        intrinsics::Scope,
        order::{Graph, graph, wanted},
        state::{OutputValue, Status},
        template::scalar,
    },
    world::AwsError,
};

impl Operation {
    /// Makes the stack.
    pub async fn create(&self, goal: &Goal) {
        match self.converge(goal).await {
            Ok(()) => self.turn(Status::CreateComplete, None),
            Err(reason) if self.with(|stack| stack.disable_rollback) => self.turn(Status::CreateFailed, Some(reason)),
            Err(reason) => self.roll_back(&reason).await,
        }
    }

    async fn roll_back(&self, reason: &str) {
        let reason = format!("{reason} Rollback requested by user.");
        self.turn(Status::RollbackInProgress, Some(reason));
        if self.with(|stack| stack.status != Status::RollbackInProgress) {
            // A deletion waits, and does the same.
            return;
        }
        let failed = self.take_away(&[], true).await;
        if failed.is_empty() {
            self.turn(Status::RollbackComplete, None);
        } else {
            let reason = format!("The following resource(s) failed to delete: {}.", names(&failed));
            self.turn(Status::RollbackFailed, Some(reason));
        }
    }

    /// Brings every wanted resource to where it should be, and the outputs after them. What fails is named in the error.
    pub async fn converge(&self, goal: &Goal) -> Result<(), String> {
        let plan = self.evaluate(goal, |scope| plan(goal, scope)).map_err(|error| error.message)?;
        let existed: BTreeMap<_, _> = self.with(|stack| {
            stack.resources.iter().map(|resource| (resource.logical_id.clone(), resource.made.is_some())).collect()
        });
        let failed = run(&plan, true, |id| {
            let depends_on = plan.get(&id).into_iter().flatten().cloned().collect();
            async move {
                match goal.template.resource(&id) {
                    Some(declared) => self.bring(goal, declared, depends_on).await,
                    None => true,
                }
            }
        })
        .await;
        if !failed.is_empty() {
            let (updated, created): (Vec<_>, Vec<_>) =
                failed.into_iter().partition(|id| existed.get(id).copied().unwrap_or(false));
            let part = |verb: &str, ids: &[String]| {
                (!ids.is_empty()).then(|| format!("The following resource(s) failed to {verb}: {}.", names(ids)))
            };
            let parts: Vec<_> = [part("create", &created), part("update", &updated)].into_iter().flatten().collect();
            return Err(parts.join(" "));
        }
        if self.halt.is_cancelled() {
            return Err("Resource creation cancelled.".to_owned());
        }
        let outputs = self.evaluate(goal, |scope| outputs(goal, scope)).map_err(|error| error.message)?;
        self.with(|stack| stack.outputs = outputs);
        Ok(())
    }
}

fn plan(goal: &Goal, scope: &Scope<'_>) -> Result<Graph, AwsError> {
    let graph = graph(&goal.template, scope)?;
    debug_assert_eq!(graph.len(), wanted(&goal.template, scope).len(), "every wanted resource has its place");
    Ok(graph)
}

fn outputs(goal: &Goal, scope: &Scope<'_>) -> Result<Vec<OutputValue>, AwsError> {
    let wanted = goal.template.outputs.iter().filter(|output| scope.holds(output.condition.as_deref()));
    wanted
        .map(|output| {
            let value = scope.resolve(&output.value)?.as_ref().and_then(scalar).ok_or_else(|| {
                AwsError::validation(format!(
                    "Template format error: The Value field of every Outputs member must evaluate to a String, as {} does not.",
                    output.key
                ))
            })?;
            let export = output.export.as_ref().map(|name| scope.resolve(name)).transpose()?.flatten();
            Ok(OutputValue {
                key: output.key.clone(),
                value,
                description: output.description.clone(),
                export: export.as_ref().and_then(scalar),
            })
        })
        .collect()
}
