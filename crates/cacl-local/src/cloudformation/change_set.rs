//! Change sets: what a template would change, found out without changing it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    engine::{Goal, made},
    intrinsics::Scope,
    order::{graph, wanted},
    resources::is_name,
    state::{Action, Change, ChangeSetStatus, Execution, Stack},
};
use crate::world::{AwsError, Shared, lock};

/// Why a change set fails whose template and parameters are the stack's own.
pub const SAME: &str =
    "The submitted information didn't contain changes. Submit different information to create a change set.";
/// Why one fails that differs in nothing that matters.
pub const NO_UPDATES: &str = "No updates are to be performed.";

/// What there is to change, in the template's order, then what goes.
pub fn changes(stack: &Stack, goal: &Goal, region: &str) -> Result<Vec<Change>, AwsError> {
    let pseudo = stack.pseudo(region);
    let mut scope = Scope::new(&goal.template, &goal.parameters, &pseudo)?;
    scope.resources = made(stack);
    scope.ahead = true;
    graph(&goal.template, &scope)?;
    let wanted = wanted(&goal.template, &scope);
    let mut changes = Vec::new();
    let mut retyped = Vec::new();
    for declared in &wanted {
        let properties = scope.properties(&declared.properties)?;
        let change = |action, physical: Option<&str>, properties| Change {
            action,
            logical_id: declared.logical_id.clone(),
            physical_id: physical.map(str::to_owned),
            kind: declared.kind.clone(),
            properties,
        };
        let Some(existing) = stack.resource(&declared.logical_id).filter(|resource| resource.made.is_some()) else {
            changes.push(change(Action::Add, None, Vec::new()));
            continue;
        };
        if existing.kind != declared.kind {
            retyped.push(declared.logical_id.as_str());
        } else if existing.properties != properties {
            let differing = differing(&existing.kind, &existing.properties, &properties);
            changes.push(change(Action::Modify, Some(existing.physical_id()), differing));
        }
    }
    if !retyped.is_empty() {
        return Err(AwsError::validation(format!(
            "Update of resource type is not permitted. The new template modifies resource type of the following \
             resources: [{}]",
            retyped.join(", ")
        )));
    }
    let gone = stack.resources.iter().filter(|resource| {
        resource.made.is_some() && wanted.iter().all(|declared| declared.logical_id != resource.logical_id)
    });
    changes.extend(gone.map(|resource| Change {
        action: Action::Remove,
        logical_id: resource.logical_id.clone(),
        physical_id: Some(resource.physical_id().to_owned()),
        kind: resource.kind.clone(),
        properties: Vec::new(),
    }));
    Ok(changes)
}

fn differing(kind: &str, old: &serde_json::Value, new: &serde_json::Value) -> Vec<(String, bool)> {
    let names = |value: &serde_json::Value| value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
    let mut all: Vec<String> = names(old).into_iter().chain(names(new)).flatten().collect();
    all.sort();
    all.dedup();
    all.retain(|name| old.get(name) != new.get(name));
    all.into_iter()
        .map(|name| {
            let replaces = is_name(kind, &name);
            (name, replaces)
        })
        .collect()
}

/// Why there is nothing to do; `None` if there is.
pub fn idle(stack: &Stack, goal: &Goal, tags: &[(String, String)], changes: &[Change]) -> Option<&'static str> {
    let before = stack.template.as_ref()?;
    if before.body == goal.template.body && stack.parameters == goal.parameters && stack.tags == tags {
        return Some(SAME);
    }
    let same = changes.is_empty() && before.outputs == goal.template.outputs && stack.tags == tags;
    // An output can change through a parameter alone.
    (same && (before.outputs.is_empty() || stack.parameters == goal.parameters || !outputs_move(stack, goal)))
        .then_some(NO_UPDATES)
}

fn outputs_move(stack: &Stack, goal: &Goal) -> bool {
    let pseudo = stack.pseudo("");
    let values = |goal: &Goal| {
        let mut scope = Scope::new(&goal.template, &goal.parameters, &pseudo).ok()?;
        scope.resources = made(stack);
        let outputs = goal.template.outputs.iter().filter(|output| scope.holds(output.condition.as_deref()));
        Some(outputs.map(|output| (output.key.clone(), scope.resolve(&output.value).ok())).collect::<BTreeMap<_, _>>())
    };
    let before = stack
        .template
        .as_ref()
        .map(|template| Goal { template: Arc::clone(template), parameters: stack.parameters.clone() });
    before.is_none_or(|before| values(&before) != values(goal))
}

/// Works it out in the background, as AWS does: the caller polls until it is done.
pub fn work_out(world: &Shared, stack_id: String, set_id: String) {
    let world = Arc::clone(world);
    tokio::spawn(async move {
        world.pause(Duration::from_secs(5), Duration::from_millis(250)).await;
        let mut state = lock(&world.cloudformation);
        let Some(stack) = state.find_mut(&stack_id) else { return };
        let Some(set) = stack.change_set_mut(&set_id) else { return };
        let goal = Goal { template: Arc::clone(&set.template), parameters: set.parameters.clone() };
        let (changes, tags, creates) = (std::mem::take(&mut set.changes), set.tags.clone(), set.creates);
        let idle = if creates { None } else { idle(stack, &goal, &tags, &changes) };
        if let Some(set) = stack.change_set_mut(&set_id) {
            set.changes = changes;
            set.reason = idle;
            (set.status, set.execution) = match idle {
                Some(_) => (ChangeSetStatus::Failed, Execution::Unavailable),
                None => (ChangeSetStatus::CreateComplete, Execution::Available),
            };
        }
    });
}
