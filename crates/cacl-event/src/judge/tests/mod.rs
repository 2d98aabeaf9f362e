mod cases;

use std::collections::BTreeSet;

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::{Baseline, BaselineKind, testing};
use cases::Case;

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

#[test]
fn rules_apply_where_they_should_and_nowhere_else() {
    for case in cases::all() {
        let Case { rule, change, before, applies } = &case;
        let diff = Diff::of(change, before.as_ref());
        let short = Diff::with_unchanged(change, before.as_ref(), weighs_unchanged);
        assert_eq!(judge(change, &short), judge(change, &diff), "unchanged rows that no rule weighs tell nothing");
        let found = judge(change, &diff).reasons.iter().any(|reason| reason.rule == *rule);
        assert_eq!(found, *applies, "{rule}: {} {:?} after {:?}", change.event, change.sent, before);
    }
}

#[test]
fn every_rule_has_cases_for_and_against_it() {
    let asked: BTreeSet<_> = cases::all().map(|case| (case.rule, case.applies)).collect();
    let expected = rules().iter().flat_map(|rule| [(rule.id, false), (rule.id, true)]).collect();
    assert_eq!(asked, expected);
}

#[test]
fn whoever_called_counts_for_calls_that_failed_too() {
    let of_the_caller = |case: &Case| matches!(case.rule, "root-call" | "console-without-mfa");
    for case in cases::all().filter(of_the_caller) {
        let outcome = crate::Outcome::Failed { code: "AccessDenied".into(), message: None };
        let change = Change { outcome, ..case.change };
        assert_eq!(told(&change, None).contains(case.rule), case.applies, "{}", case.rule);
    }
}

#[rstest]
#[case::content_is_judged(json!({"callbackURLs": ["http://a.example.org", "https://*.example.org"]}), &["url-plain-http", "url-wildcard"])]
#[case::what_was_there_is_not_guessed(json!({"allowedOAuthFlows": ["implicit"], "allowedOAuthScopes": ["a"], "refreshTokenValidity": 300,
    "explicitAuthFlows": ["USER_PASSWORD_AUTH"], "preventUserExistenceErrors": "LEGACY", "callbackURLs": ["https://a.example.org"]}), &[])]
fn settings_without_a_baseline(#[case] after: Value, #[case] expected: &[&str]) {
    assert_eq!(update(None, &after), expected.iter().copied().collect());
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
#[case("callbackURLs", "http://a.example.org", true)]
#[case("logoutURLs", "https://*.example.org", true)]
#[case("allowedOAuthFlows", "implicit", true)]
#[case("allowedOAuthFlows", "client_credentials", false)]
#[case("callbackURLs", "http://localhost/cb", false)]
#[case("allowedOAuthScopes", "openid", false)]
fn what_is_dangerous_by_itself_is_judged_so(#[case] path: &str, #[case] element: &str, #[case] expected: bool) {
    assert_eq!(is_dangerous(path, element), expected);
    let change = testing::call("UpdateUserPoolClient", json!({path: [element]}), &json!({path: [element]}));
    let diff = Diff::of(
        &change,
        Some(&Baseline { settings: crate::Settings::default(), kind: BaselineKind::Event, from: None }),
    );
    assert_eq!(judge(&change, &diff).severity >= Severity::High, expected);
}

#[test]
fn a_deletion_has_its_own_reason_and_no_other() {
    let change = testing::call("DeleteUserPoolClient", json!({}), &Value::Null);
    // Everything that a rule about settings looks at, as safe as it can be and as dangerous.
    let safe = json!({"refreshTokenRotation.feature": "ENABLED", "preventUserExistenceErrors": "ENABLED",
        "enableTokenRevocation": true, "allowedOAuthFlowsUserPoolClient": false, "accessTokenValidity": 5,
        "tokenValidityUnits.accessToken": "minutes", "refreshTokenValidity": 1, "authSessionValidity": 3,
        "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"], "readAttributes": ["email"], "writeAttributes": ["email"],
        "callbackURLs": ["https://a.example.org"], "allowedOAuthFlows": ["code"], "allowedOAuthScopes": ["openid"]});
    let dangerous = json!({"refreshTokenRotation.feature": "DISABLED", "preventUserExistenceErrors": "LEGACY",
        "enableTokenRevocation": false, "allowedOAuthFlowsUserPoolClient": true, "refreshTokenValidity": 3650,
        "explicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"], "supportedIdentityProviders": ["COGNITO"],
        "callbackURLs": ["http://*.example.org"], "logoutURLs": ["http://a.example.org"],
        "allowedOAuthFlows": ["client_credentials", "implicit"], "allowedOAuthScopes": ["openid"]});
    for before in [safe, dangerous] {
        assert_eq!(told(&change, Some(before)), ["client-deleted"].into());
    }
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
fn a_validity_that_was_reset_counts_once_with_its_unit() {
    let before =
        json!({"accessTokenValidity": 15, "tokenValidityUnits.accessToken": "minutes", "logoutURLs": ["x://y"]});
    let baseline = Baseline { settings: testing::settings(before), kind: BaselineKind::Event, from: None };
    let cases = [
        (json!({}), "2 settings were reset, the call did not send them: accessTokenValidity, logoutURLs"),
        (
            json!({"accessTokenValidity": 15, "logoutURLs": ["x://y"]}),
            "1 setting was reset, the call did not send it: tokenValidityUnits.accessToken",
        ),
    ];
    for (sent, expected) in cases {
        let change = testing::call("UpdateUserPoolClient", sent.clone(), &sent);
        let judgement = judge(&change, &Diff::of(&change, Some(&baseline)));
        assert_eq!(judgement.reasons[0].text, expected);
    }
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
        prop_assert_eq!(judge(&change, &Diff::with_unchanged(&change, Some(&baseline), weighs_unchanged)), judgement.clone());
        prop_assert_eq!(judgement.reasons.iter().map(|reason| reason.severity).max().unwrap_or(Severity::Info), judgement.severity);
    }
}
