//! Arrays in events.

use super::{check, json, pattern};

#[test]
fn any_element_of_scalars_will_do() {
    check(&[
        (
            r#"{"a": ["x", "y"]}"#,
            &[r#"{"a": ["z", "y"]}"#, r#"{"a": [["z"], [["x"]]]}"#],
            &[r#"{"a": []}"#, r#"{"a": ["z"]}"#, r#"{"a": [{"b": "x"}]}"#],
        ),
        (r#"{"a": [null]}"#, &[r#"{"a": [1, null]}"#], &[r#"{"a": []}"#, r#"{"a": [[]]}"#]),
    ]);
}

#[test]
fn fields_must_match_within_one_element() {
    check(&[
        (
            r#"{"people": {"first": ["Anna"], "last": ["Smith"]}}"#,
            &[
                r#"{"people": [{"first": "John", "last": "Doe"}, {"first": "Anna", "last": "Smith"}]}"#,
                r#"{"people": [[{"first": "Anna", "last": "Smith"}], [{"first": "Peter", "last": "Jones"}]]}"#,
                r#"{"people": {"first": ["Anna"], "last": ["Jones", "Smith"]}}"#,
            ],
            &[
                r#"{"people": [{"first": "John", "last": "Smith"}, {"first": "Anna", "last": "Doe"}]}"#,
                r#"{"people": [[{"first": "Anna"}], [{"last": "Smith"}]]}"#,
                r#"{"people": [{"first": "Anna"}, {"last": "Smith"}]}"#,
            ],
        ),
        // An array within an array: the inner element must lie within the outer one.
        (
            r#"{"a": {"id": [1], "b": {"x": [1], "y": [2]}}}"#,
            &[r#"{"a": [{"id": 2, "b": []}, {"id": 1, "b": [{"x": 1, "y": 3}, {"x": 1, "y": 2}]}]}"#],
            &[
                r#"{"a": [{"id": 1, "b": [{"x": 1, "y": 3}]}, {"id": 2, "b": [{"x": 1, "y": 2}]}]}"#,
                r#"{"a": [{"id": 1, "b": [{"x": 1, "y": 3}, {"x": 2, "y": 2}]}]}"#,
            ],
        ),
        // Different arrays have nothing to do with each other.
        (r#"{"a": {"x": [1]}, "b": {"x": [2]}}"#, &[r#"{"a": [{"x": 1}, {"x": 0}], "b": [{"x": 0}, {"x": 2}]}"#], &[]),
        // A mere condition outside of the array binds nothing.
        (
            r#"{"a": {"x": [1], "z": [9]}, "k": ["v"]}"#,
            &[r#"{"a": [{"x": 0, "z": 9}, {"x": 1, "z": 9}], "k": "v"}"#],
            &[],
        ),
    ]);
}

#[test]
fn absence_in_arrays_is_judged_against_the_element_that_matched_so_far() {
    check(&[
        (
            r#"{"a": {"kind": ["x"], "note": [{"exists": false}]}}"#,
            &[r#"{"a": [{"kind": "y", "note": 1}, {"kind": "x"}]}"#],
            &[r#"{"a": [{"kind": "y"}, {"kind": "x", "note": 1}]}"#],
        ),
        // With nothing matched before it, a leaf anywhere in the array is a leaf.
        (r#"{"a": {"note": [{"exists": false}]}}"#, &[r#"{"a": [{"b": 1}]}"#], &[r#"{"a": [{"b": 1}, {"note": 1}]}"#]),
    ]);
}

#[test]
fn dots_in_keys_are_the_same_as_nesting() {
    check(&[
        (
            r#"{"a.b": {"c": ["x"]}}"#,
            &[r#"{"a": {"b.c": "x"}}"#, r#"{"a.b.c": "x"}"#, r#"{"a": {"b": {"c": "x"}}}"#, r#"{"a.b": {"c": "x"}}"#],
            &[r#"{"a": {"c": "x"}}"#, r#"{"a.b": "x"}"#],
        ),
        (r#"{"": {"": ["x"]}}"#, &[r#"{"": {"": "x"}}"#], &[r#"{"": "x"}"#]),
    ]);
}

#[test]
fn a_large_array_is_no_burden() {
    let elements: Vec<String> = (0..2_000).map(|n| format!(r#"{{"x": 1, "y": {n}, "z": [{n}]}}"#)).collect();
    let event = json(&format!(r#"{{"a": [{0}], "b": [{0}]}}"#, elements.join(",")));
    let pattern = pattern(r#"{"a": {"x": [1], "y": [{"numeric": [">=", 0]}], "z": [-1]}, "b": {"x": [1], "z": [7]}}"#);
    assert!(!pattern.matches(&event));
}
