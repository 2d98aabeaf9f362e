//! What a template refers to, and whether all of it exists.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::circular;
use crate::{
    cloudformation::{
        intrinsics::{Part, function, placeholders, supported, unsupported},
        resources::schema,
        template::Template,
    },
    world::AwsError,
};

/// A reference somewhere in a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// `Ref`, or a plain name in `Fn::Sub`.
    Ref(String),
    /// `Fn::GetAtt`, or a dotted name in `Fn::Sub`; the attribute may itself be computed.
    GetAtt(String, Option<String>),
    /// The condition of an `Fn::If`.
    Condition(String),
    /// A function that there is not.
    Unsupported(String),
}

/// All references in a value.
pub fn collect(value: &Value) -> BTreeSet<Reference> {
    let mut references = BTreeSet::new();
    walk(value, &mut references);
    references
}

fn walk(value: &Value, found: &mut BTreeSet<Reference>) {
    match function(value) {
        Some(("Ref", Value::String(name))) => {
            found.insert(Reference::Ref(name.clone()));
        }
        Some(("Fn::GetAtt", argument)) => get_att(argument, found),
        Some(("Fn::Sub", argument)) => sub(argument, found),
        Some((name, argument)) => {
            if let ("Fn::If", Some(condition)) = (name, argument.get(0).and_then(Value::as_str)) {
                found.insert(Reference::Condition(condition.to_owned()));
            }
            if !supported(name) {
                found.insert(Reference::Unsupported(name.to_owned()));
            }
            walk(argument, found);
        }
        None => match value {
            Value::Array(values) => values.iter().for_each(|value| walk(value, found)),
            Value::Object(values) => values.values().for_each(|value| walk(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        },
    }
}

fn get_att(argument: &Value, found: &mut BTreeSet<Reference>) {
    let (resource, attribute) = match argument {
        Value::String(text) => match text.split_once('.') {
            Some((resource, attribute)) => (resource, Some(attribute)),
            None => (text.as_str(), None),
        },
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(resource), attribute] => {
                walk(attribute, found);
                (resource.as_str(), attribute.as_str())
            }
            _ => return,
        },
        _ => return,
    };
    found.insert(Reference::GetAtt(resource.to_owned(), attribute.map(str::to_owned)));
}

fn sub(argument: &Value, found: &mut BTreeSet<Reference>) {
    let text = argument.as_str().or_else(|| argument.get(0)?.as_str()).unwrap_or_default();
    let own = argument.get(1);
    for part in placeholders(text) {
        let Part::Name(name) = part else { continue };
        if own.is_some_and(|own| own.get(name).is_some()) {
            continue;
        }
        found.insert(match name.split_once('.') {
            Some((resource, attribute)) => Reference::GetAtt(resource.to_owned(), Some(attribute.to_owned())),
            None => Reference::Ref(name.to_owned()),
        });
    }
    if let Some(own) = own {
        walk(own, found);
    }
}

const PSEUDO: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// Refuses a template that refers to what it does not declare, or in circles.
pub fn check(template: &Template) -> Result<(), AwsError> {
    let mut graph = BTreeMap::new();
    let mut unresolved = BTreeSet::new();
    for resource in &template.resources {
        let references = collect(&resource.properties);
        check_functions(template, &references)?;
        check_conditions(template, &references, resource.condition.as_deref(), "Resources")?;
        unresolved.extend(unresolved_refs(template, &references));
        unresolved.extend(resource.depends_on.iter().filter(|name| template.resource(name).is_none()).cloned());
        let before = references.iter().filter_map(|reference| match reference {
            Reference::Ref(name) | Reference::GetAtt(name, _) => Some(name.clone()),
            Reference::Condition(_) | Reference::Unsupported(_) => None,
        });
        graph.insert(resource.logical_id.clone(), before.chain(resource.depends_on.iter().cloned()).collect());
    }
    refuse_unresolved(&unresolved, "Resources")?;
    for condition in template.conditions.values() {
        let references = collect(condition);
        check_functions(template, &references)?;
        let names = references.iter().filter_map(|reference| match reference {
            Reference::Ref(name) if !known(template, name) || template.resource(name).is_some() => Some(name.as_str()),
            Reference::GetAtt(name, _) => Some(name.as_str()),
            _ => None,
        });
        let names: Vec<_> = names.collect();
        if !names.is_empty() {
            return Err(AwsError::validation(format!(
                "Template format error: Unresolved dependencies [{}]. Cannot reference resources in the Conditions block \
                 of the template",
                names.join(", ")
            )));
        }
    }
    check_outputs(template)?;
    let circle = circular(&graph);
    if circle.is_empty() {
        return Ok(());
    }
    Err(AwsError::validation(format!("Circular dependency between resources: [{}]", circle.join(", "))))
}

fn check_outputs(template: &Template) -> Result<(), AwsError> {
    let mut unresolved = BTreeSet::new();
    for output in &template.outputs {
        let mut references = collect(&output.value);
        references.extend(output.export.as_ref().map(collect).unwrap_or_default());
        check_functions(template, &references)?;
        check_conditions(template, &references, output.condition.as_deref(), "Outputs")?;
        unresolved.extend(unresolved_refs(template, &references));
    }
    refuse_unresolved(&unresolved, "Outputs")
}

fn known(template: &Template, name: &str) -> bool {
    PSEUDO.contains(&name) || template.parameter(name).is_some() || template.resource(name).is_some()
}

fn unresolved_refs(template: &Template, references: &BTreeSet<Reference>) -> Vec<String> {
    let names = references.iter().filter_map(|reference| match reference {
        Reference::Ref(name) if !known(template, name) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

fn refuse_unresolved(names: &BTreeSet<String>, block: &str) -> Result<(), AwsError> {
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    Err(AwsError::validation(format!(
        "Template format error: Unresolved resource dependencies [{}] in the {block} block of the template",
        names.join(", ")
    )))
}

fn check_functions(template: &Template, references: &BTreeSet<Reference>) -> Result<(), AwsError> {
    for reference in references {
        match reference {
            Reference::Unsupported(name) => return Err(unsupported(name)),
            Reference::GetAtt(name, attribute) => {
                let resource = template.resource(name).ok_or_else(|| {
                    AwsError::validation(format!(
                        "Template error: instance of Fn::GetAtt references undefined resource {name}"
                    ))
                })?;
                let Some(attribute) = attribute else { continue };
                if !schema(&resource.kind).is_some_and(|schema| schema.attributes.contains(&attribute.as_str())) {
                    return Err(AwsError::validation(format!(
                        "Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
                    )));
                }
            }
            Reference::Ref(_) | Reference::Condition(_) => {}
        }
    }
    Ok(())
}

fn check_conditions(
    template: &Template,
    references: &BTreeSet<Reference>,
    own: Option<&str>,
    block: &str,
) -> Result<(), AwsError> {
    let used = references.iter().filter_map(|reference| match reference {
        Reference::Condition(name) => Some(name.as_str()),
        _ => None,
    });
    own.into_iter().chain(used).find(|name| !template.conditions.contains_key(*name)).map_or(Ok(()), |name| {
        Err(AwsError::validation(format!(
            "Template format error: Unresolved condition dependency {name} in the {block} block of the template"
        )))
    })
}
