//! What a template will make, read without AWS: the resources left by its conditions; and the template with another rule
//! pattern.
//!
//! Deliberately absent: the values of resources. Whoever wants those asks CloudFormation for a change set.

mod condition;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{Error, Reason};

/// A resource as the template declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Logical id.
    pub logical_id: String,
    /// E.g. `AWS::Logs::LogGroup`.
    pub resource_type: String,
}

/// The resources that these parameters give, in the template's order.
pub fn planned(template: &str, parameters: &BTreeMap<String, String>) -> Result<Vec<Planned>, Error> {
    let template = parse(template)?;
    let conditions = condition::Conditions::new(&template, parameters)?;
    let mut planned = Vec::new();
    for (logical_id, resource) in resources(&template)? {
        let resource_type =
            text(resource, "Type").ok_or_else(|| bad(format!("the resource {logical_id} has no type")))?;
        let made = match text(resource, "Condition") {
            Some(condition) => conditions.holds(condition)?,
            None => true,
        };
        if made {
            planned.push(Planned { logical_id: logical_id.clone(), resource_type: resource_type.to_owned() });
        }
    }
    Ok(planned)
}

/// The template as JSON, with the rule's event pattern replaced.
pub fn with_pattern(template: &str, pattern: &Value) -> Result<String, Error> {
    if !pattern.is_object() {
        return Err(bad("an event pattern is a JSON object".to_owned()));
    }
    let mut template = parse(template)?;
    let resources = template.get_mut("Resources").and_then(Value::as_object_mut).into_iter().flatten();
    let mut rules: Vec<_> =
        resources.map(|(_, resource)| resource).filter(|r| text(r, "Type") == Some("AWS::Events::Rule")).collect();
    let [rule] = rules.as_mut_slice() else {
        return Err(bad(format!("it has {} event rules instead of one", rules.len())));
    };
    match rule.get_mut("Properties").and_then(Value::as_object_mut) {
        Some(properties) => properties.insert("EventPattern".to_owned(), pattern.clone()),
        None => return Err(bad("its event rule has no properties".to_owned())),
    };
    Ok(template.to_string())
}

/// YAML (long-form intrinsics; JSON is YAML, too) as JSON, the order kept.
fn parse(template: &str) -> Result<Value, Error> {
    serde_saphyr::from_str(template).map_err(|error| {
        let line = error.location().map(|location| format!("line {}: ", location.line())).unwrap_or_default();
        let text = error.to_string();
        // The parser's text draws a picture of the place below its first line.
        bad(format!("{line}{}", cacl_event::clean::clean(text.lines().next().unwrap_or_default())))
    })
}

fn resources(template: &Value) -> Result<&Map<String, Value>, Error> {
    template.get("Resources").and_then(Value::as_object).ok_or_else(|| bad("it has no resources".to_owned()))
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

fn bad(why: String) -> Error {
    Error::new(Reason::Invalid, "the template is no good").because(why)
}

#[cfg(test)]
mod tests;
