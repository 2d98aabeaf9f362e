use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::{History, testing};

fn key() -> ClientKey {
    ClientKey { user_pool: testing::POOL.into(), client: testing::CLIENT.into() }
}

fn call(state: Value, way: Way) -> Option<Call> {
    let (client, state) = (key(), testing::settings(state));
    Restore { client: &client, state: &state, way, profile: None, endpoint_url: None }.call()
}

/// The JSON between the single quotes.
fn input(command: &str) -> Value {
    let (_, quoted) = command.split_once('\'').expect("an opening quote");
    serde_json::from_str(quoted.strip_suffix('\'').expect("a closing quote")).expect("JSON")
}

#[test]
fn reads_like_this() {
    let state = json!({
        "callbackURLs": ["https://shop.example.org/cb"],
        "clientName": "web's shop!",
        "enableTokenRevocation": false,
        "refreshTokenValidity": 30,
        "tokenValidityUnits.accessToken": "minutes",
        "tokenValidityUnits.idToken": "hours",
    });
    let call = call(state, Way::Update).expect("settings");
    assert_eq!(call.notes, Vec::<String>::new());
    let expected = r#"aws cognito-idp update-user-pool-client \
  --region=eu-west-1 \
  --cli-input-json '{
  "UserPoolId": "eu-west-1_Zq4TrPm9K",
  "ClientId": "3k1v9s0abcd7efgh2ijkl5mn",
  "CallbackURLs": [
    "https://shop.example.org/cb"
  ],
  "ClientName": "web\u0027s shop\u0021",
  "EnableTokenRevocation": false,
  "RefreshTokenValidity": 30,
  "TokenValidityUnits": {
    "AccessToken": "minutes",
    "IdToken": "hours"
  }
}'
"#;
    assert_eq!(call.to_string(), expected);
}

/// `(setting, API member)` of every input of `UpdateUserPoolClient` in the `aws` CLI's own model (botocore 1.43).
const MODEL: [(&str, &str); 29] = [
    ("clientName", "ClientName"),
    ("refreshTokenValidity", "RefreshTokenValidity"),
    ("accessTokenValidity", "AccessTokenValidity"),
    ("idTokenValidity", "IdTokenValidity"),
    ("tokenValidityUnits.accessToken", "TokenValidityUnits/AccessToken"),
    ("tokenValidityUnits.idToken", "TokenValidityUnits/IdToken"),
    ("tokenValidityUnits.refreshToken", "TokenValidityUnits/RefreshToken"),
    ("readAttributes", "ReadAttributes"),
    ("writeAttributes", "WriteAttributes"),
    ("explicitAuthFlows", "ExplicitAuthFlows"),
    ("supportedIdentityProviders", "SupportedIdentityProviders"),
    ("callbackURLs", "CallbackURLs"),
    ("logoutURLs", "LogoutURLs"),
    ("defaultRedirectURI", "DefaultRedirectURI"),
    ("allowedOAuthFlows", "AllowedOAuthFlows"),
    ("allowedOAuthScopes", "AllowedOAuthScopes"),
    ("allowedOAuthFlowsUserPoolClient", "AllowedOAuthFlowsUserPoolClient"),
    ("analyticsConfiguration.applicationId", "AnalyticsConfiguration/ApplicationId"),
    ("analyticsConfiguration.applicationArn", "AnalyticsConfiguration/ApplicationArn"),
    ("analyticsConfiguration.roleArn", "AnalyticsConfiguration/RoleArn"),
    ("analyticsConfiguration.externalId", "AnalyticsConfiguration/ExternalId"),
    ("analyticsConfiguration.userDataShared", "AnalyticsConfiguration/UserDataShared"),
    ("preventUserExistenceErrors", "PreventUserExistenceErrors"),
    ("enableTokenRevocation", "EnableTokenRevocation"),
    ("enablePropagateAdditionalUserContextData", "EnablePropagateAdditionalUserContextData"),
    ("authSessionValidity", "AuthSessionValidity"),
    ("refreshTokenRotation.feature", "RefreshTokenRotation/Feature"),
    ("refreshTokenRotation.retryGracePeriodSeconds", "RefreshTokenRotation/RetryGracePeriodSeconds"),
    ("clientId", "ClientId"),
];

#[test]
fn every_setting_has_the_name_that_the_cli_knows() {
    let value = |path: &str| match path {
        // Anything but a unit would be taken for a token there; and an id is a text.
        path if path.starts_with("tokenValidity") => json!("minutes"),
        "clientId" => json!(path),
        path => json!([path]),
    };
    let state: Settings = MODEL.iter().map(|(path, _)| (*path, value(path))).collect();
    let client = ClientKey { client: "clientId".into(), ..key() };
    let restore = Restore { client: &client, state: &state, way: Way::Update, profile: None, endpoint_url: None };
    let call = restore.call().expect("settings");
    // The id in the state is no setting, and the only name here that is not known as one.
    assert_eq!(call.notes, ["Newer than this program: clientId. An older aws CLI may not know them either."]);
    let input = input(&call.command);
    for (path, member) in MODEL {
        assert_eq!(input.pointer(&format!("/{member}")), Some(&value(path)), "{path}");
    }
    let tops: std::collections::BTreeSet<_> = MODEL.iter().filter_map(|(_, member)| member.split('/').next()).collect();
    assert_eq!(input.as_object().map(serde_json::Map::len), Some(tops.len() + 1), "and the pool's id");
}

#[rstest]
#[case::hidden(json!({"clientName": "a", "tokenValidityUnits": "HIDDEN_DUE_TO_SECURITY_REASONS"}), "tokenValidityUnits", json!({"ClientName": "a"}))]
#[case::masked_within(json!({"clientName": "a", "callbackURLs": ["https://a.example.org/?secret=HIDDEN_BY_CACL", "https://b.example.org"]}),
                      "callbackURLs", json!({"ClientName": "a", "CallbackURLs": ["https://b.example.org"]}))]
#[case::all_masked(json!({"clientName": "a", "logoutURLs": ["HIDDEN_X"]}), "logoutURLs", json!({"ClientName": "a"}))]
#[case::hostile_name(json!({"clientName": "a", "x\n$(id)`'": "HIDDEN_X"}), "x___id___", json!({"ClientName": "a"}))]
fn what_is_hidden_is_named_and_not_sent(#[case] state: Value, #[case] named: &str, #[case] expected: Value) {
    let call = call(state, Way::Update).expect("settings");
    assert_eq!(call.notes, [format!("Hidden by CloudTrail, and so not restored: {named}. Add them by hand.")]);
    let mut input = input(&call.command);
    let members = input.as_object_mut().expect("an object");
    members.remove("UserPoolId");
    members.remove("ClientId");
    assert_eq!(input, expected);
}

#[test]
fn what_is_newer_is_sent_and_named() {
    let call = call(json!({"clientName": "a", "brandNew.thing": 1, "tokenValidityUnits.other": 2}), Way::Update);
    let call = call.expect("settings");
    assert_eq!(
        call.notes,
        [
            "Newer than this program: brandNew.thing, tokenValidityUnits.other. An older aws CLI may not know them either."
        ]
    );
    assert_eq!(input(&call.command)["BrandNew"], json!({"Thing": 1}));
    assert_eq!(input(&call.command)["TokenValidityUnits"], json!({"Other": 2}));
}

#[rstest]
#[case::nothing(json!({}))]
#[case::nothing_known(json!({"clientName": "HIDDEN_X"}))]
fn without_a_known_setting_there_is_no_call(#[case] state: Value) {
    assert_eq!(call(state.clone(), Way::Update), None);
    assert_eq!(call(state, Way::Create { secret: Some(true) }), None);
}

#[rstest]
#[case::known(json!({"clientName": "a"}), Some(true), Some(true), 1)]
#[case::none(json!({"clientName": "a"}), Some(false), Some(false), 1)]
#[case::unknown(json!({"clientName": "a"}), None, None, 2)]
#[case::follows(json!({"clientName": "a", "allowedOAuthFlows": ["client_credentials"]}), None, Some(true), 1)]
#[case::nameless(json!({"refreshTokenValidity": 30}), Some(true), Some(true), 2)]
fn a_deleted_client_is_created_anew(
    #[case] state: Value,
    #[case] secret: Option<bool>,
    #[case] generated: Option<bool>,
    #[case] notes: usize,
) {
    let call = call(state, Way::Create { secret }).expect("settings");
    assert!(call.command.starts_with("aws cognito-idp create-user-pool-client \\\n"));
    let input = input(&call.command);
    assert_eq!(input.get("ClientId"), None);
    assert_eq!(input.get("GenerateSecret").and_then(Value::as_bool), generated);
    assert_eq!(call.notes.len(), notes, "{:?}", call.notes);
    assert!(call.notes[0].contains("its id and its secret will be new"));
}

#[rstest]
#[case::response(json!({"clientName": "a", "clientSecret": "HIDDEN_DUE_TO_SECURITY_REASONS"}), json!({}), Some(true))]
#[case::response_without(json!({"clientName": "a"}), json!({"generateSecret": true}), Some(false))]
#[case::asked(Value::Null, json!({"generateSecret": true}), Some(true))]
#[case::unknown(Value::Null, json!({}), None)]
fn a_secret_is_known_from_the_past(#[case] response: Value, #[case] request: Value, #[case] expected: Option<bool>) {
    let mut history = History::default();
    let mut create = testing::call_at(1, 0, "CreateUserPoolClient", request, &response);
    create.client_id = Some(testing::CLIENT.into());
    history.insert(create);
    history.insert(testing::call_at(2, 9, "DeleteUserPoolClient", json!({}), &Value::Null));
    assert_eq!(had_secret(history.of_client(&key())), expected);
}

#[rstest]
#[case("eu-west-1_Zq4TrPm9K", Some("eu-west-1"))]
#[case("$(id)_x", None)]
#[case("_x", None)]
#[case("none", None)]
fn the_region_is_the_pools(#[case] pool: &str, #[case] expected: Option<&str>) {
    assert_eq!(region(pool), expected);
}

#[rstest]
#[case("plain-1", "plain-1")]
#[case("", "''")]
#[case("a b", "'a b'")]
#[case("it's $HOME", r"'it'\''s $HOME'")]
fn shell_words(#[case] word: &str, #[case] expected: &str) {
    assert_eq!(quoted(word), expected);
}

proptest! {
    /// Whatever a state holds, the command is printable, its quotes end where they should, and its values are the state's.
    #[test]
    fn any_state_comes_back(values in proptest::collection::btree_map("[a-z]{1,4}(\\.[a-z]{1,3})?", any::<String>(), 1..6)) {
        let state: Settings = values.iter().map(|(path, value)| (path, json!(value))).collect();
        let client = key();
        let restore = Restore { client: &client, state: &state, way: Way::Update, profile: None, endpoint_url: None };
        if let Some(call) = restore.call() {
            prop_assert!(!call.command.chars().any(|letter| letter != '\n' && crate::clean::is_unprintable(letter)));
            prop_assert_eq!(call.command.matches('\'').count(), 2);
            prop_assert!(!call.command.contains('!') && !call.command.contains(r"\\"));
            for note in &call.notes {
                prop_assert!(note.chars().all(|letter| letter.is_ascii_alphanumeric() || " .,:_-".contains(letter)));
            }
            let input = input(&call.command);
            for (path, value) in &values {
                let (outer, inner) = path.split_once('.').unwrap_or((path, ""));
                let up = |name: &str| name[..1].to_ascii_uppercase() + &name[1..];
                let nested = (!inner.is_empty()).then(|| &input[up(outer)][up(inner)]).filter(|found| !found.is_null());
                let found = nested.unwrap_or(&input[up(path)]);
                let hidden = crate::mask::is_hidden(value) || value.contains(crate::mask::MASK);
                prop_assert!(hidden || found == &json!(value), "{} {:?}", path, found);
            }
        }
    }

    #[test]
    fn any_ids_and_paths_do(pool in any::<String>(), id in any::<String>(), state in testing::harmless_json(), create in any::<bool>()) {
        let client = ClientKey { user_pool: pool.as_str().into(), client: id.as_str().into() };
        let way = if create { Way::Create { secret: None } } else { Way::Update };
        let state = Settings::of_client(&state);
        let restore = Restore { client: &client, state: &state, way, profile: Some(&id), endpoint_url: Some(&pool) };
        if let Some(call) = restore.call() {
            prop_assert_eq!(call.command.rsplit('}').next(), Some("'"));
            let shown = call.to_string();
            prop_assert_eq!(shown.rsplit('}').next(), Some("'\n"));
        }
    }
}
