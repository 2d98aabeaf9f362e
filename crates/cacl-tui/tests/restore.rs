//! `restore` over recordings, from outside.

mod common;

use common::{Home, ran};
use rstest::rstest;
use serde_json::{Value, json};

const CLIENT: &str = "3k1v9s0abcd7efgh2ijkl5mn";

/// Records of one client, made and changed twice, and of another one of the same name.
fn records() -> String {
    let client = |id: &str, scopes: &[&str], validity: Option<u32>| {
        json!({"userPoolId": "eu-west-1_Zq4TrPm9K", "clientId": id, "clientName": "web-shop",
               "allowedOAuthScopes": scopes, "accessTokenValidity": validity})
    };
    let record = |nth: u32, event: &str, request: Value, response: Value| {
        let record = json!({"eventVersion": "1.11", "eventSource": "cognito-idp.amazonaws.com", "eventName": event,
            "eventID": format!("{nth}0000000-aaaa"), "eventTime": format!("2026-10-01T08:0{nth}:00Z"),
            "userIdentity": {"type": "IAMUser", "userName": "kim"}, "requestParameters": request,
            "responseElements": {"userPoolClient": response}});
        record.to_string()
    };
    let pool = "eu-west-1_Zq4TrPm9K";
    let made = |scopes: &[&str]| json!({"userPoolId": pool, "clientName": "web-shop", "allowedOAuthScopes": scopes});
    let sent = |scopes: &[&str]| json!({"userPoolId": pool, "clientId": CLIENT, "allowedOAuthScopes": scopes});
    [
        record(1, "CreateUserPoolClient", made(&["a", "b"]), client(CLIENT, &["a", "b"], Some(15))),
        record(2, "UpdateUserPoolClient", sent(&["a"]), client(CLIENT, &["a"], None)),
        record(3, "UpdateUserPoolClient", sent(&["a", "c"]), client(CLIENT, &["a", "c"], None)),
        record(4, "CreateUserPoolClient", made(&[]), client("other", &[], None)),
    ]
    .join("\n")
}

/// Exit code, input of the call, stdout, stderr.
fn restored(arguments: &[&str]) -> (i32, Value, String, String) {
    let home = Home::new();
    let mut command = home.cacl();
    command.arg("restore").args(arguments).args(["--from", "-"]).write_stdin(records());
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
#[case::ambiguous(&["web-shop"], 2, "3k1v9s0abcd7efgh2ijkl5mn  in eu-west-1_Zq4TrPm9K")]
#[case::unknown(&["nobody"], 3, "nothing is known of a client nobody")]
#[case::no_such_event(&[CLIENT, "--to", "9"], 3, "2026-10-01T08:03:00Z UpdateUserPoolClient by kim  30000000-aaaa")]
#[case::nothing_taken(&["other"], 3, "No known change of this client took anything away")]
fn what_cannot_be_says_why(#[case] arguments: &[&str], #[case] expected: i32, #[case] words: &str) {
    let (code, _, stdout, stderr) = restored(arguments);
    assert_eq!((code, stdout.as_str()), (expected, ""), "{stderr}");
    assert!(stderr.contains(words), "{stderr}");
}
