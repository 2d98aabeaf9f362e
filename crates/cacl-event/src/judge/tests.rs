use std::collections::BTreeSet;

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::{Baseline, BaselineKind, testing};

fn told(change: &Change, before: Option<Value>) -> BTreeSet<&'static str> {
    let baseline =
        before.map(|flat| Baseline { settings: testing::settings(flat), kind: BaselineKind::Event, from: None });
    let diff = Diff::of(change, baseline.as_ref());
    judge(change, &diff).reasons.iter().map(|reason| reason.rule).collect()
}

/// The rules that apply to an update which sends all of the settings after.
fn update(before: Option<Value>, after: &Value) -> BTreeSet<&'static str> {
    told(&testing::call("UpdateUserPoolClient", after.clone(), after), before)
}

#[rstest]
#[case::plain_http("url-plain-http", json!({"callbackURLs": ["https://a.example.org"]}), json!({"callbackURLs": ["https://a.example.org", "http://a.example.org"]}), true)]
#[case::plain_http_logout("url-plain-http", json!({}), json!({"logoutURLs": ["HTTP://a.example.org"]}), true)]
#[case::localhost("url-plain-http", json!({}), json!({"callbackURLs": ["http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]/cb"]}), false)]
#[case::looks_local("url-plain-http", json!({}), json!({"callbackURLs": ["http://localhost.example.org/cb"]}), true)]
#[case::user_looks_local("url-plain-http", json!({}), json!({"callbackURLs": ["http://localhost@example.org/cb"]}), true)]
#[case::https("url-plain-http", json!({}), json!({"callbackURLs": ["https://a.example.org"]}), false)]
#[case::there_before("url-plain-http", json!({"callbackURLs": ["http://a.example.org"]}), json!({"callbackURLs": ["http://a.example.org"]}), false)]
#[case::taken_away("url-plain-http", json!({"callbackURLs": ["http://a.example.org", "https://a.example.org"]}), json!({"callbackURLs": ["https://a.example.org"]}), false)]
#[case::wildcard("url-wildcard", json!({}), json!({"callbackURLs": ["https://*.example.org"]}), true)]
#[case::no_wildcard("url-wildcard", json!({"callbackURLs": ["https://*.example.org"]}), json!({"callbackURLs": ["https://*.example.org", "https://a.example.org"]}), false)]
#[case::new_domain("url-new-domain", json!({"callbackURLs": ["https://a.example.org"]}), json!({"callbackURLs": ["https://a.example.org", "https://b.example.org"]}), true)]
#[case::first_domain("url-new-domain", json!({}), json!({"callbackURLs": ["https://a.example.org"]}), true)]
#[case::known_domain("url-new-domain", json!({"logoutURLs": ["https://A.example.org/out"]}), json!({"callbackURLs": ["https://a.example.org/cb"]}), false)]
#[case::local_is_no_domain("url-new-domain", json!({}), json!({"callbackURLs": ["http://localhost/cb"]}), false)]
#[case::new_scheme("url-new-domain", json!({"callbackURLs": ["a.b://cb"]}), json!({"callbackURLs": ["a.b://cb2", "c.d://cb"]}), true)]
#[case::implicit("implicit-flow-added", json!({"allowedOAuthFlows": ["code"]}), json!({"allowedOAuthFlows": ["code", "implicit"]}), true)]
#[case::implicit_kept("implicit-flow-added", json!({"allowedOAuthFlows": ["implicit"]}), json!({"allowedOAuthFlows": ["implicit", "code"]}), false)]
#[case::machine("client-credentials-flow-added", json!({}), json!({"allowedOAuthFlows": ["client_credentials"]}), true)]
#[case::no_machine("client-credentials-flow-added", json!({}), json!({"allowedOAuthFlows": ["code"]}), false)]
#[case::password("password-auth-enabled", json!({}), json!({"explicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}), true)]
#[case::password_old("password-auth-enabled", json!({}), json!({"explicitAuthFlows": ["USER_PASSWORD_AUTH"]}), true)]
#[case::password_renamed("password-auth-enabled", json!({"explicitAuthFlows": ["USER_PASSWORD_AUTH"]}), json!({"explicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}), false)]
#[case::srp("password-auth-enabled", json!({}), json!({"explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}), false)]
#[case::admin("admin-auth-enabled", json!({}), json!({"explicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]}), true)]
#[case::admin_old("admin-auth-enabled", json!({}), json!({"explicitAuthFlows": ["ADMIN_NO_SRP_AUTH"]}), true)]
#[case::no_admin("admin-auth-enabled", json!({}), json!({"explicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}), false)]
#[case::scope("scope-added", json!({"allowedOAuthScopes": ["a"]}), json!({"allowedOAuthScopes": ["a", "b"]}), true)]
#[case::scope_gone("scope-added", json!({"allowedOAuthScopes": ["a", "b"]}), json!({"allowedOAuthScopes": ["a"]}), false)]
#[case::provider("identity-provider-added", json!({"supportedIdentityProviders": ["COGNITO"]}), json!({"supportedIdentityProviders": ["COGNITO", "Evil"]}), true)]
#[case::provider_gone("identity-provider-added", json!({"supportedIdentityProviders": ["COGNITO", "Evil"]}), json!({"supportedIdentityProviders": ["COGNITO"]}), false)]
#[case::write("write-attributes-widened", json!({"writeAttributes": ["name"]}), json!({"writeAttributes": ["name", "email"]}), true)]
#[case::write_all("write-attributes-widened", json!({"writeAttributes": ["name"]}), json!({}), true)]
#[case::write_less("write-attributes-widened", json!({"writeAttributes": ["name", "email"]}), json!({"writeAttributes": ["name"]}), false)]
#[case::write_limited("write-attributes-widened", json!({}), json!({"writeAttributes": ["name"]}), false)]
#[case::validity("token-validity-raised", json!({"refreshTokenValidity": 30}), json!({"refreshTokenValidity": 31}), true)]
#[case::validity_by_unit("token-validity-raised", json!({"accessTokenValidity": 5, "tokenValidityUnits.accessToken": "minutes"}),
    json!({"accessTokenValidity": 5, "tokenValidityUnits": {"accessToken": "hours"}}), true)]
#[case::validity_same_in_other_unit("token-validity-raised", json!({"accessTokenValidity": 60, "tokenValidityUnits.accessToken": "minutes"}),
    json!({"accessTokenValidity": 1, "tokenValidityUnits": {"accessToken": "hours"}}), false)]
#[case::validity_by_reset("token-validity-raised", json!({"accessTokenValidity": 15, "tokenValidityUnits.accessToken": "minutes"}), json!({}), true)]
#[case::validity_above_default("token-validity-raised", json!({}), json!({"idTokenValidity": 24}), true)]
#[case::validity_default_spelt_out("token-validity-raised", json!({}), json!({"idTokenValidity": 1, "refreshTokenValidity": 30}), false)]
#[case::validity_lowered("token-validity-raised", json!({"authSessionValidity": 15}), json!({"authSessionValidity": 3}), false)]
#[case::revocation_off("token-revocation-off", json!({"enableTokenRevocation": true}), json!({"enableTokenRevocation": false}), true)]
#[case::revocation_on("token-revocation-off", json!({"enableTokenRevocation": false}), json!({"enableTokenRevocation": true}), false)]
#[case::existence("user-existence-exposed", json!({"preventUserExistenceErrors": "ENABLED"}), json!({"preventUserExistenceErrors": "LEGACY"}), true)]
#[case::existence_by_reset("user-existence-exposed", json!({"preventUserExistenceErrors": "ENABLED"}), json!({}), true)]
#[case::existence_hidden("user-existence-exposed", json!({"preventUserExistenceErrors": "LEGACY"}), json!({"preventUserExistenceErrors": "ENABLED"}), false)]
#[case::reset("settings-reset", json!({"logoutURLs": ["https://a.example.org"]}), json!({}), true)]
#[case::removed_is_no_reset("settings-reset", json!({"logoutURLs": ["https://a.example.org"]}), json!({"logoutURLs": []}), false)]
fn settings_against_a_baseline(#[case] rule: &str, #[case] before: Value, #[case] after: Value, #[case] applies: bool) {
    assert_eq!(update(Some(before), &after).contains(rule), applies, "{rule}");
}

#[rstest]
#[case::content_is_judged(json!({"callbackURLs": ["http://a.example.org", "https://*.example.org"]}), &["url-plain-http", "url-wildcard"])]
#[case::what_was_there_is_not_guessed(json!({"allowedOAuthFlows": ["implicit"], "allowedOAuthScopes": ["a"], "refreshTokenValidity": 300,
    "explicitAuthFlows": ["USER_PASSWORD_AUTH"], "preventUserExistenceErrors": "LEGACY", "callbackURLs": ["https://a.example.org"]}), &[])]
fn settings_without_a_baseline(#[case] after: Value, #[case] expected: &[&str]) {
    assert_eq!(update(None, &after), expected.iter().copied().collect());
}

#[rstest]
#[case::deleted("DeleteUserPoolClient", json!({}), "client-deleted")]
#[case::created("CreateUserPoolClient", json!({}), "client-created")]
#[case::secret_added("AddUserPoolClientSecret", json!({}), "secret-added")]
#[case::secret_deleted("DeleteUserPoolClientSecret", json!({}), "secret-deleted")]
#[case::session("SetUserPoolClientSessionConfiguration", json!({}), "session-configuration-changed")]
#[case::branding("UpdateManagedLoginBranding", json!({}), "sign-in-page-changed")]
#[case::customization("SetUICustomization", json!({}), "sign-in-page-changed")]
#[case::server_updated("UpdateResourceServer", json!({}), "resource-server-changed")]
#[case::server_deleted("DeleteResourceServer", json!({}), "scopes-taken-away")]
#[case::trail_stopped("StopLogging", json!({"name": "cacl-main"}), "pipeline-tampered")]
#[case::rule_disabled("DisableRule", json!({"name": "x-app-client-api-call-events"}), "pipeline-tampered")]
#[case::target_removed("RemoveTargets", json!({"rule": "x-app-client-api-call-events"}), "pipeline-tampered")]
#[case::function_replaced("UpdateFunctionCode20150331v2", json!({"functionName": "x-app-client-api-call-subscriber"}), "pipeline-tampered")]
fn calls(#[case] event: &str, #[case] request: Value, #[case] rule: &str) {
    assert_eq!(told(&testing::call(event, request, &Value::Null), None), [rule].into());
}

#[rstest]
#[case::update("UpdateUserPoolClient", json!({}))]
#[case::other_rule("DisableRule", json!({"name": "nightly"}))]
#[case::other_function("UpdateFunctionCode20150331v2", json!({"functionName": "nightly"}))]
#[case::nameless("DeleteRule", json!({}))]
#[case::read("DescribeUserPoolClient", json!({}))]
fn calls_that_are_nothing(#[case] event: &str, #[case] request: Value) {
    assert_eq!(told(&testing::call(event, request, &Value::Null), None), BTreeSet::new());
}

#[test]
fn a_url_in_both_lists_is_named_once() {
    let urls = ["http://b.example.org", "http://a.example.org"];
    let after = json!({"callbackURLs": urls, "logoutURLs": urls});
    let change = testing::call("UpdateUserPoolClient", after.clone(), &after);
    let reasons = judge(&change, &Diff::of(&change, None)).reasons;
    assert_eq!(reasons[0].text, "URL over plain http: http://a.example.org, http://b.example.org");
}

#[test]
fn a_dangerous_creation_is_judged_by_what_it_makes() {
    let after = json!({"allowedOAuthFlows": ["implicit"], "callbackURLs": ["http://a.example.org"], "allowedOAuthScopes": ["openid"]});
    let change = testing::call("CreateUserPoolClient", after.clone(), &after);
    assert_eq!(told(&change, None), ["client-created", "implicit-flow-added", "url-plain-http"].into());
}

#[rstest]
#[case::root("root-call", json!({"type": "Root"}), false, true)]
#[case::no_root("root-call", json!({"type": "IAMUser", "userName": "root"}), false, false)]
#[case::console("console-without-mfa", json!({"type": "IAMUser", "sessionContext": {"attributes": {"mfaAuthenticated": "false"}}}), true, true)]
#[case::with_mfa("console-without-mfa", json!({"type": "IAMUser", "sessionContext": {"attributes": {"mfaAuthenticated": "true"}}}), true, false)]
#[case::no_console("console-without-mfa", json!({"type": "IAMUser", "sessionContext": {"attributes": {"mfaAuthenticated": "false"}}}), false, false)]
#[case::unknown_mfa("console-without-mfa", json!({"type": "IAMUser"}), true, false)]
#[case::sso("console-without-mfa", json!({"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/kim",
    "sessionContext": {"attributes": {"mfaAuthenticated": "false"}}}), true, false)]
fn actors(#[case] rule: &str, #[case] identity: Value, #[case] console: bool, #[case] applies: bool) {
    let mut record = testing::record("UpdateUserPoolClient", json!({}), &Value::Null);
    record["userIdentity"] = identity;
    if console {
        record["sessionCredentialFromConsole"] = json!("true");
    }
    assert_eq!(told(&testing::change(&record), None).contains(rule), applies);
    // Who called counts for calls that failed, too.
    record["errorCode"] = json!("AccessDenied");
    assert_eq!(told(&testing::change(&record), None).contains(rule), applies);
}

#[rstest]
#[case("AccessDenied", "denied-attempt")]
#[case("AccessDeniedException", "denied-attempt")]
#[case("Client.UnauthorizedOperation", "denied-attempt")]
#[case("NotAuthorizedException", "denied-attempt")]
#[case("InvalidParameterException", "failed-attempt")]
#[case("TooManyRequestsException", "failed-attempt")]
fn of_a_failure_only_the_failure_is_told(#[case] code: &str, #[case] rule: &str) {
    let mut record =
        testing::record("UpdateUserPoolClient", json!({"callbackURLs": ["http://a.example.org"]}), &Value::Null);
    record["errorCode"] = json!(code);
    let before = json!({"logoutURLs": ["https://a.example.org"]});
    assert_eq!(told(&testing::change(&record), Some(before)), [rule].into());
    record["errorCode"] = json!("");
    assert!(!told(&testing::change(&record), None).contains(rule));
}

#[test]
fn the_worst_reason_gives_the_severity_and_comes_first() {
    let before = json!({"allowedOAuthScopes": ["a"], "logoutURLs": ["https://a.example.org"]});
    let after = json!({"allowedOAuthScopes": ["a", "b"]});
    let mut record = testing::record("UpdateUserPoolClient", after.clone(), &after);
    record["userIdentity"]["type"] = json!("Root");
    let change = testing::change(&record);
    let baseline = Baseline { settings: testing::settings(before), kind: BaselineKind::Event, from: None };
    let judgement = judge(&change, &Diff::of(&change, Some(&baseline)));
    let rules: Vec<_> = judgement.reasons.iter().map(|reason| reason.rule).collect();
    assert_eq!(rules, ["root-call", "settings-reset", "scope-added"]);
    assert_eq!(judgement.severity, Severity::Critical);
    assert_eq!(judgement.reasons[1].text, "1 setting was reset, the call did not send it: logoutURLs");
    assert_eq!(judgement.reasons[2].text, "scope added: b");
}

#[test]
fn without_a_reason_it_is_information() {
    let change = testing::call("UpdateUserPoolClient", json!({}), &Value::Null);
    assert_eq!(judge(&change, &Diff::of(&change, None)), Judgement { severity: Severity::Info, reasons: Vec::new() });
}

#[test]
fn rules_are_in_order_and_named_once() {
    let ids: BTreeSet<_> = rules().iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules().len());
    assert!(rules().is_sorted_by_key(|rule| Reverse(rule.severity)));
    for rule in rules() {
        assert!(rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", rule.id);
        assert!(!rule.sentence.is_empty() && !rule.looks_at.is_empty());
    }
}

#[test]
fn severities_are_read_as_they_are_written() {
    for severity in Severity::ALL {
        assert_eq!(severity.to_string().parse(), Ok(*severity));
        assert_eq!(severity.as_str().to_uppercase().parse(), Ok(*severity));
    }
    assert_eq!("urgent".parse::<Severity>(), Err(UnknownSeverity));
    assert!(Severity::ALL.is_sorted());
}

proptest! {
    #[test]
    fn judging_never_panics(before in testing::state(), parameters in testing::harmless_json(), url in any::<String>()) {
        let request = json!({"callbackURLs": [url, parameters], "accessTokenValidity": parameters, "explicitAuthFlows": parameters});
        let change = testing::call("UpdateUserPoolClient", request.clone(), &request);
        let baseline = Baseline { settings: before, kind: BaselineKind::Event, from: None };
        let judgement = judge(&change, &Diff::of(&change, Some(&baseline)));
        prop_assert_eq!(judgement.reasons.iter().map(|reason| reason.severity).max().unwrap_or(Severity::Info), judgement.severity);
    }
}
