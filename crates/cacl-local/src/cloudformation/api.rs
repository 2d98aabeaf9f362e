//! The actions. They answer at once; what takes time goes on in the background and is told by events.

use std::sync::Arc;

use super::{
    change_set,
    engine::{Goal, Task, start},
    parameters::{given, values},
    render,
    state::{ChangeSet, ChangeSetStatus, Execution, Stack, State, Status},
    template::Template,
};
use crate::{
    input::page,
    protocol::{decode, query::Form, xml::Element},
    s3,
    world::{AwsError, Caller, Shared, lock},
};

/// Answers an action.
pub fn handle(world: &Shared, caller: &Caller, action: &str, form: &Form) -> Result<Element, AwsError> {
    match action {
        "CreateChangeSet" => create_change_set(world, caller, form),
        "CreateStack" => create_stack(world, caller, form),
        "DeleteChangeSet" => delete_change_set(world, form),
        "DeleteStack" => delete_stack(world, caller, form),
        "DescribeChangeSet" => {
            with_change_set(world, form, |stack, set| Ok(render::change_set(stack, &stack.change_sets[set])))
        }
        "DescribeStackEvents" => events(world, form),
        "DescribeStackResource" => {
            let wanted = form.require("LogicalResourceId")?;
            read(world, form, |stack| {
                let resource = stack.resource(wanted).ok_or_else(|| {
                    AwsError::validation(format!("Resource {wanted} does not exist for stack {}", stack.name))
                })?;
                let detail =
                    render::resource_summary(resource).text("StackName", &stack.name).text("StackId", &stack.id);
                Ok(Element::default().child(Element { name: "StackResourceDetail".into(), ..detail }))
            })
        }
        "DescribeStackResources" => read(world, form, |stack| {
            let wanted = form.text("LogicalResourceId");
            let shown = stack.resources.iter().filter(|resource| wanted.is_none_or(|id| resource.logical_id == id));
            Ok(Element::default().members("StackResources", shown.map(|resource| render::resource(stack, resource))))
        }),
        "DescribeStacks" => describe_stacks(world, form),
        "ExecuteChangeSet" => execute_change_set(world, caller, form),
        "GetTemplate" => get_template(world, form),
        "GetTemplateSummary" => {
            let template = match form.text("StackName") {
                Some(_) => read(world, form, |stack| stack.template.clone().ok_or_else(|| missing(&stack.name)))?,
                None => template(world, form, None)?,
            };
            let kinds = template.resources.iter().map(|r| Element { text: r.kind.clone(), ..Element::default() });
            Ok(render::template(&template, Element::default().members("ResourceTypes", kinds)))
        }
        "ListChangeSets" => read(world, form, |stack| {
            let sets = stack.change_sets.iter().map(|set| render::change_set_summary(stack, set));
            Ok(Element::default().members("Summaries", sets))
        }),
        "ListStackResources" => read(world, form, |stack| {
            let shown = stack.resources.iter().map(render::resource_summary);
            Ok(Element::default().members("StackResourceSummaries", shown))
        }),
        "ListStacks" => {
            let filters = form.values("StackStatusFilter");
            let state = lock(&world.cloudformation);
            let stacks = state.all().iter().rev().filter(|stack| render::passes(&filters, stack.status));
            Ok(Element::default().members("StackSummaries", stacks.map(render::summary)))
        }
        "UpdateStack" => update_stack(world, caller, form),
        "ValidateTemplate" => Ok(render::template(&*template(world, form, None)?, Element::default())),
        _ => Err(AwsError::invalid_action(action)),
    }
}

fn missing(name: &str) -> AwsError {
    AwsError::validation(format!("Stack with id {name} does not exist"))
}

/// The other way in which AWS says so.
fn missing_in_brackets(name: &str) -> AwsError {
    AwsError::validation(format!("Stack [{name}] does not exist"))
}

fn read<T>(world: &Shared, form: &Form, act: impl FnOnce(&Stack) -> Result<T, AwsError>) -> Result<T, AwsError> {
    let name = form.require("StackName")?;
    let state = lock(&world.cloudformation);
    act(state.find(name).ok_or_else(|| missing(name))?)
}

/// The template that a request brings, points to in S3, or leaves as it is.
fn template(world: &Shared, form: &Form, previous: Option<&Arc<Template>>) -> Result<Arc<Template>, AwsError> {
    let body = match (form.text("TemplateBody"), form.text("TemplateURL")) {
        (Some(body), None) => {
            Template::check_length(body)?;
            body.to_owned()
        }
        (None, Some(url)) => fetch(world, url)?,
        (None, None) if form.flag("UsePreviousTemplate") => {
            return previous.cloned().ok_or_else(|| AwsError::validation("No previous template is available."));
        }
        _ => {
            return Err(AwsError::validation("Either Template URL or Template Body must be specified."));
        }
    };
    Template::parse(&body).map(Arc::new)
}

/// Path-style, or with the bucket before the host.
fn fetch(world: &Shared, url: &str) -> Result<String, AwsError> {
    let invalid = || AwsError::validation("TemplateURL must be a supported URL.");
    let (_, rest) = url.split_once("://").ok_or_else(invalid)?;
    let (host, path) = rest.split_once('/').ok_or_else(invalid)?;
    let path = decode(path.split('?').next().unwrap_or_default());
    let (bucket, key) = match host.split_once(".s3.").or_else(|| host.split_once(".s3-")) {
        Some((bucket, _)) => (bucket.to_owned(), path),
        None => path.split_once('/').map(|(bucket, key)| (bucket.to_owned(), key.to_owned())).ok_or_else(invalid)?,
    };
    let bytes =
        s3::get(world, &bucket, &key).map_err(|error| AwsError::validation(format!("S3 error: {}", error.message)))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| AwsError::validation("Template format error: not UTF-8"))
}

fn tags(form: &Form) -> Vec<(String, String)> {
    let members = form.members("Tags");
    let tags = members.iter().filter_map(|tag| Some((tag.get("Key")?.to_owned(), tag.get("Value")?.to_owned())));
    tags.collect()
}

/// A letter, then letters, digits and hyphens; 128 at most.
fn check_name(name: &str, field: &str) -> Result<(), AwsError> {
    let valid = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && name.len() <= 128;
    if valid {
        return Ok(());
    }
    Err(AwsError::validation(format!(
        "1 validation error detected: Value '{name}' at '{field}' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    )))
}

/// What a request wants the stack to be.
fn goal(world: &Shared, form: &Form, stack: Option<&Stack>) -> Result<Goal, AwsError> {
    let template = template(world, form, stack.and_then(|stack| stack.template.as_ref()))?;
    let previous = stack.map(|stack| stack.parameters.clone()).unwrap_or_default();
    let parameters = values(&template, &given(form)?, &previous)?;
    template.check_capabilities(&form.values("Capabilities"))?;
    Ok(Goal { template, parameters })
}

fn create_stack(world: &Shared, caller: &Caller, form: &Form) -> Result<Element, AwsError> {
    let name = form.require("StackName")?;
    check_name(name, "stackName")?;
    let goal = goal(world, form, None)?;
    let mut state = lock(&world.cloudformation);
    if state.find(name).is_some() {
        return Err(AwsError::bad("AlreadyExistsException", format!("Stack [{name}] already exists")));
    }
    let mut stack = Stack::new(world, name, Status::CreateInProgress);
    change_set::changes(&stack, &goal, &world.region)?;
    stack.capabilities = form.values("Capabilities");
    stack.tags = tags(form);
    stack.disable_rollback = form.flag("DisableRollback") || form.get("OnFailure") == Some("DO_NOTHING");
    start(world, caller, &mut stack, form.text("ClientRequestToken"), Task::Create(goal));
    let answer = Element::default().text("StackId", &stack.id);
    state.add(stack);
    Ok(answer)
}

fn update_stack(world: &Shared, caller: &Caller, form: &Form) -> Result<Element, AwsError> {
    let name = form.require("StackName")?;
    let mut state = lock(&world.cloudformation);
    let stack = state.find_mut(name).ok_or_else(|| missing_in_brackets(name))?;
    stack.refuse_update()?;
    let goal = goal(world, form, Some(stack))?;
    let tags = if form.members("Tags").is_empty() { stack.tags.clone() } else { tags(form) };
    let changes = change_set::changes(stack, &goal, &world.region)?;
    if change_set::idle(stack, &goal, &tags, &changes).is_some() {
        return Err(AwsError::validation(change_set::NO_UPDATES));
    }
    stack.capabilities = form.values("Capabilities");
    stack.tags = tags;
    start(world, caller, stack, form.text("ClientRequestToken"), Task::Update(goal));
    Ok(Element::default().text("StackId", &stack.id))
}

fn delete_stack(world: &Shared, caller: &Caller, form: &Form) -> Result<Element, AwsError> {
    let name = form.require("StackName")?;
    let retain = form.values("RetainResources");
    let mut state = lock(&world.cloudformation);
    let Some(stack) = state.find_mut(name) else { return Ok(Element::default()) };
    match stack.status {
        Status::DeleteInProgress | Status::DeleteComplete => return Ok(Element::default()),
        Status::CreateInProgress | Status::RollbackInProgress => {}
        status if status.in_progress() => {
            let (id, status) = (&stack.id, status.as_str());
            let message = format!("Stack [{id}] cannot be deleted while in status {status}");
            return Err(AwsError::validation(message));
        }
        Status::DeleteFailed => {}
        _ if !retain.is_empty() => {
            return Err(AwsError::validation(
                "Invalid operation on stack. Specify RetainResources only when the stack is in the DELETE_FAILED state.",
            ));
        }
        _ => {}
    }
    start(world, caller, stack, form.text("ClientRequestToken"), Task::Delete { retain });
    Ok(Element::default())
}

fn describe_stacks(world: &Shared, form: &Form) -> Result<Element, AwsError> {
    if form.text("StackName").is_some() {
        return read(world, form, |stack| Ok(Element::default().members("Stacks", [render::stack(stack)])));
    }
    let state = lock(&world.cloudformation);
    let stacks: Vec<_> = state.all().iter().rev().filter(|stack| stack.status != Status::DeleteComplete).collect();
    let (stacks, next) = page(stacks, form.text("NextToken"), 100).ok_or_else(bad_token)?;
    let stacks = stacks.into_iter().map(render::stack);
    Ok(Element::default().members("Stacks", stacks).maybe("NextToken", next))
}

fn bad_token() -> AwsError {
    AwsError::validation("The specified NextToken is invalid.")
}

/// Newest first, a hundred a page. A token counts from the oldest, so that what happens between two pages moves nothing.
fn events(world: &Shared, form: &Form) -> Result<Element, AwsError> {
    const PAGE: usize = 100;
    let name = form.require("StackName")?;
    let state = lock(&world.cloudformation);
    let stack = state.find(name).ok_or_else(|| missing_in_brackets(name))?;
    let end = match form.text("NextToken") {
        Some(token) => token.parse().ok().filter(|end| *end <= stack.events.len()).ok_or_else(bad_token)?,
        None => stack.events.len(),
    };
    let begin = end.saturating_sub(PAGE);
    let shown = stack.events[begin..end].iter().rev().map(|event| render::event(stack, event));
    Ok(Element::default().members("StackEvents", shown).maybe("NextToken", (begin > 0).then_some(begin)))
}

fn get_template(world: &Shared, form: &Form) -> Result<Element, AwsError> {
    let template = if form.text("ChangeSetName").is_some() {
        with_change_set(world, form, |stack, set| Ok(Some(Arc::clone(&stack.change_sets[set].template))))?
    } else {
        read(world, form, |stack| Ok(stack.template.clone()))?
    };
    let stages = ["Original", "Processed"].map(|stage| Element { text: stage.to_owned(), ..Element::default() });
    Ok(Element::default()
        .text("TemplateBody", template.map(|template| template.body.clone()).unwrap_or_default())
        .members("StagesAvailable", stages))
}

/// Acts on the stack and the place of the change set that the form names.
fn with_change_set<T>(
    world: &Shared,
    form: &Form,
    act: impl FnOnce(&mut Stack, usize) -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    let name = form.require("ChangeSetName")?;
    let mut state = lock(&world.cloudformation);
    let stack = change_set_owner(&mut state, form, name)?;
    let place = stack.change_sets.iter().position(|set| set.id == name || set.name == name);
    let place = place.ok_or_else(|| no_change_set(name))?;
    act(stack, place)
}

fn no_change_set(name: &str) -> AwsError {
    AwsError::new(404, "ChangeSetNotFound", format!("ChangeSet [{name}] does not exist"))
}

fn change_set_owner<'s>(state: &'s mut State, form: &Form, name: &str) -> Result<&'s mut Stack, AwsError> {
    if let Some(stack) = form.text("StackName") {
        return state.find_mut(stack).ok_or_else(|| missing_in_brackets(stack));
    }
    if !name.starts_with("arn:") {
        return Err(AwsError::validation("StackName must be specified if ChangeSetName is not specified as an ARN."));
    }
    let owner = state.all().iter().find(|stack| stack.change_sets.iter().any(|set| set.id == name));
    let owner = owner.map(|stack| stack.id.clone()).ok_or_else(|| no_change_set(name))?;
    state.find_mut(&owner).ok_or_else(|| no_change_set(name))
}

fn create_change_set(world: &Shared, caller: &Caller, form: &Form) -> Result<Element, AwsError> {
    let (stack_name, name) = (form.require("StackName")?, form.require("ChangeSetName")?);
    check_name(name, "changeSetName")?;
    let creates = match form.text("ChangeSetType") {
        Some("CREATE") => true,
        None | Some("UPDATE") => false,
        Some(other) => {
            return Err(AwsError::validation(format!("ChangeSetType {other} is not supported by the local AWS")));
        }
    };
    let mut state = lock(&world.cloudformation);
    let existing = state.find(stack_name);
    match existing {
        Some(stack) if creates && stack.status != Status::ReviewInProgress => {
            let message =
                format!("Stack [{stack_name}] already exists and cannot be created again with the changeSet [{name}].");
            return Err(AwsError::validation(message));
        }
        Some(stack) if !creates => stack.refuse_update()?,
        None if !creates => return Err(missing_in_brackets(stack_name)),
        _ => {}
    }
    if existing.is_some_and(|stack| stack.change_sets.iter().any(|set| set.name == name)) {
        let message = format!("ChangeSet {name} cannot be created due to a mismatch with existing attribute Template");
        return Err(AwsError::bad("AlreadyExistsException", message));
    }
    let goal = goal(world, form, existing)?;
    if existing.is_none() {
        check_name(stack_name, "stackName")?;
        let mut stack = Stack::new(world, stack_name, Status::ReviewInProgress);
        change_set::changes(&stack, &goal, &world.region)?;
        stack.turn_to(world, form.text("ClientToken"), Status::ReviewInProgress, Some("User Initiated".to_owned()));
        state.add(stack);
    }
    let stack = state.find_mut(stack_name).ok_or_else(|| missing_in_brackets(stack_name))?;
    let changes = change_set::changes(stack, &goal, &world.region)?;
    let set = ChangeSet {
        id: world.arn("cloudformation", &format!("changeSet/{name}/{}", caller.request_id)),
        name: name.to_owned(),
        creates,
        status: ChangeSetStatus::CreateInProgress,
        reason: None,
        execution: Execution::Unavailable,
        created: world.now(),
        description: form.text("Description").map(str::to_owned),
        template: goal.template,
        parameters: goal.parameters,
        capabilities: form.values("Capabilities"),
        tags: if form.members("Tags").is_empty() { stack.tags.clone() } else { tags(form) },
        changes,
    };
    let answer = Element::default().text("Id", &set.id).text("StackId", &stack.id);
    change_set::work_out(world, stack.id.clone(), set.id.clone());
    stack.change_sets.push(set);
    Ok(answer)
}

fn execute_change_set(world: &Shared, caller: &Caller, form: &Form) -> Result<Element, AwsError> {
    with_change_set(world, form, |stack, place| {
        let set = &stack.change_sets[place];
        if set.execution != Execution::Available {
            let (id, status) = (&set.id, set.status.as_str());
            let message = format!("ChangeSet [{id}] cannot be executed in its current status of [{status}]");
            return Err(AwsError::bad("InvalidChangeSetStatus", message));
        }
        let goal = Goal { template: Arc::clone(&set.template), parameters: set.parameters.clone() };
        let (id, creates) = (set.id.clone(), set.creates);
        let (capabilities, tags) = (set.capabilities.clone(), set.tags.clone());
        if !creates {
            stack.refuse_update()?;
        }
        stack.change_sets[place].execution = Execution::InProgress;
        (stack.capabilities, stack.tags, stack.change_set) = (capabilities, tags, Some(id));
        stack.disable_rollback = form.flag("DisableRollback");
        let task = if creates { Task::Create(goal) } else { Task::Update(goal) };
        start(world, caller, stack, form.text("ClientRequestToken"), task);
        Ok(Element::default())
    })
}

fn delete_change_set(world: &Shared, form: &Form) -> Result<Element, AwsError> {
    let deleted = with_change_set(world, form, |stack, place| {
        if stack.change_sets[place].execution == Execution::InProgress {
            let message = format!("ChangeSet [{}] cannot be deleted while it is executed", stack.change_sets[place].id);
            return Err(AwsError::bad("InvalidChangeSetStatus", message));
        }
        stack.change_sets.remove(place);
        Ok(Element::default())
    });
    match deleted {
        Err(error) if error.code == "ChangeSetNotFound" => Ok(Element::default()),
        other => other,
    }
}
