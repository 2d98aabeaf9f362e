//! `restore` over recordings, from outside.

mod common;

use common::{Home, ran};
use rstest::rstest;
use serde_json::{Value, json};

const CLIENT: &str = "3k1v9s0abcd7efgh2ijkl5mn";

const POOL: &str = "eu-west-1_Zq4TrPm9K";

/// The record of the nth minute: a call that leaves the client like this; with nothing, its deletion.
fn record(nth: u32, id: &str, event: &str, state: &Value) -> String {
    let mut client = json!({"userPoolId": POOL, "clientId": id});
    let mut sent = client.clone();
    for parameters in [&mut sent, &mut client] {
        parameters.as_object_mut().expect("an object").extend(state.as_object().cloned().unwrap_or_default());
    }
    // What a call asks for once is no setting.
    client.as_object_mut().expect("an object").remove("generateSecret");
    let response = if state.is_null() { Value::Null } else { json!({"userPoolClient": client}) };
    let record = json!({"eventVersion": "1.11", "eventSource": "cognito-idp.amazonaws.com", "eventName": event,
        "eventID": format!("{nth}0000000-aaaa"), "eventTime": format!("2026-10-01T08:{nth:02}:00Z"),
        "userIdentity": {"type": "IAMUser", "userName": "kim"}, "requestParameters": sent, "responseElements": response});
    record.to_string()
}

/// One client through some states, each made by a call that sends no more than that.
fn life(states: &[Value]) -> String {
    let call = |(nth, state): (u32, &Value)| {
        let event = match (nth, state) {
            (_, Value::Null) => "DeleteUserPoolClient",
            (1, _) => "CreateUserPoolClient",
            _ => "UpdateUserPoolClient",
        };
        record(nth, CLIENT, event, state)
    };
    (1..).zip(states).map(call).collect::<Vec<_>>().join("\n")
}

fn shop(scopes: &[&str], validity: Option<u32>) -> Value {
    json!({"clientName": "web-shop", "allowedOAuthScopes": scopes, "accessTokenValidity": validity})
}

/// One client, made and changed twice, and another one of the same name.
fn records() -> String {
    let states = [shop(&["a", "b"], Some(15)), shop(&["a"], None), shop(&["a", "c"], None)];
    life(&states) + "\n" + &record(4, "other", "CreateUserPoolClient", &shop(&[], None))
}

/// Exit code, input of the call, stdout, stderr.
fn restored(arguments: &[&str]) -> (i32, Value, String, String) {
    restored_from(&records(), arguments)
}

fn restored_from(records: &str, arguments: &[&str]) -> (i32, Value, String, String) {
    let home = Home::new();
    let mut command = home.cacl();
    command.arg("restore").args(arguments).args(["--from", "-"]).write_stdin(records);
    let (code, stdout, stderr) = ran(&mut command);
    let input = stdout.split_once("--cli-input-json '").and_then(|(_, rest)| rest.trim_end().strip_suffix('\''));
    (code, input.map_or(Value::Null, |input| serde_json::from_str(input).expect("JSON")), stdout, stderr)
}

#[test]
fn by_default_what_was_taken_comes_back() {
    let (code, input, stdout, stderr) = restored(&[CLIENT]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!((&input["AllowedOAuthScopes"], &input["AccessTokenValidity"]), (&json!(["a", "b"]), &json!(15)));
    assert!(stdout.starts_with("aws cognito-idp update-user-pool-client \\\n"), "nothing else: {stdout}");
    assert!(stderr.contains("before 2026-10-01T08:02:00Z UpdateUserPoolClient by kim  20000000-aaaa"), "{stderr}");
    assert!(stderr.contains("1 change of the client since then would be undone, too"), "{stderr}");
    let effect = "from what is known of the client by now:\n  accessTokenValidity: 1 hour → 15 hours\n  \
                  allowedOAuthScopes: + b, − c\n";
    assert!(stderr.contains(effect), "{stderr}");
}

#[test]
fn what_is_back_is_not_put_back_again() {
    let good = json!({"clientName": "web-shop", "callbackURLs": ["https://shop.example.org/cb"],
        "logoutURLs": ["https://shop.example.org/out"], "preventUserExistenceErrors": "ENABLED"});
    let bad = json!({"clientName": "web-shop", "callbackURLs": ["http://evil.example/cb"]});
    let (code, input, _, stderr) = restored_from(&life(&[good.clone(), bad.clone()]), &["web-shop"]);
    assert_eq!((code, &input["CallbackURLs"]), (0, &good["callbackURLs"]), "{stderr}");
    // As the call would have it.
    let (code, _, stdout, stderr) = restored_from(&life(&[good.clone(), bad.clone(), good.clone()]), &["web-shop"]);
    assert_eq!((code, stdout.as_str()), (3, ""), "{stderr}");
    assert!(
        stderr.contains("nothing to put back") && stderr.contains("what a change took from the client is back"),
        "{stderr}"
    );
    // Lost once more, it is put back once more.
    let (code, input, _, stderr) = restored_from(&life(&[good.clone(), bad.clone(), good.clone(), bad]), &["web-shop"]);
    assert_eq!((code, &input["LogoutURLs"]), (0, &good["logoutURLs"]), "{stderr}");
    assert!(!stderr.contains("more was taken"), "the first loss is mended along with the last: {stderr}");
}

#[test]
fn a_refused_call_makes_no_client() {
    let refused = |nth: u32, id: &str| {
        let mut record: Value =
            serde_json::from_str(&record(nth, id, "UpdateUserPoolClient", &shop(&[], None))).expect("JSON");
        record["errorCode"] = json!("ResourceNotFoundException");
        record["responseElements"] = Value::Null;
        record.to_string()
    };
    let lost = life(&[shop(&["a", "b"], None), shop(&["a"], None)]) + "\n" + &refused(5, "mistyped");
    let (code, input, _, stderr) = restored_from(&lost, &["web-shop"]);
    assert_eq!((code, &input["ClientId"]), (0, &json!(CLIENT)), "{stderr}");
    assert!(!stderr.contains("mistyped"), "{stderr}");
    let gone = life(&[shop(&["a"], None), Value::Null]) + "\n" + &refused(5, "mistyped");
    let (code, _, _, stderr) = restored_from(&gone, &["web-shop"]);
    assert_eq!((code, stderr.contains("there already")), (0, false), "{stderr}");
    // Unless nothing else is known.
    let (code, _, _, stderr) = restored_from(&refused(5, "mistyped"), &["web-shop"]);
    assert!(code == 3 && stderr.contains("there is nothing to put back"), "{stderr}");
}

#[test]
fn what_was_taken_earlier_is_told_and_can_be_reached() {
    let states = [shop(&["a", "b", "c"], None), shop(&["a", "b"], None), shop(&["a"], None)];
    let (code, input, _, stderr) = restored_from(&life(&states), &["web-shop"]);
    assert_eq!((code, &input["AllowedOAuthScopes"]), (0, &json!(["a", "b"])), "{stderr}");
    let told = "to undo it as well:\n  --to 10000000-aaaa  before 2026-10-01T08:02:00Z UpdateUserPoolClient by kim";
    assert!(stderr.contains(told), "{stderr}");
    let (code, input, _, stderr) = restored_from(&life(&states), &["web-shop", "--to", "10000000-aaaa"]);
    assert_eq!((code, &input["AllowedOAuthScopes"]), (0, &json!(["a", "b", "c"])), "{stderr}");
    assert!(
        stderr.contains("allowedOAuthScopes: + b, + c\n") && stderr.contains("2 changes of the client"),
        "{stderr}"
    );
    // Back by now, and not in the state from before the earlier loss.
    let back = [shop(&["a"], None), shop(&[], None), shop(&["b"], None), shop(&[], None), shop(&["b"], None)];
    let (code, input, _, stderr) = restored_from(&life(&back), &["web-shop"]);
    assert_eq!((code, &input["AllowedOAuthScopes"]), (0, &json!(["a"])), "{stderr}");
    assert!(
        stderr.contains("what 1 change took away is back by now, and the call would take it away again"),
        "{stderr}"
    );
    let (code, _, _, stderr) = restored_from(&life(&states), &["web-shop", "--to", "30000000-aaaa"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("the call would change nothing"), "{stderr}");
}

#[test]
fn a_secret_is_asked_for_where_a_client_is_made_and_nowhere_else() {
    let made = json!({"clientName": "web-shop", "generateSecret": true});
    let (code, input, _, stderr) =
        restored_from(&life(&[made.clone(), shop(&["a"], None)]), &["web-shop", "--to", "1"]);
    assert_eq!((code, input.get("GenerateSecret")), (0, None), "{stderr}");
    let (code, input, stdout, stderr) = restored_from(&life(&[made, shop(&["a"], None), Value::Null]), &["web-shop"]);
    assert_eq!((code, &input["AllowedOAuthScopes"]), (0, &json!(["a"])), "{stderr}");
    assert!(stdout.contains("create-user-pool-client") && stderr.contains("makes it anew"), "{stdout}{stderr}");
}

/// A client that was deleted, one that took its name over, and one that had another name first.
#[rstest]
#[case::the_living(&["web-shop"], 0, "new", "also called web-shop, and left alone:\n  gone  in eu-west-1_Zq4TrPm9K, web-shop, deleted 2026-10-01T08:02:00Z by kim")]
#[case::by_id(&["gone"], 0, "", "the call makes it anew\nnote: a client of that name is there already: new\n")]
#[case::a_former_name(&["old-shop"], 0, "renamed", "old-shop is called web-store by now: renamed")]
#[case::only_deleted_ones(&["twins"], 2, "", "2 clients are or were called twins\nhelp: choose one by its id:\n  twin1  in eu-west-1_Zq4TrPm9K, twins, deleted 2026-10-01T08:08:00Z by kim\n  twin2")]
fn a_name_finds_the_client_that_is_meant(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] id: &str,
    #[case] words: &str,
) {
    let named = |name: &str, scopes: &[&str]| json!({"clientName": name, "allowedOAuthScopes": scopes});
    let records = [
        record(1, "gone", "CreateUserPoolClient", &named("web-shop", &["a"])),
        record(2, "gone", "DeleteUserPoolClient", &Value::Null),
        record(3, "new", "CreateUserPoolClient", &named("web-shop", &["a"])),
        record(4, "new", "UpdateUserPoolClient", &named("web-shop", &[])),
        record(5, "renamed", "CreateUserPoolClient", &named("old-shop", &["a"])),
        record(6, "renamed", "UpdateUserPoolClient", &named("web-store", &[])),
        record(7, "twin1", "CreateUserPoolClient", &named("twins", &[])),
        record(8, "twin1", "DeleteUserPoolClient", &Value::Null),
        record(7, "twin2", "CreateUserPoolClient", &named("twins", &[])).replace("70000000", "71000000"),
        record(9, "twin2", "DeleteUserPoolClient", &Value::Null),
    ];
    let (found, input, _, stderr) = restored_from(&records.join("\n"), arguments);
    assert_eq!((found, input["ClientId"].as_str().unwrap_or_default()), (code, id), "{stderr}");
    assert!(stderr.contains(words), "{stderr}");
}

#[rstest]
#[case::last("3", &["a", "c"])]
#[case::in_between("20", &["a"])]
#[case::whole("10000000-aaaa", &["a", "b"])]
fn an_event_names_the_state_after_it(#[case] event: &str, #[case] scopes: &[&str]) {
    let (code, input, _, stderr) = restored(&[CLIENT, "--to", event]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(input["AllowedOAuthScopes"], json!(scopes));
}

#[test]
fn the_call_goes_where_the_program_goes() {
    let (_, _, stdout, _) = restored(&[CLIENT, "--profile", "acme-prod", "--endpoint-url", "http://127.0.0.1:4599"]);
    assert!(stdout.contains("  --profile=acme-prod \\\n  --endpoint-url=http://127.0.0.1:4599 \\\n"), "{stdout}");
}

#[rstest]
#[case::ambiguous(&["web-shop"], 2, "3k1v9s0abcd7efgh2ijkl5mn  in eu-west-1_Zq4TrPm9K, web-shop")]
#[case::unknown(&["nobody"], 3, "nothing is known of a client nobody")]
#[case::no_such_event(&[CLIENT, "--to", "9"], 3, "2026-10-01T08:03:00Z UpdateUserPoolClient by kim  30000000-aaaa")]
#[case::nothing_taken(&["other"], 3, "no known change of the client took anything away\n  another state: --to EVENT; to know more: more files after --from")]
fn what_cannot_be_says_why(#[case] arguments: &[&str], #[case] expected: i32, #[case] words: &str) {
    let (code, _, stdout, stderr) = restored(arguments);
    assert_eq!((code, stdout.as_str()), (expected, ""), "{stderr}");
    assert!(stderr.contains(words), "{stderr}");
}
