//! What was before the log tells of it: what CloudTrail remembers of all clients, and what one client is like now.
//!
//! All of it is for diffs to compare with, and is not shown by itself.

use std::{collections::HashSet, time::Duration};

use cacl_aws::{PastItem, Reason, Session, describe_client, lookup};
use cacl_event::{Change, ClientKey, Decoded, Kind, Provenance, decode};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream, SelectAll},
};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep_until};

use super::{Feed, Past};

/// CloudTrail tells of a call some minutes after it was made. This is later than it ever is.
const LATE: SignedDuration = SignedDuration::from_mins(20);

/// When it is asked again after a change of a client of which nothing was known.
const AGAIN: [Duration; 3] = [Duration::from_mins(1), Duration::from_mins(4), Duration::from_mins(11)];

type Answers = BoxStream<'static, Feed>;

/// What is being asked of the past, and of which clients a state is known.
pub struct Memory {
    /// Asks CloudTrail what was since a time; not any more once that failed for good.
    ask: Option<Box<dyn Fn(Timestamp) -> Answers + Send>>,
    /// When it was asked last.
    asked: Timestamp,
    answers: SelectAll<Answers>,
    reading: bool,
    known: HashSet<ClientKey>,
    again: Option<Instant>,
    delays: std::slice::Iter<'static, Duration>,
}

impl Memory {
    /// Asks for the settings of one client, and CloudTrail for all of its 90 days.
    pub fn new(session: Session, client: Option<ClientKey>, lookup: bool) -> Self {
        let described = client.map(|client| stream::once(describe(session.clone(), client)));
        let described = described.map(|described| described.filter_map(std::future::ready).boxed());
        let ask = move |since| remembered(session.clone(), since).boxed();
        Self::asking(described, lookup.then(|| Box::new(ask) as _))
    }

    fn asking(described: Option<Answers>, ask: Option<Box<dyn Fn(Timestamp) -> Answers + Send>>) -> Self {
        let remembered = ask.as_ref().map(|ask| ask(Timestamp::UNIX_EPOCH));
        let answers: SelectAll<Answers> = described.into_iter().chain(remembered).collect();
        let (reading, asked) = (!answers.is_empty(), Timestamp::now());
        Self { ask, asked, answers, reading, known: HashSet::new(), again: None, delays: [].iter() }
    }

    /// Whether an answer is still to come.
    pub fn is_reading(&self) -> bool {
        self.reading
    }

    /// The next item; `None` when there is nothing more, and nothing to ask again. May be dropped without losing one.
    pub async fn next(&mut self) -> Option<Feed> {
        loop {
            if let Some(item) = self.answers.next().await {
                match &item {
                    Feed::Change(change) => self.learn(change),
                    Feed::Snapshot { client, .. } => drop(self.known.insert(client.clone())),
                    Feed::Past(Past::Trouble(_)) => (self.ask, self.again) = (None, None),
                    _ => {}
                }
                return Some(item);
            }
            if std::mem::take(&mut self.reading) {
                return Some(Feed::Past(Past::Read));
            }
            sleep_until(self.again?).await;
            self.again = self.delays.next().map(|delay| Instant::now() + *delay);
            let since = std::mem::replace(&mut self.asked, Timestamp::now()) - LATE;
            self.answers.extend(self.ask.as_ref().map(|ask| ask(since)));
            self.reading = true;
        }
    }

    /// Takes note of a change from the log; one of an unknown client is a reason to ask again.
    pub fn see(&mut self, change: &Change) {
        let Some(client) = change.client_key() else { return };
        if self.ask.is_some() && matches!(change.kind, Kind::Update | Kind::Delete) && !self.known.contains(&client) {
            self.delays = AGAIN.iter();
            self.again = self.delays.next().map(|delay| Instant::now() + *delay);
        }
        self.learn(change);
    }

    fn learn(&mut self, change: &Change) {
        if change.kind != Kind::Other && change.outcome.is_success() {
            self.known.extend(change.client_key());
        }
    }
}

/// What CloudTrail remembers.
fn remembered(session: Session, since: Timestamp) -> impl Stream<Item = Feed> + Send + 'static {
    lookup::past(session, since).flat_map(|item| {
        stream::iter(match item {
            PastItem::Record(record) => settling(&record),
            PastItem::Progress { back_to, calls } => vec![Feed::Past(Past::Reading { back_to, calls })],
            PastItem::Note(words) => vec![Feed::Past(Past::Trouble(words))],
        })
    })
}

/// The change in a record, if it left a state behind.
fn settling(record: &str) -> Vec<Feed> {
    let change = |decoded| match decoded {
        Decoded::Change(change) if change.outcome.is_success() && change.client_key().is_some() => {
            Some(Feed::Change(Box::new(Change { provenance: Provenance::History, ..*change })))
        }
        _ => None,
    };
    decode(record).into_iter().filter_map(change).collect()
}

/// What a client is like now. One that is gone is no trouble: its deletion tells.
async fn describe(session: Session, client: ClientKey) -> Option<Feed> {
    match describe_client(&session, &client.user_pool, &client.client).await {
        // A change in the second of the answer may or may not be part of it; the history leaves that second out.
        Ok((settings, taken)) => Some(Feed::Snapshot { client, taken, settings: Box::new(settings) }),
        Err(error) if error.reason == Reason::NotFound => None,
        Err(error) => {
            tracing::warn!(why = error.why, "the client {} cannot be described: {error}", client.client);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use cacl_event::{Change, Provenance};
    use serde_json::{Value, json};
    use tokio::time::timeout;

    use super::*;

    fn record() -> Value {
        serde_json::from_str(include_str!("../../tests/fixtures/update.json")).expect("JSON")
    }

    fn change() -> Change {
        match settling(&record().to_string()).pop() {
            Some(Feed::Change(change)) => *change,
            other => panic!("{other:?}"),
        }
    }

    /// A memory with this answer to each question, and the seconds at which it was asked.
    fn memory(answer: Vec<Feed>) -> (Memory, Arc<Mutex<Vec<u64>>>) {
        let (asked, began) = (Arc::new(Mutex::new(Vec::new())), Instant::now());
        let noted = Arc::clone(&asked);
        let ask = move |_| {
            noted.lock().expect("unpoisoned").push(began.elapsed().as_secs());
            stream::iter(answer.clone()).boxed()
        };
        (Memory::asking(None, Some(Box::new(ask))), asked)
    }

    /// All that comes within a day.
    async fn drained(memory: &mut Memory) -> Vec<Feed> {
        let mut items = Vec::new();
        while let Ok(Some(item)) = timeout(Duration::from_hours(24), memory.next()).await {
            items.push(item);
        }
        items
    }

    #[test]
    fn only_what_settled_a_state_is_taken() {
        assert_eq!((&*change().id, change().provenance), ("11111111-aaaa-4aaa-8aaa-000000000001", Provenance::History));
        let mut record = record();
        record["errorCode"] = json!("InvalidParameterException");
        assert_eq!(settling(&record.to_string()), []);
        assert_eq!(settling("rubbish"), []);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_client_is_a_reason_to_ask_again() {
        let (mut memory, asked) = memory(Vec::new());
        assert!(memory.is_reading());
        assert_eq!(drained(&mut memory).await, [Feed::Past(Past::Read)]);
        assert!(!memory.is_reading());
        memory.see(&change());
        memory.see(&change());
        assert_eq!(drained(&mut memory).await.len(), 3);
        assert_eq!(*asked.lock().expect("unpoisoned"), [0, 60, 300, 960], "CloudTrail may be late");
    }

    #[tokio::test(start_paused = true)]
    async fn a_known_client_is_none() {
        let (mut memory, asked) = memory(vec![Feed::Change(Box::new(change()))]);
        assert_eq!(drained(&mut memory).await.len(), 2);
        memory.see(&Change { id: "later".into(), ..change() });
        assert_eq!(drained(&mut memory).await, []);
        assert_eq!(asked.lock().expect("unpoisoned").len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn after_trouble_nothing_is_asked_again() {
        let trouble = Feed::Past(Past::Trouble("no".to_owned()));
        let (mut memory, asked) = memory(vec![trouble.clone()]);
        assert_eq!(drained(&mut memory).await, [trouble, Feed::Past(Past::Read)]);
        memory.see(&change());
        assert_eq!(drained(&mut memory).await, []);
        assert_eq!(asked.lock().expect("unpoisoned").len(), 1);
    }
}
