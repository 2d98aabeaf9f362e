//! The tail on scripted answers and paused time.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex},
};

use aws_smithy_http_client::test_util::infallible_client_fn;
use futures_util::{Stream, StreamExt as _};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;
use crate::{Access, scripted::elsewhen};

type Asked = Arc<Mutex<Vec<Value>>>;

/// A tail whose polls are answered in this order (then always with nothing), and what it asked.
fn scripted(answers: Vec<(u16, Value)>) -> (Pin<Box<dyn Stream<Item = TailItem> + Send>>, Asked) {
    let answers = Mutex::new(VecDeque::from(answers));
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let http_client = infallible_client_fn(move |request| {
        assert_eq!(request.headers()["x-amz-target"], "Logs_20140328.FilterLogEvents");
        let body = serde_json::from_slice(request.body().bytes().expect("in memory")).expect("JSON");
        seen.lock().expect("unpoisoned").push(body);
        let next = answers.lock().expect("unpoisoned").pop_front();
        let (status, body) = next.unwrap_or_else(|| (200, json!({"events": []})));
        http::Response::builder().status(status).body(body.to_string()).expect("a response")
    });
    let session = Session::with_http_client(&Access::default(), http_client);
    let since = Timestamp::from_millisecond(1_000_000).expect("a time");
    (Box::pin(tail(session, Tail::new("/aws/lambda/cacl", Since::At(since)))), asked)
}

fn event(time: i64, id: &str) -> Value {
    json!({"eventId": id, "timestamp": time, "ingestionTime": time + 5, "logStreamName": "s", "message": format!("line {id}")})
}

fn page(events: &Value, token: Option<&str>) -> (u16, Value) {
    (200, json!({"events": events, "nextToken": token}))
}

fn refusal(code: &str) -> (u16, Value) {
    (400, json!({"__type": code, "message": format!("{code} it is")}))
}

/// What an item is, in short: the line's id, or the status' name.
fn short(item: &TailItem) -> String {
    match item {
        TailItem::Line(line) => line.id.clone(),
        TailItem::Status(status) => {
            let text = format!("{status:?}");
            text.split([' ', '{']).next().unwrap_or_default().to_owned()
        }
        TailItem::Push(push) => push.to_string(),
    }
}

async fn next(tail: &mut Pin<Box<dyn Stream<Item = TailItem> + Send>>, count: usize) -> Vec<String> {
    tail.take(count).map(|item| short(&item)).collect().await
}

#[tokio::test(start_paused = true)]
async fn every_page_is_drained_and_each_line_comes_once() {
    let (mut tail, asked) = scripted(vec![
        page(&json!([event(1_000_001, "a")]), Some("t1")),
        page(&json!([]), Some("t2")),
        page(&json!([event(1_000_002, "b"), event(1_000_001, "a")]), None),
        page(
            &json!([event(1_000_001, "a"), event(1_000_000, "late"), event(1_000_002, "b"), event(1_000_003, "c")]),
            None,
        ),
    ]);
    assert_eq!(next(&mut tail, 6).await, ["a", "b", "Live", "late", "c", "Live"]);
    let asked = asked.lock().expect("unpoisoned");
    let tokens: Vec<&Value> = asked.iter().map(|body| &body["nextToken"]).collect();
    assert_eq!(tokens, [&Value::Null, &json!("t1"), &json!("t2"), &Value::Null]);
    assert!(asked.iter().all(|body| body["startTime"] == 1_000_000 && body["logGroupName"] == "/aws/lambda/cacl"));
}

#[tokio::test(start_paused = true)]
async fn a_line_has_all_its_parts() {
    let (mut tail, _) =
        scripted(vec![page(&json!([event(1_000_001, "a"), {"timestamp": 1_000_002, "message": "bare"}]), None)]);
    let Some(TailItem::Line(line)) = tail.next().await else { panic!("no line") };
    assert_eq!((line.id.as_str(), line.stream.as_str(), line.message.as_str()), ("a", "s", "line a"));
    assert_eq!(line.timestamp.as_millisecond(), 1_000_001);
    assert_eq!(line.ingested.map(Timestamp::as_millisecond), Some(1_000_006));
    let Some(TailItem::Line(bare)) = tail.next().await else { panic!("no line") };
    assert_eq!((bare.id.as_str(), bare.ingested), ("/1000002/bare", None));
}

#[tokio::test(start_paused = true)]
async fn it_polls_only_when_asked() {
    let (mut tail, asked) = scripted(vec![]);
    assert_eq!(asked.lock().expect("unpoisoned").len(), 0);
    assert_eq!(next(&mut tail, 1).await, ["Live"]);
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(asked.lock().expect("unpoisoned").len(), 1);
    let before = Instant::now();
    assert_eq!(next(&mut tail, 1).await, ["Live"]);
    assert_eq!(before.elapsed(), Duration::ZERO, "the pause is long over");
    assert_eq!(next(&mut tail, 1).await, ["Live"]);
    assert_eq!(before.elapsed().as_secs(), 1);
    assert_eq!(asked.lock().expect("unpoisoned").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn every_trouble_is_a_status_and_none_is_an_end() {
    let (mut tail, asked) = scripted(vec![
        refusal("ThrottlingException"),
        refusal("ExpiredTokenException"),
        refusal("AccessDeniedException"),
        refusal("ResourceNotFoundException"),
        (500, json!({"__type": "InternalFailure"})),
        refusal("UnrecognizedClientException"),
        page(&json!([event(1_000_001, "a")]), None),
    ]);
    let expect = ["Throttled", "Expired", "Denied", "Missing", "Offline", "Credentials", "a", "Live"];
    assert_eq!(next(&mut tail, 8).await, expect);
    assert_eq!(asked.lock().expect("unpoisoned").len(), 7, "one request a try: nothing is retried behind the back");
}

#[tokio::test(start_paused = true)]
async fn a_status_tells_when_the_next_try_is() {
    let (mut tail, _) = scripted((0..20).map(|_| refusal("ThrottlingException")).collect());
    let mut longest = Duration::ZERO;
    for _ in 0..20 {
        let Some(TailItem::Status(Status::Throttled { retry })) = tail.next().await else { panic!("not throttled") };
        let before = Instant::now();
        longest = longest.max(retry);
        // Nothing comes before the time that was told.
        let early = retry.saturating_sub(Duration::from_millis(2));
        assert!(tokio::time::timeout(early, tail.next()).await.is_err(), "{retry:?}");
        assert!(before.elapsed() <= retry);
    }
    assert!(longest <= Duration::from_secs(30), "{longest:?}");
    assert_eq!(next(&mut tail, 1).await, ["Live"]);
}

#[tokio::test(start_paused = true)]
async fn trouble_between_pages_goes_on_with_the_same_page() {
    let (mut tail, asked) = scripted(vec![
        page(&json!([event(1_000_001, "a")]), Some("t1")),
        refusal("ThrottlingException"),
        page(&json!([event(1_000_002, "b")]), None),
    ]);
    assert_eq!(next(&mut tail, 4).await, ["a", "Throttled", "b", "Live"]);
    assert_eq!(asked.lock().expect("unpoisoned")[2]["nextToken"], "t1");
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_begins_the_poll_anew() {
    let (mut tail, asked) = scripted(vec![
        page(&json!([event(1_000_001, "a")]), Some("t1")),
        refusal("InvalidParameterException"),
        page(&json!([event(1_000_001, "a")]), Some("t2")),
        refusal("InvalidParameterException"),
        page(&json!([event(1_000_001, "a"), event(1_000_002, "b")]), None),
    ]);
    assert_eq!(next(&mut tail, 4).await, ["a", "Failed", "b", "Live"]);
    let asked = asked.lock().expect("unpoisoned");
    let tokens: Vec<&Value> = asked.iter().map(|body| &body["nextToken"]).collect();
    assert_eq!(tokens, [&Value::Null, &json!("t1"), &Value::Null, &json!("t2"), &Value::Null]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_leads_to_itself_ends_the_poll() {
    let same = || page(&json!([event(1_000_001, "a")]), Some("same"));
    let (mut tail, _) = scripted(vec![same(), same()]);
    assert_eq!(next(&mut tail, 2).await, ["a", "Live"]);
}

#[tokio::test(start_paused = true)]
async fn now_is_meant_by_the_clock_of_aws() {
    // Between two looks at a clock a machine may stand still for a while, but not for that long.
    const STALL: i64 = 100;
    for minutes in [-5, 5, -90, 90] {
        let ahead = SignedDuration::from_mins(minutes);
        let starts = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&starts);
        let session = elsewhen(ahead, move |body| {
            let start = Timestamp::from_millisecond(body["startTime"].as_i64().expect("a number")).expect("a time");
            asked.lock().expect("unpoisoned").push(start.duration_since(Timestamp::now() + ahead).as_secs());
            json!({"events": []})
        });
        let tail = tail(session, Tail::new("/aws/lambda/cacl", Since::Ago(SignedDuration::ZERO)));
        assert_eq!(next(&mut (Box::pin(tail) as _), 2).await, ["Live", "Live"], "{minutes}");
        let starts = starts.lock().expect("unpoisoned");
        assert!((starts[0] + minutes * 60).abs() < STALL, "by this machine's clock: {starts:?}");
        // A date has whole seconds, so it may be a little before.
        assert!(starts[1..].len() == 2 && starts[1..].iter().all(|start| (-STALL..=0).contains(start)), "{starts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_happens_before_the_first_poll_is_not_missed() {
    let starts = Arc::new(Mutex::new(Vec::new()));
    let asked = Arc::clone(&starts);
    let session = elsewhen(SignedDuration::ZERO, move |body| {
        asked.lock().expect("unpoisoned").push(body["startTime"].as_i64().expect("a number"));
        json!({"events": []})
    });
    let tail = tail(session, Tail::new("/aws/lambda/cacl", Since::Ago(SignedDuration::ZERO)));
    let made = Timestamp::now().as_millisecond();
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(next(&mut (Box::pin(tail) as _), 1).await, ["Live"]);
    let starts = starts.lock().expect("unpoisoned");
    assert!(starts.iter().all(|start| *start <= made), "{starts:?} {made}");
}

#[tokio::test]
async fn a_group_is_told_from_those_that_begin_like_it() {
    let check = async |groups: Value, expect: bool| {
        let http_client = infallible_client_fn(move |request| {
            assert_eq!(request.headers()["x-amz-target"], "Logs_20140328.DescribeLogGroups");
            http::Response::new(json!({"logGroups": groups}).to_string())
        });
        let session = Session::with_http_client(&Access::default(), http_client);
        assert_eq!(exists(&session, "/aws/lambda/cacl").await, Ok(expect));
    };
    check(json!([]), false).await;
    check(json!([{"logGroupName": "/aws/lambda/cacl-other"}]), false).await;
    check(json!([{"logGroupName": "/aws/lambda/cacl-other"}, {"logGroupName": "/aws/lambda/cacl"}]), true).await;
}
