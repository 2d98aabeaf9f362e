//! The functions of properties, one by one.

use serde_json::Value;

use super::{KNOWN_AFTER_APPLY, Scope, template_error};
use crate::{ACCOUNT, cloudformation::template::scalar, world::AwsError};

impl Scope<'_> {
    pub(super) fn reference(&self, target: &str) -> Result<Option<Value>, AwsError> {
        let pseudo = self.pseudo;
        let value = match target {
            "AWS::NoValue" => return Ok(None),
            "AWS::AccountId" => Value::from(ACCOUNT),
            "AWS::Partition" => Value::from("aws"),
            "AWS::URLSuffix" => Value::from("amazonaws.com"),
            "AWS::Region" => Value::from(pseudo.region.as_str()),
            "AWS::StackName" => Value::from(pseudo.stack_name.as_str()),
            "AWS::StackId" => Value::from(pseudo.stack_id.as_str()),
            "AWS::NotificationARNs" => Value::Array(Vec::new()),
            _ => match (self.parameters.get(target), self.template.parameter(target)) {
                (Some(value), Some(parameter)) if parameter.is_list() => {
                    Value::from(value.split(',').map(|element| element.trim().to_owned()).collect::<Vec<_>>())
                }
                (Some(value), _) => Value::from(value.as_str()),
                (None, _) => match self.resources.get(target) {
                    Some(resource) => Value::from(resource.ref_value.as_str()),
                    None => return self.not_there(target).map(Some),
                },
            },
        };
        Ok(Some(value))
    }

    fn not_there(&self, target: &str) -> Result<Value, AwsError> {
        let wanted = self.template.resource(target).is_some_and(|resource| self.holds(resource.condition.as_deref()));
        if self.ahead && wanted {
            return Ok(Value::from(KNOWN_AFTER_APPLY));
        }
        Err(AwsError::validation(format!(
            "Template format error: Unresolved resource dependencies [{target}] in the Resources block of the template"
        )))
    }

    /// The branch that a condition chooses.
    pub fn choose<'v>(&self, arguments: &'v [Value]) -> Result<&'v Value, AwsError> {
        let [Value::String(condition), yes, no] = arguments else {
            return Err(template_error("Fn::If requires a list argument with three elements"));
        };
        match self.conditions.get(condition) {
            Some(true) => Ok(yes),
            Some(false) => Ok(no),
            None => Err(AwsError::validation(format!(
                "Template format error: Unresolved condition dependency {condition} in the Resources block of the template"
            ))),
        }
    }

    pub(super) fn get_att(&self, argument: &Value) -> Result<(String, String), AwsError> {
        let parts = match argument {
            Value::String(text) => text.split_once('.').map(|(resource, name)| (resource.to_owned(), name.to_owned())),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(resource), attribute] => Some((resource.clone(), self.text(attribute)?)),
                _ => None,
            },
            _ => None,
        };
        parts.ok_or_else(|| {
            template_error(
                "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
            )
        })
    }

    pub(super) fn attribute(&self, resource: &str, attribute: &str) -> Result<Value, AwsError> {
        let Some(there) = self.resources.get(resource) else { return self.not_there(resource) };
        there.attributes.get(attribute).cloned().ok_or_else(|| {
            template_error(format_args!(
                "resource {resource} does not support attribute type {attribute} in Fn::GetAtt"
            ))
        })
    }

    /// A value that must come to text.
    pub(super) fn text(&self, value: &Value) -> Result<String, AwsError> {
        self.resolve(value)?
            .as_ref()
            .and_then(scalar)
            .ok_or_else(|| template_error("a string was expected, but there is a list, a map or nothing"))
    }

    fn texts(&self, value: &Value) -> Result<Vec<String>, AwsError> {
        match self.resolve(value)? {
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| scalar(value).ok_or_else(|| template_error("a list of strings was expected")))
                .collect(),
            _ => Err(template_error("a list of strings was expected")),
        }
    }

    pub(super) fn substitute(&self, argument: &Value) -> Result<String, AwsError> {
        let (text, own) = match argument {
            Value::String(text) => (text, None),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text), Value::Object(own)] => (text, Some(own)),
                _ => return Err(sub_argument()),
            },
            _ => return Err(sub_argument()),
        };
        let mut out = String::new();
        for part in placeholders(text) {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Name(name) => {
                    let value = match (own.and_then(|own| own.get(name)), name.split_once('.')) {
                        (Some(value), _) => return_text(self.resolve(value)?.as_ref(), name)?,
                        (None, Some((resource, attribute))) => {
                            return_text(Some(&self.attribute(resource, attribute)?), name)?
                        }
                        (None, None) => return_text(self.reference(name)?.as_ref(), name)?,
                    };
                    out.push_str(&value);
                }
            }
        }
        Ok(out)
    }

    pub(super) fn join(&self, arguments: &[Value]) -> Result<String, AwsError> {
        match arguments {
            [Value::String(between), list] => Ok(self.texts(list)?.join(between)),
            _ => Err(template_error(
                "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined",
            )),
        }
    }

    pub(super) fn split(&self, arguments: &[Value]) -> Result<Value, AwsError> {
        match arguments {
            [Value::String(at), text] if !at.is_empty() => {
                Ok(Value::from(self.text(text)?.split(at.as_str()).map(str::to_owned).collect::<Vec<_>>()))
            }
            _ => Err(template_error(
                "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split",
            )),
        }
    }

    pub(super) fn select(&self, arguments: &[Value]) -> Result<Value, AwsError> {
        let [index, list] = arguments else {
            return Err(template_error("every Fn::Select object requires a list argument with two elements"));
        };
        let index = self.text(index)?;
        let list = match self.resolve(list)? {
            Some(Value::Array(list)) => list,
            // What is not known yet has no elements to choose from.
            Some(Value::String(text)) if self.ahead && text == KNOWN_AFTER_APPLY => return Ok(Value::from(text)),
            _ => return Err(template_error("Fn::Select requires a list as its second element")),
        };
        let chosen = index.parse::<usize>().ok().and_then(|index| list.get(index).cloned());
        chosen
            .ok_or_else(|| template_error(format_args!("Fn::Select cannot select nonexistent value at index {index}")))
    }

    pub(super) fn find_in_map(&self, arguments: &[Value]) -> Result<Value, AwsError> {
        let [map, first, second, ..] = arguments else {
            return Err(template_error(
                "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value",
            ));
        };
        let (map, first, second) = (self.text(map)?, self.text(first)?, self.text(second)?);
        let found = self.template.mappings.get(&map).and_then(|map| map.get(&first)?.get(&second));
        found.cloned().ok_or_else(|| template_error(format_args!("Unable to get mapping for {map}::{first}::{second}")))
    }
}

fn sub_argument() -> AwsError {
    template_error(
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and \
         an optional second argument to specify a mapping of values to replace in the string",
    )
}

fn return_text(value: Option<&Value>, name: &str) -> Result<String, AwsError> {
    value.and_then(scalar).ok_or_else(|| {
        template_error(format_args!("variable {name} in Fn::Sub expression does not resolve to a string"))
    })
}

/// A piece of a text with `${…}` in it.
#[derive(Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Stands as it is.
    Text(&'a str),
    /// The name in a placeholder.
    Name(&'a str),
}

/// Cuts at placeholders; `${!x}` is the text `${x}`, and what is never closed is text.
pub fn placeholders(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, (inside, after))) =
        rest.split_once("${").and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
    {
        parts.push(Part::Text(before));
        match inside.strip_prefix('!') {
            Some(literal) => parts.extend([Part::Text("${"), Part::Text(literal), Part::Text("}")]),
            None => parts.push(Part::Name(inside.trim())),
        }
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts.retain(|part| *part != Part::Text(""));
    parts
}
