//! What `EventBridge` refuses, with its reasons.

use serde_json::{Value, json as value};

use super::{Pattern, json};

#[test]
fn each_with_its_place_and_reason() {
    let rows = [
        ("[]", "", "Filter is not an object"),
        ("null", "", "Filter is not an object"),
        (r#""x""#, "", "Filter is not an object"),
        ("{}", "", "Empty objects are not allowed"),
        (r#"{"a": {}}"#, "a", "Empty objects are not allowed"),
        (r#"{"a": {"b": {}}}"#, "a.b", "Empty objects are not allowed"),
        (r#"{"a": "x"}"#, "a", "\"a\" must be an object or an array"),
        (r#"{"a": {"b": 42}}"#, "a.b", "\"b\" must be an object or an array"),
        (r#"{"a": null}"#, "a", "\"a\" must be an object or an array"),
        (r#"{"a": []}"#, "a", "Empty arrays are not allowed"),
        (r#"{"a": ["x", ["y"]]}"#, "a[1]", "Match value must be String, number, true, false, or null"),
        (r#"{"a": [{}]}"#, "a[0]", "Match expression name not found"),
        (r#"{"a": [{"prefix": "x", "suffix": "y"}]}"#, "a[0]", "Only one key allowed in match expression"),
        (r#"{"a": [{"b": "x"}]}"#, "a[0]", "Unrecognized match type b"),
        (r#"{"a": [{"PREFIX": "x"}]}"#, "a[0]", "Unrecognized match type PREFIX"),
        (r#"{"a": [{"prefix": 1}]}"#, "a[0]", "prefix match pattern must be a string"),
        (r#"{"a": [{"prefix": ["x"]}]}"#, "a[0]", "prefix match pattern must be a string"),
        (r#"{"a": [{"prefix": {"wildcard": "x"}}]}"#, "a[0]", "Unsupported prefix pattern: wildcard"),
        (
            r#"{"a": [{"prefix": {"equals-ignore-case": 1}}]}"#,
            "a[0]",
            "equals-ignore-case match pattern must be a string",
        ),
        (r#"{"a": [{"suffix": null}]}"#, "a[0]", "suffix match pattern must be a string"),
        (r#"{"a": [{"suffix": {"suffix": "x"}}]}"#, "a[0]", "Unsupported suffix pattern: suffix"),
        (r#"{"a": [{"equals-ignore-case": ["x"]}]}"#, "a[0]", "equals-ignore-case match pattern must be a string"),
        (r#"{"a": [{"wildcard": 1}]}"#, "a[0]", "wildcard match pattern must be a string"),
        (r#"{"a": [{"wildcard": "ab**"}]}"#, "a[0]", "Consecutive wildcard characters at pos 3"),
        (r#"{"a": [{"wildcard": "a\\b"}]}"#, "a[0]", "Invalid escape character at pos 2"),
        (r#"{"a": [{"wildcard": "a\\"}]}"#, "a[0]", "Invalid escape character at pos 2"),
        (r#"{"a": [{"exists": "true"}]}"#, "a[0]", "exists match pattern must be either true or false."),
        (r#"{"a": [{"exists": null}]}"#, "a[0]", "exists match pattern must be either true or false."),
        (r#"{"a": [{"cidr": ["10.0.0.0/8"]}]}"#, "a[0]", "cidr match pattern must be a string"),
        (r#"{"a": [{"cidr": "10.0.0.0"}]}"#, "a[0]", "Malformed CIDR, one '/' required"),
        (r#"{"a": [{"cidr": "10.0.0.0/8/8"}]}"#, "a[0]", "Malformed CIDR, one '/' required"),
        (r#"{"a": [{"cidr": "10.0.0.0/x"}]}"#, "a[0]", "Malformed CIDR, mask bits must be an integer"),
        (r#"{"a": [{"cidr": "10.0.0.0/"}]}"#, "a[0]", "Malformed CIDR, mask bits must be an integer"),
        (r#"{"a": [{"cidr": "10.0.0.0/-1"}]}"#, "a[0]", "Malformed CIDR, mask bits must not be negative"),
        (r#"{"a": [{"cidr": "xx.11.xx/8"}]}"#, "a[0]", "Nonstandard IP address: xx.11.xx"),
        (r#"{"a": [{"cidr": "10.0.0.256/8"}]}"#, "a[0]", "Nonstandard IP address: 10.0.0.256"),
        (r#"{"a": [{"cidr": "192.0.2.1/32"}]}"#, "a[0]", "IPv4 mask bits must be < 32"),
        (r#"{"a": [{"cidr": "2001:db8::/128"}]}"#, "a[0]", "IPv6 mask bits must be < 128"),
    ];
    check(&rows);
}

#[test]
fn numeric() {
    check(&[
        (r#"{"a": [{"numeric": 5}]}"#, "a[0]", "Value of numeric must be an array."),
        (r#"{"a": [{"numeric": []}]}"#, "a[0]", "Invalid member in numeric match: ]"),
        (r#"{"a": [{"numeric": [5]}]}"#, "a[0]", "Invalid member in numeric match: 5"),
        (r#"{"a": [{"numeric": ["=="]}]}"#, "a[0]", "Unrecognized numeric range operator: =="),
        (r#"{"a": [{"numeric": ["!=", 5]}]}"#, "a[0]", "Unrecognized numeric range operator: !="),
        (r#"{"a": [{"numeric": ["="]}]}"#, "a[0]", "Value of equals must be numeric"),
        (r#"{"a": [{"numeric": [">", "5"]}]}"#, "a[0]", "Value of > must be numeric"),
        (r#"{"a": [{"numeric": ["=", 5, "<", 6]}]}"#, "a[0]", "Too many elements in numeric expression"),
        (r#"{"a": [{"numeric": ["<", 5, ">", 0]}]}"#, "a[0]", "Too many elements in numeric expression"),
        (r#"{"a": [{"numeric": [">", 0, ">", 5]}]}"#, "a[0]", "Bad numeric range operator: >"),
        (r#"{"a": [{"numeric": [">", 0, "<"]}]}"#, "a[0]", "Value of < must be numeric"),
        (r#"{"a": [{"numeric": [">", 0, "<", 5, 6]}]}"#, "a[0]", "Too many terms in numeric range expression"),
        (r#"{"a": [{"numeric": [">", 5, "<", 5]}]}"#, "a[0]", "Bottom must be less than top"),
        (r#"{"a": [{"numeric": [">=", 6, "<=", 5]}]}"#, "a[0]", "Bottom must be less than top"),
    ]);
}

#[test]
fn anything_but() {
    let scalar = "Value of anything-but must be an array or single string/number value.";
    let list = "Inside anything but list, start|null|boolean is not supported.";
    let ignoring = "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.";
    check(&[
        (r#"{"a": [{"anything-but": null}]}"#, "a[0]", scalar),
        (r#"{"a": [{"anything-but": true}]}"#, "a[0]", scalar),
        (r#"{"a": [{"anything-but": ["x", null]}]}"#, "a[0]", list),
        (r#"{"a": [{"anything-but": [{"prefix": "x"}]}]}"#, "a[0]", list),
        (
            r#"{"a": [{"anything-but": ["x", 1]}]}"#,
            "a[0]",
            "Inside anything but list, either all values are number or string, mixed type is not supported",
        ),
        (r#"{"a": [{"anything-but": []}]}"#, "a[0]", "Empty arrays are not allowed"),
        (r#"{"a": [{"anything-but": {}}]}"#, "a[0]", "Match expression name not found"),
        (r#"{"a": [{"anything-but": {"numeric": ["=", 1]}}]}"#, "a[0]", "Unsupported anything-but pattern: numeric"),
        (r#"{"a": [{"anything-but": {"cidr": "10.0.0.0/8"}}]}"#, "a[0]", "Unsupported anything-but pattern: cidr"),
        (r#"{"a": [{"anything-but": {"prefix": ""}}]}"#, "a[0]", "Null prefix/suffix not allowed"),
        (r#"{"a": [{"anything-but": {"suffix": ["x", ""]}}]}"#, "a[0]", "Null prefix/suffix not allowed"),
        (r#"{"a": [{"anything-but": {"prefix": 1}}]}"#, "a[0]", "prefix/suffix match pattern must be a string"),
        (r#"{"a": [{"anything-but": {"prefix": {"equals-ignore-case": "x"}}}]}"#, "a[0]", scalar),
        (
            r#"{"a": [{"anything-but": {"prefix": "x", "suffix": "y"}}]}"#,
            "a[0]",
            "Only one key allowed in match expression",
        ),
        (r#"{"a": [{"anything-but": {"wildcard": "**"}}]}"#, "a[0]", "Consecutive wildcard characters at pos 1"),
        (r#"{"a": [{"anything-but": {"wildcard": [1]}}]}"#, "a[0]", "wildcard match pattern must be a string"),
        (r#"{"a": [{"anything-but": {"equals-ignore-case": 123}}]}"#, "a[0]", ignoring),
    ]);
}

#[test]
fn or() {
    check(&[
        (r#"{"$or": {"a": [1]}}"#, "$or", "It must be an Array followed with $or."),
        (r#"{"$or": [{"a": [1]}]}"#, "$or", "There must have at least 2 Objects in $or relationship."),
        (r#"{"d": {"$or": []}}"#, "d.$or", "There must have at least 2 Objects in $or relationship."),
        (r#"{"$or": [{"a": [1]}, "x"]}"#, "$or[1]", "Only JSON object is allowed in array of $or relationship."),
        (r#"{"$or": [{"a": [1]}, {}]}"#, "$or[1]", "Empty objects are not allowed"),
        (r#"{"$or": [{"a": [1]}, {"b": [{"x": 1}]}]}"#, "$or[1].b[0]", "Unrecognized match type x"),
        (
            r#"{"$or": [{"a": [1]}, {"prefix": ["x"]}]}"#,
            "$or[1].prefix",
            "prefix is Ruler reserved fieldName which cannot be used inside $or.",
        ),
        (r#"{"a": [1], "$or": [{"a": [2]}, {"b": [2]}]}"#, "a", "Path `a` cannot be allowed multiple times"),
        (r#"{"a": {"b": [1]}, "a.b": [2]}"#, "a.b", "Path `a.b` cannot be allowed multiple times"),
    ]);
}

#[test]
fn size_and_depth() {
    let refused = |pattern: &Value| Pattern::parse(pattern).expect_err("too much").reason;
    assert_eq!(refused(&value!({"a": ["x".repeat(4087)]})), "Event pattern has 4097 characters");
    assert!(Pattern::parse(&value!({"a": ["ü".repeat(4086)]})).is_ok());
    let deep = |levels: usize| (0..levels).fold(value!(["x"]), |inner, _| value!({ "a": inner }));
    assert!(Pattern::parse(&deep(126)).is_ok());
    assert_eq!(refused(&deep(127)), "Nested too deeply");
}

#[test]
fn errors_read_well() {
    let message = |text: &str| Pattern::parse(&json(text)).expect_err(text).to_string();
    assert_eq!(
        message(r#"{"detail": {"eventName": "UpdateUserPoolClient"}}"#),
        "detail.eventName: \"eventName\" must be an object or an array; write [\"UpdateUserPoolClient\"] for this very value"
    );
    assert_eq!(message("{}"), "the pattern: Empty objects are not allowed; name a field, or leave this out");
}

fn check(rows: &[(&str, &str, &str)]) {
    for (text, path, reason) in rows {
        let error = Pattern::parse(&json(text)).expect_err(text);
        assert_eq!((error.path.as_str(), error.reason.as_str()), (*path, *reason), "{text}");
        assert!(!error.allowed.is_empty(), "{text}");
    }
}
