//! The shapes of Cognito's requests, as tables, and the check that every request passes before its operation sees it.
//!
//! Ranges, patterns and enumerations are those of AWS's API model of `cognito-idp`; a violation is worded as its
//! validator words it. The order of a table is the order of the model, which is the order in `CloudTrail` too.

use serde_json::{Map, Value};

use crate::{input::lower_first, world::AwsError};

/// A member of a request.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// As in the API, e.g. `CallbackURLs`.
    pub name: &'static str,
    /// Whether its absence is a violation.
    pub required: bool,
    /// What it may be.
    pub kind: Kind,
    /// Whether the service notes `false` in `CloudTrail` for a caller who left it out.
    pub noted: bool,
    /// Whether `CloudTrail` hides it.
    pub hidden: bool,
}

/// What a member may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text of at most so many characters, each of which may be one of a class.
    Text(usize, Class),
    /// One of a few words.
    Word(&'static [&'static str]),
    /// A number within bounds, both allowed.
    Whole(i64, i64),
    /// True or false.
    Flag,
    /// At most so many elements.
    List(usize, &'static Kind),
    /// A structure.
    Structure(&'static [Member]),
    /// A structure that is kept as it is.
    Any,
}

/// A class of characters, by the regular expression that AWS's messages show.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    pattern: &'static str,
    holds: fn(&str) -> bool,
}

/// Anything.
pub const FREE: Class = Class { pattern: "", holds: |_| true };
/// Names of pools, clients and resource servers.
pub const NAME: Class = Class {
    pattern: r"[\w\s+=,.@-]+",
    holds: |text| text.chars().all(|c| c.is_ascii_alphanumeric() || c.is_whitespace() || "_+=,.@-".contains(c)),
};
/// Client ids.
pub const WORD: Class =
    Class { pattern: r"[\w+]+", holds: |text| text.chars().all(|c| c.is_ascii_alphanumeric() || "_+".contains(c)) };
/// Pool ids.
pub const POOL_ID: Class = Class {
    pattern: r"[\w-]+_[0-9a-zA-Z]+",
    holds: |text| {
        text.rsplit_once('_').is_some_and(|(region, rest)| {
            let region_holds = region.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
            !region.is_empty() && region_holds && !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric())
        })
    },
};
/// Scopes, and identifiers of resource servers: printable ASCII but for `"` and `\`.
pub const SCOPE: Class = Class {
    pattern: r"[\x21\x23-\x5B\x5D-\x7E]+",
    holds: |text| text.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '\\'),
};
/// Names of scopes within a resource server, which may not have a slash either.
pub const SCOPE_NAME: Class =
    Class { pattern: r"[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+", holds: |text| (SCOPE.holds)(text) && !text.contains('/') };
/// URLs: no white space, no control characters.
pub const URL: Class = Class {
    pattern: r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+",
    holds: |text| !text.chars().any(|c| c.is_whitespace() || c.is_control()),
};

impl Member {
    /// One that may be left out.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, required: false, kind, noted: false, hidden: false }
    }

    /// One that must be there.
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self { required: true, ..Self::new(name, kind) }
    }

    /// A flag that the service notes as `false` where it is left out.
    pub const fn noted(name: &'static str) -> Self {
        Self { noted: true, ..Self::new(name, Kind::Flag) }
    }

    /// A secret.
    pub const fn hidden(name: &'static str, kind: Kind) -> Self {
        Self { hidden: true, ..Self::new(name, kind) }
    }
}

/// The request without what the service does not know, and without nulls; or all its violations in one message.
pub fn check(members: &[Member], input: &Value) -> Result<Value, AwsError> {
    let Value::Object(input) = input else {
        return Err(AwsError::bad("SerializationException", "Unexpected value type in payload"));
    };
    let mut violations = Vec::new();
    let known = structure(members, input, "", &mut violations)?;
    if violations.is_empty() {
        return Ok(known);
    }
    let count = violations.len();
    let errors = if count == 1 { "error" } else { "errors" };
    Err(AwsError::bad(
        "InvalidParameterException",
        format!("{count} validation {errors} detected: {}", violations.join("; ")),
    ))
}

/// CloudFormation passes numbers and flags as texts at times; puts them right wherever the table knows better.
pub fn coerce(members: &[Member], properties: &Value) -> Value {
    let Value::Object(properties) = properties else { return properties.clone() };
    let coerced = properties.iter().map(|(name, value)| {
        let kind = members.iter().find(|member| member.name == name).map(|member| member.kind);
        (name.clone(), kind.map_or_else(|| value.clone(), |kind| coerce_kind(kind, value)))
    });
    Value::Object(coerced.collect())
}

fn coerce_kind(kind: Kind, value: &Value) -> Value {
    match (kind, value) {
        (Kind::Flag, Value::String(text)) => text.parse().map_or_else(|_| value.clone(), Value::Bool),
        (Kind::Whole(..), Value::String(text)) => text.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
        (Kind::Text(..) | Kind::Word(_), Value::Number(number)) => Value::String(number.to_string()),
        (Kind::Text(..) | Kind::Word(_), Value::Bool(flag)) => Value::String(flag.to_string()),
        (Kind::List(_, each), Value::Array(list)) => list.iter().map(|item| coerce_kind(*each, item)).collect(),
        (Kind::Structure(members), value) => coerce(members, value),
        _ => value.clone(),
    }
}

fn structure(
    members: &[Member],
    input: &Map<String, Value>,
    path: &str,
    violations: &mut Vec<String>,
) -> Result<Value, AwsError> {
    let mut known = Map::new();
    for member in members {
        let path = format!("{path}{}", lower_first(member.name));
        match input.get(member.name) {
            None | Some(Value::Null) if member.required => violations.push(violation("null", &path, "not be null")),
            None | Some(Value::Null) => {}
            Some(value) => {
                known.insert(member.name.to_owned(), checked(member.kind, value, &path, violations)?);
            }
        }
    }
    Ok(Value::Object(known))
}

fn checked(kind: Kind, value: &Value, path: &str, violations: &mut Vec<String>) -> Result<Value, AwsError> {
    let must = match (kind, value) {
        (Kind::Structure(members), Value::Object(input)) => {
            return structure(members, input, &format!("{path}."), violations);
        }
        (Kind::List(most, each), Value::Array(list)) => {
            let items = list
                .iter()
                .enumerate()
                .map(|(index, item)| checked(*each, item, &format!("{path}.{}.member", index + 1), violations));
            let items = items.collect::<Result<Vec<_>, _>>()?;
            if items.len() <= most {
                return Ok(Value::Array(items));
            }
            Some(format!("have length less than or equal to {most}"))
        }
        (Kind::Text(most, class), Value::String(text)) => text_must(text, most, class),
        (Kind::Word(words), Value::String(text)) => {
            (!words.contains(&text.as_str())).then(|| format!("satisfy enum value set: [{}]", words.join(", ")))
        }
        (Kind::Whole(least, most), Value::Number(number)) => match number.as_i64() {
            None => return Err(mistyped()),
            Some(number) if number < least => Some(format!("have value greater than or equal to {least}")),
            Some(number) if number > most => Some(format!("have value less than or equal to {most}")),
            Some(_) => None,
        },
        (Kind::Flag, Value::Bool(_)) | (Kind::Any, _) => None,
        _ => return Err(mistyped()),
    };
    if let Some(must) = must {
        violations.push(violation(&format!("'{}'", shown(value)), path, &must));
    }
    Ok(value.clone())
}

fn text_must(text: &str, most: usize, class: Class) -> Option<String> {
    if text.is_empty() {
        return Some("have length greater than or equal to 1".to_owned());
    }
    if text.chars().count() > most {
        return Some(format!("have length less than or equal to {most}"));
    }
    (!(class.holds)(text)).then(|| format!("satisfy regular expression pattern: {}", class.pattern))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn violation(value: &str, path: &str, must: &str) -> String {
    format!("Value {value} at '{path}' failed to satisfy constraint: Member must {must}")
}

fn mistyped() -> AwsError {
    AwsError::bad("SerializationException", "Unexpected value type in payload")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MEMBERS: &[Member] = &[
        Member::required("PoolName", Kind::Text(128, NAME)),
        Member::new("Validity", Kind::Whole(3, 15)),
        Member::new("Flows", Kind::List(2, &Kind::Word(&["code", "implicit"]))),
        Member::noted("Enabled"),
        Member::new("Units", Kind::Structure(&[Member::new("AccessToken", Kind::Word(&["days"]))])),
    ];

    #[test]
    fn says_what_aws_says() {
        let table = [
            (json!({}), "Value null at 'poolName' failed to satisfy constraint: Member must not be null"),
            (
                json!({"PoolName": "a/b"}),
                r"Value 'a/b' at 'poolName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w\s+=,.@-]+",
            ),
            (
                json!({"PoolName": "p", "Validity": 16}),
                "Value '16' at 'validity' failed to satisfy constraint: Member must have value less than or equal to 15",
            ),
            (
                json!({"PoolName": "p", "Flows": ["code", "magic"]}),
                "Value 'magic' at 'flows.2.member' failed to satisfy constraint: Member must satisfy enum value set: [code, implicit]",
            ),
            (
                json!({"PoolName": "p", "Units": {"AccessToken": "weeks"}}),
                "Value 'weeks' at 'units.accessToken' failed to satisfy constraint: Member must satisfy enum value set: [days]",
            ),
        ];
        for (input, message) in table {
            let error = check(MEMBERS, &input).expect_err(message);
            assert_eq!(error.code, "InvalidParameterException");
            assert_eq!(error.message, format!("1 validation error detected: {message}"));
        }
        let two = check(MEMBERS, &json!({"Validity": 1})).expect_err("two violations");
        assert!(two.message.starts_with("2 validation errors detected: Value null at"), "{}", two.message);
    }

    #[test]
    fn keeps_what_it_knows_in_the_order_of_the_table() {
        let known = check(MEMBERS, &json!({"Later": 1, "Flows": ["code"], "PoolName": "p", "Validity": null}));
        assert_eq!(known.expect("valid").to_string(), r#"{"PoolName":"p","Flows":["code"]}"#);
        assert_eq!(check(MEMBERS, &json!({"PoolName": 7})).expect_err("mistyped").code, "SerializationException");
    }

    #[test]
    fn puts_texts_of_cloudformation_right() {
        let properties = json!({"Validity": "5", "Enabled": "true", "PoolName": 12, "Units": {"AccessToken": "days"}});
        let right = json!({"Validity": 5, "Enabled": true, "PoolName": "12", "Units": {"AccessToken": "days"}});
        assert_eq!(coerce(MEMBERS, &properties), right);
    }
}
