//! Forgetting what is old, for whoever follows a log for weeks and looks at what is new.
//!
//! What stays is what later changes are compared with: of every client the state that the forgotten changes led to. What was
//! before a change that is later than all that was forgotten is the same as if nothing had been.

use std::hash::BuildHasher;

use foldhash::{HashSet, quality::RandomState};
use jiff::Timestamp;

use super::{Baseline, Client, History};
use crate::{Change, Provenance, Settings, Text, Turn};

/// Where the changes of a client begin that are not forgotten, and what was then.
#[derive(Debug, Clone)]
pub(super) struct Floor {
    /// The last forgotten change that settled the client's state.
    time: Timestamp,
    turn: Turn,
    id: Text,
    /// What it led to; `None` if that was not told.
    pub(super) result: Option<Baseline>,
    /// The name that the client had then, as the only setting; `None` if the changes do not tell.
    pub(super) name: Option<Settings>,
    /// The last name that was told.
    pub(super) told: Option<Text>,
}

impl Floor {
    /// When it was settled.
    pub(super) fn time(&self) -> Timestamp {
        self.time
    }

    /// Whether a change is later.
    pub(super) fn is_before(&self, change: &Change) -> bool {
        (self.time, self.turn, &self.id) < (change.time, change.turn(), &change.id)
    }
}

/// The ids of forgotten changes, so that a late repetition of one is not taken for news.
///
/// Hashes are enough: of a million ids, two are the same in one of 10⁷ runs. Two generations bound the room; of what was forgotten
/// longer ago than that, a repetition would be news.
#[derive(Debug, Clone, Default)]
pub(super) struct Forgotten {
    hasher: RandomState,
    recent: HashSet<u64>,
    older: HashSet<u64>,
}

impl Forgotten {
    /// How many ids a generation has.
    const GENERATION: usize = 1 << 19;

    pub(super) fn has(&self, id: &str) -> bool {
        // Most histories forget nothing, and need no hash.
        !self.recent.is_empty() && {
            let hash = self.hasher.hash_one(id);
            self.recent.contains(&hash) || self.older.contains(&hash)
        }
    }

    fn add(&mut self, id: &str) {
        if self.recent.len() == Self::GENERATION {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(self.hasher.hash_one(id));
    }
}

impl History {
    /// Forgets all but the newest changes; what later ones are compared with stays. A second goes or stays as a whole: in the order
    /// of their clients, changes of one second may stand otherwise than in the order of all. Takes time in proportion to all of them,
    /// so it is best done when there are many more than are to be kept.
    ///
    /// A forgotten change that is told again is [`Known`](super::Inserted::Known), unless it was learnt from the past only
    /// and now comes as an event. A change that comes so late that its neighbours are forgotten has no baseline.
    pub fn forget(&mut self, keep: usize) {
        let Some(last) = self.order.len().checked_sub(keep + 1) else { return };
        let last = self.change(self.order[last]).time;
        let many = match self.order.partition_point(|place| self.change(*place).time <= last) {
            all if all == self.order.len() && keep > 0 => {
                self.order.partition_point(|place| self.change(*place).time < last)
            }
            many => many,
        };
        if many == 0 {
            return;
        }
        let mut goes = vec![false; self.changes.len()];
        for place in &self.order[..many] {
            goes[*place as usize] = true;
        }
        let floors: Vec<_> =
            self.clients.iter().filter_map(|(key, client)| Some((key.clone(), self.floor(client, &goes)?))).collect();
        for (key, floor) in floors {
            if let Some(client) = self.clients.get_mut(&key) {
                client.floor = Some(floor);
            }
        }
        self.take_out(&goes);
    }

    /// The state of a client after the last of the changes that go, if one of them settles it.
    fn floor(&self, client: &Client, goes: &[bool]) -> Option<Floor> {
        let after = client.settled.partition_point(|place| goes[*place as usize]);
        let last = self.change(client.settled[after.checked_sub(1)?]);
        let names = client.settled[..after].iter().rev().map(|place| self.change(*place).name());
        let told = names.flatten().next().or(client.floor.as_ref().and_then(|floor| floor.told.as_ref()));
        Some(Floor {
            time: last.time,
            turn: last.turn(),
            id: last.id.clone(),
            result: self.result(client, after - 1),
            name: self.name_told(client, after),
            told: told.cloned(),
        })
    }

    /// Drops the changes that go; those that stay get new places in the same order.
    fn take_out(&mut self, goes: &[bool]) {
        let mut places = Vec::with_capacity(goes.len());
        let mut next = 0;
        for gone in goes {
            places.push(next);
            next += u32::from(!gone);
        }
        let place = |old: &mut u32| {
            let stays = !goes[*old as usize];
            *old = places[*old as usize];
            stays
        };
        for (change, _) in
            self.changes.iter().zip(goes).filter(|(change, gone)| **gone && change.provenance == Provenance::Event)
        {
            self.forgotten.add(&change.id);
        }
        let mut stays = goes.iter().map(|gone| !gone);
        self.changes.retain(|_| stays.next().unwrap_or(true));
        self.order.retain_mut(place);
        self.ids.retain(|_, old| place(old));
        self.clients.retain(|_, client| {
            client.order.retain_mut(place);
            client.settled.retain_mut(place);
            !client.is_empty()
        });
        self.texts.forget();
    }
}
