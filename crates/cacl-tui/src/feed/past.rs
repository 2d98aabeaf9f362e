//! What was before the log tells of it: what CloudTrail remembers of all clients, and what some of them are like now.
//!
//! All of it is for diffs to compare with, and is not shown by itself.

mod describe;

use std::{collections::HashSet, time::Duration};

use cacl_aws::{PastItem, Session, lookup, lookup::Looked};
use cacl_event::{Change, ClientKey, Decoded, Kind, Provenance, decode};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::{Instant, sleep_until};

use self::describe::Describer;
use super::{Feed, Past};

/// When it is asked again after a change of a client of which nothing was known.
const AGAIN: [Duration; 3] = [Duration::from_mins(1), Duration::from_mins(4), Duration::from_mins(11)];

type Answers = BoxStream<'static, Feed>;

/// Asks CloudTrail for what was not read before.
type Ask = Box<dyn Fn(&Looked) -> Answers + Send>;

/// What is asked of the past.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// CloudTrail, for all of its 90 days.
    pub lookup: bool,
    /// Cognito, for every client that a successful call names.
    pub snapshots: bool,
}

/// What is being asked of the past, and of which clients a state is known.
pub struct Memory {
    /// How CloudTrail is asked; not any more once that failed for good.
    ask: Option<Ask>,
    answers: Option<Answers>,
    describer: Describer,
    reading: bool,
    looked: Looked,
    known: HashSet<ClientKey>,
    again: Option<Instant>,
    delays: std::slice::Iter<'static, Duration>,
}

impl Memory {
    /// Asks for the settings of one client, and for what else is wanted and was not known already.
    pub fn new(session: Session, client: Option<ClientKey>, wanted: Wanted, looked: Looked) -> Self {
        let describer = Describer::new(session.clone(), client, wanted.snapshots);
        let ask = move |looked: &Looked| remembered(session.clone(), looked).boxed();
        Self::asking(describer, wanted.lookup.then(|| Box::new(ask) as Ask), looked)
    }

    fn asking(describer: Describer, ask: Option<Ask>, looked: Looked) -> Self {
        let answers = ask.as_ref().map(|ask| ask(&looked));
        let reading = answers.is_some() || describer.is_asking();
        Self { ask, answers, describer, reading, looked, known: HashSet::new(), again: None, delays: [].iter() }
    }

    /// Whether an answer is still to come.
    pub fn is_reading(&self) -> bool {
        self.reading
    }

    /// The next item; `None` when there is nothing more, and nothing to ask again. May be dropped without losing one.
    pub async fn next(&mut self) -> Option<Feed> {
        loop {
            if self.answers.is_none() && !self.describer.is_asking() {
                if std::mem::take(&mut self.reading) {
                    return Some(Feed::Past(Past::Read));
                }
                sleep_until(self.again?).await;
                self.again = self.delays.next().map(|delay| Instant::now() + *delay);
                self.answers = self.ask.as_ref().map(|ask| ask(&self.looked));
                self.reading = true;
            }
            let item = tokio::select! {
                biased;
                item = first(&mut self.answers), if self.answers.is_some() => {
                    if item.is_none() {
                        self.answers = None;
                    }
                    item
                }
                item = self.describer.next() => item,
            };
            if let Some(item) = item {
                self.take(&item);
                return Some(item);
            }
        }
    }

    fn take(&mut self, item: &Feed) {
        match item {
            Feed::Change(change) => self.learn(change),
            Feed::Snapshot { client, .. } => drop(self.known.insert(client.clone())),
            Feed::Looked(read) => self.looked.add(read),
            Feed::Past(Past::Trouble(_)) => (self.ask, self.again) = (None, None),
            _ => {}
        }
    }

    /// Takes note of a change from the log; one of an unknown client is a reason to ask again, if the call succeeded: otherwise
    /// anybody could have made the client up.
    pub fn see(&mut self, change: &Change) {
        let Some(client) = change.client_key() else { return };
        let is_there = change.outcome.is_success() && matches!(change.kind, Kind::Update | Kind::Delete);
        if self.ask.is_some() && is_there && !self.known.contains(&client) {
            self.delays = AGAIN.iter();
            // One change after the other must not put it off for good.
            let soon = self.delays.next().map(|delay| Instant::now() + *delay);
            self.again = self.again.into_iter().chain(soon).min();
        }
        self.learn(change);
    }

    /// Takes note of a change from anywhere.
    pub fn learn(&mut self, change: &Change) {
        let Some(client) = change.client_key() else { return };
        self.describer.meet(&client, change);
        if change.kind != Kind::Other && change.outcome.is_success() {
            self.known.insert(client);
        }
    }
}

/// The next of the answers.
async fn first(answers: &mut Option<Answers>) -> Option<Feed> {
    answers.as_mut()?.next().await
}

/// What CloudTrail remembers.
fn remembered(session: Session, looked: &Looked) -> impl Stream<Item = Feed> + Send + 'static {
    lookup::past(session, looked).flat_map(|item| {
        stream::iter(match item {
            PastItem::Record(record) => settling(&record),
            PastItem::Progress { back_to, calls } => vec![Feed::Past(Past::Reading { back_to, calls })],
            PastItem::Read(read) => vec![Feed::Looked(read)],
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use cacl_event::{Change, Outcome, Provenance};
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
        let ask = move |_: &Looked| {
            noted.lock().expect("unpoisoned").push(began.elapsed().as_secs());
            stream::iter(answer.clone()).boxed()
        };
        let nobody = Describer::asking(Box::new(|_| unreachable!("nobody is described")), None, false);
        (Memory::asking(nobody, Some(Box::new(ask)), Looked::default()), asked)
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
    async fn a_client_that_somebody_made_up_is_none() {
        let (mut memory, asked) = memory(Vec::new());
        assert_eq!(drained(&mut memory).await, [Feed::Past(Past::Read)]);
        let code = "ResourceNotFoundException".into();
        memory.see(&Change { outcome: Outcome::Failed { code, message: None }, ..change() });
        assert_eq!(drained(&mut memory).await, []);
        assert_eq!(*asked.lock().expect("unpoisoned"), [0]);
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
