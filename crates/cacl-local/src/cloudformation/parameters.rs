//! The values of a stack's parameters: given, kept from before, or by default; and their constraints.

use std::collections::BTreeMap;

use regex_lite::Regex;

use super::template::{Parameter, Template, bound, scalar};
use crate::{
    input::{list, text},
    protocol::query::Form,
    world::AwsError,
};

/// What a request says of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// This value.
    Value(String),
    /// Whatever it was.
    Previous,
}

/// Reads `Parameters.member.N`.
pub fn given(form: &Form) -> Result<BTreeMap<String, Given>, AwsError> {
    let members = form.members("Parameters");
    members
        .iter()
        .map(|member| {
            let key = member.require("ParameterKey")?.to_owned();
            let previous = member.flag("UsePreviousValue");
            let value = member.get("ParameterValue").unwrap_or_default().to_owned();
            Ok((key, if previous { Given::Previous } else { Given::Value(value) }))
        })
        .collect()
}

/// The values of all parameters of the template.
pub fn values(
    template: &Template,
    given: &BTreeMap<String, Given>,
    previous: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, AwsError> {
    let unknown: Vec<_> = given.keys().filter(|name| template.parameter(name).is_none()).map(String::as_str).collect();
    if !unknown.is_empty() {
        let message = format!("Parameters: [{}] do not exist in the template", unknown.join(", "));
        return Err(AwsError::validation(message));
    }
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for parameter in &template.parameters {
        let value = match given.get(&parameter.name) {
            Some(Given::Value(value)) => Some(value),
            Some(Given::Previous) => previous.get(&parameter.name),
            None => parameter.default.as_ref(),
        };
        match value {
            Some(value) => {
                check(parameter, value)?;
                values.insert(parameter.name.clone(), value.clone());
            }
            None => missing.push(parameter.name.as_str()),
        }
    }
    if missing.is_empty() {
        return Ok(values);
    }
    Err(AwsError::validation(format!("Parameters: [{}] must have values", missing.join(", "))))
}

/// Refuses a value that breaks a constraint; of a list, every element must keep them.
pub fn check(parameter: &Parameter, value: &str) -> Result<(), AwsError> {
    if parameter.is_list() {
        return value.split(',').try_for_each(|element| check_one(parameter, element.trim()));
    }
    check_one(parameter, value)
}

fn check_one(parameter: &Parameter, value: &str) -> Result<(), AwsError> {
    let (name, declaration) = (&parameter.name, &parameter.declaration);
    let refuse = |rule: String| {
        // With a description of the constraint, AWS gives that instead of the rule.
        Err(AwsError::validation(match text(declaration, "ConstraintDescription") {
            Some(words) => format!("Parameter '{name}' failed to satisfy constraint: {words}"),
            None => format!("Parameter '{name}' must {rule}"),
        }))
    };
    let allowed = list(declaration, "AllowedValues");
    if !allowed.is_empty() && !allowed.iter().filter_map(scalar).any(|allowed| allowed == value) {
        return refuse("be one of AllowedValues".to_owned());
    }
    if let Some(pattern) = text(declaration, "AllowedPattern") {
        let whole = Regex::new(&format!("^(?:{pattern})$")).map_err(|_| {
            AwsError::validation(format!("Template format error: Parameter '{name}' has an invalid AllowedPattern"))
        })?;
        if !whole.is_match(value) {
            return refuse(format!("match pattern {pattern}"));
        }
    }
    let length = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
    match (bound(declaration, "MinLength"), bound(declaration, "MaxLength")) {
        (Some(least), _) if length < least => return refuse(format!("contain at least {least} characters")),
        (_, Some(most)) if length > most => return refuse(format!("contain at most {most} characters")),
        _ => {}
    }
    if !parameter.kind.contains("Number") {
        return Ok(());
    }
    let Ok(number) = value.parse::<f64>() else { return refuse("be a number".to_owned()) };
    #[expect(clippy::cast_precision_loss, reason = "bounds beyond 2^53 do not occur")]
    match (bound(declaration, "MinValue"), bound(declaration, "MaxValue")) {
        (Some(least), _) if number < least as f64 => refuse(format!("be a number not less than {least}")),
        (_, Some(most)) if number > most as f64 => refuse(format!("be a number not greater than {most}")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn template(declaration: &str) -> Template {
        Template::parse(&format!("Parameters: {{P: {declaration}}}\nResources: {{Q: {{Type: AWS::SQS::Queue}}}}"))
            .expect("right")
    }

    #[rstest]
    #[case("{Type: String}", "x", None)]
    #[case("{Type: String, AllowedPattern: '[a-z]+'}", "abc", None)]
    #[case("{Type: String, AllowedPattern: '[a-z]+'}", "abc1", Some("Parameter 'P' must match pattern [a-z]+"))]
    #[case("{Type: String, AllowedPattern: '|a'}", "", None)]
    #[case(
        "{Type: String, AllowedPattern: a, ConstraintDescription: an a.}",
        "b",
        Some("Parameter 'P' failed to satisfy constraint: an a.")
    )]
    #[case("{Type: String, MinLength: '2'}", "a", Some("Parameter 'P' must contain at least 2 characters"))]
    #[case("{Type: String, MaxLength: 2}", "abc", Some("Parameter 'P' must contain at most 2 characters"))]
    #[case("{Type: Number}", "x", Some("Parameter 'P' must be a number"))]
    #[case("{Type: Number, MinValue: 3}", "2", Some("Parameter 'P' must be a number not less than 3"))]
    #[case("{Type: Number, MaxValue: 3}", "4", Some("Parameter 'P' must be a number not greater than 3"))]
    #[case("{Type: Number, AllowedValues: [1, 3]}", "3", None)]
    #[case("{Type: Number, AllowedValues: [1, 3]}", "2", Some("Parameter 'P' must be one of AllowedValues"))]
    #[case("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "a, b", None)]
    #[case(
        "{Type: CommaDelimitedList, AllowedValues: [a, b]}",
        "a,c",
        Some("Parameter 'P' must be one of AllowedValues")
    )]
    fn constraints(#[case] declaration: &str, #[case] value: &str, #[case] refused: Option<&str>) {
        let given = BTreeMap::from([("P".to_owned(), Given::Value(value.to_owned()))]);
        let outcome = values(&template(declaration), &given, &BTreeMap::new());
        assert_eq!(outcome.err().map(|error| error.message).as_deref(), refused);
    }

    #[test]
    fn values_come_from_the_request_or_from_before_or_by_default() {
        let with_default = template("{Type: String, Default: d}");
        let previous = BTreeMap::from([("P".to_owned(), "before".to_owned())]);
        let value = |given| values(&with_default, &given, &previous).expect("right")["P"].clone();
        assert_eq!(value(BTreeMap::new()), "d");
        assert_eq!(value(BTreeMap::from([("P".to_owned(), Given::Previous)])), "before");
        assert_eq!(value(BTreeMap::from([("P".to_owned(), Given::Value(String::new()))])), "");
    }

    #[test]
    fn all_must_be_known_and_have_values() {
        let template = template("{Type: String}");
        let error = values(&template, &BTreeMap::new(), &BTreeMap::new()).expect_err("no value");
        assert_eq!(error.message, "Parameters: [P] must have values");
        let given = BTreeMap::from([("X".to_owned(), Given::Value(String::new()))]);
        let error = values(&template, &given, &BTreeMap::new()).expect_err("unknown");
        assert_eq!(error.message, "Parameters: [X] do not exist in the template");
    }
}
