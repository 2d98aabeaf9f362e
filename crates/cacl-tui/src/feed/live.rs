//! The deployed pipeline's log, followed, with what was before for its diffs.

use std::time::Duration;

use cacl_aws::{LogLine, Session, TailItem};
use cacl_event::{Change, decode_at};
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::{Feed, past::Memory};

/// How long lines wait for the past. A screen need not wait: it can show a change anew.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// So many lines that are there together have their calls put in order.
const TOGETHER: usize = 1024;

/// What a log group tells, line by line; it never ends. Of calls that come together the earlier ones are told first. The past is read
/// beside it, and for up to `patience` before it: what is written down once cannot be corrected afterwards. Meanwhile CloudWatch
/// keeps the lines.
pub fn follow(
    session: Session,
    log: impl Stream<Item = TailItem> + Send + Unpin + 'static,
    mut memory: Memory,
    patience: Duration,
) -> impl Stream<Item = Feed> + Send + 'static {
    // On the heap: it is handed on from future to future, and each would hold it whole.
    Box::pin(async_stream::stream! {
        let mut log = log.ready_chunks(TOGETHER);
        let end = Instant::now() + patience;
        while memory.is_reading() && let Ok(Some(item)) = timeout_at(end, memory.next()).await {
            yield item;
        }
        loop {
            // The log goes first: while it has lines, the past can wait.
            let items = tokio::select! {
                biased;
                items = log.next() => match items {
                    Some(items) => in_order(items),
                    None => break,
                },
                Some(item) = memory.next() => {
                    yield item;
                    continue;
                }
            };
            for mut item in items {
                if let Feed::Change(change) = &mut item {
                    change.hops.screen = Some(session.now());
                    memory.see(change);
                }
                yield item;
            }
        }
    })
}

/// What a log tells at once: the calls in order, in the places where there are any. Between two of them are the lines of the
/// platform; but what came before a change of status is told before it.
fn in_order(items: Vec<TailItem>) -> Vec<Feed> {
    let told = |item| match item {
        TailItem::Line(line) => read(&line),
        TailItem::Status(status) => vec![Feed::Status(status)],
        TailItem::Push(push) => vec![Feed::Push(push)],
    };
    let mut items: Vec<Feed> = items.into_iter().flat_map(told).collect();
    for run in items.split_mut(|item| matches!(item, Feed::Status(_) | Feed::Push(_))) {
        let mut slots: Vec<&mut Feed> = run.iter_mut().filter(|item| change(item).is_some()).collect();
        let mut changes: Vec<Feed> = slots.iter_mut().map(|slot| std::mem::replace(*slot, Feed::End)).collect();
        changes.sort_by(|one, other| change(one).map(Change::place).cmp(&change(other).map(Change::place)));
        slots.into_iter().zip(changes).for_each(|(slot, change)| *slot = change);
    }
    items
}

fn change(item: &Feed) -> Option<&Change> {
    if let Feed::Change(change) = item { Some(change) } else { None }
}

/// The items of one line, with the stations that only the log knows. One line has one event, unless somebody else writes here.
fn read(line: &LogLine) -> Vec<Feed> {
    decode_at(&line.message, line.timestamp)
        .into_iter()
        .map(|decoded| {
            let mut item = Feed::from(decoded);
            match &mut item {
                Feed::Change(change) => {
                    change.hops.log = Some(line.timestamp);
                    change.hops.ingested = line.ingested;
                }
                Feed::Foreign { time, .. } => *time = Some(line.timestamp),
                _ => {}
            }
            item
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use cacl_aws::{LogLine, Status, TailItem};
    use jiff::Timestamp;

    use serde_json::json;

    use super::{in_order, read};
    use crate::feed::Feed;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn line(message: &str) -> LogLine {
        LogLine {
            id: "1".to_owned(),
            timestamp: second(10),
            ingested: Some(second(12)),
            stream: "s".to_owned(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn the_log_adds_its_stations() {
        let event = include_str!("../../tests/fixtures/update.json");
        let items = read(&line(event));
        let [Feed::Change(change)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!(change.hops.log, Some(second(10)));
        assert_eq!(change.hops.ingested, Some(second(12)));
    }

    #[test]
    fn calls_that_come_together_are_told_in_order_and_nothing_else_moves() {
        let event = include_str!("../../tests/fixtures/update.json");
        let call = |id: &str| TailItem::Line(line(&event.replace("eventID\": \"", &format!("eventID\": \"{id}"))));
        let platform = |kind: &str| {
            let text = json!({"time": "2026-10-01T08:00:00Z", "type": format!("platform.{kind}"), "record": {}});
            TailItem::Line(line(&text.to_string()))
        };
        let calls = |ids: [&str; 3]| ids.map(|id| [platform("start"), call(id), platform("report")]);
        let mut items: Vec<TailItem> = calls(["c", "a", "b"]).into_iter().flatten().collect();
        items.extend([TailItem::Line(line("rubbish")), TailItem::Status(Status::Live)]);
        items.extend(calls(["0", "2", "1"]).into_iter().flatten());
        let told: String = in_order(items)
            .iter()
            .map(|item| match item {
                Feed::Platform(line) if &*line.kind == "platform.start" => "(",
                Feed::Platform(_) => ")",
                Feed::Change(change) => &change.id[..1],
                Feed::Foreign { .. } => "?",
                Feed::Status(Status::Live) => "|",
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told, "(a)(b)(c)?|(0)(1)(2)");
    }

    #[test]
    fn rubbish_is_an_item_too() {
        for rubbish in ["panicked at src/main.rs", "{\"half\":", "\u{1b}[2J\u{7}", &"x".repeat(1 << 20)] {
            assert!(matches!(read(&line(rubbish)).as_slice(), [Feed::Foreign { time: Some(_), .. }]));
        }
    }
}
