//! What was seen of a log, and from where on to look again. Pure: no clock, no network.
//!
//! A line may be ingested up to `overlap` after the time it carries, so a follower that goes on from the newest line loses
//! what comes late. This one looks back, and knows by their ids the lines it has seen already.
//!
//! Why nothing is lost: let a complete deep poll begin at `b` and end at `e`. A line ingested after `b` carries a time
//! after `b − overlap`. The newest time known at the end is at most `e`, so the next deep poll, which starts at
//! `newest − (e − b) − overlap`, starts no later than that. Only the server's times and a duration go into it, so a wrong
//! clock on this machine does no harm.
//!
//! Looking back costs nothing in a quiet log, and much in a busy one; there only some of the polls are deep, and those
//! between look back a little.

use std::{collections::BTreeSet, time::Duration};

/// More seen lines than this in the window make a log busy: a few pages.
const BUSY: usize = 2_000;

/// In a busy log every so many polls one is deep.
const DEEP_EVERY: u32 = 30;

/// A shallow poll looks back this part of the overlap.
const SHALLOW: i64 = 8;

/// A place in a log, and a window of ids before it. Times are milliseconds since 1970, as CloudWatch has them.
#[derive(Debug)]
pub(super) struct Cursor {
    overlap: i64,
    busy: usize,
    /// Where the next deep poll starts; nothing before it is asked for ever again.
    floor: i64,
    /// The newest time among the lines of complete polls.
    newest: Option<i64>,
    /// The same with those of the poll under way.
    ahead: Option<i64>,
    /// Ids seen from `floor` on.
    seen: BTreeSet<(i64, Box<str>)>,
    /// Whether the poll under way is deep.
    deep: bool,
    /// Shallow polls since the last deep one.
    shallow: u32,
}

impl Cursor {
    /// At the start: everything from `since` on.
    pub(super) fn new(since: i64, overlap: Duration) -> Self {
        Self {
            overlap: millis(overlap),
            busy: BUSY,
            floor: since,
            newest: None,
            ahead: None,
            seen: BTreeSet::new(),
            deep: true,
            shallow: 0,
        }
    }

    /// The start time of the poll under way, inclusive; the same until `complete`.
    pub(super) fn start(&self) -> i64 {
        match self.newest {
            Some(newest) if !self.deep => self.floor.max(newest.saturating_sub(self.overlap / SHALLOW)),
            _ => self.floor,
        }
    }

    /// From when on lines may still come; nothing before it is asked for ever again.
    pub(super) fn floor(&self) -> i64 {
        self.floor
    }

    /// Makes the next poll a deep one.
    pub(super) fn deepen(&mut self) {
        self.deep = true;
    }

    /// Takes a line of the poll under way: whether it is new.
    pub(super) fn take(&mut self, time: i64, id: &str) -> bool {
        if time < self.floor {
            return false;
        }
        self.ahead = self.ahead.max(Some(time));
        self.seen.insert((time, id.into()))
    }

    /// Ends the poll: every page was read. It took `elapsed`; `now` keeps a line dated into the future from pulling the
    /// window along.
    pub(super) fn complete(&mut self, elapsed: Duration, now: i64) {
        self.newest = self.ahead.map(|newest| newest.min(now)).max(self.newest);
        self.shallow = if self.deep { 0 } else { self.shallow + 1 };
        if let (true, Some(newest)) = (self.deep, self.newest) {
            self.floor = self.floor.max(newest.saturating_sub(millis(elapsed)).saturating_sub(self.overlap));
            self.seen = self.seen.split_off(&(self.floor, "".into()));
        }
        self.deep = self.seen.len() < self.busy || self.shallow >= DEEP_EVERY;
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
