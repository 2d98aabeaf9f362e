//! The deployed pipeline's log, followed, with CloudTrail's memory for what was before.

use std::{collections::HashSet, pin::Pin, time::Duration};

use cacl_aws::{Error, LogLine, Session, Tail, TailItem};
use cacl_event::{Change, ClientKey, Kind, Outcome, decode};
use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use tokio::time::Instant;

use super::{Feed, past::past};

/// When the past is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// Before the log: what is written down once cannot be corrected afterwards.
    First,
    /// Beside the log: a screen can.
    Beside,
}

/// How long the log waits for the past at most.
const PATIENCE: Duration = Duration::from_secs(20);

/// When the past is asked again after a change of a client of which nothing was known: CloudTrail tells of a call some
/// minutes after it was made, 15 at the most.
const AGAIN: [Duration; 3] = [Duration::from_mins(1), Duration::from_mins(4), Duration::from_mins(11)];

type Changes = Pin<Box<dyn Stream<Item = Result<Change, Error>> + Send>>;

/// What a log group tells, line by line; it never ends.
pub fn follow(session: Session, tail: Tail, when: Past) -> impl Stream<Item = Feed> + Send + 'static {
    // On the heap: it is handed on from future to future, and each would hold it whole.
    Box::pin(async_stream::stream! {
        let mut memory = Memory::new(session.clone());
        if when == Past::First {
            let end = Instant::now() + PATIENCE;
            while let Ok(Some(change)) = tokio::time::timeout_at(end, memory.next()).await {
                yield Feed::Change(Box::new(change));
            }
            memory.asked = None;
        }
        let mut tail = std::pin::pin!(cacl_aws::tail::tail(session, tail));
        loop {
            // The log goes first: while it has lines, the past can wait.
            let items = tokio::select! {
                biased;
                item = tail.next() => match item {
                    Some(TailItem::Line(line)) => read(&line, Timestamp::now()),
                    Some(TailItem::Status(status)) => vec![Feed::Status(status)],
                    None => break,
                },
                Some(change) = memory.next() => vec![Feed::Change(Box::new(change))],
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

/// What is asked of the past, and of which clients a state is known.
struct Memory {
    session: Session,
    asked: Option<Changes>,
    again: Option<Instant>,
    delays: std::slice::Iter<'static, Duration>,
    known: HashSet<ClientKey>,
}

impl Memory {
    fn new(session: Session) -> Self {
        let asked: Changes = Box::pin(past(session.clone()));
        Self { session, asked: Some(asked), again: None, delays: [].iter(), known: HashSet::new() }
    }

    /// The next change that is remembered; `None` when there is nothing more, and nothing to ask for again.
    async fn next(&mut self) -> Option<Change> {
        loop {
            if let Some(asked) = &mut self.asked {
                match asked.next().await {
                    Some(Ok(change)) => {
                        self.learn(&change);
                        return Some(change);
                    }
                    Some(Err(error)) => tracing::warn!(why = error.why, "no earlier states: {error}"),
                    None => {}
                }
                self.asked = None;
            }
            tokio::time::sleep_until(self.again?).await;
            self.asked = Some(Box::pin(past(self.session.clone())));
            self.again = self.delays.next().map(|delay| Instant::now() + *delay);
        }
    }

    /// Takes note of a change from the log; one of an unknown client is a reason to ask again.
    fn see(&mut self, change: &Change) {
        let Some(key) = change.client_key() else { return };
        if matches!(change.kind, Kind::Update | Kind::Delete) && !self.known.contains(&key) {
            self.delays = AGAIN.iter();
            self.again = self.delays.next().map(|delay| Instant::now() + *delay);
        }
        self.learn(change);
    }

    fn learn(&mut self, change: &Change) {
        if change.kind != Kind::Other && change.outcome == Outcome::Succeeded {
            self.known.extend(change.client_key());
        }
    }
}

/// The items of one line, with the stations that only the log knows. One line has one event, unless somebody else writes here.
fn read(line: &LogLine, now: Timestamp) -> Vec<Feed> {
    decode(&line.message)
        .into_iter()
        .map(|decoded| {
            let mut item = Feed::from(decoded);
            if let Feed::Change(change) = &mut item {
                change.hops.log = Some(line.timestamp);
                change.hops.ingested = line.ingested;
                change.hops.screen = Some(now);
            }
            item
        })
        .collect()
}
#[cfg(test)]
mod tests {
    use cacl_aws::LogLine;
    use jiff::Timestamp;

    use super::read;
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
    fn rubbish_is_an_item_too() {
        for rubbish in ["panicked at src/main.rs", "{\"half\":", "\u{1b}[2J\u{7}", &"x".repeat(1 << 20)] {
            assert!(matches!(read(&line(rubbish), second(13)).as_slice(), [Feed::Foreign(_)]));
        }
    }
}
