//! `GetLogEvents`: one stream, read forwards or backwards. At either end the token of the request comes back, which is how
//! AWS says that there is no more.

use serde_json::{Value, json};

use super::{Line, filter, invalid, no_stream};
use crate::{
    input::{flag, required, text, whole},
    world::{AwsError, World, lock},
};

/// Answers `GetLogEvents`.
pub fn get(world: &World, input: &Value) -> Result<Value, AwsError> {
    let stream = required(input, "logStreamName", "InvalidParameterException")?;
    let limit = filter::limit(input)?;
    let token = text(input, "nextToken").map(parse_token).transpose()?;
    let (start, end) = (whole(input, "startTime").unwrap_or(0), whole(input, "endTime").unwrap_or(i64::MAX));
    let mut state = lock(&world.logs);
    let group = state.group_of(input)?;
    if !group.streams.contains_key(stream) {
        return Err(no_stream());
    }
    // Unlike in FilterLogEvents, the end of the range is not part of it.
    let mut lines = group.of_stream(stream);
    lines.retain(|line| line.timestamp >= start && line.timestamp < end);
    let forwards = match token {
        Some((forwards, key)) => {
            lines.retain(|line| if forwards { line.key() > key } else { line.key() < key });
            forwards
        }
        None => flag(input, "startFromHead") == Some(true),
    };
    let page = page(&lines, limit, forwards);
    let at_end = |forwards: bool| match (token, page.first().zip(page.last())) {
        (_, Some((first, last))) => token_text(forwards, if forwards { last.key() } else { first.key() }),
        (Some((_, key)), None) => token_text(forwards, key),
        (None, None) => token_text(forwards, if forwards { (0, 0) } else { (i64::MAX, u64::MAX) }),
    };
    let events: Vec<_> = page
        .iter()
        .map(|line| json!({"timestamp": line.timestamp, "message": line.message, "ingestionTime": line.ingested}))
        .collect();
    Ok(json!({"events": events, "nextForwardToken": at_end(true), "nextBackwardToken": at_end(false)}))
}

fn page<'a>(lines: &[&'a Line], limit: usize, forwards: bool) -> Vec<&'a Line> {
    let mut bytes = 0;
    let mut fits = |line: &&&Line| {
        bytes += line.message.len() + 26;
        bytes <= filter::MOST_BYTES
    };
    if forwards {
        return lines.iter().take_while(|line| fits(line)).take(limit).copied().collect();
    }
    let mut page: Vec<_> = lines.iter().rev().take_while(|line| fits(line)).take(limit).copied().collect();
    page.reverse();
    page
}

fn token_text(forwards: bool, (time, sequence): (i64, u64)) -> String {
    format!("{}/{:016x}{sequence:016x}", if forwards { 'f' } else { 'b' }, time.cast_unsigned())
}

fn parse_token(token: &str) -> Result<(bool, (i64, u64)), AwsError> {
    let parsed = token.split_once('/').and_then(|(direction, key)| {
        let forwards = match direction {
            "f" => true,
            "b" => false,
            _ => return None,
        };
        let part = |at: usize| u64::from_str_radix(key.get(at..at + 16)?, 16).ok();
        Some((forwards, (part(0)?.cast_signed(), part(16)?)))
    });
    parsed.ok_or_else(|| invalid("The specified nextToken is invalid."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{logs, world::World};

    #[test]
    fn reads_both_ways_and_says_when_it_is_done() {
        let world = World::test();
        logs::group::create(&world, &json!({"logGroupName": "g"})).expect("a new group");
        let lines = (1..=5).map(|number| (number * 10, number.to_string())).collect();
        logs::append(&world, "g", "s", lines).expect("the group is there");
        let get = |more: Value| {
            let mut input = json!({"logGroupName": "g", "logStreamName": "s", "limit": 2});
            input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            let page = get(&world, &input).expect("a page");
            let texts: Vec<_> =
                page["events"].as_array().expect("a list").iter().map(|e| e["message"].clone()).collect();
            (Value::from(texts), page["nextForwardToken"].clone(), page["nextBackwardToken"].clone())
        };
        let (texts, forward, backward) = get(json!({}));
        assert_eq!(texts, json!(["4", "5"]));
        let (texts, _, earlier) = get(json!({"nextToken": backward}));
        assert_eq!(texts, json!(["2", "3"]));
        assert_eq!(get(json!({"nextToken": earlier})).0, json!(["1"]));
        let (texts, again, _) = get(json!({"nextToken": forward}));
        assert_eq!((texts, again), (json!([]), forward));
        assert_eq!(get(json!({"startFromHead": true, "startTime": 20, "endTime": 40})).0, json!(["2", "3"]));
    }
}
