use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::{compare, *};
use crate::testing::{call, settings, state};

/// The rows of an update, but for the unchanged ones, as `class path before after added removed`.
fn update(before: Option<Value>, request: Value, after: &Value) -> Value {
    rows(&Diff::of(&call("UpdateUserPoolClient", request, after), before.map(baseline).as_ref()))
}

fn baseline(flat: Value) -> Baseline {
    Baseline { settings: settings(flat), kind: BaselineKind::Event, from: None }
}

fn rows(diff: &Diff) -> Value {
    let told = diff.rows.iter().filter(|row| row.class != Class::Unchanged);
    told.map(|row| json!([row.class.as_str(), row.path, row.before, row.after, row.added, row.removed])).collect()
}

#[rstest]
#[case::changed(json!({"refreshTokenValidity": 30}), json!({"refreshTokenValidity": 60}), json!({"refreshTokenValidity": 60}),
    json!([["changed", "refreshTokenValidity", 30, 60, null, null]]))]
#[case::changed_list(json!({"callbackURLs": ["a", "b"]}), json!({"callbackURLs": ["c", "b"]}), json!({"callbackURLs": ["c", "b"]}),
    json!([["changed", "callbackURLs", ["a", "b"], ["b", "c"], ["c"], ["a"]]]))]
#[case::order_is_no_change(json!({"callbackURLs": ["a", "b"]}), json!({"callbackURLs": ["b", "a", "b"]}), json!({"callbackURLs": ["b", "a"]}), json!([]))]
#[case::added(json!({}), json!({"defaultRedirectURI": "a"}), json!({"defaultRedirectURI": "a"}),
    json!([["added", "defaultRedirectURI", null, "a", null, null]]))]
#[case::added_list(json!({}), json!({"callbackURLs": ["a"]}), json!({"callbackURLs": ["a"]}),
    json!([["added", "callbackURLs", null, ["a"], ["a"], []]]))]
#[case::removed_by_empty_list(json!({"callbackURLs": ["a"]}), json!({"callbackURLs": []}), json!({}),
    json!([["removed", "callbackURLs", ["a"], null, [], ["a"]]]))]
#[case::removed_by_empty_text(json!({"defaultRedirectURI": "a"}), json!({"defaultRedirectURI": ""}), json!({}),
    json!([["removed", "defaultRedirectURI", "a", null, null, null]]))]
#[case::removed_by_null(json!({"defaultRedirectURI": "a"}), json!({"defaultRedirectURI": null}), json!({}),
    json!([["removed", "defaultRedirectURI", "a", null, null, null]]))]
#[case::reset_to_nothing(json!({"logoutURLs": ["a"]}), json!({}), json!({}),
    json!([["reset", "logoutURLs", ["a"], null, [], ["a"]]]))]
#[case::reset_to_default(json!({"refreshTokenValidity": 60}), json!({}), json!({"refreshTokenValidity": 30}),
    json!([["reset", "refreshTokenValidity", 60, 30, null, null]]))]
#[case::default_that_is_not_told(json!({"preventUserExistenceErrors": "LEGACY", "authSessionValidity": 3}), json!({}), json!({}), json!([]))]
#[case::reset_nested(json!({"tokenValidityUnits.accessToken": "minutes"}), json!({"tokenValidityUnits": {}}), json!({"tokenValidityUnits": {}}),
    json!([["reset", "tokenValidityUnits.accessToken", "minutes", null, null, null]]))]
#[case::reset_to_a_default_list(json!({"explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"]}), json!({}), json!({}),
    json!([["reset", "explicitAuthFlows", ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"], null,
            ["ALLOW_CUSTOM_AUTH"], ["ALLOW_USER_PASSWORD_AUTH"]]]))]
#[case::reset_to_a_told_list(json!({"explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]}), json!({}), json!({"explicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]}),
    json!([["reset", "explicitAuthFlows", ["ALLOW_REFRESH_TOKEN_AUTH"], ["ALLOW_CUSTOM_AUTH"], ["ALLOW_CUSTOM_AUTH"], ["ALLOW_REFRESH_TOKEN_AUTH"]]]))]
#[case::instead_of_a_default_list(json!({}), json!({"explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}), json!({"explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}),
    json!([["added", "explicitAuthFlows", null, ["ALLOW_USER_SRP_AUTH"], [], ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]]]))]
#[case::defaulted(json!({}), json!({}), json!({"refreshTokenValidity": 30}),
    json!([["defaulted", "refreshTokenValidity", null, 30, null, null]]))]
#[case::unchanged_sent(json!({"refreshTokenValidity": 30}), json!({"refreshTokenValidity": 30.0}), json!({"refreshTokenValidity": 30}), json!([]))]
#[case::unchanged_not_sent(json!({"enableTokenRevocation": true}), json!({}), json!({"enableTokenRevocation": true}), json!([]))]
#[case::added_by_service(json!({"allowedOAuthFlowsUserPoolClient": true}), json!({"allowedOAuthFlowsUserPoolClient": false}), json!({"allowedOAuthFlowsUserPoolClient": false}),
    json!([["reset", "allowedOAuthFlowsUserPoolClient", true, false, null, null]]))]
#[case::sent_flag(json!({"allowedOAuthFlowsUserPoolClient": false}), json!({"allowedOAuthFlowsUserPoolClient": true}), json!({"allowedOAuthFlowsUserPoolClient": true}),
    json!([["changed", "allowedOAuthFlowsUserPoolClient", false, true, null, null]]))]
#[case::empty_for_nothing(json!({}), json!({"callbackURLs": []}), json!({}), json!([]))]
#[case::not_repeated_by_the_response(json!({}), json!({"somethingNew": 1}), json!({}),
    json!([["added", "somethingNew", null, 1, null, null]]))]
#[case::normalised_by_the_service(json!({"refreshTokenValidity": 30}), json!({"refreshTokenValidity": 0}), json!({"refreshTokenValidity": 30}), json!([]))]
#[case::hidden_stays_hidden(json!({"clientName": "HIDDEN_DUE_TO_SECURITY_REASONS"}), json!({"clientName": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
    json!({"clientName": "HIDDEN_DUE_TO_SECURITY_REASONS"}), json!([]))]
#[case::list_becomes_hidden(json!({"callbackURLs": ["a"]}), json!({"callbackURLs": "HIDDEN_DUE_TO_SECURITY_REASONS"}), json!({"callbackURLs": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
    json!([["changed", "callbackURLs", ["a"], "HIDDEN_DUE_TO_SECURITY_REASONS", null, null]]))]
#[case::resets_come_first(json!({"z": 1, "b": 1}), json!({"a": 1, "b": 2}), json!({"a": 1, "b": 2, "refreshTokenValidity": 30}),
    json!([["reset", "z", 1, null, null, null], ["changed", "b", 1, 2, null, null], ["added", "a", null, 1, null, null],
           ["defaulted", "refreshTokenValidity", null, 30, null, null]]))]
fn classes_against_a_baseline(
    #[case] before: Value,
    #[case] request: Value,
    #[case] after: Value,
    #[case] expected: Value,
) {
    assert_eq!(update(Some(before), request, &after), expected);
}

#[rstest]
#[case::set(json!({"callbackURLs": ["b", "a"]}), json!({"callbackURLs": ["b", "a"]}), json!([["set", "callbackURLs", null, ["a", "b"], null, null]]))]
#[case::set_empty(json!({"callbackURLs": []}), json!({}), json!([["set", "callbackURLs", null, null, null, null]]))]
#[case::defaulted(json!({}), json!({"refreshTokenValidity": 30}), json!([["defaulted", "refreshTokenValidity", null, 30, null, null]]))]
#[case::name_is_kept(json!({}), json!({"clientName": "web"}), json!([]))]
fn classes_without_a_baseline(#[case] request: Value, #[case] after: Value, #[case] expected: Value) {
    assert_eq!(update(None, request, &after), expected);
}

#[test]
fn without_a_response_the_request_tells_the_state() {
    let change = call("UpdateUserPoolClient", json!({"callbackURLs": ["a"], "refreshTokenValidity": 5}), &Value::Null);
    let before = baseline(
        json!({"clientName": "web", "logoutURLs": ["x"], "enableTokenRevocation": false, "refreshTokenValidity": 5}),
    );
    let diff = Diff::of(&change, Some(&before));
    let expected = json!([
        ["reset", "enableTokenRevocation", false, true, null, null],
        ["reset", "logoutURLs", ["x"], null, [], ["x"]],
        ["added", "callbackURLs", null, ["a"], ["a"], []],
        ["defaulted", "allowedOAuthFlowsUserPoolClient", null, false, null, null],
        ["defaulted", "authSessionValidity", null, 3, null, null],
        ["defaulted", "enablePropagateAdditionalUserContextData", null, false, null, null],
    ]);
    assert_eq!(rows(&diff), expected);
    assert_eq!(diff.row("clientName").map(|row| row.class), Some(Class::Unchanged));
}

#[test]
fn a_creation_is_compared_with_nothing() {
    let response = json!({"clientName": "web", "refreshTokenValidity": 30, "tokenValidityUnits": {}});
    let change = call("CreateUserPoolClient", json!({"clientName": "web", "generateSecret": true}), &response);
    let diff = Diff::of(&change, None);
    assert_eq!(diff.baseline, BaselineKind::Event);
    let expected = json!([
        ["added", "clientName", null, "web", null, null],
        ["added", "generateSecret", null, true, null, null],
        ["defaulted", "refreshTokenValidity", null, 30, null, null],
    ]);
    assert_eq!(rows(&diff), expected);
    let public = call("CreateUserPoolClient", json!({"clientName": "web", "generateSecret": false}), &response);
    assert_eq!(Diff::of(&public, None).row("generateSecret"), None);
}

#[test]
fn a_deletion_shows_everything_that_went() {
    let change = call("DeleteUserPoolClient", json!({}), &Value::Null);
    let diff = Diff::of(&change, Some(&baseline(json!({"callbackURLs": ["a"], "clientName": "web"}))));
    let expected = json!([
        ["removed", "callbackURLs", ["a"], null, [], ["a"]],
        ["removed", "clientName", "web", null, null, null],
    ]);
    assert_eq!(rows(&diff), expected);
    let unknown = Diff::of(&change, None);
    assert_eq!((unknown.rows.len(), unknown.baseline), (0, BaselineKind::None));
}

#[test]
fn a_list_that_came_or_went_with_the_client_is_compared_with_nothing() {
    let flows = json!({"explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]});
    let diff = Diff::of(&call("CreateUserPoolClient", flows.clone(), &flows), None);
    let expected = json!([["added", "explicitAuthFlows", null, ["ALLOW_USER_SRP_AUTH"], ["ALLOW_USER_SRP_AUTH"], []]]);
    assert_eq!(rows(&diff), expected);
    let diff = Diff::of(&call("DeleteUserPoolClient", json!({}), &Value::Null), Some(&baseline(flows)));
    let expected =
        json!([["removed", "explicitAuthFlows", ["ALLOW_USER_SRP_AUTH"], null, [], ["ALLOW_USER_SRP_AUTH"]]]);
    assert_eq!(rows(&diff), expected);
}

#[rstest]
#[case::only_now(json!({}), json!({"logoutURLs": ["a"]}), json!([["added", "logoutURLs", null, ["a"], ["a"], []]]))]
#[case::only_then(json!({"logoutURLs": ["a"]}), json!({}), json!([["removed", "logoutURLs", ["a"], null, [], ["a"]]]))]
#[case::back_to_a_default(json!({"preventUserExistenceErrors": "ENABLED"}), json!({}),
    json!([["changed", "preventUserExistenceErrors", "ENABLED", null, null, null]]))]
#[case::from_a_default(json!({}), json!({"accessTokenValidity": 2}), json!([["changed", "accessTokenValidity", null, 2, null, null]]))]
#[case::the_default_spelt_out(json!({"preventUserExistenceErrors": "LEGACY"}), json!({"enableTokenRevocation": true}), json!([]))]
#[case::a_default_list(json!({"explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]}), json!({}),
    json!([["changed", "explicitAuthFlows", ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"], null, ["ALLOW_CUSTOM_AUTH"], []]]))]
fn between_two_states(#[case] before: Value, #[case] after: Value, #[case] expected: Value) {
    assert_eq!(rows(&Diff::between(&settings(before), &settings(after))), expected);
}

#[test]
fn a_failed_call_shows_what_it_attempted() {
    let mut record = crate::testing::record("UpdateUserPoolClient", json!({"callbackURLs": ["b"]}), &Value::Null);
    record["errorCode"] = json!("InvalidParameterException");
    let diff = Diff::of(
        &crate::testing::change(&record),
        Some(&baseline(json!({"callbackURLs": ["a"], "logoutURLs": ["x"]}))),
    );
    assert!(!diff.applied);
    assert_eq!((diff.row("logoutURLs").map(|row| row.class)), Some(Class::Reset));
    assert_eq!((diff.row("callbackURLs").map(|row| row.class)), Some(Class::Changed));

    record["errorCode"] = json!("AccessDenied");
    record["requestParameters"] = Value::Null;
    let denied = Diff::of(&crate::testing::change(&record), None);
    assert_eq!((denied.rows.len(), denied.applied), (0, false));
}

#[test]
fn other_calls_set_their_parameters() {
    let change = call("SetUICustomization", json!({"css": "a{}", "imageFile": ""}), &Value::Null);
    let diff = Diff::of(&change, Some(&baseline(json!({"css": "b"}))));
    assert_eq!(diff.baseline, BaselineKind::None);
    assert_eq!(
        rows(&diff),
        json!([["set", "css", null, "a{}", null, null], ["set", "imageFile", null, null, null, null]])
    );
}

#[test]
fn a_summary_counts_elements_of_changed_lists() {
    let before =
        json!({"callbackURLs": ["a", "b"], "refreshTokenValidity": 1, "defaultRedirectURI": "a", "x": 1, "y": 1});
    let request = json!({"callbackURLs": ["b", "c", "d"], "refreshTokenValidity": 2, "defaultRedirectURI": "", "logoutURLs": ["e", "f"]});
    let after = json!({"callbackURLs": ["b", "c", "d"], "refreshTokenValidity": 2, "logoutURLs": ["e", "f"], "authSessionValidity": 3});
    let diff = Diff::of(&call("UpdateUserPoolClient", request, &after), Some(&baseline(before)));
    assert_eq!(diff.summary(), Summary { added: 3, removed: 2, changed: 1, reset: 2, set: 0, defaulted: 1 });
}

#[test]
fn long_lists_are_compared_as_fast_as_short_ones() {
    let urls =
        |range: std::ops::Range<u32>| range.map(|number| format!("https://{number}.example.org")).collect::<Vec<_>>();
    let before = baseline(json!({"callbackURLs": urls(0..50_000)}));
    let request = json!({"callbackURLs": urls(1..50_001)});
    let diff = Diff::of(&call("UpdateUserPoolClient", request, &Value::Null), Some(&before));
    assert_eq!(diff.summary().added, 1);
    assert_eq!(diff.summary().removed, 1);
}

proptest! {
    #[test]
    fn of_equals_there_are_only_unchanged_rows(state in state()) {
        for sent in [None, Some(&state)] {
            let rows = compare::settings(sent, Some(&state), &state, Absent::Default, |_| true);
            prop_assert_eq!(rows.len(), state.len());
            prop_assert!(rows.iter().all(|row| row.class == Class::Unchanged && row.before == row.after));
        }
    }

    #[test]
    fn applying_a_diff_gives_the_after(before in state(), sent in state(), filled in state()) {
        // A response repeats what was sent and fills in some more.
        let after: Settings = filled.iter().chain(sent.iter()).collect();
        let known = compare::settings(Some(&sent), Some(&before), &after, Absent::Default, |_| true);
        let diff = Diff { rows: known, baseline: BaselineKind::Event, applied: true };
        prop_assert_eq!(diff.apply(&before), after.clone());
        let unknown = compare::settings(Some(&sent), None, &after, Absent::Default, |_| true);
        let diff = Diff { rows: unknown, baseline: BaselineKind::None, applied: true };
        prop_assert_eq!(diff.apply(&Settings::default()), after);
    }

    #[test]
    fn a_deletion_leaves_nothing(before in state()) {
        let diff = Diff { rows: compare::gone(&before), baseline: BaselineKind::Event, applied: true };
        prop_assert_eq!(diff.apply(&before), Settings::default());
    }

    #[test]
    fn every_path_has_one_row_and_its_class_tells_the_truth(before in state(), sent in state(), filled in state()) {
        let after: Settings = filled.iter().chain(sent.iter()).collect();
        let rows = compare::settings(Some(&sent), Some(&before), &after, Absent::Default, |_| true);
        prop_assert!(rows.windows(2).all(|pair| pair[0].path < pair[1].path));
        for row in rows {
            let (was_sent, was_there) = (sent.get(&row.path).is_some(), before.get(&row.path).is_some());
            let expected = match (was_sent, was_there) {
                _ if row.before == row.after => Class::Unchanged,
                (false, true) if row.after.is_none() && row.before == default_of(&row.path) => Class::Unchanged,
                (true, true) => Class::Changed,
                (true, false) => Class::Added,
                (false, true) => Class::Reset,
                (false, false) => Class::Defaulted,
            };
            prop_assert_eq!(row.class, expected);
        }
    }
}
