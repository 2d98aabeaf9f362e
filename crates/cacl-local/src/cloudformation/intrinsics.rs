//! The intrinsic functions, evaluated: conditions first (they know parameters only), then properties and outputs, as the
//! resources they refer to come into being.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use super::template::{Template, scalar};
use crate::{
    ACCOUNT,
    world::{AwsError, Resource},
};

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

    fn reference(&self, target: &str) -> Result<Option<Value>, AwsError> {
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

    fn get_att(&self, argument: &Value) -> Result<(String, String), AwsError> {
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

    fn attribute(&self, resource: &str, attribute: &str) -> Result<Value, AwsError> {
        let Some(there) = self.resources.get(resource) else { return self.not_there(resource) };
        there.attributes.get(attribute).cloned().ok_or_else(|| {
            template_error(format_args!(
                "resource {resource} does not support attribute type {attribute} in Fn::GetAtt"
            ))
        })
    }

    /// A value that must come to text.
    fn text(&self, value: &Value) -> Result<String, AwsError> {
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

    fn substitute(&self, argument: &Value) -> Result<String, AwsError> {
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

    fn join(&self, arguments: &[Value]) -> Result<String, AwsError> {
        match arguments {
            [Value::String(between), list] => Ok(self.texts(list)?.join(between)),
            _ => Err(template_error(
                "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined",
            )),
        }
    }

    fn split(&self, arguments: &[Value]) -> Result<Value, AwsError> {
        match arguments {
            [Value::String(at), text] if !at.is_empty() => {
                Ok(Value::from(self.text(text)?.split(at.as_str()).map(str::to_owned).collect::<Vec<_>>()))
            }
            _ => Err(template_error(
                "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split",
            )),
        }
    }

    fn select(&self, arguments: &[Value]) -> Result<Value, AwsError> {
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

    fn find_in_map(&self, arguments: &[Value]) -> Result<Value, AwsError> {
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

/// As strings, so that `"1"` equals `1`.
fn same(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left.and_then(scalar), right.and_then(scalar)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
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

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const TEMPLATE: &str = r"
Parameters:
  Name: {Type: String, Default: x}
  List: {Type: CommaDelimitedList, Default: 'a, b,c'}
Mappings:
  M: {us-east-1: {Size: 3}}
Conditions:
  Yes: !Equals [!Ref Name, x]
  No: !Not [!Condition Yes]
  Both: !And [!Condition Yes, !Condition No]
  Either: !Or [!Condition Yes, !Condition No]
Resources:
  Q: {Type: AWS::SQS::Queue}
  Off: {Type: AWS::SQS::Queue, Condition: No}
";

    fn evaluate(yaml: &str, ahead: bool) -> Result<Option<Value>, String> {
        let template = Template::parse(TEMPLATE).expect("right");
        let parameters =
            super::super::parameters::values(&template, &BTreeMap::new(), &BTreeMap::new()).expect("defaults");
        let pseudo = Pseudo {
            region: "us-east-1".to_owned(),
            stack_name: "s".to_owned(),
            stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/s/1".to_owned(),
        };
        let mut scope = Scope::new(&template, &parameters, &pseudo).expect("conditions");
        scope.ahead = ahead;
        if !ahead {
            scope.resources.insert("Q".to_owned(), Resource::new("q").with("Arn", "arn:q"));
        }
        scope.resolve(&super::super::yaml::parse(yaml).expect("yaml")).map_err(|error| error.message)
    }

    #[rstest]
    #[case("!Ref Name", json!("x"))]
    #[case("!Ref List", json!(["a", "b", "c"]))]
    #[case("!Ref AWS::AccountId", json!("000000000000"))]
    #[case("!Ref Q", json!("q"))]
    #[case("!GetAtt Q.Arn", json!("arn:q"))]
    #[case("!Sub '${Name}-${AWS::Region}-${Q.Arn}-${Q}-${!Name}-${'", json!("x-us-east-1-arn:q-q-${Name}-${"))]
    #[case("!Sub ['${V}${Name}', {V: !Ref Q}]", json!("qx"))]
    #[case("!Join ['-', [a, 1, !Ref Name]]", json!("a-1-x"))]
    #[case("!Join [',', !Ref List]", json!("a,b,c"))]
    #[case("!Select [1, !Split ['|', 'a|b']]", json!("b"))]
    #[case("!Select ['2', !Ref List]", json!("c"))]
    #[case("!If [Yes, 1, 2]", json!(1))]
    #[case("!If [Both, 1, 2]", json!(2))]
    #[case("!If [Either, 1, !Ref Off]", json!(1))]
    #[case("!FindInMap [M, !Ref AWS::Region, Size]", json!(3))]
    #[case("!Base64 hello!", json!("aGVsbG8h"))]
    #[case("!Base64 hi", json!("aGk="))]
    #[case("[1, !Ref AWS::NoValue, {a: !Ref AWS::NoValue, b: 2}]", json!([1, {"b": 2}]))]
    #[case("{Condition: {StringEquals: {a: b}}}", json!({"Condition": {"StringEquals": {"a": "b"}}}))]
    fn functions(#[case] yaml: &str, #[case] expect: Value) {
        assert_eq!(evaluate(yaml, false), Ok(Some(expect)));
    }

    #[rstest]
    #[case("!Ref Off", "Template format error: Unresolved resource dependencies [Off]")]
    #[case("!GetAtt Q.Color", "Template error: resource Q does not support attribute type Color in Fn::GetAtt")]
    #[case("!FindInMap [M, us-east-1, Weight]", "Template error: Unable to get mapping for M::us-east-1::Weight")]
    #[case("!Select [7, !Ref List]", "Template error: Fn::Select cannot select nonexistent value at index 7")]
    #[case("!If [Maybe, 1, 2]", "Template format error: Unresolved condition dependency Maybe")]
    #[case("!If [Yes, 1]", "Template error: Fn::If requires a list argument with three elements")]
    #[case("!Join [1]", "Template error: every Fn::Join object requires two parameters")]
    #[case("!Sub [x]", "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments")]
    #[case("!Sub '${List}'", "Template error: variable List in Fn::Sub expression does not resolve to a string")]
    #[case("!Ref [a]", "Template error: every Ref object must have a valid argument")]
    #[case("!ImportValue x", "Template error: Encountered unsupported function: Fn::ImportValue")]
    fn errors(#[case] yaml: &str, #[case] expect: &str) {
        let error = evaluate(yaml, false).expect_err("wrong");
        assert!(error.starts_with(expect), "{error}");
    }

    #[test]
    fn what_is_not_made_yet_is_known_after_apply() {
        assert_eq!(evaluate("!Sub 'x-${Q.Arn}'", true), Ok(Some(json!(format!("x-{KNOWN_AFTER_APPLY}")))));
        assert!(evaluate("!Ref Off", true).is_err(), "what will never be made is not known later either");
    }

    #[test]
    fn conditions_may_not_bite_their_tail() {
        let template =
            "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\nResources: {Q: {Type: AWS::SQS::Queue}}";
        let template = Template::parse(template).expect("right in itself");
        let pseudo = Pseudo { region: String::new(), stack_name: String::new(), stack_id: String::new() };
        let error = Scope::new(&template, &BTreeMap::new(), &pseudo).expect_err("circular").message;
        assert!(error.contains("Circular dependency"), "{error}");
    }
}
