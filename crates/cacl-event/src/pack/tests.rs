use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::testing;

fn packed(text: &str) -> Packed {
    Packed::parse(text).expect("JSON")
}

proptest! {
    #[test]
    fn what_is_packed_is_the_same_value(value in testing::harmless_json()) {
        let text = value.to_string();
        let packed = packed(&text);
        prop_assert_eq!(packed.node().to_value(), value.clone());
        prop_assert_eq!(packed.node().to_json(), text);
        let of_value = Packed::from(&value);
        prop_assert_eq!(of_value.node().packed(), packed.node().packed());
    }

    #[test]
    fn any_bytes_are_something(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let node = Node::new(&bytes, true);
        let _ = (node.to_json(), node.to_value(), node.is_within(9), node.as_i64(), node.at(&["a", "b"]).is_some());
        let (mut rest, mut out) = (bytes.as_slice(), Vec::new());
        while next(&mut rest).is_some() {}
        put_masked(node, &mut out);
    }

    #[test]
    fn parts_are_found(members in proptest::collection::vec(("[a-c]", testing::harmless_json()), 0..8)) {
        let text: Vec<String> = members.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
        let packed = packed(&format!("{{{}}}", text.join(",")));
        for name in ["a", "b", "c"] {
            // The last of repeated names counts.
            let expected = members.iter().rev().find(|(other, _)| other == name).map(|(_, value)| value.clone());
            prop_assert_eq!(packed.node().get(name).map(Node::to_value), expected);
        }
        let found: Vec<_> = packed.node().members().map(|(name, value)| (name.as_str().expect("a name").to_owned(), value.to_value())).collect();
        prop_assert_eq!(found, members);
    }
}

#[test]
fn numbers_are_told_as_they_were() {
    for text in
        ["0", "127", "128", "18446744073709551615", "-1", "-9223372036854775808", "1.5", "-0.0", "1e300", "30.0"]
    {
        let value: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(packed(text).node().to_json(), value.to_string());
    }
}

#[test]
fn lengths_of_any_size_are_known() {
    for length in [0, 1, 52, 53, 54, 127, 128, 20_000, 70_000, 3_000_000] {
        let text = "x".repeat(length);
        for value in [json!(text), json!([text, [text]]), json!({"a": {"b": text}, "c": 1})] {
            assert_eq!(Packed::from(&value).node().to_value(), value);
        }
    }
}

#[test]
fn little_takes_little_room() {
    let client = json!({"userPoolClient": {"clientName": "web", "explicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]}});
    assert!(Packed::from(&client).node().packed().len() * 5 < client.to_string().len());
    // Hostile input, which may be nothing else, is no monster.
    assert_eq!(packed("[{},{},[],\"\",1]").node().packed().len(), 11);
}

#[test]
fn deep_nesting_is_no_json() {
    assert!(Packed::parse(&"[".repeat(100_000)).is_none());
    assert!(Packed::parse(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))).is_none());
    let levels = |text: &str| (0..9).find(|levels| packed(text).node().is_within(*levels));
    assert_eq!(
        [levels("1"), levels("[]"), levels("[1]"), levels(r#"[{"a":[1]}]"#)],
        [Some(0), Some(0), Some(1), Some(3)]
    );
}

#[test]
fn only_what_holds_secrets_says_so() {
    for (text, holds) in [
        (r#"{"clientSecret":"abc"}"#, true),
        (r#"{"a":[{"temporaryPassword":1}]}"#, true),
        (r#"{"a":"https://x.example.org/?client_secret=abc"}"#, true),
        (r#"{"clientSecret":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#, false),
        (r#"{"accessToken":"minutes","generateSecret":true,"a":"b=c"}"#, false),
    ] {
        assert_eq!(packed(text).node().holds_secrets(), holds, "{text}");
    }
}
