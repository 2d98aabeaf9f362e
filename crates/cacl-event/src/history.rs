//! Every change seen, per client and in order; the baseline is derived from it, never stored.

use jiff::Timestamp;

use crate::{BaselineKind, Change, ClientKey, Diff, Judgement, Settings, Text};

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
pub struct History {}

impl History {
    /// Takes a change in; idempotent and commutative.
    pub fn insert(&mut self, change: Change) -> Inserted {
        let _ = change;
        todo!()
    }
    /// Takes in the settings of a client as described at a time.
    pub fn snapshot(&mut self, key: ClientKey, taken: Timestamp, settings: Settings) {
        let _ = (key, taken, settings);
        todo!()
    }
    /// How many changes there are.
    pub fn len(&self) -> usize {
        todo!()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// A change by its id.
    pub fn get(&self, id: &str) -> Option<&Change> {
        let _ = id;
        todo!()
    }
    /// The n-th change in the order of (time, id), in constant time.
    pub fn at(&self, index: usize) -> Option<&Change> {
        let _ = index;
        todo!()
    }
    /// The place of a change in the order of (time, id).
    pub fn position(&self, id: &str) -> Option<usize> {
        let _ = id;
        todo!()
    }
    /// All, by (time, id).
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Change> {
        [].into_iter()
    }
    /// Those of one client, by (time, id).
    pub fn of_client(&self, key: &ClientKey) -> impl DoubleEndedIterator<Item = &Change> {
        let _ = key;
        [].into_iter()
    }
    /// The state before a change: the result of the nearest earlier successful change of the same client.
    pub fn before(&self, id: &str) -> Option<Baseline> {
        let _ = id;
        todo!()
    }
    /// The diff of a change against its baseline.
    pub fn diff(&self, id: &str) -> Option<Diff> {
        let _ = id;
        todo!()
    }
    /// How bad a change is, and why.
    pub fn judge(&self, id: &str) -> Option<Judgement> {
        let _ = id;
        todo!()
    }
    /// The client's name as known at that change: its own, else the nearest earlier, else the nearest later one.
    pub fn client_name(&self, id: &str) -> Option<&str> {
        let _ = id;
        todo!()
    }
    /// The ids whose diff depends on this change: the later changes of the client up to and including the next
    /// one that settles the state by itself.
    pub fn dependants(&self, id: &str) -> Vec<Text> {
        let _ = id;
        todo!()
    }
}
