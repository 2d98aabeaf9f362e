//! Stacks, resources, events and change sets as XML. Values of parameters with `NoEcho` are never shown.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    state::{Action, Change, ChangeSet, Event, Stack, StackResource, Status},
    template::Template,
};
use crate::protocol::xml::Element;

/// Times as AWS writes them here: UTC, milliseconds.
fn stamp(time: Timestamp) -> String {
    format!("{time:.3}")
}

fn parameters(template: &Template, values: &BTreeMap<String, String>) -> Vec<Element> {
    let shown = template.parameters.iter().filter_map(|parameter| {
        let value = values.get(&parameter.name)?;
        let value = if parameter.no_echo() { "****" } else { value };
        Some(Element::default().text("ParameterKey", &parameter.name).text("ParameterValue", value))
    });
    shown.collect()
}

fn texts(values: &[String]) -> impl Iterator<Item = Element> {
    values.iter().map(|value| Element { text: value.clone(), ..Element::default() })
}

fn tags(tags: &[(String, String)]) -> impl Iterator<Item = Element> {
    tags.iter().map(|(key, value)| Element::default().text("Key", key).text("Value", value))
}

/// A stack, in full.
pub fn stack(stack: &Stack) -> Element {
    let outputs = stack.outputs.iter().map(|output| {
        Element::default()
            .text("OutputKey", &output.key)
            .text("OutputValue", &output.value)
            .maybe("Description", output.description.as_ref())
            .maybe("ExportName", output.export.as_ref())
    });
    let template = stack.template.as_deref();
    Element::default()
        .text("StackId", &stack.id)
        .text("StackName", &stack.name)
        .maybe("ChangeSetId", stack.change_set.as_ref())
        .maybe("Description", template.and_then(|template| template.description.as_ref()))
        .members("Parameters", template.map(|template| parameters(template, &stack.parameters)).unwrap_or_default())
        .text("CreationTime", stamp(stack.created))
        .maybe("LastUpdatedTime", stack.updated.map(stamp))
        .maybe("DeletionTime", stack.deleted.map(stamp))
        .child(Element::new("RollbackConfiguration"))
        .text("StackStatus", stack.status.as_str())
        .maybe("StackStatusReason", stack.reason.as_ref())
        .text("DisableRollback", stack.disable_rollback)
        .child(Element::new("NotificationARNs"))
        .members("Capabilities", texts(&stack.capabilities))
        .members("Outputs", outputs)
        .members("Tags", tags(&stack.tags))
        .text("EnableTerminationProtection", false)
        .child(Element::new("DriftInformation").text("StackDriftStatus", "NOT_CHECKED"))
}

/// A stack, in short.
pub fn summary(stack: &Stack) -> Element {
    Element::default()
        .text("StackId", &stack.id)
        .text("StackName", &stack.name)
        .maybe("TemplateDescription", stack.template.as_ref().and_then(|template| template.description.clone()))
        .text("CreationTime", stamp(stack.created))
        .maybe("LastUpdatedTime", stack.updated.map(stamp))
        .maybe("DeletionTime", stack.deleted.map(stamp))
        .text("StackStatus", stack.status.as_str())
        .maybe("StackStatusReason", stack.reason.as_ref())
        .child(Element::new("DriftInformation").text("StackDriftStatus", "NOT_CHECKED"))
}

/// A resource, as `DescribeStackResources` has it.
pub fn resource(stack: &Stack, resource: &StackResource) -> Element {
    Element::default()
        .text("StackName", &stack.name)
        .text("StackId", &stack.id)
        .text("LogicalResourceId", &resource.logical_id)
        .maybe("PhysicalResourceId", Some(resource.physical_id()).filter(|id| !id.is_empty()))
        .text("ResourceType", &resource.kind)
        .text("Timestamp", stamp(resource.updated))
        .text("ResourceStatus", resource.status.as_str())
        .maybe("ResourceStatusReason", resource.reason.as_ref())
        .child(Element::new("DriftInformation").text("StackResourceDriftStatus", "NOT_CHECKED"))
}

/// A resource, as `ListStackResources` and `DescribeStackResource` have it.
pub fn resource_summary(resource: &StackResource) -> Element {
    Element::default()
        .text("LogicalResourceId", &resource.logical_id)
        .maybe("PhysicalResourceId", Some(resource.physical_id()).filter(|id| !id.is_empty()))
        .text("ResourceType", &resource.kind)
        .text("LastUpdatedTimestamp", stamp(resource.updated))
        .text("ResourceStatus", resource.status.as_str())
        .maybe("ResourceStatusReason", resource.reason.as_ref())
        .child(Element::new("DriftInformation").text("StackResourceDriftStatus", "NOT_CHECKED"))
}

/// An event.
pub fn event(stack: &Stack, event: &Event) -> Element {
    Element::default()
        .text("StackId", &stack.id)
        .text("EventId", &event.id)
        .text("StackName", &stack.name)
        .text("LogicalResourceId", &event.logical_id)
        .text("PhysicalResourceId", &event.physical_id)
        .text("ResourceType", &event.kind)
        .text("Timestamp", stamp(event.time))
        .text("ResourceStatus", event.status.as_str())
        .maybe("ResourceStatusReason", event.reason.as_ref())
        .maybe("ResourceProperties", event.properties.as_ref())
        .maybe("ClientRequestToken", event.token.as_ref())
}

/// A change set, in full.
pub fn change_set(stack: &Stack, set: &ChangeSet) -> Element {
    Element::default()
        .text("ChangeSetName", &set.name)
        .text("ChangeSetId", &set.id)
        .text("StackId", &stack.id)
        .text("StackName", &stack.name)
        .maybe("Description", set.description.as_ref())
        .members("Parameters", parameters(&set.template, &set.parameters))
        .text("CreationTime", stamp(set.created))
        .text("ExecutionStatus", set.execution.as_str())
        .text("Status", set.status.as_str())
        .maybe("StatusReason", set.reason)
        .child(Element::new("NotificationARNs"))
        .child(Element::new("RollbackConfiguration"))
        .members("Capabilities", texts(&set.capabilities))
        .members("Tags", tags(&set.tags))
        .members("Changes", set.changes.iter().map(change))
        .text("IncludeNestedStacks", false)
}

/// A change set, in short.
pub fn change_set_summary(stack: &Stack, set: &ChangeSet) -> Element {
    Element::default()
        .text("StackId", &stack.id)
        .text("StackName", &stack.name)
        .text("ChangeSetId", &set.id)
        .text("ChangeSetName", &set.name)
        .text("ExecutionStatus", set.execution.as_str())
        .text("Status", set.status.as_str())
        .maybe("StatusReason", set.reason)
        .text("CreationTime", stamp(set.created))
        .maybe("Description", set.description.as_ref())
}

fn change(change: &Change) -> Element {
    let action = match change.action {
        Action::Add => "Add",
        Action::Modify => "Modify",
        Action::Remove => "Remove",
    };
    let modifies = change.action == Action::Modify;
    let replaces = change.properties.iter().any(|(_, replaces)| *replaces);
    let details = change.properties.iter().map(|(name, replaces)| {
        let target = Element::new("Target")
            .text("Attribute", "Properties")
            .text("Name", name)
            .text("RequiresRecreation", if *replaces { "Always" } else { "Never" });
        Element::default().child(target).text("Evaluation", "Static").text("ChangeSource", "DirectModification")
    });
    let scope = modifies.then(|| Element { text: "Properties".to_owned(), ..Element::default() });
    let resource = Element::new("ResourceChange")
        .text("Action", action)
        .text("LogicalResourceId", &change.logical_id)
        .maybe("PhysicalResourceId", change.physical_id.as_ref())
        .text("ResourceType", &change.kind)
        .maybe("Replacement", modifies.then_some(if replaces { "True" } else { "False" }))
        .members("Scope", scope)
        .members("Details", details);
    Element::default().text("Type", "Resource").child(resource)
}

/// What a template says of itself, for `ValidateTemplate` and `GetTemplateSummary`.
pub fn template(template: &Template, element: Element) -> Element {
    let parameters = template.parameters.iter().map(|parameter| {
        let description = crate::input::text(&parameter.declaration, "Description");
        Element::default()
            .text("ParameterKey", &parameter.name)
            .maybe("DefaultValue", parameter.default.as_ref())
            .text("NoEcho", parameter.no_echo())
            .maybe("ParameterType", element.get("ResourceTypes").map(|_| parameter.kind.clone()))
            .maybe("Description", description)
    });
    let parameters: Vec<_> = parameters.collect();
    let capabilities = template.capabilities();
    let names: Vec<_> = capabilities.iter().map(|(name, _)| (*name).to_owned()).collect();
    element
        .maybe("Description", template.description.as_ref())
        .members("Parameters", parameters)
        .members("Capabilities", texts(&names))
        .maybe("CapabilitiesReason", capabilities.map(|(_, reason)| reason))
}

/// Whether `ListStacks` with these filters shows a stack in this state; without filters it shows all.
pub fn passes(filters: &[String], status: Status) -> bool {
    filters.is_empty() || filters.iter().any(|filter| filter == status.as_str())
}
