//! The state of a client at some moment, and of each of its settings who gave it the value that it has.
//!
//! Nobody "last set" a setting by sending the value that it had already, so what is looked for is the change since which the
//! value has been what it is.

use std::{borrow::Cow, cmp::Ordering, collections::BTreeMap};

use jiff::Timestamp;
use serde_json::Value;

use super::{Baseline, Client, History, by_turn};
use crate::{BaselineKind, Change, Class, ClientKey, Diff, Kind, Row, Settings, Text, names::names, settings::Entry};

/// How a setting came to its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum How {
    /// The call sent it.
    Sent,
    /// The call sent it, and what was before that call is not known: it may have had the value already.
    Stated,
    /// The call did not send it: lost.
    Reset,
    /// Never sent: filled in by the service, since the client was made or since that call.
    Default,
    /// It was found to be so in a description; no known call made it so.
    Described,
    /// It was so before anything that is known.
    Unknown,
}

names!(How {
    Sent => "sent",
    Stated => "stated",
    Reset => "reset",
    Default => "default",
    Described => "described",
    Unknown => "unknown",
});

/// A setting, and where its value comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldOrigin {
    /// The name as in `CloudTrail`, nested with dots.
    pub path: Cow<'static, str>,
    /// Its value; `None` if it was taken away.
    pub value: Option<Value>,
    /// How it came to it.
    pub how: How,
    /// The change that gave it the value; of an unknown one the first that is known to have found it so.
    pub by: Option<Text>,
    /// When that was; of one that was described, when it was first seen so.
    pub since: Option<Timestamp>,
}

/// A moment in the life of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment<'a> {
    /// After all that is known.
    Now,
    /// After the change with this id.
    After(&'a str),
    /// When it was described.
    Described(Timestamp),
}

/// A state on the way back: what led to it is the `settled`-th change that settles the state, or was `described` before that.
struct Stop {
    state: Baseline,
    settled: usize,
    described: Option<Timestamp>,
}

/// So many states are looked back through. Clients have hundreds of changes; what is further away than this is too far to be of use
/// to anybody, and would keep them waiting.
const FAR: usize = 10_000;

impl History {
    /// The settings of a client at a moment, by path: those that it has, and those that were taken from it, each with the change
    /// that did it. Nothing if the client is gone or nothing is known of it.
    pub fn settings_of(&self, key: &ClientKey, at: Moment<'_>) -> Vec<FieldOrigin> {
        let Some(client) = self.clients.get(key) else { return Vec::new() };
        let Some(mut stop) = self.stop_at(client, at) else { return Vec::new() };
        let mut fields = Fields::of(&stop.state);
        for _ in 0..FAR {
            let change = stop.state.from.as_deref().and_then(|id| self.get(id));
            if change.is_some_and(|change| change.kind == Kind::Delete) {
                break;
            }
            let before = self.stop_before(client, &stop);
            match change {
                Some(change) => {
                    fields.came_by(change, &stop.state.settings, before.as_ref().map(|before| &before.state));
                }
                None => fields.were_described(stop.described, before.as_ref().map(|before| &before.state)),
            }
            let Some(before) = before else { break };
            stop = before;
        }
        fields.done(&stop)
    }

    /// The state after a change: what it led to, or what was before it if it changed nothing. `None` if that is not known.
    pub fn after(&self, id: &str) -> Option<Baseline> {
        let client = self.clients.get(&self.get(id)?.client_key()?)?;
        Some(self.stop_at(client, Moment::After(id))?.state)
    }

    /// The state of a client after all that is known, which is that of no client if it was deleted. `None` if nothing is known.
    pub fn now(&self, key: &ClientKey) -> Option<Baseline> {
        Some(self.stop_at(self.clients.get(key)?, Moment::Now)?.state)
    }

    /// What is different after one change from what was after another of the same client, whichever was first. `None` if they are
    /// not, or if one of the states is not known.
    pub fn between(&self, one: &str, other: &str) -> Option<Diff> {
        if self.get(one)?.client_key()? != self.get(other)?.client_key()? {
            return None;
        }
        Some(Diff::between(&self.after(one)?.settings, &self.after(other)?.settings))
    }

    /// When a client was described, and as what.
    pub fn descriptions(&self, key: &ClientKey) -> impl DoubleEndedIterator<Item = Timestamp> + ExactSizeIterator {
        let snapshots = self.clients.get(key).map_or(&[][..], |client| &client.snapshots);
        snapshots.iter().map(|(taken, _)| *taken)
    }

    fn stop_at(&self, client: &Client, at: Moment<'_>) -> Option<Stop> {
        let latest = |before: Option<Timestamp>| {
            let described = client.snapshots.iter().rev().map(|(taken, _)| *taken);
            described.into_iter().find(|taken| before.is_none_or(|before| taken.as_second() < before.as_second()))
        };
        match at {
            Moment::Now => self.stop(client, client.settled.len(), latest(None)),
            Moment::Described(taken) => {
                let settled =
                    client.settled.partition_point(|place| self.change(*place).time.as_second() < taken.as_second());
                self.stop(client, settled, Some(taken))
            }
            Moment::After(id) => {
                let change = self.get(id)?;
                match self.place_in(&client.settled, change, by_turn) {
                    Ok(at) => self.stop(client, at + 1, None),
                    Err(at) => self.stop(client, at, latest(Some(change.time))),
                }
            }
        }
    }

    fn stop_before(&self, client: &Client, stop: &Stop) -> Option<Stop> {
        let time = match stop.described {
            Some(taken) => taken,
            None => self.change(client.settled[stop.settled.checked_sub(1)?]).time,
        };
        if stop.described.is_none() {
            let change = self.change(client.settled[stop.settled - 1]);
            let derived = self.derived_before(change);
            // What an export knew otherwise has no known change before it.
            let told = self.told_before(change, derived.as_ref());
            if let Some(state) = told.filter(|told| derived.is_none_or(|derived| derived.settings != told.settings)) {
                return Some(Stop { state, settled: 0, described: None });
            }
        }
        let earlier = client.snapshots.iter().map(|(taken, _)| *taken).rev();
        let settled = if stop.described.is_some() { stop.settled } else { stop.settled - 1 };
        let described = match stop.described {
            Some(_) => earlier.into_iter().find(|taken| *taken < time),
            None => earlier.into_iter().find(|taken| taken.as_second() < time.as_second()),
        };
        self.stop(client, settled, described)
    }

    /// The state after so many changes that settle it and a description, if that was taken after them and tells otherwise.
    fn stop(&self, client: &Client, settled: usize, described: Option<Timestamp>) -> Option<Stop> {
        let floor = client.floor.as_ref();
        let (time, result) = match settled.checked_sub(1) {
            Some(last) => (Some(self.change(client.settled[last]).time), self.result(client, last)),
            None => (floor.map(super::Floor::time), floor.and_then(|floor| floor.result.clone())),
        };
        let told = |taken: &Timestamp| {
            let (_, settings) = client.snapshots.iter().find(|(time, _)| time == taken)?;
            let later = time.is_none_or(|time| taken.as_second() > time.as_second());
            let news = result.as_ref().is_none_or(|result| result.settings != *settings);
            let state = || Baseline { settings: settings.clone(), kind: BaselineKind::Snapshot, from: None };
            (later && news).then(state)
        };
        if let Some(state) = described.as_ref().and_then(told) {
            return Some(Stop { state, settled, described });
        }
        Some(Stop { state: result?, settled, described: None })
    }
}

/// How, by what, and when.
type Origin = (How, Option<Text>, Option<Timestamp>);

/// The settings found so far, each with its value and, once that is found, its origin.
struct Fields(BTreeMap<Cow<'static, str>, (Option<Value>, Option<Origin>)>);

impl Fields {
    fn of(state: &Baseline) -> Self {
        let open = state.settings.iter().map(|(path, value)| (Cow::Owned(path.to_owned()), (Some(value), None)));
        Self(open.collect())
    }

    /// Those that a change made what they are.
    fn came_by(&mut self, change: &Change, after: &Settings, before: Option<&Baseline>) {
        let same = change.resulting.as_ref().zip(before);
        if change.kind == Kind::Update && same.is_some_and(|(resulting, before)| *resulting == before.settings) {
            return;
        }
        if before.is_some_and(|before| !self.may_be_by(&before.settings, after)) {
            return;
        }
        let known = before.is_some() || change.kind == Kind::Create;
        for row in Diff::of(change, before).rows {
            if let Some(how) = how(&row, known) {
                self.found(row, (how, Some(change.id.clone()), Some(change.time)));
            }
        }
    }

    /// Whether there is a difference between two states that was not found later already. Most changes of a long life are soon
    /// passed by, for a small part of what their diffs would cost.
    fn may_be_by(&self, before: &Settings, after: &Settings) -> bool {
        let is_found = |path: &str| self.0.get(path).is_some_and(|(_, found)| found.is_some());
        let (mut before, mut after) = (before.entries().peekable(), after.entries().peekable());
        loop {
            let order = match (before.peek(), after.peek()) {
                (None, None) => return false,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(one), Some(other)) => one.by_path(other),
            };
            let was = before.next_if(|_| order.is_le());
            let is = after.next_if(|_| order.is_ge());
            if was.as_ref().map(|entry| entry.packed) == is.as_ref().map(|entry| entry.packed) {
                continue;
            }
            // Another unit makes a validity another one, though its number stays.
            let differs = |entry: &Entry<'_>| !is_found(entry.path) || entry.path.starts_with("tokenValidityUnits");
            if was.or(is).as_ref().is_some_and(differs) {
                return true;
            }
        }
    }

    /// Those that were otherwise before they were described.
    fn were_described(&mut self, taken: Option<Timestamp>, before: Option<&Baseline>) {
        let Some(before) = before else { return };
        for (path, (value, found)) in self.0.iter_mut().filter(|(_, (_, found))| found.is_none()) {
            if before.settings.get(path) != *value {
                *found = Some((How::Described, None, taken));
            }
        }
    }

    fn found(&mut self, row: Row, origin: Origin) {
        let gone = row.after.is_none();
        match self.0.get_mut(&row.path) {
            Some((_, found @ None)) => *found = Some(origin),
            // Taken away, and not given back since.
            None if gone => drop(self.0.insert(row.path, (None, Some(origin)))),
            _ => {}
        }
    }

    fn done(self, oldest: &Stop) -> Vec<FieldOrigin> {
        let unknown = || match oldest.described {
            Some(taken) => (How::Described, None, Some(taken)),
            None => (How::Unknown, oldest.state.from.clone(), None),
        };
        let one = |(path, (value, found)): (Cow<'static, str>, (_, Option<Origin>))| {
            let (how, by, since) = found.unwrap_or_else(unknown);
            FieldOrigin { path, value, how, by, since }
        };
        self.0.into_iter().map(one).collect()
    }
}

/// How a change made a setting what it is after it; `None` if it did not.
fn how(row: &Row, known_before: bool) -> Option<How> {
    match row.class {
        Class::Added | Class::Changed | Class::Removed => Some(How::Sent),
        Class::Set => Some(How::Stated),
        Class::Reset => Some(How::Reset),
        Class::Defaulted if known_before => Some(How::Default),
        // It is the default since then at the latest.
        Class::Defaulted => Some(How::Unknown),
        Class::Unchanged => None,
    }
}

#[cfg(test)]
mod tests;
