//! From what is to be watched to a pattern, and what that pattern lets through.

use serde_json::{Value, json};

use super::Pattern;
use crate::pattern::{CLIENT_CALLS, POOL_CALLS, Scope, WRITE_CALLS, Watch, WatchError};

/// An event as `EventBridge` delivers it; `overlay` replaces fields of the detail.
fn event(name: &str, overlay: &Value) -> Value {
    let mut event = json!({
        "version": "0",
        "id": "0d7b1e0c-5b1f-4c57-9c59-0c2f6d1c8f10",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.cognito-idp",
        "account": "123456789012",
        "time": "2026-10-01T08:41:07Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": {
            "eventVersion": "1.11",
            "eventSource": "cognito-idp.amazonaws.com",
            "eventName": name,
            "eventType": "AwsApiCall",
            "readOnly": false,
            "sourceIPAddress": "198.51.100.7",
            "requestParameters": {"userPoolId": "eu-west-1_Zq4TrPm9K", "clientId": "3k1v9s0abcd7efgh2ijkl5mn"},
            "responseElements": null
        }
    });
    for (key, value) in overlay.as_object().into_iter().flatten() {
        event["detail"][key] = value.clone();
    }
    event
}

fn denied() -> Value {
    json!({
        "errorCode": "AccessDenied",
        "errorMessage": "User: arn:aws:iam::123456789012:user/kim is not authorized to perform: \
                         cognito-idp:UpdateUserPoolClient on resource: \
                         arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Zq4TrPm9K",
        "requestParameters": null
    })
}

fn pattern(watch: &Watch) -> Pattern {
    Pattern::parse(&watch.to_value().expect("a pattern")).expect("valid")
}

#[test]
fn the_default_is_the_rule_of_the_template() {
    let expected = json!({
        "source": ["aws.cognito-idp"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["cognito-idp.amazonaws.com"],
            "eventType": ["AwsApiCall"],
            "eventName": ["UpdateUserPoolClient", "DeleteUserPoolClient"]
        }
    });
    assert_eq!(Watch::default().to_value(), Ok(expected.clone()));
    assert_eq!(pattern_of(include_str!("../../../../../stack.yaml")), expected);
}

/// The rule's `EventPattern`, written as nested keys with lists in brackets; there is no YAML reader in this crate.
fn pattern_of(template: &str) -> Value {
    let mut lines = template.lines().skip_while(|line| line.trim() != "EventPattern:");
    let indent = |line: &str| line.len() - line.trim_start().len();
    let outer = lines.next().map_or(0, indent);
    let mut pattern = json!({});
    let mut parents: Vec<(usize, String)> = Vec::new();
    for line in lines.take_while(|line| indent(line) > outer) {
        let (key, list) = line.trim().split_once(':').expect("a key");
        parents.retain(|(column, _)| *column < indent(line));
        let object = parents.iter().fold(&mut pattern, |object, (_, key)| &mut object[key.as_str()]);
        object[key] = match list.trim() {
            "" => json!({}),
            list => list.trim_matches(['[', ']']).split(", ").map(|item| json!(item.trim_matches('"'))).collect(),
        };
        parents.push((indent(line), key.to_owned()));
    }
    pattern
}

#[test]
fn the_default_sees_updates_and_deletes_and_nothing_else() {
    let pattern = pattern(&Watch::default());
    for seen in [
        event("UpdateUserPoolClient", &json!({})),
        event("DeleteUserPoolClient", &json!({})),
        event("UpdateUserPoolClient", &denied()),
        event("UpdateUserPoolClient", &json!({"errorCode": "ScopeDoesNotExistException"})),
    ] {
        assert!(pattern.matches(&seen), "{seen}");
    }
    for unseen in [
        event("CreateUserPoolClient", &json!({})),
        event("DescribeUserPoolClient", &json!({"readOnly": true})),
        event("Login_GET", &json!({"eventType": "AwsServiceEvent"})),
        event("UpdateUserPoolClient", &json!({"eventSource": "example.org"})),
        // A bare CloudTrail record is no event.
        event("UpdateUserPoolClient", &json!({}))["detail"].clone(),
    ] {
        assert!(!pattern.matches(&unseen), "{unseen}");
    }
}

#[test]
fn each_scope_sees_its_calls() {
    let sees = |scope, name| pattern(&Watch { scope, ..Watch::default() }).matches(&event(name, &json!({})));
    for name in CLIENT_CALLS {
        assert!(
            sees(Scope::AppClients, name) && sees(Scope::UserPools, name) && sees(Scope::AllWrites, name),
            "{name}"
        );
    }
    for name in POOL_CALLS {
        assert!(
            !sees(Scope::AppClients, name) && sees(Scope::UserPools, name) && sees(Scope::AllWrites, name),
            "{name}"
        );
    }
    for name in WRITE_CALLS {
        assert!(
            !sees(Scope::AppClients, name) && !sees(Scope::UserPools, name) && sees(Scope::AllWrites, name),
            "{name}"
        );
    }
    let read = event("DescribeUserPoolClient", &json!({"readOnly": true}));
    assert!(!pattern(&Watch { scope: Scope::AllWrites, ..Watch::default() }).matches(&read));
}

#[test]
fn named_events_take_the_place_of_the_scope() {
    let watch = Watch { events: vec!["CreateUserPoolClient".to_owned()], scope: Scope::AppClients, ..Watch::default() };
    assert_eq!(watch.to_value().expect("a pattern")["detail"]["eventName"], json!(["CreateUserPoolClient"]));
}

fn filtered() -> Watch {
    Watch {
        scope: Scope::AppClients,
        user_pools: vec!["eu-west-1_Zq4TrPm9K".to_owned(), "eu-west-1_Other0001".to_owned()],
        clients: vec!["3k1v9s0abcd7efgh2ijkl5mn".to_owned()],
        ..Watch::default()
    }
}

#[test]
fn filters_keep_other_pools_and_clients_out() {
    let pattern = pattern(&filtered());
    let of = |pool: &str, client: &str| {
        event("UpdateUserPoolClient", &json!({"requestParameters": {"userPoolId": pool, "clientId": client}}))
    };
    assert!(pattern.matches(&of("eu-west-1_Zq4TrPm9K", "3k1v9s0abcd7efgh2ijkl5mn")));
    assert!(pattern.matches(&of("eu-west-1_Other0001", "3k1v9s0abcd7efgh2ijkl5mn")));
    assert!(!pattern.matches(&of("eu-west-1_Foreign01", "3k1v9s0abcd7efgh2ijkl5mn")));
    assert!(!pattern.matches(&of("eu-west-1_Zq4TrPm9K", "someotherclient")));
    let refused = json!({"errorCode": "InvalidParameterException",
        "requestParameters": {"userPoolId": "eu-west-1_Foreign01", "clientId": "3k1v9s0abcd7efgh2ijkl5mn"}});
    assert!(!pattern.matches(&event("UpdateUserPoolClient", &refused)));
}

#[test]
fn filters_let_through_what_names_no_pool_or_client() {
    let pattern = pattern(&filtered());
    assert!(pattern.matches(&event("UpdateUserPoolClient", &denied())), "denied: parameters are null");
    let mut left_out = event("UpdateUserPoolClient", &json!({}));
    left_out["detail"].as_object_mut().expect("an object").remove("requestParameters");
    assert!(pattern.matches(&left_out), "parameters above 100 KB are left out");
    let server = json!({"requestParameters": {"userPoolId": "eu-west-1_Zq4TrPm9K", "identifier": "cacl-api"}});
    assert!(
        pattern.matches(&event("DeleteResourceServer", &server)),
        "takes scopes away from clients it does not name"
    );
    let foreign = json!({"requestParameters": {"userPoolId": "eu-west-1_Foreign01", "identifier": "cacl-api"}});
    assert!(!pattern.matches(&event("DeleteResourceServer", &foreign)));
}

/// The tempting way does not work: `exists: false` on an object that is there holds, since an object is no leaf.
#[test]
fn asking_for_absent_parameters_as_a_whole_would_let_everything_through() {
    let naive = json!({"detail": {"requestParameters": [null, {"exists": false}]}});
    let naive = Pattern::parse(&naive).expect("valid");
    assert!(naive.matches(&event("UpdateUserPoolClient", &denied())));
    assert!(naive.matches(&event("UpdateUserPoolClient", &json!({}))), "although it has parameters");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let events = |name: &str| Watch { events: vec![name.to_owned()], ..Watch::default() }.to_value();
    let misspelt = |name: &str, meant| Err(WatchError::Misspelt { name: name.to_owned(), meant });
    assert_eq!(events("UpdateUserPoolClients"), misspelt("UpdateUserPoolClients", "UpdateUserPoolClient"));
    assert_eq!(events("updateUserPoolClient"), misspelt("updateUserPoolClient", "UpdateUserPoolClient"));
    assert_eq!(events("SetUserPoolMFAConfig"), misspelt("SetUserPoolMFAConfig", "SetUserPoolMfaConfig"));
    assert_eq!(events("DescribeUserPoolClient"), Err(WatchError::ReadCall("DescribeUserPoolClient".to_owned())));
    for odd in ["", "x", "Login_GET", "cognito-idp:UpdateUserPoolClient", "Update*", "ÄnderePool"] {
        assert_eq!(events(odd), Err(WatchError::NotACall(odd.to_owned())));
    }
    for (unknown, near) in
        [("RotateUserPoolClientKeys", "CreateUserPoolClient"), ("Branding", "UpdateManagedLoginBranding")]
    {
        let Err(WatchError::Unknown { name, nearest }) = events(unknown) else { panic!("{unknown} is known") };
        assert!(name == unknown && nearest.contains(&near), "{nearest:?}");
    }

    let pool = |id: &str| Watch { user_pools: vec![id.to_owned()], ..Watch::default() }.to_value();
    for odd in ["", "eu-west-1", "_abc", "eu-west-1_", "eu-west-1_a b", "eu-west-1_*"] {
        assert_eq!(pool(odd), Err(WatchError::NotAUserPool(odd.to_owned())));
    }
    let client = |id: &str| Watch { clients: vec![id.to_owned()], ..Watch::default() }.to_value();
    for odd in ["", "web-shop", "a b"] {
        assert_eq!(client(odd), Err(WatchError::NotAClient(odd.to_owned())));
    }
    let clients = (0..100).map(|n| format!("3k1v9s0abcd7efgh2ijk{n:04}")).collect();
    assert!(matches!(Watch { clients, ..Watch::default() }.to_value(), Err(WatchError::TooLong(2049..))));
}

#[test]
fn no_call_is_listed_twice_and_the_largest_scope_fits() {
    let mut all: Vec<&str> = CLIENT_CALLS.into_iter().chain(POOL_CALLS).chain(WRITE_CALLS).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
    assert!(Watch { scope: Scope::UserPools, ..filtered() }.to_value().is_ok());
}
