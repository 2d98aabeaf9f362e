//! Values for people.

use serde_json::Value;

use crate::{Settings, clean, mask};

use super::default_of;

/// A value for people: validities with their unit, looked up in the settings they stand in (`15 minutes`), lists joined, text
/// cleaned; an absent one as the default that then holds, else `none`. What `CloudTrail` hides reads `(hidden)`.
pub fn display(path: &str, value: Option<&Value>, settings: &Settings) -> String {
    match value {
        Some(value) => with_unit(path, value, || unit_of(path, settings)),
        None => match default_of(path) {
            Some(value) => with_unit(path, &value, || default_unit(path).map(str::to_owned)),
            None => "none".to_owned(),
        },
    }
}

fn with_unit(path: &str, value: &Value, unit: impl FnOnce() -> Option<String>) -> String {
    let text = plain(value);
    match (value, unit_path(path)) {
        (Value::Number(number), Some(_)) => match unit() {
            Some(unit) if number.as_u64() == Some(1) => format!("{text} {}", unit.strip_suffix('s').unwrap_or(&unit)),
            Some(unit) => format!("{text} {unit}"),
            None => text,
        },
        _ => text,
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

/// Where the unit of a validity stands; `Some("")` if it is fixed.
fn unit_path(path: &str) -> Option<&'static str> {
    Some(match path {
        "accessTokenValidity" => "tokenValidityUnits.accessToken",
        "idTokenValidity" => "tokenValidityUnits.idToken",
        "refreshTokenValidity" => "tokenValidityUnits.refreshToken",
        "authSessionValidity" | "refreshTokenRotation.retryGracePeriodSeconds" => "",
        _ => return None,
    })
}

fn default_unit(path: &str) -> Option<&'static str> {
    Some(match path {
        "accessTokenValidity" | "idTokenValidity" => "hours",
        "refreshTokenValidity" => "days",
        "authSessionValidity" => "minutes",
        "refreshTokenRotation.retryGracePeriodSeconds" => "seconds",
        _ => return None,
    })
}

/// The unit of a validity among these settings: `seconds`, `minutes`, `hours` or `days`; `None` for what is no validity.
fn unit_of(path: &str, settings: &Settings) -> Option<String> {
    let stated = match settings.get(unit_path(path)?) {
        Some(Value::String(unit)) => Some(clean(&unit).into_owned()),
        _ => None,
    };
    stated.or_else(|| default_unit(path).map(str::to_owned))
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
