//! What was known of a change when it was exported, beside what is known of it here.
//!
//! An export may reach less far back than what it was made from, and may leave changes out. So what it says was before a change
//! counts; that it came about by an earlier change which is here as well is told where both agree. Only where that one came too late
//! for a line that was told live, the line could not know.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::History;
use crate::{Baseline, Change, Kind, Settings, change::Known};

impl History {
    /// The state before a change that was exported with one, given what the changes here make of it; `None` if it was not, or did
    /// not know of the change that led there.
    pub(super) fn told_before(&self, change: &Change, derived: Option<&Baseline>) -> Option<Baseline> {
        /// No network delays more; a recording whose lines are all the wrong way round is not worth the search.
        const MANY: usize = 64;
        let told = before(change, derived)?;
        let is = |baseline: Option<&Baseline>| baseline.is_some_and(|baseline| baseline.settings == told.settings);
        let mut led = derived.cloned();
        for _ in 0..MANY {
            let from = led.as_ref().and_then(|led| self.get(led.from.as_deref()?));
            let is_late = |from: &&Change| came(from).zip(came(change)).is_some_and(|(from, told)| from > told);
            let Some(late) = from.filter(is_late) else { break };
            // A description may have told what some of them led to.
            let earlier = self.derived_before(late);
            if is(led.as_ref()) || is(earlier.as_ref()) || is(before(late, earlier.as_ref()).as_ref()) {
                return None;
            }
            led = earlier;
        }
        Some(told)
    }
}

/// When a change was told live; of those that were told at one time, what came to the log later was told later.
fn came(change: &Change) -> Option<(Timestamp, Option<Timestamp>)> {
    Some((change.hops.screen?, change.hops.ingested))
}

/// The state before a change that was exported with one, given what the changes here make of it; `None` if it was not.
fn before(change: &Change, derived: Option<&Baseline>) -> Option<Baseline> {
    let known = change.known.as_ref()?.before.as_ref()?;
    // Of a call whose parameters were not recorded an export tells no settings, but what kind of state there was.
    let bare = change.kind == Kind::Update && change.sent.is_none() && change.resulting.is_none();
    let derived = derived.filter(|derived| bare || derived.settings == known.settings);
    let (settings, from) = derived
        .map_or_else(|| (known.settings.clone(), None), |derived| (derived.settings.clone(), derived.from.clone()));
    Some(Baseline { settings, kind: known.kind, from })
}

/// The client's name before a change that was exported with a state, as the only setting.
pub(super) fn name(change: &Change) -> Option<Settings> {
    let before = change.known.as_ref()?.before.as_ref()?;
    Some(before.settings.get("clientName").map(|name| ("clientName", name)).into_iter().collect())
}

/// The better of what two tellings of a change know, whichever comes first.
pub(super) fn better(one: Option<Box<Known>>, other: Option<Box<Known>>) -> Option<Box<Known>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if by_worth(&one, &other).is_ge() { one } else { other }),
        (one, other) => one.or(other),
    }
}

/// A state tells more than none; beyond that the choice must only not depend on the order.
fn by_worth(one: &Known, other: &Known) -> Ordering {
    let state = |known: &Known| known.before.as_ref().map(|before| before.kind);
    let packed = |known: &Known| known.before.as_ref().map_or_else(Vec::new, |before| before.settings.bytes().to_vec());
    state(one)
        .cmp(&state(other))
        .then_with(|| packed(one).cmp(&packed(other)))
        .then_with(|| one.client_name.cmp(&other.client_name))
}

#[cfg(test)]
mod tests;
