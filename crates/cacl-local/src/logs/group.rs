//! Groups and streams: made, described, tagged, deleted.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use super::{Group, Stream, invalid, name_of, no_stream};
use crate::{
    input::{flag, page, required, text, texts, whole},
    world::{AwsError, World, lock},
};

const INVALID: &str = "InvalidParameterException";

/// What `PutRetentionPolicy` takes, in days.
const RETENTIONS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// `CreateLogGroup`.
pub fn create(world: &World, input: &Value) -> Result<Value, AwsError> {
    let name = required(input, "logGroupName", INVALID)?;
    let fits = name.len() <= 512 && name.chars().all(|c| c.is_ascii_alphanumeric() || "._/#-".contains(c));
    if !fits {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        )));
    }
    let mut state = lock(&world.logs);
    if state.groups.contains_key(name) {
        return Err(AwsError::bad("ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    let group = Group {
        arn: world.arn("logs", &format!("log-group:{name}")),
        created: world.now().as_millisecond(),
        retention: None,
        tags: tags_of(&input["tags"]),
        streams: BTreeMap::new(),
        lines: Vec::new(),
        stored_bytes: 0,
        next_sequence: 0,
    };
    state.groups.insert(name.to_owned(), group);
    Ok(json!({}))
}

fn tags_of(tags: &Value) -> BTreeMap<String, String> {
    let tags = tags.as_object().into_iter().flatten();
    tags.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// `DeleteLogGroup`, with all its lines.
pub fn delete(world: &World, input: &Value) -> Result<Value, AwsError> {
    let name = required(input, "logGroupName", INVALID)?;
    let mut state = lock(&world.logs);
    state.group(name)?;
    state.groups.remove(name_of(name));
    Ok(json!({}))
}

/// `DescribeLogGroups`, by a prefix or a part of the name.
pub fn describe(world: &World, input: &Value) -> Result<Value, AwsError> {
    let prefix = text(input, "logGroupNamePrefix").unwrap_or_default();
    let part = text(input, "logGroupNamePattern").unwrap_or_default();
    if !prefix.is_empty() && !part.is_empty() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let identifiers: Vec<_> = texts(input, "logGroupIdentifiers").into_iter().map(name_of).collect();
    let state = lock(&world.logs);
    let groups = state.groups.iter().filter(|(name, _)| {
        name.starts_with(prefix)
            && name.contains(part)
            && (identifiers.is_empty() || identifiers.contains(&name.as_str()))
    });
    listed("logGroups", groups.map(|(name, group)| described(name, group)).collect(), input)
}

fn described(name: &str, group: &Group) -> Value {
    let mut described = json!({
        "logGroupName": name,
        "creationTime": group.created,
        "metricFilterCount": 0,
        "arn": format!("{}:*", group.arn),
        "storedBytes": group.stored_bytes,
        "logGroupClass": "STANDARD",
        "logGroupArn": group.arn,
    });
    if let Some(days) = group.retention {
        described["retentionInDays"] = days.into();
    }
    described
}

fn listed(name: &str, all: Vec<Value>, input: &Value) -> Result<Value, AwsError> {
    let limit = match whole(input, "limit") {
        None => 50,
        Some(limit @ 1..=50) => usize::try_from(limit).unwrap_or(50),
        Some(limit) => {
            return Err(invalid(format!(
                "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: \
                 Member must have value between 1 and 50"
            )));
        }
    };
    let (page, token) =
        page(all, text(input, "nextToken"), limit).ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    let mut listed = json!({name: page});
    if let Some(token) = token {
        listed["nextToken"] = token.into();
    }
    Ok(listed)
}

/// `PutRetentionPolicy`.
pub fn put_retention(world: &World, input: &Value) -> Result<Value, AwsError> {
    let days = whole(input, "retentionInDays").filter(|days| RETENTIONS.contains(days));
    let days = days.ok_or_else(|| {
        invalid(format!(
            "1 validation error detected: Value '{}' at 'retentionInDays' failed to satisfy constraint: \
             Member must satisfy enum value set: {RETENTIONS:?}",
            input["retentionInDays"]
        ))
    })?;
    lock(&world.logs).group_of(input)?.retention = Some(days);
    Ok(json!({}))
}

/// `DeleteRetentionPolicy`.
pub fn delete_retention(world: &World, input: &Value) -> Result<Value, AwsError> {
    lock(&world.logs).group_of(input)?.retention = None;
    Ok(json!({}))
}

/// `TagResource`.
pub fn tag(world: &World, input: &Value) -> Result<Value, AwsError> {
    let arn = required(input, "resourceArn", INVALID)?;
    lock(&world.logs).group(arn)?.tags.extend(tags_of(&input["tags"]));
    Ok(json!({}))
}

/// `UntagResource`.
pub fn untag(world: &World, input: &Value) -> Result<Value, AwsError> {
    let arn = required(input, "resourceArn", INVALID)?;
    let keys = texts(input, "tagKeys");
    lock(&world.logs).group(arn)?.tags.retain(|key, _| !keys.contains(&key.as_str()));
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub fn tags(world: &World, input: &Value) -> Result<Value, AwsError> {
    let arn = required(input, "resourceArn", INVALID)?;
    Ok(json!({"tags": lock(&world.logs).group(arn)?.tags}))
}

/// `CreateLogStream`.
pub fn create_stream(world: &World, input: &Value) -> Result<Value, AwsError> {
    let stream = required(input, "logStreamName", INVALID)?;
    let mut state = lock(&world.logs);
    let group = state.group_of(input)?;
    if group.streams.contains_key(stream) {
        return Err(AwsError::bad("ResourceAlreadyExistsException", "The specified log stream already exists"));
    }
    group.streams.insert(stream.into(), Stream { created: world.now().as_millisecond(), ..Stream::default() });
    Ok(json!({}))
}

/// `DeleteLogStream`, with its lines.
pub fn delete_stream(world: &World, input: &Value) -> Result<Value, AwsError> {
    let stream = required(input, "logStreamName", INVALID)?;
    let mut state = lock(&world.logs);
    let group = state.group_of(input)?;
    group.streams.remove(stream).ok_or_else(no_stream)?;
    group.lines.retain(|line| &*line.stream != stream);
    group.stored_bytes = group.lines.iter().map(|line| line.message.len()).sum();
    Ok(json!({}))
}

/// `DescribeLogStreams`, by name or by the time of the last line.
pub fn describe_streams(world: &World, input: &Value) -> Result<Value, AwsError> {
    let prefix = text(input, "logStreamNamePrefix").unwrap_or_default();
    let mut state = lock(&world.logs);
    let group = state.group_of(input)?;
    let mut streams: Vec<(&Arc<str>, &Stream)> =
        group.streams.iter().filter(|(name, _)| name.starts_with(prefix)).collect();
    if text(input, "orderBy") == Some("LastEventTime") {
        if !prefix.is_empty() {
            return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
        }
        streams.sort_by_key(|(_, stream)| stream.last);
    }
    if flag(input, "descending") == Some(true) {
        streams.reverse();
    }
    let arn = &group.arn;
    let described = streams.into_iter().map(|(name, stream)| {
        let mut described = json!({
            "logStreamName": &**name,
            "creationTime": stream.created,
            "arn": format!("{arn}:log-stream:{name}"),
            "storedBytes": 0,
        });
        let times = [
            ("firstEventTimestamp", stream.first),
            ("lastEventTimestamp", stream.last),
            ("lastIngestionTime", stream.ingested),
        ];
        for (name, time) in times {
            if let Some(time) = time {
                described[name] = time.into();
            }
        }
        described
    });
    listed("logStreams", described.collect(), input)
}
