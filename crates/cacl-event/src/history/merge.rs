//! The same event seen twice.

use jiff::Timestamp;

use super::{History, Inserted, known::better};
use crate::{Change, Hops, Provenance};

impl History {
    /// Merges what was seen before with what is seen now: of two tellings the better one, and of every hop the earliest time.
    /// What an export knew stays. All are minima or maxima, so the result depends neither on the order nor on the number of tellings.
    pub(super) fn merge(&mut self, place: u32, mut change: Change) -> Inserted {
        let known = self.change(place);
        let told = better(known.known.clone(), change.known.take());
        let hops = Hops {
            lambda: earliest(known.hops.lambda, change.hops.lambda),
            log: earliest(known.hops.log, change.hops.log),
            ingested: earliest(known.hops.ingested, change.hops.ingested),
            screen: earliest(known.hops.screen, change.hops.screen),
        };
        if rank(&change) < rank(known) {
            self.texts.share(&mut change);
            self.records.compress(&mut change.record);
            self.leave(place);
            *self.changes[place as usize] = Change { hops, known: told, ..change };
            self.enter(place);
        } else if hops == known.hops && told == known.known {
            return Inserted::Known;
        } else {
            let known = &mut self.changes[place as usize];
            (known.hops, known.known) = (hops, told);
        }
        Inserted::Enriched
    }
}

/// What tells the better of two tellings. The record comes after the provenance, the longer one first (a part may have been
/// left out); all else follows from it, but for the time of a record that has none.
fn rank(change: &Change) -> (Provenance, std::cmp::Reverse<usize>, &crate::Record, Timestamp) {
    (change.provenance, std::cmp::Reverse(change.record.size()), &change.record, change.time)
}

fn earliest(one: Option<Timestamp>, two: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(two).min()
}
