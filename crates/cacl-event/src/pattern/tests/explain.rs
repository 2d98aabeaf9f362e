//! Why an event does not match.

use super::{json, pattern};

#[test]
fn each_row_is_a_path_and_a_reason() {
    let rows: [(&str, &str, &[&str]); 6] = [
        (
            r#"{"source": ["aws.cognito-idp"], "detail": {"eventName": ["UpdateUserPoolClient"]}}"#,
            r#"{"source": "aws.s3", "detail": {"eventName": "PutObject"}}"#,
            &[
                r#"detail.eventName: is "PutObject", wanted ["UpdateUserPoolClient"]"#,
                r#"source: is "aws.s3", wanted ["aws.cognito-idp"]"#,
            ],
        ),
        (
            r#"{"a": {"b": [{"exists": true}]}}"#,
            r#"{"a": {"b": {}}}"#,
            &[r#"a.b: there is no such value, wanted [{"exists":true}]"#],
        ),
        (r#"{"a": [{"exists": false}]}"#, r#"{"a": null}"#, &[r#"a: is null, wanted [{"exists":false}]"#]),
        (r#"{"a": [0]}"#, r#"{"a": [1, 2, 3, 4, 5]}"#, &["a: is 1, 2, 3 and 2 more, wanted [0]"]),
        // The nearest alternative is the one that is told of.
        (
            r#"{"s": ["k"], "$or": [{"a": [1], "b": [1]}, {"c": [1]}]}"#,
            r#"{"s": "k", "c": 2}"#,
            &["c: is 2, wanted [1]"],
        ),
        (
            r#"{"a": {"x": [1], "y": [2]}}"#,
            r#"{"a": [{"x": 1}, {"y": 2}]}"#,
            &["a.y: [2] is met, but not in the same array element as the other conditions"],
        ),
    ];
    for (text, event, expected) in rows {
        let misses: Vec<String> = pattern(text).misses(&json(event)).iter().map(ToString::to_string).collect();
        assert_eq!(misses, expected, "{text} on {event}");
    }
}
