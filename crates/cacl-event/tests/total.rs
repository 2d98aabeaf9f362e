//! Nothing makes decoding fail, and nothing is lost in it: from bytes to reports, for any input.

use cacl_event::{
    Change, Decoded, History, clean, decode, decode_at, decode_document, judge::judge, line::line, report::json_line,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A record in the shape that `CloudTrail` gives an update.
fn record() -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:kim@example.org",
            "arn": "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/kim@example.org",
            "accountId": "123456789012", "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "userName": "AWSReservedSSO_Admin_0123456789abcdef"},
                "attributes": {"creationDate": "2026-10-01T08:00:00Z", "mfaAuthenticated": "true"},
            },
        },
        "eventTime": "2026-10-01T08:41:07Z",
        "eventSource": "cognito-idp.amazonaws.com",
        "eventName": "UpdateUserPoolClient",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "Mozilla/5.0",
        "requestParameters": {
            "userPoolId": "eu-west-1_Zq4TrPm9K", "clientId": "3k1v9s0abcd7efgh2ijkl5mn",
            "callbackURLs": ["https://shop.example.org/cb", "http://shop.example.org/cb"],
            "tokenValidityUnits": {"accessToken": "minutes"}, "accessTokenValidity": 15,
        },
        "responseElements": {"userPoolClient": {
            "userPoolId": "eu-west-1_Zq4TrPm9K", "clientId": "3k1v9s0abcd7efgh2ijkl5mn", "clientName": "web-shop",
            "clientSecret": "HIDDEN_DUE_TO_SECURITY_REASONS", "lastModifiedDate": "Oct 1, 2026, 8:41:07 AM",
            "callbackURLs": ["https://shop.example.org/cb", "http://shop.example.org/cb"],
            "refreshTokenValidity": 30, "accessTokenValidity": 15, "tokenValidityUnits": {"accessToken": "minutes"},
        }},
        "requestID": "2c072039-11a6-46a0-a643-4fdffe43220c",
        "eventID": "a392bfba-3914-4102-83ef-f9cfa0f3d30f",
        "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": "123456789012",
        "eventCategory": "Management", "sessionCredentialFromConsole": "true",
    })
}

/// Anything that may stand where a value is expected.
fn rubbish() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::from("HIDDEN_DUE_TO_SECURITY_REASONS")),
        Just(Value::from("arn:aws:x:::userpool/")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Replaces, takes away or adds the n-th member found anywhere in a value.
fn mutate(value: &mut Value, at: &mut usize, with: Option<&Value>) {
    match value {
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            for name in names {
                if *at == 0 {
                    match with {
                        Some(with) => members.insert(name, with.clone()),
                        None => members.shift_remove(&name),
                    };
                    *at = usize::MAX;
                    return;
                }
                *at -= 1;
                if let Some(member) = members.get_mut(&name) {
                    mutate(member, at, with);
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| mutate(element, at, with)),
        _ => {}
    }
}

/// A real record with up to four members replaced or gone.
fn mutated() -> impl Strategy<Value = Value> {
    proptest::collection::vec((0..60usize, proptest::option::of(rubbish())), 0..4).prop_map(|mutations| {
        let mut record = record();
        for (mut at, with) in mutations {
            mutate(&mut record, &mut at, with.as_ref());
        }
        record
    })
}

/// The only change among the items.
fn only(items: Vec<Decoded>) -> Option<Change> {
    match <[Decoded; 1]>::try_from(items) {
        Ok([Decoded::Change(change)]) => Some(*change),
        _ => None,
    }
}

/// Everything that is done with a change, on this one.
fn report(change: &Change) -> String {
    let mut history = History::default();
    history.insert(change.clone());
    let (diff, judgement) = (history.diff(&change.id).expect("known"), history.judge(&change.id).expect("known"));
    assert_eq!(judge(change, &diff), judgement);
    json_line(change, history.client_name(&change.id), &diff, &judgement)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_decodes(text in any::<String>()) {
        prop_assert_eq!(decode(&text).is_empty(), text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty());
        let _ = decode_document(&text).count();
    }

    #[test]
    fn any_bytes_decode(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = (decode(&text), decode_document(&text).count());
    }

    #[test]
    fn any_json_decodes_and_is_kept(value in rubbish()) {
        let items = decode(&value.to_string());
        prop_assert_eq!(items.len(), 1);
        prop_assert!(!matches!(items[0], Decoded::Change(_)));
    }

    #[test]
    fn a_record_cut_anywhere_decodes(at in 0..2000usize, from in 0..2000usize) {
        let text = line(jiff::Timestamp::UNIX_EPOCH, "r", json!({"detail": record()}));
        let cut: String = text.chars().skip(from).take(at).collect();
        prop_assert_eq!(decode(&cut).is_empty(), cut.trim().is_empty());
        let _ = decode_document(&cut).count();
    }

    #[test]
    fn mutated_records_are_kept_whole(record in mutated()) {
        let text = record.to_string();
        let items = decode_at(&text, jiff::Timestamp::UNIX_EPOCH);
        if record["eventName"].as_str().is_none_or(str::is_empty) {
            prop_assert!(!items.is_empty());
            return Ok(());
        }
        let change = only(items).expect("a change");
        let mut expected = record.clone();
        cacl_event::mask::mask(&mut expected);
        prop_assert_eq!(change.record.to_value(), expected);
        // Whatever it is wrapped in, it is the same change.
        let envelope = json!({"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": record});
        let wrapped = only(decode(&line(change.time, "r", envelope))).expect("a change");
        prop_assert_eq!(&wrapped.record, &change.record);
        prop_assert_eq!((wrapped.id, wrapped.sent, wrapped.actor, wrapped.origin), (change.id, change.sent, change.actor, change.origin));
    }

    #[test]
    fn reports_of_mutated_records_are_json_and_harmless(record in mutated()) {
        let Some(change) = only(decode(&record.to_string())) else { return Ok(()) };
        let written = report(&change);
        prop_assert_eq!(clean(&written), &*written);
        let read: Value = serde_json::from_str(&written).expect("JSON");
        prop_assert_eq!(&read["record"], &change.record.to_value());
        let again = only(decode(&written)).expect("a change");
        prop_assert_eq!(again.record, change.record);
        prop_assert_eq!(again.time, change.time);
    }

    #[test]
    fn no_planted_secret_survives(
        secret in "[a-z0-9]{24}",
        name in prop_oneof![
            Just("clientSecret"), Just("ClientSecret"), Just("client_secret"), Just("SECRET_HASH"), Just("password"),
            Just("temporaryPassword"), Just("accessToken"), Just("refresh_token"), Just("clientSecretValue"), Just("sessionToken"),
        ],
        at in 0..60usize,
        shape in 0..5u8,
    ) {
        let planted = match shape {
            0 => json!({name: secret}),
            1 => json!({"a": [{name: secret}]}),
            2 => json!({name: {"value": secret}}),
            3 => json!(json!({"b": {name: secret}}).to_string()),
            _ => json!(format!("https://app.example.org/cb?{name}={secret}&state=1")),
        };
        let mut record = record();
        mutate(&mut record, &mut { at }, Some(&planted));
        let written = line(jiff::Timestamp::UNIX_EPOCH, "r", json!({"detail": record}));
        prop_assert!(!written.contains(&secret), "{}", written);
        // The line as another program would have written it, whole, wrapped, and cut short.
        let raw = json!({"schema": "cacl.line/1", "event": {"detail": record}}).to_string();
        let wrapped = json!({"events": [{"timestamp": 1, "message": raw}]}).to_string();
        let cut = raw.get(..raw.len() - 1).expect("ASCII");
        for text in [&*raw, &*wrapped, cut] {
            for item in decode(text) {
                prop_assert!(!format!("{item:?}").contains(&secret), "{}", text);
                if let Decoded::Change(change) = item {
                    prop_assert!(!report(&change).contains(&secret), "{}", text);
                }
            }
        }
    }
}
