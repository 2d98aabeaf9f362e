//! The deployed pipeline's log, followed, with what was before for its diffs.

use std::time::Duration;

use cacl_aws::{LogLine, Session, TailItem};
use cacl_event::{Change, decode_at};
use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use super::{Feed, past::Memory};

/// How long lines wait for the past. A screen need not wait: it can show a change anew.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// So many lines that are there together are put in order.
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
                    Some(items) => in_order(items, session.now()),
                    None => break,
                },
                Some(item) = memory.next() => {
                    yield item;
                    continue;
                }
            };
            for item in items {
                if let Feed::Change(change) = &item {
                    memory.see(change);
                }
                yield item;
            }
        }
    })
}

/// What a log tells at once, each run of changes in order.
fn in_order(items: Vec<TailItem>, now: Timestamp) -> Vec<Feed> {
    let told = |item| match item {
        TailItem::Line(line) => read(&line, now),
        TailItem::Status(status) => vec![Feed::Status(status)],
        TailItem::Push(push) => vec![Feed::Push(push)],
    };
    let mut items: Vec<Feed> = items.into_iter().flat_map(told).collect();
    for run in items.chunk_by_mut(|one, other| change(one).is_some() && change(other).is_some()) {
        run.sort_by(|one, other| change(one).map(Change::place).cmp(&change(other).map(Change::place)));
    }
    items
}

fn change(item: &Feed) -> Option<&Change> {
    if let Feed::Change(change) = item { Some(change) } else { None }
}

/// The items of one line, with the stations that only the log knows. One line has one event, unless somebody else writes here.
fn read(line: &LogLine, now: Timestamp) -> Vec<Feed> {
    decode_at(&line.message, line.timestamp)
        .into_iter()
        .map(|decoded| {
            let mut item = Feed::from(decoded);
            match &mut item {
                Feed::Change(change) => {
                    change.hops.log = Some(line.timestamp);
                    change.hops.ingested = line.ingested;
                    change.hops.screen = Some(now);
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

    use super::{change, in_order, read};
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
        let items = read(&line(event), second(13));
        let [Feed::Change(change)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!(change.hops.log, Some(second(10)));
        assert_eq!(change.hops.ingested, Some(second(12)));
        assert_eq!(change.hops.screen, Some(second(13)));
    }

    #[test]
    fn what_comes_together_is_told_in_order_and_nothing_else_moves() {
        let event = |id: &str| {
            include_str!("../../tests/fixtures/update.json").replace("eventID\": \"", &format!("eventID\": \"{id}"))
        };
        let lines = |ids: [&str; 3]| ids.map(|id| TailItem::Line(line(&event(id))));
        let [mut items, after] = [lines(["c", "a", "b"]), lines(["0", "2", "1"])].map(Vec::from);
        items.extend([TailItem::Line(line("rubbish")), TailItem::Status(Status::Live)]);
        items.extend(after);
        let items = in_order(items, second(13));
        let ids: Vec<_> = items.iter().map(|item| change(item).map(|change| &change.id[..1])).collect();
        assert_eq!(ids, [Some("a"), Some("b"), Some("c"), None, None, Some("0"), Some("1"), Some("2")]);
        assert!(matches!(items[3..5], [Feed::Foreign { .. }, Feed::Status(Status::Live)]));
    }

    #[test]
    fn rubbish_is_an_item_too() {
        for rubbish in ["panicked at src/main.rs", "{\"half\":", "\u{1b}[2J\u{7}", &"x".repeat(1 << 20)] {
            assert!(matches!(read(&line(rubbish), second(13)).as_slice(), [Feed::Foreign { time: Some(_), .. }]));
        }
    }
}
