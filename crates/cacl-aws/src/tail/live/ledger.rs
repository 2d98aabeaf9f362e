//! Which lines were yielded, when some come pushed and all come pulled. Pure: no clock, no network.
//!
//! Live Tail gives its lines no ids, and only a sample of them when they are many. So what it pushes proves no more than that
//! there is such a line at least once; how many equal ones there are is told by `FilterLogEvents` alone, whose lines have
//! ids. A line is known by its timestamp, stream and text: the ingestion time would tell no more, and two services would
//! have to agree on it to the millisecond.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher as _, RandomState},
};

use super::super::LogLine;

/// The lines from a time on, and how often each was told by whom.
#[derive(Debug)]
pub(super) struct Ledger {
    /// Nothing before it can come by pull any more, and whatever is there has come. Milliseconds since 1970.
    floor: i64,
    told: BTreeMap<(i64, u64), Told>,
    hasher: RandomState,
}

/// How often equal lines were told.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    pushed: u32,
    pulled: u32,
}

impl Told {
    /// How many of them were yielded.
    fn yielded(self) -> u32 {
        self.pulled.max(self.pushed.min(1))
    }
}

/// What a pushed line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pushed {
    /// Not yielded yet.
    New,
    /// Yielded.
    Known,
    /// Pushed more often than there are known to be such lines: a repetition, or an equal one. A pull will tell.
    Doubtful,
}

impl Ledger {
    /// Nothing told yet.
    pub(super) fn new() -> Self {
        Self { floor: i64::MIN, told: BTreeMap::new(), hasher: RandomState::new() }
    }

    /// Takes a pushed line.
    pub(super) fn push(&mut self, line: &LogLine) -> Pushed {
        let key = self.key(line);
        if key.0 < self.floor {
            return Pushed::Known;
        }
        let told = self.told.entry(key).or_default();
        let before = told.yielded();
        told.pushed += 1;
        match told.yielded() {
            now if now > before => Pushed::New,
            now if told.pushed > now => Pushed::Doubtful,
            _ => Pushed::Known,
        }
    }

    /// Takes a pulled line, whose id is new: whether to yield it.
    pub(super) fn pull(&mut self, line: &LogLine) -> bool {
        let key = self.key(line);
        let told = self.told.entry(key).or_default();
        let before = told.yielded();
        told.pulled += 1;
        told.yielded() > before
    }

    /// After a complete pull: nothing before `floor` will be pulled any more.
    pub(super) fn settle(&mut self, floor: i64) {
        self.floor = self.floor.max(floor);
        self.told = self.told.split_off(&(self.floor, 0));
    }

    /// A text that ends its line is the same as one that does not.
    fn key(&self, line: &LogLine) -> (i64, u64) {
        let text = line.message.trim_end_matches(['\n', '\r']);
        (line.timestamp.as_millisecond(), self.hasher.hash_one((&line.stream, text)))
    }
}

#[cfg(test)]
mod tests;
