//! `LookupEvents`: the past, newest first, by one attribute and a range of time. It needs no trail.

use serde_json::{Value, json};

use crate::{
    input::{list, page, seconds, text, time, whole},
    world::{AwsError, Shared, lock},
};

const KEYS: [&str; 8] =
    ["EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"];

/// Answers `LookupEvents`; at most 50 events a page.
pub fn lookup(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let wanted = attribute(input)?;
    let (start, end) = (time(input, "StartTime"), time(input, "EndTime"));
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        let message = "Invalid time range specified. The start time is after the end time.";
        return Err(AwsError::bad("InvalidTimeRangeException", message));
    }
    let limit = match whole(input, "MaxResults") {
        None => 50,
        Some(limit @ 1..=50) => usize::try_from(limit).unwrap_or(50),
        Some(_) => {
            let message = "A maxResults value is specified that is not valid. The value must be between 1 and 50.";
            return Err(AwsError::bad("InvalidMaxResultsException", message));
        }
    };
    let events: Vec<_> = lock(&world.cloudtrail)
        .history
        .iter()
        .rev()
        .filter(|record| {
            let at = text(record, "eventTime").and_then(|time| time.parse::<jiff::Timestamp>().ok());
            let in_range = at.is_none_or(|at| start.is_none_or(|start| at >= start) && end.is_none_or(|end| at <= end));
            in_range && wanted.is_none_or(|(key, value)| attribute_of(record, key).as_deref() == Some(value))
        })
        .cloned()
        .collect();
    let (page, token) = page(events, text(input, "NextToken"), limit)
        .ok_or_else(|| AwsError::bad("InvalidNextTokenException", "The specified token is invalid."))?;
    let mut answer = json!({"Events": page.iter().map(|record| event(record)).collect::<Vec<_>>()});
    if let Some(token) = token {
        answer["NextToken"] = token.into();
    }
    Ok(answer)
}

fn attribute(input: &Value) -> Result<Option<(&str, &str)>, AwsError> {
    let invalid = || AwsError::bad("InvalidLookupAttributesException", "Invalid lookup attribute specified.");
    match list(input, "LookupAttributes") {
        [] => Ok(None),
        [only] => {
            let key = text(only, "AttributeKey").filter(|key| KEYS.contains(key)).ok_or_else(invalid)?;
            Ok(Some((key, text(only, "AttributeValue").ok_or_else(invalid)?)))
        }
        _ => Err(invalid()),
    }
}

fn attribute_of(record: &Value, key: &str) -> Option<String> {
    let owned = |value: &Value| value.as_str().map(str::to_owned);
    match key {
        "EventId" => owned(&record["eventID"]),
        "EventName" => owned(&record["eventName"]),
        "ReadOnly" => Some(record["readOnly"].to_string()),
        "EventSource" => owned(&record["eventSource"]),
        "AccessKeyId" => owned(&record["userIdentity"]["accessKeyId"]),
        "Username" => username(&record["userIdentity"]),
        _ => None,
    }
}

/// The user's name; for a session the session's; `root` for root.
fn username(identity: &Value) -> Option<String> {
    let name = match text(identity, "type")? {
        "Root" => "root",
        "AssumedRole" => text(identity, "principalId")?.split_once(':')?.1,
        _ => text(identity, "userName")?,
    };
    Some(name.to_owned())
}

fn event(record: &Value) -> Value {
    let at = text(record, "eventTime").and_then(|time| time.parse().ok()).map_or(Value::Null, seconds);
    let mut event = json!({
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": record["readOnly"].to_string(),
        "EventTime": at,
        "EventSource": record["eventSource"],
        "Resources": [],
        "CloudTrailEvent": record.to_string(),
    });
    for name in ["AccessKeyId", "Username"] {
        if let Some(value) = attribute_of(record, name) {
            event[name] = value.into();
        }
    }
    event
}
