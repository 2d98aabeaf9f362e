//! `$or`.

use serde_json::{Value, json as value};

use super::{Pattern, check};

#[test]
fn any_branch_beside_the_other_fields() {
    check(&[
        (
            r#"{"s": ["k"], "$or": [{"a": [1]}, {"b": [2], "c": [3]}]}"#,
            &[r#"{"s": "k", "a": 1}"#, r#"{"s": "k", "b": 2, "c": 3}"#, r#"{"s": "k", "a": 1, "b": 2}"#],
            &[r#"{"s": "k"}"#, r#"{"a": 1}"#, r#"{"s": "k", "b": 2}"#, r#"{"s": "x", "a": 1}"#],
        ),
        (
            r#"{"$or": [{"a": [1]}, {"b": [1]}], "d": {"$or": [{"x": [2]}, {"y": [2]}]}}"#,
            &[r#"{"a": 1, "d": {"y": 2}}"#, r#"{"b": 1, "d": {"x": 2}}"#],
            &[r#"{"a": 1, "b": 1}"#, r#"{"d": {"x": 2}}"#, r#"{"a": 1, "d": {"z": 2}}"#],
        ),
        (
            r#"{"$or": [{"a": [1]}, {"b": [2], "$or": [{"c": [3]}, {"d": {"e": [4]}}]}]}"#,
            &[r#"{"a": 1}"#, r#"{"b": 2, "c": 3}"#, r#"{"b": 2, "d": {"e": 4}}"#],
            &[r#"{"b": 2}"#, r#"{"c": 3}"#, r#"{"b": 2, "d": {"e": 5}}"#],
        ),
        (r#"{"$or": [{"a": [{"exists": false}]}, {"a": ["x"]}]}"#, &["{}", r#"{"a": "x"}"#], &[r#"{"a": "y"}"#]),
    ]);
}

#[test]
fn branches_and_the_rest_meet_in_one_element() {
    check(&[(
        r#"{"a": {"k": ["x"], "$or": [{"b": [1]}, {"c": [1]}]}}"#,
        &[r#"{"a": [{"k": "y", "b": 1}, {"k": "x", "c": 1}]}"#],
        &[r#"{"a": [{"k": "x"}, {"k": "y", "b": 1, "c": 1}]}"#],
    )]);
}

#[test]
fn combinations_are_limited() {
    // Two times five hundred alternatives are allowed, and not one more.
    let branches = |count: usize| -> Value { (0..count).map(|n| value!({ format!("f{n}"): [n] })).collect() };
    let of =
        |left: usize, right: usize| Pattern::parse(&value!({"$or": branches(left), "d": {"$or": branches(right)}}));
    assert!(of(10, 100).is_ok());
    let error = of(10, 101).expect_err("too many");
    assert_eq!(error.reason, "$or gives more than 1000 combinations");
}
