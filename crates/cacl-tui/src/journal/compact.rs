//! What is worth keeping. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use cacl_aws::lookup::Looked;
use cacl_event::{ClientKey, Kind, Text};
use jiff::{SignedDuration, Timestamp};

use super::entry::{Entry, Reader};

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Nothing older, but for each client's last state.
    pub age: SignedDuration,
    /// Of the changes so many bytes, the newest ones.
    pub bytes: usize,
}

/// What is kept of the entries, in its order of writing: changes by time, each once.
pub fn kept(entries: Vec<Entry>, limits: Limits, now: Timestamp) -> Vec<Entry> {
    let mut looked = Looked::default();
    let mut read: BTreeMap<Reader, Timestamp> = BTreeMap::new();
    let mut snapshots: BTreeMap<ClientKey, (Timestamp, Entry)> = BTreeMap::new();
    let mut changes: HashMap<Text, Entry> = HashMap::new();
    for entry in entries {
        match &entry {
            Entry::Looked(span) => looked.add(span),
            Entry::Read { by, until } => {
                let before = read.entry(*by).or_insert(*until);
                *before = (*before).max(*until);
            }
            Entry::Snapshot { client, taken, .. } => {
                let (client, taken) = (client.clone(), *taken);
                if snapshots.get(&client).is_none_or(|(before, _)| *before < taken) {
                    snapshots.insert(client, (taken, entry));
                }
            }
            Entry::Change { change, .. } => {
                let id = change.id.clone();
                match changes.remove(&id) {
                    Some(before) => changes.insert(id, together(&before, &entry)),
                    None => changes.insert(id, entry),
                };
            }
        }
    }
    let (changes, since) = newest(changes.into_values().collect(), limits, now);
    let looked = looked.since(since);
    let snapshots = snapshots.into_values().map(|(_, entry)| entry);
    let read = read.into_iter().map(|(by, until)| Entry::Read { by, until });
    changes.into_iter().chain(snapshots).chain(looked.spans().map(Entry::Looked)).chain(read).collect()
}

/// The same change told twice: what is known is known.
fn together(one: &Entry, two: &Entry) -> Entry {
    let (Entry::Change { told: a, change: x }, Entry::Change { told: b, change: y }) = (one, two) else {
        return one.clone();
    };
    let earliest = |a: Option<Timestamp>, b: Option<Timestamp>| a.into_iter().chain(b).min();
    let (mut best, other) =
        if (x.record.size(), &x.record) >= (y.record.size(), &y.record) { (x.clone(), y) } else { (y.clone(), x) };
    best.hops.lambda = earliest(best.hops.lambda, other.hops.lambda);
    best.hops.log = earliest(best.hops.log, other.hops.log);
    best.hops.ingested = earliest(best.hops.ingested, other.hops.ingested);
    best.hops.screen = earliest(best.hops.screen, other.hops.screen);
    Entry::Change { told: a.and(*b), change: best }
}

/// The newest changes, with the last state of each client, in order; and since when all of them are there.
fn newest(mut entries: Vec<Entry>, limits: Limits, now: Timestamp) -> (Vec<Entry>, Timestamp) {
    let change = |entry: &Entry| match entry {
        Entry::Change { change, .. } => Some((change.time, change.turn(), change.id.clone())),
        _ => None,
    };
    entries.sort_by_cached_key(change);
    let too_old = now.checked_sub(limits.age).unwrap_or(Timestamp::MIN);
    let (mut bytes, mut since, mut full) = (0, too_old, false);
    let mut settled: HashSet<ClientKey> = HashSet::new();
    let mut kept = Vec::new();
    for entry in entries.into_iter().rev() {
        let Entry::Change { change, .. } = &entry else { continue };
        if !full && change.time >= too_old {
            bytes += entry.line().len();
            full = bytes > limits.bytes;
            if full {
                since = change.time.checked_add(SignedDuration::from_secs(1)).unwrap_or(since);
            }
        }
        let settles = change.kind != Kind::Other && change.outcome.is_success();
        let last = settles && change.client_key().is_some_and(|client| settled.insert(client));
        let young = !full && change.time >= too_old;
        if young || last && change.kind != Kind::Delete {
            kept.push(entry);
        }
    }
    kept.reverse();
    (kept, since)
}
