//! Reading what a caller sent: members of a JSON object by name, and CloudFormation's texts where a number or a flag is
//! meant. What a service says to a wrong member is not here; each has words of its own.

use jiff::Timestamp;
use serde_json::Value;

use crate::world::AwsError;

/// A text member; absent when missing, null or of another type.
pub fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name)?.as_str()
}

/// A text member that must be there and not be empty; `code` is the service's word for a bad request.
pub fn required<'a>(input: &'a Value, name: &str, code: &'static str) -> Result<&'a str, AwsError> {
    text(input, name).filter(|text| !text.is_empty()).ok_or_else(|| {
        AwsError::bad(
            code,
            format!(
                "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
                lower_first(name)
            ),
        )
    })
}

/// A whole number, also one that CloudFormation passes as a text.
pub fn whole(input: &Value, name: &str) -> Option<i64> {
    match input.get(name)? {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}

/// A flag, also one that CloudFormation passes as a text.
pub fn flag(input: &Value, name: &str) -> Option<bool> {
    match input.get(name)? {
        Value::String(text) => text.parse().ok(),
        other => other.as_bool(),
    }
}

/// A time as JSON 1.1 sends it: seconds since 1970, whole or not.
pub fn time(input: &Value, name: &str) -> Option<Timestamp> {
    let seconds = input.get(name)?.as_f64()?;
    Timestamp::from_duration(jiff::SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

/// A list's elements; none when it is missing.
pub fn list<'a>(input: &'a Value, name: &str) -> &'a [Value] {
    input.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A list of texts.
pub fn texts<'a>(input: &'a Value, name: &str) -> Vec<&'a str> {
    list(input, name).iter().filter_map(Value::as_str).collect()
}

/// A time as JSON 1.1 answers it: seconds since 1970 with milliseconds.
pub fn seconds(time: Timestamp) -> Value {
    let milliseconds = time.as_millisecond();
    if milliseconds % 1000 == 0 {
        Value::from(milliseconds / 1000)
    } else {
        Value::from(time.as_duration().as_secs_f64())
    }
}

/// A member's name as `CloudTrail` and the validation messages write it: the first letter small.
pub fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// One page of a list whose tokens are positions: the page, and the token for the next.
pub fn page<T>(all: Vec<T>, token: Option<&str>, limit: usize) -> Option<(Vec<T>, Option<String>)> {
    let start: usize = token.map_or(Some(0), |token| token.parse().ok())?;
    let more = all.len() > start.saturating_add(limit);
    let page = all.into_iter().skip(start).take(limit).collect();
    Some((page, more.then(|| (start + limit).to_string())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_cloudformation_passes_as_text() {
        let input = json!({"days": "90", "on": "true", "off": false, "none": null, "at": 1_700_000_000.25});
        assert_eq!(whole(&input, "days"), Some(90));
        assert_eq!(flag(&input, "on"), Some(true));
        assert_eq!(flag(&input, "off"), Some(false));
        assert_eq!(whole(&input, "none"), None);
        assert_eq!(time(&input, "at").map(Timestamp::as_millisecond), Some(1_700_000_000_250));
    }

    #[test]
    fn pages_end_without_a_token() {
        let all: Vec<_> = (0..5).collect();
        assert_eq!(page(all.clone(), None, 3), Some((vec![0, 1, 2], Some("3".to_owned()))));
        assert_eq!(page(all.clone(), Some("3"), 3), Some((vec![3, 4], None)));
        assert_eq!(page(all, Some("rubbish"), 3), None);
    }
}
