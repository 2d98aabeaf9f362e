//! What the history has to offer for completion: names of clients and people, addresses and so on.

use std::collections::{HashMap, HashSet};

use cacl_event::{Change, History, Outcome, Text, filter::Key};

/// Values by key, the latest first. They are gathered in slices, from the newest change back.
#[derive(Debug, Default)]
pub struct Offers {
    values: HashMap<Key, Vec<Text>>,
    known: HashSet<(Key, Text)>,
    /// How many changes have not been looked at, the oldest ones.
    left: usize,
}

/// How many values a key has at most: nobody reads more, and whoever calls from everywhere must not fill the memory.
const MOST: usize = 500;

/// How many changes are looked at in a slice.
const SLICE: usize = 2_000;

impl Offers {
    /// None yet; so many changes are to be looked at.
    pub fn of(changes: usize) -> Self {
        Self { left: changes, ..Self::default() }
    }

    /// Whether there may be more.
    pub fn is_learning(&self) -> bool {
        self.left > 0
    }

    /// Looks at some more changes; whether there was something new.
    pub fn learn(&mut self, history: &History) -> bool {
        let before = self.known.len();
        let from = self.left.saturating_sub(SLICE);
        for change in (from..self.left).rev().filter_map(|place| history.at(place)) {
            for (key, value) in values(history, change) {
                let values = self.values.entry(key).or_default();
                if values.len() < MOST && self.known.insert((key, value.clone())) {
                    values.push(value);
                }
            }
        }
        self.left = from;
        self.known.len() > before
    }

    /// So many of the oldest changes are gone.
    pub fn let_go(&mut self, changes: usize) {
        self.left = self.left.saturating_sub(changes);
    }

    /// Those of a key.
    pub fn get(&self, key: Key) -> Vec<String> {
        self.values.get(&key).into_iter().flatten().map(ToString::to_string).collect()
    }
}

fn values(history: &History, change: &Change) -> impl Iterator<Item = (Key, Text)> {
    let client = history.client_name(&change.id).map(Text::from).or_else(|| change.client_id.clone());
    let actor = change.actor.name.clone().or_else(|| change.actor.role.clone());
    let error = match &change.outcome {
        Outcome::Succeeded => None,
        Outcome::Failed { code, .. } => Some(code.clone()),
    };
    let values = [
        (Key::Client, client),
        (Key::Actor, actor),
        (Key::Event, Some(change.event.clone())),
        (Key::Error, error),
        (Key::Account, change.account.clone()),
        (Key::Region, change.region.clone()),
        (Key::Pool, change.user_pool_id.clone()),
        (Key::Ip, change.source_ip.clone()),
        (Key::Agent, change.user_agent.clone()),
    ];
    values.into_iter().filter_map(|(key, value)| Some((key, value?)))
}
