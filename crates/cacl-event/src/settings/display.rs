//! Values for people.

use serde_json::Value;

use crate::{Settings, clean, mask};

use super::{Validity, default_of, span};

/// A value for people: validities with their unit, looked up in the settings they stand in (`15 minutes`), lists joined, text
/// cleaned; an absent one as the default that then holds, else `none`. What `CloudTrail` hides reads `(hidden)`.
pub fn display(path: &str, value: Option<&Value>, settings: &Settings) -> String {
    let default = default_of(path);
    let Some(shown) = value.or(default.as_ref()) else { return "none".to_owned() };
    let text = plain(shown);
    let Some(validity) = Validity::of(path).filter(|_| shown.is_number()) else { return text };
    // A default is in its default unit, whatever the settings say.
    let stated = validity.unit_path.filter(|_| value.is_some()).and_then(|path| settings.get(path));
    match stated {
        Some(Value::String(unit)) => span(&text, &clean(&unit)),
        _ => span(&text, validity.unit),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) if mask::is_hidden(text) => "(hidden)".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => clean(text).into_owned(),
        Value::Array(elements) if elements.is_empty() => "none".to_owned(),
        Value::Array(elements) => elements.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => clean(&other.to_string()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case::stated("accessTokenValidity", Some(json!(15)), "15 minutes")]
    #[case::default_unit("idTokenValidity", Some(json!(1)), "1 hour")]
    #[case::refresh("refreshTokenValidity", Some(json!(30)), "30 days")]
    #[case::session("authSessionValidity", Some(json!(3)), "3 minutes")]
    #[case::grace("refreshTokenRotation.retryGracePeriodSeconds", Some(json!(1)), "1 second")]
    #[case::default_validity("accessTokenValidity", None, "1 hour")]
    #[case::default_value("preventUserExistenceErrors", None, "LEGACY")]
    #[case::nothing("callbackURLs", None, "none")]
    #[case::list("callbackURLs", Some(json!(["a", "b"])), "a, b")]
    #[case::empty_list("callbackURLs", Some(json!([])), "none")]
    #[case::flag("enableTokenRevocation", Some(json!(false)), "false")]
    #[case::hostile("clientName", Some(json!("a\u{1b}[31m")), "a\\u{1b}[31m")]
    #[case::hidden("clientName", Some(json!("HIDDEN_DUE_TO_SECURITY_REASONS")), "(hidden)")]
    #[case::odd_validity("accessTokenValidity", Some(json!("many")), "many")]
    #[case::object("x", Some(json!([{"a": 1}])), r#"{"a":1}"#)]
    fn reads_well(#[case] path: &str, #[case] value: Option<Value>, #[case] expected: &str) {
        let settings: Settings = [("tokenValidityUnits.accessToken", json!("minutes"))].into_iter().collect();
        assert_eq!(display(path, value.as_ref(), &settings), expected);
    }
}
