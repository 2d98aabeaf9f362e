//! `StartLiveTail`: what is ingested from now on, told about once a second, with no ids and without looking back. More than
//! 500 lines at once are sampled. A session ends after three hours.
//!
//! What becomes of a session whose group is deleted, AWS does not say; here it ends as one that something went wrong with.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{Line, State, invalid, name_of, pattern::FilterPattern};
use crate::{
    input::{text, texts},
    protocol::{answer, event_stream},
    world::{AwsError, Caller, Shared, lock},
};

/// At most so many lines an update.
const MOST_LINES: usize = 500;
/// At most so many bytes of lines an update, so that clients can take it; AWS tells no such limit.
const MOST_BYTES: usize = 4 << 20;
/// At most so many sessions an account.
const MOST_SESSIONS: usize = 15;
/// At most so many groups a session.
const MOST_GROUPS: usize = 10;
/// From one update to the next.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a session lasts.
const LONGEST: Duration = Duration::from_hours(3);

/// Answers `StartLiveTail`.
pub fn start(world: &Shared, caller: &Caller, input: &Value) -> Result<Response, AwsError> {
    let session = Session::new(world, caller, input)?;
    let body = stream::unfold(session, async |mut session| Some((Ok::<_, Infallible>(session.next().await?), session)));
    Ok(answer(200, event_stream::CONTENT_TYPE, &caller.request_id, Body::from_stream(body)))
}

/// A session; over when it is dropped, which is when the client goes away.
struct Session {
    world: Shared,
    groups: Vec<Followed>,
    streams: Vec<String>,
    prefixes: Vec<String>,
    pattern: FilterPattern,
    began: Instant,
    /// What comes before the first update.
    greeting: Option<Bytes>,
    ended: bool,
}

/// A log group of a session.
struct Followed {
    arn: String,
    /// The sequence number of the first line that was not told.
    next: u64,
}

impl Session {
    fn new(world: &Shared, caller: &Caller, input: &Value) -> Result<Self, AwsError> {
        let owned = |name| texts(input, name).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let [arns, streams, prefixes] = ["logGroupIdentifiers", "logStreamNames", "logStreamNamePrefixes"].map(owned);
        check(&arns, &streams, &prefixes)?;
        let pattern = FilterPattern::parse(text(input, "logEventFilterPattern").unwrap_or_default());
        let pattern = pattern.ok_or_else(|| invalid("Invalid filter pattern"))?;
        let start = json!({
            "requestId": caller.request_id,
            "sessionId": world.ids.uuid(),
            "logGroupIdentifiers": arns,
            "logStreamNames": streams,
            "logStreamNamePrefixes": prefixes,
            "logEventFilterPattern": text(input, "logEventFilterPattern").unwrap_or_default(),
        });
        // Clients of the JSON protocol wait for an answer of its own before the stream proper.
        let greeting =
            [event_stream::event("initial-response", &json!({})), event_stream::event("sessionStart", &start)];
        let mut state = lock(&world.logs);
        let groups = arns.into_iter().map(|arn| Followed::new(&mut state, arn)).collect::<Result<_, _>>()?;
        if state.live_tails >= MOST_SESSIONS {
            return Err(AwsError::bad("LimitExceededException", "The maximum number of Live Tail sessions is open."));
        }
        state.live_tails += 1;
        Ok(Self {
            world: Shared::clone(world),
            groups,
            streams,
            prefixes,
            pattern,
            began: Instant::now(),
            greeting: Some(greeting.concat().into()),
            ended: false,
        })
    }

    /// The next to be sent; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        sleep(PAUSE).await;
        if self.began.elapsed() >= self.world.faults().live_tail_session.unwrap_or(LONGEST) {
            self.ended = true;
            let words = "The Live Tail session has timed out.";
            return Some(event_stream::exception("SessionTimeoutException", words));
        }
        let Ok(update) = self.update() else {
            self.ended = true;
            let words = "An unknown error occurred in the Live Tail session.";
            return Some(event_stream::exception("SessionStreamingException", words));
        };
        Some(event_stream::event("sessionUpdate", &update))
    }

    /// What came in since the last one.
    fn update(&mut self) -> Result<Value, AwsError> {
        let (mut results, mut bytes) = (Vec::new(), 0);
        let mut state = lock(&self.world.logs);
        for followed in &mut self.groups {
            let group = state.group(&followed.arn)?;
            // A group that was made anew counts from the beginning.
            let next = if group.next_sequence < followed.next { 0 } else { followed.next };
            followed.next = group.next_sequence;
            let wanted = |line: &&Line| {
                let of = |name: &String| line.stream.starts_with(name.as_str());
                line.sequence >= next
                    && (self.streams.is_empty() || self.streams.iter().any(|name| **name == *line.stream))
                    && (self.prefixes.is_empty() || self.prefixes.iter().any(of))
                    && self.pattern.matches(&line.message)
            };
            results.extend(group.lines.iter().filter(wanted).map(|line| (line.clone(), followed.arn.clone())));
        }
        drop(state);
        let all = results.len();
        let chosen: Vec<_> = sample(results)
            .take_while(|(line, _)| {
                bytes += line.message.len();
                bytes <= MOST_BYTES
            })
            .map(|(line, arn)| result(&line, &arn))
            .collect();
        Ok(json!({"sessionMetadata": {"sampled": chosen.len() < all}, "sessionResults": chosen}))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        lock(&self.world.logs).live_tails -= 1;
    }
}

impl Followed {
    fn new(state: &mut State, arn: String) -> Result<Self, AwsError> {
        let next = state.group(&arn)?.next_sequence;
        Ok(Self { arn, next })
    }
}

fn check(arns: &[String], streams: &[String], prefixes: &[String]) -> Result<(), AwsError> {
    if arns.is_empty() || arns.len() > MOST_GROUPS {
        return Err(invalid(format!("logGroupIdentifiers must have between 1 and {MOST_GROUPS} members.")));
    }
    if arns.iter().any(|arn| name_of(arn) == arn || arn.ends_with('*')) {
        return Err(invalid("logGroupIdentifiers must be ARNs of log groups that do not end with an asterisk."));
    }
    match (streams.is_empty(), prefixes.is_empty()) {
        (true, true) => Ok(()),
        (false, false) => Err(invalid("logStreamNames and logStreamNamePrefixes are mutually exclusive.")),
        _ if arns.len() > 1 => Err(invalid("Log streams can be chosen in a single log group only.")),
        _ => Ok(()),
    }
}

/// As many as an update holds, evenly spread.
fn sample<T>(all: Vec<T>) -> impl Iterator<Item = T> {
    let count = all.len();
    let is_chosen = move |index: usize| (index + 1) * MOST_LINES / count > index * MOST_LINES / count;
    let every = count <= MOST_LINES;
    all.into_iter().enumerate().filter(move |(index, _)| every || is_chosen(*index)).map(|(_, line)| line)
}

fn result(line: &Line, arn: &str) -> Value {
    json!({
        "logStreamName": &*line.stream,
        "logGroupIdentifier": arn,
        "message": line.message,
        "timestamp": line.timestamp,
        "ingestionTime": line.ingested,
    })
}

#[cfg(test)]
mod tests {
    use futures_util::{Stream, StreamExt as _};

    use super::{super::write::append, *};
    use crate::{Faults, logs::group, sts, world::World};

    const GROUP: &str = "/aws/lambda/f";

    fn world() -> Shared {
        let world = World::test();
        group::create(&world, &json!({"logGroupName": GROUP})).expect("a new group");
        world
    }

    fn arn(world: &World) -> String {
        world.arn("logs", &format!("log-group:{GROUP}"))
    }

    fn write(world: &World, stream: &str, lines: impl IntoIterator<Item = String>) {
        append(world, GROUP, stream, lines.into_iter().map(|line| (1, line)).collect()).expect("the group is there");
    }

    type Message = (String, String, Value);

    /// What a session sends, message by message.
    fn session(world: &Shared, input: &Value) -> Result<impl Stream<Item = Message> + Unpin + use<>, AwsError> {
        let response = start(world, &sts::anybody(world), input)?;
        assert_eq!(response.headers()["content-type"], event_stream::CONTENT_TYPE);
        let chunks = response.into_body().into_data_stream();
        Ok(chunks.map(|chunk| stream::iter(event_stream::read(&chunk.expect("infallible")))).flatten())
    }

    fn texts(update: &Message) -> Vec<&str> {
        assert_eq!(update.1, "sessionUpdate", "{update:?}");
        let results = update.2["sessionResults"].as_array().expect("a list");
        results.iter().map(|result| result["message"].as_str().expect("text")).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn tells_once_a_second_what_came_in_and_nothing_before() {
        let world = world();
        write(&world, "s", ["before".to_owned()]);
        let mut session = session(&world, &json!({"logGroupIdentifiers": [arn(&world)]})).expect("a session");
        for name in ["initial-response", "sessionStart"] {
            assert_eq!(session.next().await.expect("open").1, name);
        }
        let began = Instant::now();
        let update = session.next().await.expect("open");
        assert_eq!(update.2, json!({"sessionMetadata": {"sampled": false}, "sessionResults": []}));
        write(&world, "s", ["same".to_owned(), "same".to_owned()]);
        let update = session.next().await.expect("open");
        assert_eq!((texts(&update), began.elapsed()), (vec!["same", "same"], 2 * PAUSE));
        let result = &update.2["sessionResults"][0];
        assert_eq!((&result["logStreamName"], &result["timestamp"]), (&json!("s"), &json!(1)));
        assert_eq!(result["ingestionTime"], world.now().as_millisecond());
        assert!(texts(&session.next().await.expect("open")).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_500_lines_are_sampled_and_so_are_very_long_ones() {
        let world = world();
        let mut session = session(&world, &json!({"logGroupIdentifiers": [arn(&world)]})).expect("a session").skip(2);
        for (lines, length, expect) in [(500, 1, 500), (501, 1, 500), (1234, 1, 500), (6, 1 << 20, 4)] {
            write(&world, "s", (0..lines).map(|_| "x".repeat(length)));
            let update = session.next().await.expect("open");
            let sampled = update.2["sessionMetadata"]["sampled"].as_bool().expect("a flag");
            assert_eq!((texts(&update).len(), sampled), (expect, expect < lines), "{lines}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn streams_and_pattern_choose() {
        let world = world();
        let cases = [
            (json!({"logStreamNames": ["one"]}), vec!["red", "blue"]),
            (json!({"logStreamNamePrefixes": ["t"]}), vec!["red"]),
            (json!({"logEventFilterPattern": "red"}), vec!["red", "red"]),
        ];
        for (mut input, expect) in cases {
            input["logGroupIdentifiers"] = json!([arn(&world)]);
            let mut session = session(&world, &input).expect("a session").skip(2);
            write(&world, "one", ["red".to_owned(), "blue".to_owned()]);
            write(&world, "two", ["red".to_owned()]);
            assert_eq!(texts(&session.next().await.expect("open")), expect, "{input}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_ends_by_time_or_with_its_group() {
        let world = world();
        let input = json!({"logGroupIdentifiers": [arn(&world)]});
        let mut long = session(&world, &input).expect("a session");
        let began = Instant::now();
        let (mut last, mut count) = (None, 0);
        while let Some(message) = long.next().await {
            (last, count) = (Some(message), count + 1);
        }
        let (kind, name, _) = last.expect("messages");
        assert_eq!((kind.as_str(), name.as_str()), ("exception", "SessionTimeoutException"));
        assert_eq!((count, began.elapsed()), (2 + 3 * 3600, LONGEST));

        world.set_faults(Faults { live_tail_session: Some(2 * PAUSE), ..Faults::default() });
        let short = session(&world, &input).expect("a session").skip(3);
        let names: Vec<_> = short.map(|(_, name, _)| name).collect().await;
        assert_eq!(names, ["SessionTimeoutException"]);

        world.set_faults(Faults::default());
        let gone = session(&world, &input).expect("a session").skip(2);
        group::delete(&world, &json!({"logGroupName": GROUP})).expect("deletes");
        let names: Vec<_> = gone.map(|(_, name, _)| name).collect().await;
        assert_eq!(names, ["SessionStreamingException"]);
    }

    #[test]
    fn says_no_as_aws_does() {
        let world = world();
        let code = |input: Value| session(&world, &input).map(drop).expect_err("refused").code.into_owned();
        let arn = arn(&world);
        for wrong in [json!([]), json!([GROUP]), json!([format!("{arn}:*")]), json!(vec![&arn; 11])] {
            assert_eq!(code(json!({"logGroupIdentifiers": wrong})), "InvalidParameterException", "{wrong}");
        }
        let both = json!({"logGroupIdentifiers": [arn], "logStreamNames": ["a"], "logStreamNamePrefixes": ["a"]});
        assert_eq!(code(both), "InvalidParameterException");
        assert_eq!(code(json!({"logGroupIdentifiers": [format!("{arn}-other")]})), "ResourceNotFoundException");
    }

    #[tokio::test]
    async fn an_account_has_fifteen_sessions() {
        let world = world();
        let input = json!({"logGroupIdentifiers": [arn(&world)]});
        let mut sessions: Vec<_> = (0..15).map(|_| session(&world, &input).expect("a session")).collect();
        let error = session(&world, &input).map(drop).expect_err("one too many");
        assert_eq!(error.code, "LimitExceededException");
        sessions.pop();
        sessions.push(session(&world, &input).expect("one has gone"));
    }
}
