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

/// What is being asked of the past, and of which clients a state is known.
pub struct Memory {
    session: Session,
    /// Whether CloudTrail is asked. Not any more once that failed for good.
    lookup: bool,
    asked: Timestamp,
    answers: SelectAll<BoxStream<'static, Feed>>,
    reading: bool,
    known: HashSet<ClientKey>,
    again: Option<Instant>,
    delays: std::slice::Iter<'static, Duration>,
}

impl Memory {
    /// Asks for the settings of one client, and CloudTrail for all of its 90 days.
    pub fn new(session: Session, client: Option<ClientKey>, lookup: bool) -> Self {
        let mut answers: SelectAll<BoxStream<'static, Feed>> = SelectAll::new();
        if let Some(client) = client {
            answers.push(stream::once(describe(session.clone(), client)).filter_map(std::future::ready).boxed());
        }
        if lookup {
            answers.push(remembered(session.clone(), Timestamp::UNIX_EPOCH).boxed());
        }
        let reading = !answers.is_empty();
        let (known, delays) = (HashSet::new(), [].iter());
        Self { session, lookup, asked: Timestamp::now(), answers, reading, known, again: None, delays }
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
                    Feed::Past(Past::Trouble(_)) => (self.lookup, self.again) = (false, None),
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
            self.answers.push(remembered(self.session.clone(), since).boxed());
            self.reading = true;
        }
    }

    /// Takes note of a change from the log; one of an unknown client is a reason to ask again.
    pub fn see(&mut self, change: &Change) {
        let Some(client) = change.client_key() else { return };
        if self.lookup && matches!(change.kind, Kind::Update | Kind::Delete) && !self.known.contains(&client) {
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
        Ok(settings) => Some(Feed::Snapshot { client, taken: Timestamp::now(), settings: Box::new(settings) }),
        Err(error) if error.reason == Reason::NotFound => None,
        Err(error) => {
            tracing::warn!(why = error.why, "the client {} cannot be described: {error}", client.client);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use cacl_event::Provenance;
    use serde_json::{Value, json};

    use super::settling;
    use crate::feed::Feed;

    #[test]
    fn only_what_settled_a_state_is_taken() {
        let mut record: Value = serde_json::from_str(include_str!("../../tests/fixtures/update.json")).expect("JSON");
        let items = settling(&record.to_string());
        let [Feed::Change(change)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!((&*change.id, change.provenance), ("11111111-aaaa-4aaa-8aaa-000000000001", Provenance::History));
        record["errorCode"] = json!("InvalidParameterException");
        assert_eq!(settling(&record.to_string()), []);
        assert_eq!(settling("rubbish"), []);
    }
}
