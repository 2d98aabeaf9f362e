//! What clients are like now: one `DescribeUserPoolClient` for each, by and by.
//!
//! Ids in calls that failed were made up by anybody, so that they are never asked for.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use cacl_aws::{Error, Reason, Session, describe_client};
use cacl_event::{Change, ClientKey, Kind, Settings};
use futures_util::{FutureExt as _, future::BoxFuture};
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

use crate::feed::Feed;

/// Between two calls. Reading clients is allowed 15 times a second in an account and region, to everybody in it together
/// (quota `UserPoolClientRead`); this leaves nearly all of it to them.
const PACE: Duration = Duration::from_secs(1);

/// After a call was throttled; the SDK has tried three times by itself before.
const THROTTLED: Duration = Duration::from_secs(30);

/// So many clients wait, three hours' worth. One for which there is no room is met again with its next change.
const ROOM: usize = 10_000;

type Answer = Result<(Settings, Timestamp), Error>;
type Describe = Box<dyn Fn(&ClientKey) -> BoxFuture<'static, Answer> + Send>;

/// Asks Cognito, each client once.
pub struct Describer {
    describe: Describe,
    /// Whether every client is asked for that a successful call names.
    all: bool,
    waiting: VecDeque<ClientKey>,
    met: HashSet<ClientKey>,
    asked: Option<(ClientKey, BoxFuture<'static, Answer>)>,
    next: Instant,
    /// A failure has been told; the next ones are the same.
    told: bool,
}

impl Describer {
    /// Asks for one client, and then for all others if that is wanted.
    pub fn new(session: Session, client: Option<ClientKey>, all: bool) -> Self {
        let describe = move |client: &ClientKey| {
            let (session, client) = (session.clone(), client.clone());
            async move { describe_client(&session, &client.user_pool, &client.client).await }.boxed()
        };
        Self::asking(Box::new(describe), client, all)
    }

    pub(super) fn asking(describe: Describe, client: Option<ClientKey>, all: bool) -> Self {
        let met = client.iter().cloned().collect();
        Self {
            describe,
            all,
            waiting: client.into_iter().collect(),
            met,
            asked: None,
            next: Instant::now(),
            told: false,
        }
    }

    /// Whether there is one to ask for.
    pub fn is_asking(&self) -> bool {
        self.asked.is_some() || !self.waiting.is_empty()
    }

    /// A call names a client, which is there if it succeeded. One that has just gone needs no description.
    pub fn meet(&mut self, client: &ClientKey, change: &Change) {
        let is_there = change.outcome.is_success() && change.kind != Kind::Delete;
        if self.all && is_there && self.waiting.len() < ROOM && self.met.insert(client.clone()) {
            self.waiting.push_back(client.clone());
        }
    }

    /// What the next one is like; `None` if there is nothing to say of it, and never if there is none. May be dropped without
    /// losing one.
    pub async fn next(&mut self) -> Option<Feed> {
        if self.asked.is_none() {
            if self.waiting.is_empty() {
                return std::future::pending().await;
            }
            sleep_until(self.next).await;
            let client = self.waiting.pop_front()?;
            self.next = Instant::now() + PACE;
            let answer = (self.describe)(&client);
            self.asked = Some((client, answer));
        }
        let answer = self.asked.as_mut()?.1.as_mut().await;
        let (client, _) = self.asked.take()?;
        match answer {
            // A change in the second of the answer may or may not be part of it; the history leaves that second out.
            Ok((settings, taken)) => Some(Feed::Snapshot { client, taken, settings: Box::new(settings) }),
            // One that is gone is no trouble: its deletion tells.
            Err(error) if error.reason == Reason::NotFound => None,
            Err(error) if error.reason == Reason::Throttled && self.all => {
                self.waiting.push_back(client);
                self.next = Instant::now() + THROTTLED;
                None
            }
            Err(error) => {
                if error.reason == Reason::Permission {
                    (self.all, self.waiting) = (false, VecDeque::new());
                }
                (!std::mem::replace(&mut self.told, true)).then(|| Feed::Note(words(&error)))
            }
        }
    }
}

fn words(error: &Error) -> String {
    if error.reason == Reason::Permission {
        return "clients cannot be described, so the first change of some has nothing to be compared with: it needs the \
                permission cognito-idp:DescribeUserPoolClient"
            .to_owned();
    }
    let why = error.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{error}{why}; its first change may have nothing to be compared with")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use cacl_event::Outcome;
    use serde_json::json;

    use super::*;

    type Asked = Arc<Mutex<Vec<(String, u64)>>>;

    fn client(name: &str) -> ClientKey {
        ClientKey { user_pool: "p".into(), client: name.into() }
    }

    fn change() -> Change {
        match cacl_event::decode(include_str!("../../../tests/fixtures/update.json")).pop() {
            Some(cacl_event::Decoded::Change(change)) => *change,
            other => panic!("{other:?}"),
        }
    }

    /// One that answers like this, and notes whom it was asked for, and in which second.
    fn describer(first: Option<&str>, answer: impl Fn(&str) -> Answer + Send + 'static) -> (Describer, Asked) {
        let (asked, began) = (Asked::default(), Instant::now());
        let noted = Arc::clone(&asked);
        let describe = move |client: &ClientKey| {
            noted.lock().expect("unpoisoned").push((client.client.to_string(), began.elapsed().as_secs()));
            std::future::ready(answer(&client.client)).boxed()
        };
        (Describer::asking(Box::new(describe), first.map(client), true), asked)
    }

    fn described() -> (Settings, Timestamp) {
        ([("clientName", json!("x"))].into_iter().collect(), Timestamp::UNIX_EPOCH)
    }

    fn error(reason: Reason) -> Answer {
        Err(Error { reason, what: "cannot describe x".to_owned(), why: None, help: None })
    }

    async fn drained(describer: &mut Describer) -> Vec<Feed> {
        let mut items = Vec::new();
        while describer.is_asking() {
            items.extend(describer.next().await);
        }
        items
    }

    #[tokio::test(start_paused = true)]
    async fn each_client_is_asked_for_once_and_slowly() {
        let (mut describer, asked) = describer(Some("a"), |_| Ok(described()));
        for name in ["a", "b", "c", "b", "a"] {
            describer.meet(&client(name), &change());
        }
        describer.meet(&client("gone"), &Change { kind: Kind::Delete, ..change() });
        assert_eq!(drained(&mut describer).await.len(), 3);
        describer.meet(&client("c"), &change());
        assert!(!describer.is_asking());
        let asked = asked.lock().expect("unpoisoned").clone();
        assert_eq!(asked, [("a".to_owned(), 0), ("b".to_owned(), 1), ("c".to_owned(), 2)]);
    }

    #[tokio::test(start_paused = true)]
    async fn clients_that_somebody_made_up_are_not_asked_for() {
        let (mut describer, asked) = describer(None, |_| Ok(described()));
        let code = "ResourceNotFoundException".into();
        let failed = Change { outcome: Outcome::Failed { code, message: None }, ..change() };
        for number in 0..2 * ROOM {
            describer.meet(&client(&number.to_string()), &failed);
        }
        assert!(!describer.is_asking());
        describer.meet(&client("7"), &change());
        assert_eq!(drained(&mut describer).await.len(), 1);
        assert_eq!(*asked.lock().expect("unpoisoned"), [("7".to_owned(), 0)]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_wait_than_there_is_room_for() {
        let (mut describer, asked) = describer(None, |_| Ok(described()));
        let all: Vec<_> = (0..=ROOM).map(|number| number.to_string()).collect();
        let meet = |describer: &mut Describer| all.iter().for_each(|name| describer.meet(&client(name), &change()));
        meet(&mut describer);
        assert_eq!(drained(&mut describer).await.len(), ROOM);
        meet(&mut describer);
        assert_eq!(drained(&mut describer).await.len(), 1, "met again, and only now asked for");
        let asked: Vec<_> = asked.lock().expect("unpoisoned").iter().map(|(_, second)| *second).collect();
        assert!(asked.windows(2).all(|pair| pair[0] < pair[1]), "one a second");
    }

    #[tokio::test(start_paused = true)]
    async fn without_the_wish_only_the_one_is() {
        let (describer, _) = describer(Some("a"), |_| Ok(described()));
        let mut describer = Describer { all: false, ..describer };
        describer.meet(&client("b"), &change());
        assert_eq!(drained(&mut describer).await.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_denial_is_a_note_and_the_end() {
        let (mut describer, asked) = describer(Some("a"), |_| error(Reason::Permission));
        describer.meet(&client("b"), &change());
        let items = drained(&mut describer).await;
        let [Feed::Note(words)] = items.as_slice() else { panic!("{items:?}") };
        assert!(words.contains("cognito-idp:DescribeUserPoolClient"), "{words}");
        describer.meet(&client("c"), &change());
        assert!(!describer.is_asking());
        assert_eq!(asked.lock().expect("unpoisoned").len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn other_trouble_is_told_once_and_the_rest_asked_for() {
        let (mut describer, asked) = describer(Some("a"), |name| match name {
            "a" | "b" => error(Reason::Other),
            "c" => error(Reason::NotFound),
            _ => Ok(described()),
        });
        for name in ["b", "c", "d"] {
            describer.meet(&client(name), &change());
        }
        let items = drained(&mut describer).await;
        assert!(matches!(items.as_slice(), [Feed::Note(_), Feed::Snapshot { .. }]), "{items:?}");
        assert_eq!(asked.lock().expect("unpoisoned").len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn throttled_it_waits_and_asks_again() {
        let tries = Mutex::new(0);
        let (mut describer, asked) = describer(Some("a"), move |_| {
            let mut tries = tries.lock().expect("unpoisoned");
            *tries += 1;
            if *tries < 3 { error(Reason::Throttled) } else { Ok(described()) }
        });
        assert!(matches!(drained(&mut describer).await.as_slice(), [Feed::Snapshot { .. }]));
        let seconds: Vec<_> = asked.lock().expect("unpoisoned").iter().map(|(_, second)| *second).collect();
        assert_eq!(seconds, [0, 30, 60]);
    }
}
