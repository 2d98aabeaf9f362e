//! `FilterLogEvents`: all streams of a group, sorted by time, page by page. Now and then a page is empty and has a token
//! all the same, as on AWS, where a page is what could be searched in the time, not what was found.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Value, json};

use super::{Group, Line, invalid, pattern::FilterPattern};
use crate::{
    input::{text, texts, whole},
    world::{AwsError, Shared, lock},
};

/// At most so many lines a page.
const MOST_LINES: usize = 10_000;
/// At most so many bytes a page; each line counts 26 more than its text.
pub const MOST_BYTES: usize = 1 << 20;
/// The share of first pages that are empty.
const EMPTY_PAGES: f64 = 0.1;

/// What is looked for.
#[derive(Debug, Hash)]
struct Query<'a> {
    group: Option<&'a str>,
    streams: Vec<&'a str>,
    prefix: &'a str,
    start: i64,
    end: i64,
    pattern: &'a str,
}

/// Answers `FilterLogEvents`.
pub fn filter(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    if world.ids.share() < world.faults().throttle {
        return Err(AwsError::bad("ThrottlingException", "Rate exceeded"));
    }
    let query = query(input)?;
    let pattern = FilterPattern::parse(query.pattern).ok_or_else(|| invalid("Invalid filter pattern"))?;
    let limit = limit(input)?;
    let token = text(input, "nextToken").map(|token| Token::parse(token, &query)).transpose()?;
    let mut state = lock(&world.logs);
    let group = state.group_of(input)?;
    let first = Token { after: (query.start.saturating_sub(1), u64::MAX), was_empty: false };
    let from = token.unwrap_or(first);
    let lines = &group.lines[group.lines.partition_point(|line| line.key() <= from.after)..];
    let lines = &lines[..lines.partition_point(|line| line.timestamp <= query.end)];
    if !lines.is_empty() && !from.was_empty && world.ids.share() < EMPTY_PAGES {
        let token = Token { was_empty: true, ..from };
        return Ok(json!({"events": [], "searchedLogStreams": [], "nextToken": token.text(&query)}));
    }
    let wanted = |line: &&Line| {
        (query.streams.is_empty() || query.streams.contains(&&*line.stream))
            && line.stream.starts_with(query.prefix)
            && pattern.matches(&line.message)
    };
    let (page, last) = page(lines.iter().filter(wanted), limit);
    let mut answer = json!({
        "events": page.into_iter().map(event).collect::<Vec<_>>(),
        "searchedLogStreams": [],
    });
    if let Some(after) = last {
        answer["nextToken"] = Token { after, was_empty: false }.text(&query).into();
    }
    Ok(answer)
}

fn query(input: &Value) -> Result<Query<'_>, AwsError> {
    let query = Query {
        group: text(input, "logGroupName").or_else(|| text(input, "logGroupIdentifier")),
        streams: texts(input, "logStreamNames"),
        prefix: text(input, "logStreamNamePrefix").unwrap_or_default(),
        start: whole(input, "startTime").unwrap_or(0),
        end: whole(input, "endTime").unwrap_or(i64::MAX),
        pattern: text(input, "filterPattern").unwrap_or_default(),
    };
    if !query.streams.is_empty() && !query.prefix.is_empty() {
        return Err(invalid("logStreamNames and logStreamNamePrefix are mutually exclusive."));
    }
    if query.start > query.end {
        return Err(invalid("endTime must be later than startTime."));
    }
    Ok(query)
}

/// `limit`, from 1 to 10,000.
pub fn limit(input: &Value) -> Result<usize, AwsError> {
    match whole(input, "limit") {
        None => Ok(MOST_LINES),
        Some(limit) => usize::try_from(limit).ok().filter(|limit| (1..=MOST_LINES).contains(limit)).ok_or_else(|| {
            invalid(format!(
                "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: \
                 Member must have value between 1 and {MOST_LINES}"
            ))
        }),
    }
}

/// As much as a page holds, and after which line the next page begins, if there is one.
fn page<'a>(lines: impl Iterator<Item = &'a Line>, limit: usize) -> (Vec<&'a Line>, Option<(i64, u64)>) {
    let mut page: Vec<&Line> = Vec::new();
    let mut bytes = 0;
    for line in lines {
        bytes += line.message.len() + 26;
        if let Some(last) = page.last()
            && (page.len() == limit || bytes > MOST_BYTES)
        {
            return (page.clone(), Some(last.key()));
        }
        page.push(line);
    }
    (page, None)
}

fn event(line: &Line) -> Value {
    json!({
        "logStreamName": &*line.stream,
        "timestamp": line.timestamp,
        "message": line.message,
        "ingestionTime": line.ingested,
        "eventId": line.id(),
    })
}

/// Where a page goes on; good for the query that it came from only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token {
    after: (i64, u64),
    was_empty: bool,
}

impl Token {
    fn text(self, query: &Query) -> String {
        let (time, sequence) = self.after;
        format!("{:016x}{:016x}{:016x}{}", hash(query), time.cast_unsigned(), sequence, u8::from(self.was_empty))
    }

    fn parse(token: &str, query: &Query) -> Result<Self, AwsError> {
        let part = |at: usize| token.get(at..at + 16).and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let parsed = part(0)
            .filter(|known| *known == hash(query))
            .and_then(|_| part(16).zip(part(32)))
            .zip(token.get(48..).filter(|flag| matches!(*flag, "0" | "1")));
        let ((time, sequence), flag) = parsed.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
        Ok(Self { after: (time.cast_signed(), sequence), was_empty: flag == "1" })
    }
}

fn hash(query: &Query) -> u64 {
    let mut hasher = DefaultHasher::new();
    query.hash(&mut hasher);
    hasher.finish()
}

impl Group {
    /// The lines of one stream, oldest first.
    pub fn of_stream(&self, stream: &str) -> Vec<&Line> {
        self.lines.iter().filter(|line| &*line.stream == stream).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::write::append, *};
    use crate::{logs::group, world::World};

    fn world_with(lines: &[(i64, &str)]) -> Shared {
        let world = World::test();
        group::create(&world, &json!({"logGroupName": "/aws/lambda/f"})).expect("a new group");
        for (index, (time, text)) in lines.iter().enumerate() {
            let stream = if index % 2 == 0 { "even" } else { "odd" };
            append(&world, "/aws/lambda/f", stream, vec![(*time, (*text).to_owned())]).expect("the group is there");
        }
        world
    }

    /// All pages of a query; also how many were empty though more followed.
    fn drained(world: &Shared, mut input: Value) -> (Vec<String>, usize) {
        input["logGroupName"] = "/aws/lambda/f".into();
        let (mut found, mut empty) = (Vec::new(), 0);
        loop {
            let page = filter(world, &input).expect("a page");
            let events = page["events"].as_array().expect("a list");
            found.extend(events.iter().map(|event| event["message"].as_str().expect("text").to_owned()));
            let Some(token) = page.get("nextToken") else { return (found, empty) };
            empty += usize::from(events.is_empty());
            input["nextToken"] = token.clone();
        }
    }

    #[test]
    fn finds_by_time_stream_and_pattern_in_order_of_time() {
        let world = world_with(&[(30, "c"), (10, "a"), (20, "b"), (20, "b2"), (40, "d")]);
        let table = [
            (json!({}), vec!["a", "b", "b2", "c", "d"]),
            (json!({"startTime": 20, "endTime": 30}), vec!["b", "b2", "c"]),
            (json!({"logStreamNames": ["odd"]}), vec!["a", "b2"]),
            (json!({"logStreamNamePrefix": "ev"}), vec!["b", "c", "d"]),
            (json!({"filterPattern": "b"}), vec!["b", "b2"]),
            (json!({"limit": 2}), vec!["a", "b", "b2", "c", "d"]),
        ];
        for (input, expected) in table {
            assert_eq!(drained(&world, input.clone()).0, expected, "{input}");
        }
    }

    #[test]
    fn empty_pages_with_a_token_happen_and_lose_nothing() {
        let world = world_with(&[(1, "a"), (2, "b")]);
        let rounds: Vec<_> = (0..200).map(|_| drained(&world, json!({}))).collect();
        assert!(rounds.iter().all(|(found, _)| found == &["a", "b"]));
        let empty: usize = rounds.iter().map(|(_, empty)| empty).sum();
        assert!((1..100).contains(&empty), "{empty} of 200 pages were empty");
    }

    #[test]
    fn a_page_ends_at_one_megabyte() {
        let big = "x".repeat(600_000);
        let world = world_with(&[(1, &big), (2, &big), (3, "end")]);
        let mut input = json!({"logGroupName": "/aws/lambda/f"});
        let mut sizes = Vec::new();
        loop {
            let page = filter(&world, &input).expect("a page");
            sizes.push(page["events"].as_array().expect("a list").len());
            let Some(token) = page.get("nextToken") else { break };
            input["nextToken"] = token.clone();
        }
        sizes.retain(|size| *size > 0);
        assert_eq!(sizes, [1, 2]);
    }

    #[test]
    fn says_no_as_aws_does() {
        let world = world_with(&[(1, "a"), (2, "b")]);
        let code = |input: Value| filter(&world, &input).expect_err("refused").code.into_owned();
        let group = "/aws/lambda/f";
        assert_eq!(code(json!({"logGroupName": "none"})), "ResourceNotFoundException");
        assert_eq!(code(json!({})), "InvalidParameterException");
        assert_eq!(code(json!({"logGroupName": group, "limit": 10_001})), "InvalidParameterException");
        assert_eq!(code(json!({"logGroupName": group, "nextToken": "rubbish"})), "InvalidParameterException");
        let (mut page, mut input) = (json!({}), json!({"logGroupName": group, "limit": 1}));
        while page.get("nextToken").is_none() {
            page = filter(&world, &input).expect("a page");
        }
        input["nextToken"] = page["nextToken"].clone();
        input["startTime"] = 1.into();
        assert_eq!(code(input), "InvalidParameterException");
        world.set_faults(crate::Faults { throttle: 1.0, ..Default::default() });
        assert_eq!(code(json!({"logGroupName": group})), "ThrottlingException");
    }
}
