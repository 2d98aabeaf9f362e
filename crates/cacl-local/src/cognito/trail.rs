//! What `CloudTrail` is told of a call: the request as the service understood it, with the primitives it adds by itself,
//! and the full resulting state; member names with a small first letter, dates as texts, secrets hidden.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    Operation,
    shape::{Kind, Member},
};
use crate::{
    cloudtrail,
    input::lower_first,
    world::{AwsError, Caller, Shared},
};

const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Puts a call on record, unless it could not even be read.
pub fn record(
    world: &Shared,
    caller: &Caller,
    operation: &Operation,
    input: &Value,
    outcome: &Result<Value, AwsError>,
) {
    let (parameters, outcome) = match outcome {
        Ok(output) => (parameters(operation.members, input), Ok(response_elements(output))),
        Err(error) => match error.code.as_ref() {
            "SerializationException" => return,
            "AccessDeniedException" => (Value::Null, Err(("AccessDenied", error.message.as_str()))),
            code @ "FeatureUnavailableInTierException" => (Value::Null, Err((code, error.message.as_str()))),
            code => (parameters(operation.members, input), Err((code, error.message.as_str()))),
        },
    };
    cloudtrail::record(
        world,
        caller,
        &cloudtrail::Call { service: "cognito-idp", operation: operation.name, parameters, outcome },
    );
}

/// `requestParameters`.
fn parameters(members: &[Member], input: &Value) -> Value {
    let mut parameters = Map::new();
    for member in members {
        let sent = input.get(member.name).filter(|value| !value.is_null());
        let value = match sent {
            Some(_) if member.hidden => Some(HIDDEN.into()),
            Some(sent) => Some(parameter(member, sent)),
            None => member.noted.then_some(Value::Bool(false)),
        };
        if let Some(value) = value {
            parameters.insert(lower_first(member.name), value);
        }
    }
    Value::Object(parameters)
}

fn parameter(member: &Member, sent: &Value) -> Value {
    match member.kind {
        Kind::Any if member.name == "UserPoolTags" => sent.clone(),
        _ => lowered(sent, None),
    }
}

/// `responseElements`: null where the operation answers nothing.
fn response_elements(output: &Value) -> Value {
    let Value::Object(members) = output else { return Value::Null };
    if members.is_empty() {
        return Value::Null;
    }
    let elements = members.iter().map(|(name, value)| {
        let date = if name == "UserPoolClient" { "%b %-d, %Y, %-I:%M:%S %p" } else { "%Y-%m-%dT%H:%M:%SZ" };
        (lower_first(name), lowered(value, Some(date)))
    });
    Value::Object(elements.collect())
}

/// The same with small first letters at every depth; with a format for dates, also dates as texts and secrets hidden.
fn lowered(value: &Value, date: Option<&str>) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|item| lowered(item, date)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let value = match (name.as_str(), date) {
                    ("UserPoolTags", _) => value.clone(),
                    ("ClientSecret", Some(_)) => HIDDEN.into(),
                    ("CreationDate" | "LastModifiedDate", Some(date)) => written(value, date),
                    _ => lowered(value, date),
                };
                (lower_first(name), value)
            });
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

fn written(seconds: &Value, format: &str) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "records know whole seconds only")]
    let seconds = seconds.as_f64().map(|seconds| seconds.floor() as i64);
    match seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
        Some(time) => time.strftime(format).to_string().into(),
        None => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::tables, *};

    #[test]
    fn parameters_are_what_was_sent_and_the_services_primitives() {
        let sent = json!({
            "ClientName": "web",
            "UserPoolId": "us-east-1_Example01",
            "CallbackURLs": ["https://example.org"],
            "RefreshTokenRotation": {"Feature": "ENABLED"},
            "ClientSecret": "a-secret-of-the-callers-own",
            "Unknown": 1,
            "LogoutURLs": null,
        });
        let noted = json!({
            "userPoolId": "us-east-1_Example01",
            "clientName": "web",
            "generateSecret": false,
            "clientSecret": HIDDEN,
            "callbackURLs": ["https://example.org"],
            "allowedOAuthFlowsUserPoolClient": false,
            "refreshTokenRotation": {"feature": "ENABLED"},
        });
        assert_eq!(parameters(tables::CREATE_CLIENT, &sent).to_string(), noted.to_string());
    }

    #[test]
    fn response_has_small_letters_texts_for_dates_and_no_secret() {
        let output = json!({"UserPoolClient": {
            "ClientSecret": "do-not-tell",
            "CreationDate": 1_790_267_993.75,
            "LastModifiedDate": 1_790_210_005,
            "TokenValidityUnits": {"AccessToken": "minutes"},
        }});
        let noted = json!({"userPoolClient": {
            "clientSecret": HIDDEN,
            "creationDate": "Sep 24, 2026, 4:39:53 PM",
            "lastModifiedDate": "Sep 24, 2026, 12:33:25 AM",
            "tokenValidityUnits": {"accessToken": "minutes"},
        }});
        assert_eq!(response_elements(&output), noted);
        let pool = json!({"UserPool": {"CreationDate": 1_790_267_993, "UserPoolTags": {"Team": "a"}}});
        let noted = json!({"userPool": {"creationDate": "2026-09-24T16:39:53Z", "userPoolTags": {"Team": "a"}}});
        assert_eq!(response_elements(&pool), noted);
        assert_eq!(response_elements(&json!({})), Value::Null);
    }
}
