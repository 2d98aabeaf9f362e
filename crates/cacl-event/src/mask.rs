//! Secrets never get past here.
//!
//! A secret is known by the name it goes by, at any depth, in any spelling (`clientSecret`, `client_secret`,
//! `SECRET_HASH`), in JSON and, for input that is no JSON (a line cut short, a text within a text), in anything that looks like
//! `"name": "value"` or `name=value`. What goes by no telling name cannot be known and is left alone.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    Text,
    pack::{Node, Seen},
};

/// What stands in a secret's place; begins like `CloudTrail`'s own.
pub const MASK: &str = "HIDDEN_BY_CACL";

/// Endings of names that go with secrets, in lower case without `_` and `-`.
const SECRET_ENDINGS: [&str; 18] = [
    "secret",
    "password",
    "passwd",
    "accesstoken",
    "idtoken",
    "refreshtoken",
    "sessiontoken",
    "securitytoken",
    "bearertoken",
    "secrethash",
    "secretvalue",
    "secretstring",
    "secretbinary",
    "secretkey",
    "secretaccesskey",
    "privatekey",
    "secretcode",
    "authorization",
];

/// Replaces, in place and at any depth, the value of every key that names a secret by [`MASK`]. Values that
/// `CloudTrail` hides already (`HIDDEN_…`) stay as they are.
pub fn mask(value: &mut Value) {
    // A list of what is still to be looked at, instead of recursion: the depth of a value is the caller's.
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(elements) => open.extend(elements),
            Value::Object(members) => {
                for (name, value) in members {
                    if is_secret(name) && is_secret_json(value) {
                        *value = Value::String(MASK.to_owned());
                    } else {
                        open.push(value);
                    }
                }
            }
            Value::String(text) => {
                if let Cow::Owned(masked) = mask_text(text) {
                    *text = masked;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Whether a member's name goes with a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    // Most names are dismissed by their last letter.
    let Some(last) = name.bytes().rev().find(|byte| !matches!(byte, b'_' | b'-')) else { return false };
    if !matches!(last.to_ascii_lowercase(), b't' | b'd' | b'n' | b'h' | b'e' | b'g' | b'y') {
        return false;
    }
    SECRET_ENDINGS.iter().any(|ending| ends_with(name, ending)) && !ends_with(name, "generatesecret")
}

/// Whether a name ends so, whatever its case, `_` and `-`.
fn ends_with(name: &str, ending: &str) -> bool {
    let mut letters =
        name.bytes().rev().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase());
    ending.bytes().rev().all(|expected| letters.next() == Some(expected))
}

/// Whether a secret's name has a secret for its value: anything but nothing, a yes or no, what is hidden already, and a
/// unit of time (`tokenValidityUnits.accessToken` is `minutes`).
pub(crate) fn is_secret_value(value: Node<'_>) -> bool {
    match value.seen() {
        Seen::Null | Seen::Bool(_) => false,
        Seen::Text(text) => is_secret_text(text),
        Seen::Number(_) => true,
        Seen::List | Seen::Object => !value.is_empty(),
    }
}

fn is_secret_json(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(text) => is_secret_text(text),
        Value::Number(_) => true,
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

fn is_secret_text(text: &str) -> bool {
    !(text.is_empty() || is_hidden(text) || matches!(text, "seconds" | "minutes" | "hours" | "days"))
}

/// Whether this is what stands in a hidden value's place, `CloudTrail`'s or ours.
pub(crate) fn is_hidden(text: &str) -> bool {
    text.strip_prefix("HIDDEN_").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
}

/// A text without the secrets that stand in it as `"name": "value"` (quotes escaped or not) or `name=value`.
pub(crate) fn mask_text(text: &str) -> Cow<'_, str> {
    if !may_hold_secrets(text) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(start) = find(text, at, is_name_byte) {
        let end = find(text, start, |byte| !is_name_byte(byte)).unwrap_or(text.len());
        at = end;
        if !is_secret(&text[start..end]) {
            continue;
        }
        let Some(value) = value_after(text, end) else { continue };
        at = value.end;
        if is_secret_text(&text[value.clone()])
            && !matches!(&text[value.clone()], "null" | "true" | "false" | "{}" | "[]")
        {
            out.push_str(&text[copied..value.start]);
            out.push_str(MASK);
            copied = value.end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Whether there can be anything to mask in a text: a secret within one comes with a quote or a sign.
pub(crate) fn may_hold_secrets(text: &str) -> bool {
    memchr::memchr3(b'=', b'"', b'\'', text.as_bytes()).is_some()
}

/// A text for keeping: without the secrets that stand in it.
pub(crate) fn kept(text: &str) -> Text {
    mask_text(text).into()
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The place of the next such byte, from `from` on. All bytes asked for are ASCII or its complement's start, so the
/// place is always a boundary between characters: a byte that is no name byte follows one that is.
fn find(text: &str, from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    text.as_bytes().get(from..)?.iter().position(|byte| wanted(*byte)).map(|at| from + at)
}

/// Where the value of a name stands that ends at `end`.
fn value_after(text: &str, end: usize) -> Option<std::ops::Range<usize>> {
    let quote = quote_at(text, end);
    let sign = skip_space(text, end + quote);
    match text.as_bytes().get(sign)? {
        b'=' => {}
        b':' if quote > 0 => {}
        _ => return None,
    }
    let start = skip_space(text, sign + 1);
    let opening = quote_at(text, start);
    if opening == 0 {
        let stop = |byte: u8| {
            byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'&' | b'}' | b']' | b')' | b'"' | b'\'' | b'\\')
        };
        if matches!(text.as_bytes().get(start)?, b'[' | b'{') {
            return Some(start..end_of_brackets(text, start, quote.saturating_sub(1)));
        }
        return Some(start..find(text, start, stop).unwrap_or(text.len()));
    }
    let inner = start + opening;
    Some(inner..closing(text, inner, &text[start..inner]))
}

/// Where a quoted value ends: at the same quote, escaped just as often; else at the end of the text.
fn closing(text: &str, inner: usize, quote: &str) -> usize {
    let slashes = quote.len() - 1;
    let mark = quote.as_bytes()[slashes];
    let mut run = 0;
    for (at, byte) in text.as_bytes()[inner..].iter().enumerate() {
        match *byte {
            b'\\' => run += 1,
            // Fewer slashes than the opening quote had end an outer text, so this one too.
            byte if byte == mark && run <= slashes => return inner + at - run,
            _ => run = 0,
        }
    }
    text.len()
}

/// Where a list or an object ends whose quotes have so many slashes; at the end of the text if it is cut short.
fn end_of_brackets(text: &str, start: usize, slashes: usize) -> usize {
    let (mut depth, mut quoted, mut run) = (0_usize, false, 0);
    for (at, byte) in text.as_bytes()[start..].iter().enumerate() {
        match *byte {
            b'\\' => {
                run += 1;
                continue;
            }
            b'"' if run <= slashes => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth -= 1,
            _ => {}
        }
        run = 0;
        if depth == 0 {
            return start + at + 1;
        }
    }
    text.len()
}

/// The length of a quote here, the slashes before it included; 0 if there is none.
fn quote_at(text: &str, at: usize) -> usize {
    let Some(rest) = text.as_bytes().get(at..) else { return 0 };
    let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
    match rest.get(slashes) {
        Some(b'"' | b'\'') => slashes + 1,
        _ => 0,
    }
}

fn skip_space(text: &str, from: usize) -> usize {
    find(text, from, |byte| !byte.is_ascii_whitespace()).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case::cognito("clientSecret", true)]
    #[case::snake("client_secret", true)]
    #[case::shouting("SECRET_HASH", true)]
    #[case::kebab("x-amz-security-token", true)]
    #[case::descriptor("clientSecretValue", true)]
    #[case::password("temporaryPassword", true)]
    #[case::token("RefreshToken", true)]
    #[case::bare("secret", true)]
    #[case::flag("generateSecret", false)]
    #[case::policy("passwordPolicy", false)]
    #[case::validity("accessTokenValidity", false)]
    #[case::page("nextToken", false)]
    #[case::key_id("accessKeyId", false)]
    #[case::secret_id("clientSecretId", false)]
    #[case::empty("", false)]
    #[case::rules("_-_", false)]
    fn names(#[case] name: &str, #[case] secret: bool) {
        assert_eq!(is_secret(name), secret);
    }

    #[rstest]
    #[case::text(json!({"clientSecret": "s3cr3t"}), json!({"clientSecret": MASK}))]
    #[case::number(json!({"password": 1234}), json!({"password": MASK}))]
    #[case::object(json!({"secretString": {"a": "b"}}), json!({"secretString": MASK}))]
    #[case::deep(json!([{"a": [{"id_token": "x"}]}]), json!([{"a": [{"id_token": MASK}]}]))]
    #[case::hidden(json!({"clientSecret": "HIDDEN_DUE_TO_SECURITY_REASONS"}), json!({"clientSecret": "HIDDEN_DUE_TO_SECURITY_REASONS"}))]
    #[case::looks_hidden(json!({"clientSecret": "HIDDEN_x"}), json!({"clientSecret": MASK}))]
    #[case::unit(json!({"tokenValidityUnits": {"accessToken": "minutes"}}), json!({"tokenValidityUnits": {"accessToken": "minutes"}}))]
    #[case::absent(json!({"clientSecret": null, "password": true, "x": 1}), json!({"clientSecret": null, "password": true, "x": 1}))]
    #[case::json_in_text(json!({"body": r#"{"clientSecret": "s3cr3t", "a": 1}"#}), json!({"body": r#"{"clientSecret": "HIDDEN_BY_CACL", "a": 1}"#}))]
    fn values(#[case] mut value: Value, #[case] expected: Value) {
        mask(&mut value);
        assert_eq!(value, expected);
        mask(&mut value);
        assert_eq!(value, expected, "masking twice is masking once");
    }

    #[rstest]
    #[case::json(r#"{"clientSecret":"abc","x":"y"}"#, r#"{"clientSecret":"HIDDEN_BY_CACL","x":"y"}"#)]
    #[case::cut_short(r#"{"clientSecret": "abc"#, r#"{"clientSecret": "HIDDEN_BY_CACL"#)]
    #[case::escaped(r#"{\"clientSecret\":\"abc\",\"x\":1}"#, r#"{\"clientSecret\":\"HIDDEN_BY_CACL\",\"x\":1}"#)]
    #[case::twice_escaped(r#"{\\\"password\\\":\\\"a\\\"}"#, r#"{\\\"password\\\":\\\"HIDDEN_BY_CACL\\\"}"#)]
    #[case::quote_inside(r#""password":"a\"b","c":1"#, r#""password":"HIDDEN_BY_CACL","c":1"#)]
    #[case::query(
        "https://x.example.org/cb?client_secret=abc&state=1",
        "https://x.example.org/cb?client_secret=HIDDEN_BY_CACL&state=1"
    )]
    #[case::number(r#""password": 1234, "x""#, r#""password": HIDDEN_BY_CACL, "x""#)]
    #[case::python("{'client_secret': 'abc'}", "{'client_secret': 'HIDDEN_BY_CACL'}")]
    #[case::unicode("ü password=ä€ ö", "ü password=HIDDEN_BY_CACL ö")]
    #[case::two("password=a secret=b", "password=HIDDEN_BY_CACL secret=HIDDEN_BY_CACL")]
    #[case::prose("password: must be \"long\" enough", "password: must be \"long\" enough")]
    #[case::unit(r#""accessToken":"hours""#, r#""accessToken":"hours""#)]
    #[case::object(r#"{"secretString": {"a": "}", "b": ["c"]}, "d": 1"#, r#"{"secretString": HIDDEN_BY_CACL, "d": 1"#)]
    #[case::object_escaped(r#"{\"secretString\":{\"a\":\"}\"},\"d\":1"#, r#"{\"secretString\":HIDDEN_BY_CACL,\"d\":1"#)]
    #[case::object_cut_short(r#"{"secretString": [{"a": "b"#, r#"{"secretString": HIDDEN_BY_CACL"#)]
    #[case::null(r#""clientSecret":null"#, r#""clientSecret":null"#)]
    #[case::nothing("a = b", "a = b")]
    fn texts(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(mask_text(text), expected);
        assert_eq!(mask_text(expected), expected);
    }
}
