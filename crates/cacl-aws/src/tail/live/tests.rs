//! Live Tail on scripted answers and paused time.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::{
    body::SdkBody,
    event_stream::{Header, HeaderValue, Message},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{super::Since, *};
use crate::Access;

const GROUP: &str = "/aws/lambda/cacl";

fn message(kind: &'static str, name: &'static str, payload: &Value) -> Vec<u8> {
    let name_of = if kind == "event" { ":event-type" } else { ":exception-type" };
    let headers = [(":message-type", kind), (name_of, name), (":content-type", "application/json")];
    let message = headers.into_iter().fold(Message::new(payload.to_string()), |message, (name, value)| {
        message.add_header(Header::new(name, HeaderValue::String(value.into())))
    });
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).expect("encodes");
    bytes
}

fn initial() -> Vec<u8> {
    [message("event", "initial-response", &json!({})), message("event", "sessionStart", &json!({}))].concat()
}

fn update(lines: &Value, sampled: bool) -> Vec<u8> {
    message("event", "sessionUpdate", &json!({"sessionMetadata": {"sampled": sampled}, "sessionResults": lines}))
}

fn timeout() -> Vec<u8> {
    message("exception", "SessionTimeoutException", &json!({"message": "over"}))
}

/// A line as it is pushed; the same, pulled.
fn pushed(time: i64, text: &str) -> Value {
    json!({"logStreamName": "s", "timestamp": time, "ingestionTime": time + 1, "message": text})
}

fn pulled(time: i64, id: &str, text: &str) -> Value {
    json!({"eventId": id, "logStreamName": "s", "timestamp": time, "ingestionTime": time + 5, "message": text})
}

type Asked = Arc<Mutex<Vec<String>>>;

/// Sessions and polls as AWS answers them: the first, the second and so on; then polls find nothing, and no session opens. With
/// what was asked, as `host operation`.
fn scripted(
    endpoint_url: Option<&str>,
    sessions: Vec<(u16, Vec<u8>)>,
    polls: Vec<Value>,
) -> (Pin<Box<dyn Stream<Item = TailItem> + Send>>, Asked) {
    let answers = Mutex::new((VecDeque::from(sessions), VecDeque::from(polls)));
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let http_client = infallible_client_fn(move |request| {
        let body = request.body().bytes().expect("in memory").to_vec();
        let target = request.headers().get("x-amz-target").map_or("", |target| target.to_str().expect("text"));
        let operation = target.rsplit('.').next().unwrap_or_default();
        let mut asked = seen.lock().expect("unpoisoned");
        asked.push(format!("{} {operation}", request.uri().host().unwrap_or_default()));
        let mut answers = answers.lock().expect("unpoisoned");
        let (status, body) = match operation {
            "FilterLogEvents" => {
                (200, json!({"events": answers.1.pop_front().unwrap_or(json!([]))}).to_string().into_bytes())
            }
            "StartLiveTail" => {
                let body: Value = serde_json::from_slice(&body).expect("JSON");
                let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/cacl";
                assert_eq!(body, json!({"logGroupIdentifiers": [arn]}));
                let refusal = json!({"__type": "LimitExceededException", "message": "15 are open"});
                answers.0.pop_front().unwrap_or((400, refusal.to_string().into_bytes()))
            }
            _ => (200, STS.as_bytes().to_vec()),
        };
        http::Response::builder().status(status).body(SdkBody::from(body)).expect("a response")
    });
    let access = Access { endpoint_url: endpoint_url.map(str::to_owned), ..Access::default() };
    let session = Session::with_http_client(&access, http_client);
    let since = Since::At(Timestamp::from_millisecond(1_000).expect("a time"));
    (Box::pin(live(session, Tail::new(GROUP, since))), asked)
}

const STS: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                   <Arn>arn:aws:iam::123456789012:user/Alice</Arn><UserId>A</UserId><Account>123456789012</Account>\
                   </GetCallerIdentityResult></GetCallerIdentityResponse>";

fn short(item: TailItem) -> String {
    match item {
        TailItem::Line(line) => line.message,
        TailItem::Status(status) => format!("{status:?}"),
        TailItem::Push(push) => push.to_string(),
    }
}

async fn next(live: &mut Pin<Box<dyn Stream<Item = TailItem> + Send>>, count: usize) -> Vec<String> {
    live.take(count).map(short).collect().await
}

const ENDED: &str = "polling until live tail is back: the session has had its time";
const CLOSED: &str = "polling until live tail is back: AWS has closed the connection";

#[tokio::test(start_paused = true)]
async fn pushed_and_pulled_lines_come_once() {
    let first =
        [initial(), update(&json!([pushed(2_000, "b"), pushed(2_000, "b"), pushed(999, "old")]), false)].concat();
    let second = [initial(), update(&json!([pushed(2_000, "b"), pushed(2_001, "c")]), true), timeout()].concat();
    let (mut live, asked) = scripted(
        None,
        vec![(200, [first, timeout()].concat()), (200, second)],
        vec![
            json!([pulled(1_500, "1", "a")]),
            json!([pulled(1_500, "1", "a"), pulled(2_000, "2", "b"), pulled(2_000, "3", "b")]),
            json!([pulled(2_000, "2", "b"), pulled(2_000, "4", "d"), pulled(2_001, "5", "c")]),
        ],
    );
    // The two equal lines are two because they are two ids; the one from before the start is not wanted.
    let expect =
        ["a", "Live", "live tail", "b", "Live", ENDED, "live tail", "c", "live tail, sampled: the rest is read"];
    assert_eq!(next(&mut live, 9).await, expect);
    let mut rest = next(&mut live, 9).await;
    rest.retain(|item| item != "Live" && !item.starts_with("polling"));
    assert_eq!(rest, ["b", "d"]);
    let asked = asked.lock().expect("unpoisoned");
    let hosts: Vec<_> = asked.iter().filter(|asked| asked.ends_with("StartLiveTail")).collect();
    assert!(hosts.iter().all(|host| *host == "stream-logs.eu-west-1.amazonaws.com StartLiveTail"), "{hosts:?}");
    assert!(asked[0].ends_with("FilterLogEvents"), "the log is read before a session is paid for");
}

#[tokio::test(start_paused = true)]
async fn after_long_over_a_line_only_a_poll_tells_that_the_log_was_read() {
    for (pause, expect) in [(1, &["b", "Live", "c", "Live", CLOSED][..]), (20, &["b", "Live", "c", CLOSED, "Live"])] {
        let updates = [json!([pushed(2_000, "a"), pushed(2_001, "b")]), json!([pushed(2_002, "c")])];
        let updates = updates.map(|lines| update(&lines, false)).concat();
        let (mut live, _) = scripted(None, vec![(200, [initial(), updates].concat())], vec![]);
        assert_eq!(next(&mut live, 3).await, ["Live", "live tail", "a"]);
        tokio::time::advance(Duration::from_mins(pause)).await;
        assert_eq!(next(&mut live, 5).await, expect, "{pause} min");
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_of_ones_own_is_asked_itself() {
    let (mut live, asked) = scripted(Some("http://127.0.0.1:9"), vec![(200, initial())], vec![]);
    assert_eq!(next(&mut live, 3).await, ["Live", "live tail", CLOSED]);
    let asked = asked.lock().expect("unpoisoned");
    assert!(asked.contains(&"127.0.0.1 StartLiveTail".to_owned()), "{asked:?}");
    assert!(asked.iter().all(|asked| asked.starts_with("127.0.0.1 ")), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_may_not_is_told_once_and_polls() {
    for code in ["AccessDeniedException", "UnknownOperationException", "InvalidOperationException"] {
        let refusal = json!({"__type": code, "message": "no"}).to_string().into_bytes();
        let (mut live, asked) =
            scripted(None, vec![(400, refusal)], vec![json!([]), json!([]), json!([pulled(2_000, "1", "a")])]);
        let began = Instant::now();
        let items = next(&mut live, 60).await;
        let said: Vec<_> = items.iter().filter(|item| *item != "Live").collect();
        assert_eq!(said, [&format!("polling, with no live tail: {code}: no"), "a"], "{code}");
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "it polls as it would have done without: {:?}",
            began.elapsed()
        );
        let sessions =
            asked.lock().expect("unpoisoned").iter().filter(|asked| asked.ends_with("StartLiveTail")).count();
        assert_eq!(sessions, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn where_no_session_is_to_be_had_it_is_tried_again() {
    let broken = message("exception", "SessionStreamingException", &json!({"message": "it broke"}));
    let (mut live, asked) = scripted(None, vec![(200, [initial(), broken].concat())], vec![]);
    let began = Instant::now();
    let mut said = Vec::new();
    while began.elapsed() < Duration::from_mins(5) {
        said.extend(live.next().await.map(short).filter(|item| item != "Live"));
    }
    let back = "polling until live tail is back: ";
    assert_eq!(
        said,
        ["live tail".to_owned(), format!("{back}it broke"), format!("{back}LimitExceededException: 15 are open")]
    );
    let asked = asked.lock().expect("unpoisoned");
    let count = |operation: &str| asked.iter().filter(|asked| asked.ends_with(operation)).count();
    assert!((8..60).contains(&count("StartLiveTail")), "{}", count("StartLiveTail"));
    assert!(count("FilterLogEvents") > 250, "{}", count("FilterLogEvents"));
}

#[tokio::test(start_paused = true)]
async fn beside_a_session_polls_are_few_and_asked_for() {
    let (sender, pace) = watch::channel(Pace::every(Duration::from_secs(1)));
    let http_client = infallible_client_fn(|_| http::Response::new(""));
    let session = Session::with_http_client(&Access::default(), http_client);
    let mut live = Live::new(session, Duration::from_secs(1), sender);
    let live_status = || vec![TailItem::Status(Status::Live)];
    assert_eq!(live.update(Vec::new(), false), [TailItem::Push(Push::Open)], "nothing is live that was not read");
    assert_eq!(live.pull(TailItem::Status(Status::Live), 0), live_status());
    live.hear(Heard::Open);
    assert_eq!(*pace.borrow(), Pace { pause: SLOW, deep: true, asked: 1 });
    assert_eq!(live.update(Vec::new(), false), live_status());
    assert_eq!(pace.borrow().asked, 1, "what is quiet needs no poll");
    assert_eq!(live.update(Vec::new(), true)[0], TailItem::Push(Push::Sampled));
    assert_eq!(pace.borrow().asked, 2);
    live.pull(TailItem::Status(Status::Throttled { retry: SLOW }), 0);
    assert_eq!(live.update(Vec::new(), false), [TailItem::Push(Push::Open)], "there may be gaps");
    live.end(End::Timeout);
    assert_eq!(*pace.borrow(), Pace { pause: Duration::from_secs(1), deep: false, asked: 3 });
    assert_eq!(live.again, Some(Instant::now()));
}
