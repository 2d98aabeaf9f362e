//! `Conditions`: `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` and each other, over parameters and literals.

use std::collections::BTreeMap;

use serde_json::Value;

use super::bad;
use crate::Error;

/// Conditions may name each other; deeper than this they go in circles.
const DEEPEST: usize = 16;

/// The conditions of a template under given parameters.
pub(super) struct Conditions<'a> {
    declared: Option<&'a Value>,
    parameters: BTreeMap<&'a str, String>,
}

impl<'a> Conditions<'a> {
    /// The parameters given go before the template's defaults; both must be declared.
    pub(super) fn new(template: &'a Value, given: &'a BTreeMap<String, String>) -> Result<Self, Error> {
        let mut parameters = BTreeMap::new();
        for (name, parameter) in template.get("Parameters").and_then(Value::as_object).into_iter().flatten() {
            let value = given.get(name).cloned().or_else(|| parameter.get("Default").map(scalar));
            parameters.extend(value.map(|value| (name.as_str(), value)));
        }
        match given.keys().find(|name| !parameters.contains_key(name.as_str())) {
            Some(name) => Err(bad(format!("it has no parameter {name}"))),
            None => Ok(Self { declared: template.get("Conditions"), parameters }),
        }
    }

    /// Whether a condition holds.
    pub(super) fn holds(&self, name: &str) -> Result<bool, Error> {
        self.named(name, 0)
    }

    fn named(&self, name: &str, depth: usize) -> Result<bool, Error> {
        if depth > DEEPEST {
            return Err(bad(format!("the condition {name} goes in circles")));
        }
        let condition = self.declared.and_then(|declared| declared.get(name));
        let condition = condition.ok_or_else(|| bad(format!("it has no condition {name}")))?;
        self.evaluate(condition, depth + 1)
    }

    fn evaluate(&self, condition: &Value, depth: usize) -> Result<bool, Error> {
        let Some((function, argument)) = only(condition) else {
            return Err(bad(format!("{condition} is no condition")));
        };
        let list = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (function, list) {
            ("Fn::Equals", [left, right]) => Ok(self.value(left)? == self.value(right)?),
            ("Fn::Not", [one]) => Ok(!self.evaluate(one, depth)?),
            ("Fn::And", [_, ..]) => self.each(list, depth).map(|values| values.into_iter().all(|value| value)),
            ("Fn::Or", [_, ..]) => self.each(list, depth).map(|values| values.into_iter().any(|value| value)),
            ("Condition", _) => self.named(argument.as_str().unwrap_or_default(), depth),
            _ => Err(bad(format!("{condition} is no condition"))),
        }
    }

    fn each(&self, conditions: &[Value], depth: usize) -> Result<Vec<bool>, Error> {
        conditions.iter().map(|condition| self.evaluate(condition, depth)).collect()
    }

    fn value(&self, value: &Value) -> Result<String, Error> {
        match only(value) {
            None if !value.is_object() && !value.is_array() => Ok(scalar(value)),
            Some(("Ref", Value::String(name))) => {
                let value = self.parameters.get(name.as_str()).cloned();
                value.ok_or_else(|| bad(format!("the parameter {name} has no value")))
            }
            _ => Err(bad(format!("{value} cannot be compared"))),
        }
    }
}

/// The one entry of an object.
fn only(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.iter().next().map(|(key, value)| (key.as_str(), value))
}

/// CloudFormation compares texts: the boolean `true` is the text `true`.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
