//! Looking back on scripted answers and paused time.

use std::sync::LazyLock;

use futures_util::StreamExt as _;

use super::*;
use crate::scripted::{Answer, Asked, Script, elsewhen, json_error};

/// Half a day ago, in whole seconds: nothing here is near CloudTrail's 90 days. Always the same moment, however often it is asked.
fn since() -> Timestamp {
    static SINCE: LazyLock<Timestamp> =
        LazyLock::new(|| Timestamp::from_second(Timestamp::now().as_second() - 12 * 3600).expect("in range"));
    *SINCE
}

/// A page of events, each so many minutes after `since`.
fn page(minutes: &[i64], token: Option<&str>) -> Answer {
    let event = |minute: &i64| {
        let time = since().as_second() + minute * 60;
        json!({"EventTime": time, "CloudTrailEvent": format!("record {minute}")})
    };
    let events: Vec<Value> = minutes.iter().map(event).collect();
    (200, json!({"Events": events, "NextToken": token}).to_string())
}

/// All that comes, in short: records, minutes after `since` that were reached, notes.
async fn looked_back(answers: Vec<Answer>) -> (Vec<String>, Asked) {
    let (session, asked) = Script::default().on("LookupEvents", answers).session();
    let from = since();
    let items = past(session, &before(from)).filter_map(|item| {
        std::future::ready(match item {
            PastItem::Record(record) => Some(record),
            PastItem::Progress { back_to, calls } => {
                Some(format!("after {calls} to {}", back_to.duration_since(from).as_mins().max(0)))
            }
            PastItem::Note(note) => Some(note),
            PastItem::Read(_) => None,
        })
    });
    (items.collect().await, asked)
}

/// All before a time has been read.
fn before(time: Timestamp) -> Looked {
    let mut looked = Looked::default();
    for call in CALLS {
        looked.add(&Read {
            call: call.to_owned(),
            from: Timestamp::UNIX_EPOCH,
            to: time - SignedDuration::from_secs(1),
        });
    }
    looked
}

fn kinds(asked: &Asked) -> Vec<String> {
    let kind = |body: &String| {
        let body: Value = serde_json::from_str(body).expect("JSON");
        let name =
            body["LookupAttributes"][0]["AttributeValue"].as_str().expect("a name").replace("UserPoolClient", "");
        match body["NextToken"].as_str() {
            Some(token) => format!("{name} {token}"),
            None => name,
        }
    };
    asked.bodies("LookupEvents").iter().map(kind).collect()
}

#[tokio::test(start_paused = true)]
async fn the_query_that_is_least_far_back_is_asked_next() {
    let (items, asked) = looked_back(vec![
        page(&[600, 500], Some("u1")),
        page(&[650, 200], Some("c1")),
        page(&[], None),
        page(&[400, 300], Some("u2")),
        page(&[100], None),
        page(&[], None),
    ])
    .await;
    assert_eq!(kinds(&asked), ["Update", "Create", "Delete", "Update u1", "Update u2", "Create c1"]);
    let records: Vec<_> = items.iter().filter_map(|item| item.strip_prefix("record ")).collect();
    assert_eq!(records, ["600", "500", "650", "200", "400", "300", "100"]);
    assert_eq!(items[9..], ["after 4 to 300", "record 100", "after 5 to 200", "after 6 to 0"]);
}

#[tokio::test(start_paused = true)]
async fn never_more_than_two_calls_a_second() {
    let began = Instant::now();
    let (_, asked) = looked_back(vec![page(&[9], Some("1")), page(&[8], Some("2")), page(&[], None)]).await;
    assert_eq!(asked.count("LookupEvents"), 5);
    assert_eq!(began.elapsed(), 4 * PACE);
}

#[tokio::test(start_paused = true)]
async fn throttling_backs_off_and_goes_on() {
    let began = Instant::now();
    let throttled = || json_error("ThrottlingException");
    let answers = vec![throttled(), throttled(), throttled(), page(&[9], None), page(&[], None)];
    let (items, asked) = looked_back(answers).await;
    assert_eq!(kinds(&asked)[..5], ["Update", "Update", "Update", "Update", "Create"]);
    assert_eq!(items.first().map(String::as_str), Some("record 9"));
    assert_eq!(items.last().map(String::as_str), Some("after 6 to 0"));
    assert!(began.elapsed() > 5 * PACE, "waits are added to the pace");
}

#[tokio::test(start_paused = true)]
async fn lasting_trouble_is_a_note_and_the_end() {
    let cases = [
        (json_error("AccessDeniedException"), 1, "needs the permission cloudtrail:LookupEvents"),
        (json_error("UnknownOperationException"), 1, "UnknownOperationException"),
        (json_error("ThrottlingException"), TRIES + 1, "ThrottlingException"),
    ];
    for (answer, tries, words) in cases {
        let (items, asked) = looked_back(vec![answer]).await;
        let [note] = items.as_slice() else { panic!("{items:?}") };
        assert!(note.contains("nothing to be compared with") && note.contains(words), "{note}");
        assert_eq!(asked.count("LookupEvents"), tries as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_no_reason_to_give_up() {
    let session = elsewhen(SignedDuration::from_hours(2), |_| json!({"Events": []}));
    let items: Vec<_> = past(session, &before(since())).collect().await;
    assert!(matches!(items.as_slice(), [.., PastItem::Progress { calls: 4, .. }]), "{items:?}");
}

#[tokio::test(start_paused = true)]
async fn ninety_days_at_most() {
    let (session, asked) = Script::default().on("LookupEvents", [page(&[], None)]).session();
    let before = (Timestamp::now() - MEMORY).as_second();
    let items: Vec<_> = past(session, &Looked::default()).collect().await;
    let after = (Timestamp::now() - MEMORY).as_second();
    let calls = items.iter().filter(|item| matches!(item, PastItem::Progress { .. })).count();
    assert_eq!(calls, 3);
    for body in asked.bodies("LookupEvents") {
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let start = body["StartTime"].as_i64().expect("whole seconds");
        assert!((before..=after).contains(&start) && body["MaxResults"] == 50, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_broken_off_is_gone_on_with() {
    let mut looked = before(since());
    let minute = |minutes: i64| since() + SignedDuration::from_mins(minutes);
    // The first page of updates, and all of the rest, as a run has it that ends there.
    let (session, _) = Script::default()
        .on("LookupEvents", [page(&[600, 500], Some("u1")), page(&[], None), page(&[], None)])
        .session();
    let pages = past(session, &looked).filter_map(|item| {
        std::future::ready(match item {
            PastItem::Read(read) => Some(read),
            _ => None,
        })
    });
    for read in pages.take(3).collect::<Vec<_>>().await {
        looked.add(&read);
    }
    let (session, asked) = Script::default().on("LookupEvents", [page(&[], None)]).session();
    past(session, &looked).for_each(|_| std::future::ready(())).await;
    let spans = asked.bodies("LookupEvents").into_iter().map(|body| {
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let call = body["LookupAttributes"][0]["AttributeValue"].as_str().expect("a name").to_owned();
        (call, body["StartTime"].as_i64().expect("a time"), body["EndTime"].as_i64())
    });
    let (ended, unended): (Vec<_>, Vec<_>) = spans.partition(|(_, _, end)| end.is_some());
    let oldest = minute(500).as_second();
    assert_eq!(ended, [("UpdateUserPoolClient".to_owned(), since().as_second(), Some(oldest))], "the unfinished rest");
    let news = Timestamp::now() - LATE;
    assert_eq!(unended.len(), 3, "what is new: {unended:?}");
    assert!(unended.iter().all(|(_, start, _)| (start - news.as_second()).abs() < 600), "{unended:?}");
}

#[test]
fn times_of_events_may_have_fractions() {
    let second = |time| super::time(&json!({"EventTime": time})).map(Timestamp::as_second);
    assert_eq!(second(json!(1_790_000_000)), Some(1_790_000_000));
    assert_eq!(second(json!(1_790_000_000.5)), Some(1_790_000_000));
    assert_eq!(second(json!(1e300)), None);
    assert_eq!(second(json!("yesterday")), None);
}
