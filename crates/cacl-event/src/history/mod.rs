//! Every change seen, per client and in order; the baseline is derived from it, never stored.
//!
//! Delivery is at least once, late and out of order. So a change takes its place by (time, id) whenever it comes, what is seen
//! twice is merged by a rule that does not depend on which came first, and what was before a change is looked up when asked. Among
//! those of its client it takes its place by (time, turn, id): a second is too long to tell what made the client from what came
//! after, but that can be told (see [`Turn`](crate::Turn)). Nothing is forgotten here by itself; how much is kept is the caller's business (see [`History::forget`]).

mod derive;
mod forget;
mod known;
mod last_set;
mod merge;
mod records;
mod texts;

use std::cmp::Ordering;

use foldhash::HashMap;
use jiff::Timestamp;

use crate::{
    BaselineKind, Change, ClientKey, Diff, Judgement, Settings, Text,
    judge::{judge, weighs_unchanged},
};
use derive::settles;
use forget::{Floor, Forgotten};
pub use last_set::{FieldOrigin, How, Moment};
use records::Records;
use texts::Texts;

/// What an insert did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// A change not seen before.
    New,
    /// Seen before, and nothing new was learnt.
    Known,
    /// Seen before, and more is known now (a hop, a better provenance).
    Enriched,
}

/// The state before a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The settings then; empty if the client did not exist.
    pub settings: Settings,
    /// How it is known.
    pub kind: BaselineKind,
    /// The change it is the result of, if any.
    pub from: Option<Text>,
}

/// Changes of all clients, ordered by (time, id), each id once, whatever the order of arrival.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// By arrival; everything else refers to places in here.
    #[expect(clippy::vec_box, reason = "a growing Vec would copy changes, and keep room for as many again")]
    changes: Vec<Box<Change>>,
    /// All places, by (time, id).
    order: Vec<u32>,
    ids: HashMap<Text, u32>,
    clients: HashMap<ClientKey, Client>,
    texts: Texts,
    records: Records,
    forgotten: Forgotten,
}

/// What is known of one client.
#[derive(Debug, Clone, Default)]
struct Client {
    /// Places of its changes, by (time, turn, id).
    order: Vec<u32>,
    /// Those of them that settle its state, in the same order: whoever is refused again and again must not make every
    /// look back a long one.
    settled: Vec<u32>,
    /// What was described, by time.
    snapshots: Vec<(Timestamp, Settings)>,
    /// What the changes before all of these led to, if some were forgotten.
    floor: Option<Floor>,
}

impl Client {
    fn is_empty(&self) -> bool {
        self.order.is_empty() && self.snapshots.is_empty() && self.floor.is_none()
    }
}

impl History {
    /// Takes a change in; idempotent and commutative: whatever the order and however often, the same history results.
    pub fn insert(&mut self, mut change: Change) -> Inserted {
        if let Some(&place) = self.ids.get(&change.id) {
            return self.merge(place, change);
        }
        if self.forgotten.has(&change.id) {
            return Inserted::Known;
        }
        // Four billion changes do not fit into any memory; should they, the last one is not taken in.
        let Ok(place) = u32::try_from(self.changes.len()) else { return Inserted::Known };
        self.texts.share(&mut change);
        self.records.compress(&mut change.record);
        self.ids.insert(change.id.clone(), place);
        self.changes.push(Box::new(change));
        self.enter(place);
        Inserted::New
    }

    /// Takes in the settings of a client as described at a time.
    pub fn snapshot(&mut self, key: ClientKey, taken: Timestamp, settings: Settings) {
        let snapshots = &mut self.clients.entry(key).or_default().snapshots;
        match snapshots.binary_search_by_key(&taken, |(taken, _)| *taken) {
            // Two that differ at one time: either may be right, so the choice must only not depend on their order.
            Ok(at) if snapshots[at].1.packed().lt(settings.packed()) => snapshots[at].1 = settings,
            Ok(_) => {}
            Err(at) => snapshots.insert(at, (taken, settings)),
        }
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A change by its id.
    pub fn get(&self, id: &str) -> Option<&Change> {
        self.ids.get(id).map(|place| self.change(*place))
    }

    /// The n-th change in the order of (time, id), in constant time.
    pub fn at(&self, index: usize) -> Option<&Change> {
        self.order.get(index).map(|place| self.change(*place))
    }

    /// The place of a change in the order of (time, id).
    pub fn position(&self, id: &str) -> Option<usize> {
        self.place_in(&self.order, self.get(id)?, by_time).ok()
    }

    /// All, by (time, id).
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Change> + ExactSizeIterator {
        self.order.iter().map(|place| self.change(*place))
    }

    /// Those of one client, by (time, turn, id).
    pub fn of_client(&self, key: &ClientKey) -> impl DoubleEndedIterator<Item = &Change> + ExactSizeIterator {
        self.order_of(key).iter().map(|place| self.change(*place))
    }

    /// The clients of which there are or were changes or snapshots, in no particular order.
    pub fn clients(&self) -> impl Iterator<Item = &ClientKey> {
        self.clients.keys()
    }

    /// The diff of a change against its baseline.
    pub fn diff(&self, id: &str) -> Option<Diff> {
        let change = self.get(id)?;
        Some(Diff::of(change, self.before_change(change).as_ref()))
    }

    /// How bad a change is, and why.
    pub fn judge(&self, id: &str) -> Option<Judgement> {
        let change = self.get(id)?;
        let before = self.before_change(change);
        Some(judge(change, &Diff::with_unchanged(change, before.as_ref(), weighs_unchanged)))
    }

    /// Both: the diff is needed for the judgement anyway.
    pub fn read(&self, id: &str) -> Option<(Diff, Judgement)> {
        let change = self.get(id)?;
        let diff = Diff::of(change, self.before_change(change).as_ref());
        let judgement = judge(change, &diff);
        Some((diff, judgement))
    }

    fn change(&self, place: u32) -> &Change {
        // Places are only ever those of changes that were pushed, and all are renumbered when some are taken out.
        &self.changes[place as usize]
    }

    fn order_of(&self, key: &ClientKey) -> &[u32] {
        self.clients.get(key).map_or(&[], |client| client.order.as_slice())
    }

    /// Where a change stands in an order, or where it should.
    fn place_in(&self, order: &[u32], change: &Change, by: By) -> Result<usize, usize> {
        order.binary_search_by(|place| by(self.change(*place), change))
    }

    /// The same, for one that comes in: most are newer than all or nearly all.
    fn place_for(&self, order: &[u32], change: &Change, by: By) -> Result<usize, usize> {
        let (mut end, mut step) = (order.len(), 1);
        let mut start = end.saturating_sub(step);
        while start > 0 && by(self.change(order[start]), change) == Ordering::Greater {
            step *= 2;
            end = start;
            start = end.saturating_sub(step);
        }
        let within = order[start..end].binary_search_by(|place| by(self.change(*place), change));
        within.map(|at| start + at).map_err(|at| start + at)
    }

    /// Puts a change into the orders.
    fn enter(&mut self, place: u32) {
        let change = self.change(place);
        if let Err(at) = self.place_for(&self.order, change, by_time) {
            self.order.insert(at, place);
        }
        let change = self.change(place);
        let Some(key) = change.client_key() else { return };
        let client = self.clients.get(&key);
        let among = |order: fn(&Client) -> &[u32]| self.place_for(client.map_or(&[], order), change, by_turn).err();
        let at = among(|client| &client.order);
        // One that comes too late is followed by forgotten ones that settle the state anew.
        let is_late = client.and_then(|client| client.floor.as_ref()).is_some_and(|floor| !floor.is_before(change));
        let settled_at = (settles(change) && !is_late).then(|| among(|client| &client.settled)).flatten();
        let client = self.clients.entry(key).or_default();
        if let Some(at) = at {
            client.order.insert(at, place);
        }
        if let Some(at) = settled_at {
            client.settled.insert(at, place);
        }
    }

    /// Takes a change out of the orders.
    fn leave(&mut self, place: u32) {
        if let Ok(at) = self.place_in(&self.order, self.change(place), by_time) {
            self.order.remove(at);
        }
        let change = self.change(place);
        let Some(key) = change.client_key() else { return };
        let among = |order: fn(&Client) -> &[u32]| {
            self.place_in(self.clients.get(&key).map_or(&[], order), change, by_turn).ok()
        };
        let (at, settled_at) = (among(|client| &client.order), among(|client| &client.settled));
        let Some(client) = self.clients.get_mut(&key) else { return };
        if let Some(at) = at {
            client.order.remove(at);
        }
        if let Some(at) = settled_at {
            client.settled.remove(at);
        }
        if client.is_empty() {
            self.clients.remove(&key);
        }
    }
}

/// How two changes stand to each other.
type By = fn(&Change, &Change) -> Ordering;

fn by_time(one: &Change, other: &Change) -> Ordering {
    one.time.cmp(&other.time).then_with(|| one.id.cmp(&other.id))
}

/// The same for two of one client.
fn by_turn(one: &Change, other: &Change) -> Ordering {
    one.place().cmp(&other.place())
}

#[cfg(test)]
mod tests;
