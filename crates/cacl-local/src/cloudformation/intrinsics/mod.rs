//! The intrinsic functions, evaluated: conditions first (they know parameters only), then properties and outputs, as the
//! resources they refer to come into being.

mod functions;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

pub use self::functions::{Part, placeholders};
use super::template::{Template, scalar};
use crate::world::{AwsError, Resource};

/// What stands for a value that only making the resource will tell, as AWS writes it in change sets.
pub const KNOWN_AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// Functions of properties; those of conditions alone are apart.
const FUNCTIONS: &[&str] = &[
    "Fn::Base64",
    "Fn::FindInMap",
    "Fn::GetAtt",
    "Fn::GetAZs",
    "Fn::If",
    "Fn::Join",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
];
const CONDITION_FUNCTIONS: &[&str] = &["Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"];

/// The function that this object is, and its argument.
pub fn function(value: &Value) -> Option<(&str, &Value)> {
    let (name, argument) = value.as_object().filter(|object| object.len() == 1)?.iter().next()?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

/// Whether any place knows this function.
pub fn supported(name: &str) -> bool {
    name == "Ref" || FUNCTIONS.contains(&name) || CONDITION_FUNCTIONS.contains(&name)
}

/// What AWS says to a function it does not know.
pub fn unsupported(name: &str) -> AwsError {
    let all: Vec<_> = FUNCTIONS.iter().chain(CONDITION_FUNCTIONS).copied().collect();
    template_error(format_args!(
        "Encountered unsupported function: {name} Supported functions are: [{}]",
        all.join(", ")
    ))
}

fn template_error(message: impl std::fmt::Display) -> AwsError {
    AwsError::validation(format!("Template error: {message}"))
}

/// The stack that is being evaluated, as pseudo parameters tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudo {
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// `AWS::StackId`.
    pub stack_id: String,
}

/// Everything that a function can refer to.
#[derive(Debug)]
pub struct Scope<'a> {
    template: &'a Template,
    parameters: &'a BTreeMap<String, String>,
    pseudo: &'a Pseudo,
    conditions: BTreeMap<String, bool>,
    /// What there is by now.
    pub resources: BTreeMap<String, Resource>,
    /// Whether a resource that is not there yet is no error but [`KNOWN_AFTER_APPLY`].
    pub ahead: bool,
}

impl<'a> Scope<'a> {
    /// With all conditions evaluated, and no resources.
    pub fn new(
        template: &'a Template,
        parameters: &'a BTreeMap<String, String>,
        pseudo: &'a Pseudo,
    ) -> Result<Self, AwsError> {
        let mut scope = Self {
            template,
            parameters,
            pseudo,
            conditions: BTreeMap::new(),
            resources: BTreeMap::new(),
            ahead: false,
        };
        for name in template.conditions.keys() {
            scope.condition(name, &mut Vec::new())?;
        }
        Ok(scope)
    }

    /// Whether something with this condition (or none) is wanted.
    pub fn holds(&self, condition: Option<&str>) -> bool {
        condition.is_none_or(|name| self.conditions.get(name).copied().unwrap_or(false))
    }

    fn condition(&mut self, name: &str, open: &mut Vec<String>) -> Result<bool, AwsError> {
        if let Some(&known) = self.conditions.get(name) {
            return Ok(known);
        }
        if open.iter().any(|other| other == name) {
            return Err(template_error(format_args!("Circular dependency in conditions: [{}]", open.join(", "))));
        }
        let expression = self.template.conditions.get(name).cloned();
        let expression = expression.ok_or_else(|| {
            AwsError::validation(format!(
                "Template format error: Unresolved condition dependency {name} in the Conditions block of the template"
            ))
        })?;
        open.push(name.to_owned());
        let holds = self.test(&expression, open)?;
        open.pop();
        self.conditions.insert(name.to_owned(), holds);
        Ok(holds)
    }

    fn test(&mut self, expression: &Value, open: &mut Vec<String>) -> Result<bool, AwsError> {
        if let Some(name) = expression.get("Condition").and_then(Value::as_str) {
            return self.condition(name, open);
        }
        let (name, arguments) = function(expression)
            .and_then(|(name, argument)| Some((name, argument.as_array()?)))
            .ok_or_else(|| AwsError::validation("Template format error: Conditions can only be boolean operations on parameters and other conditions"))?;
        match (name, arguments.as_slice()) {
            ("Fn::Equals", [left, right]) => Ok(same(self.resolve(left)?.as_ref(), self.resolve(right)?.as_ref())),
            ("Fn::Not", [one]) => Ok(!self.test(one, open)?),
            ("Fn::And", all @ [_, _, ..]) => {
                all.iter().try_fold(true, |so_far, one| Ok(self.test(one, open)? && so_far))
            }
            ("Fn::Or", all @ [_, _, ..]) => {
                all.iter().try_fold(false, |so_far, one| Ok(self.test(one, open)? || so_far))
            }
            ("Fn::Equals", _) => Err(template_error("every Fn::Equals object requires a list of 2 string parameters.")),
            ("Fn::Not", _) => Err(template_error("every Fn::Not object requires a list of 1 condition.")),
            ("Fn::And" | "Fn::Or", _) => Err(template_error(format_args!(
                "every {name} object requires a list of at least 2 and at most 10 boolean parameters."
            ))),
            _ => Err(unsupported(name)),
        }
    }

    /// The value with every function evaluated; `None` is `AWS::NoValue`.
    pub fn resolve(&self, value: &Value) -> Result<Option<Value>, AwsError> {
        if let Some((name, argument)) = function(value) {
            return self.call(name, argument);
        }
        match value {
            Value::Array(values) => {
                let resolved: Result<Vec<_>, _> = values.iter().map(|value| self.resolve(value)).collect();
                Ok(Some(Value::Array(resolved?.into_iter().flatten().collect())))
            }
            Value::Object(values) => {
                let mut resolved = Map::new();
                for (name, value) in values {
                    if let Some(value) = self.resolve(value)? {
                        resolved.insert(name.clone(), value);
                    }
                }
                Ok(Some(Value::Object(resolved)))
            }
            other => Ok(Some(other.clone())),
        }
    }

    /// Properties, resolved; null ones are as if they were not there.
    pub fn properties(&self, properties: &Value) -> Result<Value, AwsError> {
        let resolved = self.resolve(properties)?.unwrap_or_default();
        if !resolved.is_object() {
            return Err(AwsError::validation("Template format error: Properties must be an object"));
        }
        Ok(resolved)
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Option<Value>, AwsError> {
        let value = match (name, argument) {
            ("Ref", Value::String(target)) => return self.reference(target),
            ("Fn::If", Value::Array(arguments)) => return self.resolve(self.choose(arguments)?),
            ("Fn::GetAtt", _) => {
                let (resource, attribute) = self.get_att(argument)?;
                self.attribute(&resource, &attribute)?
            }
            ("Fn::Sub", _) => Value::from(self.substitute(argument)?),
            ("Fn::Join", Value::Array(arguments)) => Value::from(self.join(arguments)?),
            ("Fn::Split", Value::Array(arguments)) => self.split(arguments)?,
            ("Fn::Select", Value::Array(arguments)) => return self.select(arguments).map(Some),
            ("Fn::FindInMap", Value::Array(arguments)) => self.find_in_map(arguments)?,
            ("Fn::Base64", _) => Value::from(BASE64_STANDARD.encode(self.text(argument)?)),
            ("Fn::GetAZs", _) => {
                let region = &self.pseudo.region;
                Value::from(["a", "b", "c"].map(|zone| format!("{region}{zone}")).to_vec())
            }
            _ if FUNCTIONS.contains(&name) || name == "Ref" => {
                return Err(template_error(format_args!("every {name} object must have a valid argument.")));
            }
            _ => return Err(unsupported(name)),
        };
        Ok(Some(value))
    }
}

/// As strings, so that `"1"` equals `1`.
fn same(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left.and_then(scalar), right.and_then(scalar)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}
