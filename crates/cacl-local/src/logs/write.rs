//! Lines coming in: from Lambda, and from `PutLogEvents`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Group, Line, Stream, invalid, no_stream};
use crate::{
    input::{list, required, text, whole},
    world::{AwsError, World, lock},
};

const HOUR: i64 = 3_600_000;

/// Lines (time in milliseconds, text) of another service, whose stream is made on the way. A group is never made: that
/// would take a right that nobody here has.
pub fn append(world: &World, group: &str, stream: &str, lines: Vec<(i64, String)>) -> Result<(), AwsError> {
    let now = world.now().as_millisecond();
    let mut state = lock(&world.logs);
    let group = state.group(group)?;
    if !group.streams.contains_key(stream) {
        group.streams.insert(stream.into(), Stream { created: now, ..Stream::default() });
    }
    take(group, stream, now, lines)
}

fn take(group: &mut Group, stream: &str, now: i64, lines: Vec<(i64, String)>) -> Result<(), AwsError> {
    let name = group.streams.get_key_value(stream).map(|(name, _)| Arc::clone(name)).ok_or_else(no_stream)?;
    for (timestamp, message) in lines {
        let line = Line { stream: Arc::clone(&name), timestamp, ingested: now, sequence: group.next_sequence, message };
        group.next_sequence += 1;
        group.stored_bytes += line.message.len();
        if let Some(stream) = group.streams.get_mut(&name) {
            stream.first = Some(stream.first.map_or(timestamp, |first| first.min(timestamp)));
            stream.last = Some(stream.last.map_or(timestamp, |last| last.max(timestamp)));
            stream.ingested = Some(now);
        }
        let at = group.lines.partition_point(|known| known.key() < line.key());
        group.lines.insert(at, line);
    }
    Ok(())
}

/// `PutLogEvents`: in order of time, none older than 14 days nor more than two hours ahead.
pub fn put(world: &World, input: &Value) -> Result<Value, AwsError> {
    let stream = required(input, "logStreamName", "InvalidParameterException")?;
    let lines = list(input, "logEvents").iter().map(line).collect::<Result<Vec<_>, _>>()?;
    if lines.is_empty() {
        return Err(invalid(
            "1 validation error detected: Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ));
    }
    if lines.windows(2).any(|pair| pair[0].0 > pair[1].0) {
        return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    if lines[lines.len() - 1].0 - lines[0].0 > 24 * HOUR {
        return Err(invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    let now = world.now().as_millisecond();
    let old = lines.partition_point(|(time, _)| *time < now - 14 * 24 * HOUR);
    let fresh = lines.partition_point(|(time, _)| *time <= now + 2 * HOUR);
    let mut answer = json!({"nextSequenceToken": world.ids.hex(56)});
    if old > 0 {
        answer["rejectedLogEventsInfo"]["tooOldLogEventEndIndex"] = old.into();
    }
    if fresh < lines.len() {
        answer["rejectedLogEventsInfo"]["tooNewLogEventStartIndex"] = fresh.into();
    }
    let mut state = lock(&world.logs);
    take(state.group_of(input)?, stream, now, lines.into_iter().take(fresh).skip(old).collect())?;
    Ok(answer)
}

fn line(event: &Value) -> Result<(i64, String), AwsError> {
    let parts = whole(event, "timestamp").zip(text(event, "message").filter(|message| !message.is_empty()));
    let (timestamp, message) =
        parts.ok_or_else(|| invalid("Log event message must not be empty, nor its timestamp."))?;
    Ok((timestamp, message.to_owned()))
}
