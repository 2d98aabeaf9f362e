//! Records, changes and strategies for this crate's tests.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{Change, Decoded, Settings, decode};

pub(crate) const POOL: &str = "eu-west-1_Zq4TrPm9K";
pub(crate) const CLIENT: &str = "3k1v9s0abcd7efgh2ijkl5mn";

/// A record as `CloudTrail` writes it, of a call that a person made with the CLI. Ids are added to the parameters.
pub(crate) fn record(event: &str, request: Value, response: &Value) -> Value {
    let mut parameters = json!({"userPoolId": POOL});
    if event != "CreateUserPoolClient" {
        parameters["clientId"] = json!(CLIENT);
    }
    if let (Some(all), Value::Object(more)) = (parameters.as_object_mut(), request) {
        all.extend(more);
    }
    let elements = match response {
        Value::Object(client) => {
            let mut full =
                json!({"userPoolId": POOL, "clientId": CLIENT, "lastModifiedDate": "Sep 24, 2026, 4:39:53 PM"});
            if let Some(full) = full.as_object_mut() {
                full.extend(client.clone());
            }
            json!({"userPoolClient": full})
        }
        _ => Value::Null,
    };
    json!({
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "userName": "ana", "arn": "arn:aws:iam::123456789012:user/ana", "accountId": "123456789012"},
        "eventTime": "2026-10-01T08:41:07Z",
        "eventSource": "cognito-idp.amazonaws.com",
        "eventName": event,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.10",
        "requestParameters": parameters,
        "responseElements": elements,
        "eventID": "00000000-0000-4000-8000-000000000001",
        "readOnly": false,
        "eventType": "AwsApiCall",
        "recipientAccountId": "123456789012",
    })
}

/// The change of a record.
pub(crate) fn change(record: &Value) -> Change {
    let mut found = decode(&record.to_string());
    match (found.pop(), found.is_empty()) {
        (Some(Decoded::Change(change)), true) => *change,
        other => panic!("no single change: {other:?}"),
    }
}

/// A call with these parameters that gave this client (null: no response).
pub(crate) fn call(event: &str, request: Value, response: &Value) -> Change {
    change(&record(event, request, response))
}

/// The same with an id and a time of its own.
pub(crate) fn call_at(id: u32, second: i64, event: &str, request: Value, response: &Value) -> Change {
    let mut record = record(event, request, response);
    record["eventID"] = json!(format!("00000000-0000-4000-8000-{id:012}"));
    let time = jiff::Timestamp::from_second(1_790_000_000 + second).expect("a time");
    record["eventTime"] = json!(time.to_string());
    change(&record)
}

/// Settings from a flat object.
pub(crate) fn settings(flat: Value) -> Settings {
    match flat {
        Value::Object(members) => members.into_iter().collect(),
        _ => Settings::default(),
    }
}

/// Any JSON of modest size whose names are no secret's.
pub(crate) fn harmless_json() -> impl Strategy<Value = Value> {
    let name =
        prop_oneof![Just("clientId".to_owned()), Just("userAgent".to_owned()), "[a-m\\PC\u{0}-\u{1f}\"\\\\]{0,6}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1000i32..1000).prop_map(|number| Value::from(f64::from(number) / 8.0)),
        "[a-m \\PC\u{0}-\u{1f}\"\\\\]{0,12}".prop_map(Value::from),
        prop_oneof![Just("ENABLED"), Just("openid"), Just("cognito-idp.amazonaws.com")].prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// The settings of a client, as a response tells them: nothing empty.
pub(crate) fn state() -> impl Strategy<Value = Settings> {
    let urls = || {
        proptest::collection::btree_set(
            prop_oneof![Just("https://a.example.org/cb"), Just("http://b.example.org/cb"), Just("x://y")],
            1..3,
        )
    };
    let path = prop_oneof![
        (Just("callbackURLs"), urls().prop_map(|urls| json!(urls))),
        (Just("logoutURLs"), urls().prop_map(|urls| json!(urls))),
        (Just("clientName"), prop_oneof![Just("web"), Just("api")].prop_map(Value::from)),
        (Just("refreshTokenValidity"), (1..60i32).prop_map(Value::from)),
        (Just("accessTokenValidity"), (1..60i32).prop_map(Value::from)),
        (Just("tokenValidityUnits.accessToken"), prop_oneof![Just("minutes"), Just("hours")].prop_map(Value::from)),
        (Just("enableTokenRevocation"), any::<bool>().prop_map(Value::from)),
        (Just("preventUserExistenceErrors"), prop_oneof![Just("LEGACY"), Just("ENABLED")].prop_map(Value::from)),
        (Just("refreshTokenRotation.feature"), prop_oneof![Just("ENABLED"), Just("DISABLED")].prop_map(Value::from)),
        (Just("allowedOAuthFlows"), prop_oneof![Just("code"), Just("implicit")].prop_map(|flow| json!([flow]))),
        (
            Just("explicitAuthFlows"),
            prop_oneof![Just("ALLOW_USER_PASSWORD_AUTH"), Just("ALLOW_REFRESH_TOKEN_AUTH")]
                .prop_map(|flow| json!([flow]))
        ),
        (Just("somethingNew"), (-9..9i32).prop_map(Value::from)),
    ];
    proptest::collection::vec(path, 0..8).prop_map(|entries| entries.into_iter().collect())
}
