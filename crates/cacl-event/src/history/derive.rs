//! What was before a change, and what hangs on it.

use jiff::Timestamp;
use serde_json::Value;

use super::{Baseline, Client, History, by_turn, known};
use crate::{BaselineKind, Change, Kind, Provenance, Settings, Text, diff::after};

impl History {
    /// The state before a change: the result of the nearest earlier successful change of the same client, or a later
    /// snapshot. Nothing for a creation but what it is itself: the empty state. `None` if nothing is known.
    pub fn before(&self, id: &str) -> Option<Baseline> {
        self.before_change(self.get(id)?)
    }

    pub(super) fn before_change(&self, change: &Change) -> Option<Baseline> {
        match change.kind {
            Kind::Create => Some(Baseline { settings: Settings::default(), kind: BaselineKind::Event, from: None }),
            Kind::Other => None,
            Kind::Update | Kind::Delete => {
                let derived = self.derived_before(change);
                self.told_before(change, derived.as_ref()).or(derived)
            }
        }
    }

    /// The same, from the changes and snapshots that are here.
    pub(super) fn derived_before(&self, change: &Change) -> Option<Baseline> {
        let client = self.clients.get(&change.client_key()?)?;
        let settled = self.place_in(&client.settled, change, by_turn).unwrap_or_else(|at| at);
        let last = match (settled.checked_sub(1), &client.floor) {
            (_, Some(floor)) if !floor.is_before(change) => return None,
            (Some(at), _) => Some((self.change(client.settled[at]).time, self.result(client, at))),
            (None, floor) => floor.as_ref().map(|floor| (floor.time(), floor.result.clone())),
        };
        match (last, client.snapshot_before(change.time)) {
            // Within one second nothing tells which was first; and if both say the same, an event tells more.
            (Some((time, result)), Some((taken, settings)))
                if taken.as_second() <= time.as_second()
                    || result.as_ref().is_some_and(|result| result.settings == *settings) =>
            {
                result
            }
            (_, Some((_, settings))) => Some(described(settings)),
            (Some((_, result)), None) => result,
            (None, None) => None,
        }
    }

    /// The state after the change at this place among those that settle it.
    pub(super) fn result(&self, client: &Client, at: usize) -> Option<Baseline> {
        let change = self.change(client.settled[at]);
        let settings = match (change.kind, &change.resulting) {
            (Kind::Delete, _) => Settings::default(),
            (_, Some(resulting)) => resulting.clone(),
            // An update that was told without its response keeps the client's name.
            (_, None) => after(change, Some(&self.name_before(client, at)))?.into_owned(),
        };
        let kind = match change.provenance {
            Provenance::Event => BaselineKind::Event,
            Provenance::History => BaselineKind::History,
        };
        Some(Baseline { settings, kind, from: Some(change.id.clone()) })
    }

    /// The name that a client had before the change at this place, as the only setting.
    fn name_before(&self, client: &Client, at: usize) -> Settings {
        let known = known::name(self.change(client.settled[at]));
        known.or_else(|| self.name_told(client, at)).unwrap_or_else(|| {
            let snapshot = client.snapshot_before(self.change(client.settled[at]).time);
            only_name(snapshot.and_then(|(_, settings)| settings.get("clientName")))
        })
    }

    /// The same, if the changes before that place tell it, be it that there was no name.
    pub(super) fn name_told(&self, client: &Client, at: usize) -> Option<Settings> {
        for change in client.settled[..at].iter().rev().map(|place| self.change(*place)) {
            if let Some(resulting) = &change.resulting {
                return Some(only_name(resulting.get("clientName")));
            }
            match change.kind {
                Kind::Delete => return Some(Settings::default()),
                // An update that does not tell either kept it as well.
                Kind::Update if change.client_name.is_none() && change.sent.is_some() => {
                    if let Some(known) = known::name(change) {
                        return Some(known);
                    }
                }
                _ => return Some(only_name(change.client_name.as_deref().map(Value::from))),
            }
        }
        client.floor.as_ref()?.name.clone()
    }

    /// The client's name as known at that change: its own, else the one that it was exported with, else the nearest earlier, else
    /// the nearest later one. One that was forgotten counts as earlier.
    pub fn client_name(&self, id: &str) -> Option<&str> {
        let change = self.get(id)?;
        if let Some(name) = change.name() {
            return Some(name);
        }
        let client = self.clients.get(&change.client_key()?)?;
        let settled = &client.settled;
        let (earlier, later) = settled.split_at(self.place_in(settled, change, by_turn).unwrap_or_else(|at| at));
        let name = |place: &u32| self.change(*place).name().map(|name| &**name);
        let forgotten = || client.floor.as_ref()?.told.as_deref();
        earlier.iter().rev().find_map(name).or_else(forgotten).or_else(|| later.iter().find_map(name))
    }

    /// The ids whose diff depends on this change: the later changes of the client up to and including the next
    /// one that settles the state by itself.
    pub fn dependants(&self, id: &str) -> Vec<Text> {
        let Some(change) = self.get(id) else { return Vec::new() };
        let Some(key) = change.client_key() else { return Vec::new() };
        let order = self.order_of(&key);
        let after = self.place_in(order, change, by_turn).map_or_else(|at| at, |at| at + 1);
        let mut dependants = Vec::new();
        for later in order[after..].iter().map(|place| self.change(*place)) {
            dependants.push(later.id.clone());
            // One that was told without its response may take the name over.
            if settles(later) && (later.kind != Kind::Update || later.resulting.is_some()) {
                break;
            }
        }
        dependants
    }
}

impl Client {
    /// The last snapshot that was surely taken before a call, whose time is a whole second.
    fn snapshot_before(&self, time: Timestamp) -> Option<(Timestamp, &Settings)> {
        let end = self.snapshots.partition_point(|(taken, _)| taken.as_second() < time.as_second());
        self.snapshots[..end].last().map(|(taken, settings)| (*taken, settings))
    }
}

fn only_name(name: Option<Value>) -> Settings {
    name.map(|name| ("clientName", name)).into_iter().collect()
}

fn described(settings: &Settings) -> Baseline {
    Baseline { settings: settings.clone(), kind: BaselineKind::Snapshot, from: None }
}

/// Whether there is a new state after a change: a call that made, replaced or deleted the client.
pub(super) fn settles(change: &Change) -> bool {
    change.kind != Kind::Other && change.outcome.is_success()
}
