//! Rows of which a filter shows some.
//!
//! To look at all of many takes longer than a key may wait. So it goes on in slices, from the row that was selected outward:
//! what is around it is right at once. What has been looked at is one stretch of the order, so a row that comes in meanwhile
//! is either within it, and is judged now, or will be come across.
//!
//! Whoever types on asks for less than before. Then only what the filter before let through is looked at again.

use std::{
    collections::VecDeque,
    ops::{Range, RangeInclusive},
};

use cacl_event::{
    Change, History,
    filter::{Filter, Reading, Search, Subject},
};
use jiff::{SignedDuration, Timestamp};

use super::{Renumbered, Row, Rows};

/// A filter, and what it was found to let through.
#[derive(Debug)]
pub struct Sieve {
    /// The filter.
    pub filter: Filter,
    /// The numbers of the rows that it lets through, in order.
    pub(super) shown: VecDeque<u32>,
    /// The places in the order of all rows that have been looked at.
    looked: Range<usize>,
    /// What is known of the rest from the filter before.
    hints: Option<Hints>,
    /// Whether the next one to look at is a newer one, if there is one.
    forward: bool,
    /// The time at which what was found was true.
    as_of: Timestamp,
}

/// What a wider filter has found where this one has not looked yet.
#[derive(Debug, Clone)]
struct Hints {
    /// The places that it had looked at.
    within: Range<usize>,
    /// The numbers of the rows that it let through, before what has been looked at and after it, in order.
    older: VecDeque<u32>,
    newer: VecDeque<u32>,
}

/// How many rows could be looked at in the time that one takes that has to be read.
const READING: usize = 24;

/// Letters of a filter that count as one more row, because more is asked of each.
const LETTERS: usize = 24;

impl Sieve {
    fn new(filter: Filter, place: usize, now: Timestamp) -> Self {
        let (shown, looked) = (VecDeque::new(), place..place);
        Self { filter, shown, looked, hints: None, forward: false, as_of: now }
    }

    /// What this can tell a narrower one that begins at the same place; so many of the rows are older than that.
    fn hints(self, older: usize) -> Hints {
        let Self { mut shown, looked, hints, .. } = self;
        let mut newer = shown.split_off(older);
        let Some(mut wider) = hints else { return Hints { within: looked, older: shown, newer } };
        // What a still wider one had found farther out is good for both.
        wider.older.append(&mut shown);
        newer.append(&mut wider.newer);
        let within = looked.start.min(wider.within.start)..looked.end.max(wider.within.end);
        Hints { within, older: wider.older, newer }
    }

    /// Makes room for a row that came in; whether it stands among what has been looked at.
    pub(super) fn opens(&mut self, place: usize) -> bool {
        let Range { start, end } = self.looked.clone();
        let is_seen = (start..=end).contains(&place);
        match &mut self.hints {
            Some(Hints { within, .. }) if place <= within.start => *within = within.start + 1..within.end + 1,
            Some(Hints { within, .. }) if is_seen && place <= within.end => within.end += 1,
            _ => self.differs(place),
        }
        if place < start {
            self.looked = start + 1..end + 1;
        } else if place <= end {
            self.looked = start..end + 1;
        }
        is_seen
    }

    /// The row at this place is another than the filter before has seen.
    pub(super) fn differs(&mut self, place: usize) {
        self.hints.take_if(|hints| hints.within.contains(&place));
    }

    pub(super) fn has_looked_at(&self, place: usize) -> bool {
        self.looked.contains(&place)
    }

    /// So many of the oldest rows are gone.
    pub(super) fn let_go(&mut self, many: usize, numbers: &Renumbered) {
        self.shown = self.shown.iter().filter_map(|number| numbers.row(*number)).collect();
        self.looked = self.looked.start.saturating_sub(many)..self.looked.end.saturating_sub(many);
        self.hints = None;
    }

    /// The next place to look at: on both sides in turn.
    fn next(&mut self, order: &[u32]) -> Option<usize> {
        while self.looked.len() < order.len() {
            let Range { start, end } = self.looked;
            self.forward = end < order.len() && (start == 0 || !self.forward);
            let place = if self.forward { end } else { start - 1 };
            self.looked = start.min(place)..end.max(place + 1);
            let may_hold = self.hints.as_mut().filter(|hints| hints.within.contains(&place)).is_none_or(|hints| {
                let is_it = |number: &mut u32| *number == order[place];
                let held = if self.forward { hints.newer.pop_front_if(is_it) } else { hints.older.pop_back_if(is_it) };
                held.is_some()
            });
            if may_hold {
                return Some(place);
            }
        }
        None
    }
}

/// Whether a filter lets a row through; for many rows in a row a [`Search`] is faster.
pub fn lets_through(filter: &Filter, row: &Row, history: &History, now: Timestamp) -> bool {
    history.get(&row.id).is_some_and(|change| {
        filter.matches(&subject(filter, change, row, history, now), || Reading::of(history, &change.id))
    })
}

/// The same, and whether it had to be read.
fn searched<'a>(
    filter: &Filter,
    search: &mut Search<'_, 'a>,
    change: &'a Change,
    row: &Row,
    history: &'a History,
    now: Timestamp,
) -> (bool, bool) {
    let mut read = false;
    let subject = subject(filter, change, row, history, now);
    let holds = search.matches(&subject, || {
        read = true;
        Reading::of(history, &subject.change.id)
    });
    (holds, read)
}

fn subject<'a>(filter: &Filter, change: &'a Change, row: &Row, history: &'a History, now: Timestamp) -> Subject<'a> {
    // Most tell the name themselves, and need not be looked for once more.
    let named = filter.asks_for_client() && change.client_name.is_none();
    let client_name = if named { history.client_name(&row.id) } else { change.client_name.as_deref() };
    Subject { change, client_name, gist: Some(row.gist), now }
}

/// The changes of rows that stand one after the other. To go on is far cheaper than to look each up.
struct Walk<'a> {
    history: &'a History,
    at: Option<usize>,
}

impl<'a> Walk<'a> {
    fn of(history: &'a History) -> Self {
        Self { history, at: None }
    }

    fn to(&mut self, row: &Row, forward: bool) -> Option<&'a Change> {
        /// Changes of the past have no rows; where there are many, looking up is cheaper after all.
        const STEPS: usize = 4;
        let near = |step| if forward { self.at?.checked_add(step) } else { self.at?.checked_sub(step) };
        let is_it = |at: &usize| self.history.at(*at).is_some_and(|change| change.id == row.id);
        self.at = (1..=STEPS).filter_map(near).find(is_it).or_else(|| self.history.position(&row.id));
        self.history.at(self.at?)
    }
}

impl Rows {
    /// Puts a filter on in place of the one that was, or takes it off. Nothing has been looked at yet (see [`Rows::sift_on`]);
    /// that begins at the row with this number, else at the newest.
    pub fn sift(&mut self, filter: Option<Filter>, from: Option<u32>, now: Timestamp) {
        let place = from.and_then(|number| self.place(number)).unwrap_or(self.order.len());
        let before = self.sieve.take();
        let Some(filter) = filter else { return };
        let has_begun_here = |before: &Sieve| (before.looked.start..=before.looked.end).contains(&place);
        let wider = before.filter(|before| has_begun_here(before) && filter.narrows(&before.filter));
        let hints = wider.map(|wider| {
            let is_older = |number: &u32| self.place(*number).is_some_and(|other| other < place);
            let older = wider.shown.partition_point(is_older);
            wider.hints(older)
        });
        self.sieve = Some(Sieve { hints, ..Sieve::new(filter, place, now) });
    }

    /// The filter that is on.
    pub fn filter(&self) -> Option<&Filter> {
        self.sieve.as_ref().map(|sieve| &sieve.filter)
    }

    /// How many rows have been looked at, if not all of them.
    pub fn sifting(&self) -> Option<usize> {
        let looked = self.sieve.as_ref()?.looked.len();
        (looked < self.order.len()).then_some(looked)
    }

    /// Looks at some more rows, as many as the effort is good for, and tells of each whether it is shown.
    pub fn sift_on(&mut self, history: &History, now: Timestamp, effort: usize, mut tell: impl FnMut(u32, &Row, bool)) {
        let Some(mut sieve) = self.sieve.take() else { return };
        let filter = sieve.filter.clone();
        let each = 1 + filter.to_string().len() / LETTERS;
        let mut search = filter.search();
        let (mut older, mut newer) = (Walk::of(history), Walk::of(history));
        let mut left = effort;
        while left > 0
            && let Some(place) = sieve.next(&self.order)
        {
            let number = self.order[place];
            let row = &self.arrived[number as usize];
            let back = !sieve.forward;
            let change = if back { older.to(row, false) } else { newer.to(row, true) };
            let (holds, read) =
                change.map_or((false, false), |change| searched(&filter, &mut search, change, row, history, now));
            match holds {
                true if back => sieve.shown.push_front(number),
                true => sieve.shown.push_back(number),
                false => {}
            }
            tell(number, row, holds);
            left = left.saturating_sub(if read { READING } else { each });
        }
        self.sieve = Some(sieve);
    }

    /// The numbers of the rows of which a filter that counts back from now may say something else than before, now that it
    /// is later.
    pub fn aged(&mut self, now: Timestamp) -> Vec<u32> {
        let Some(sieve) = &mut self.sieve else { return Vec::new() };
        let (before, ages) = (std::mem::replace(&mut sieve.as_of, now), sieve.filter.ages().collect::<Vec<_>>());
        // A clock may also be put back.
        let (first, last) = (before.min(now), before.max(now));
        let crossed = ages.into_iter().filter_map(|age| Some(back(first, age)?..=back(last, age)?));
        crossed.flat_map(|times| self.within(&times)).collect()
    }

    /// How long until one may.
    pub fn ages_in(&self, now: Timestamp) -> Option<SignedDuration> {
        /// At that age it is still as it was; a moment later it is not.
        const MOMENT: SignedDuration = SignedDuration::from_millis(1);
        let next = |age| {
            let then = back(now, age)?;
            let place = self.order.partition_point(|number| self.arrived[*number as usize].time < then);
            let row = self.arrived.get(*self.order.get(place)? as usize)?;
            Some(row.time.duration_since(then) + MOMENT)
        };
        self.filter()?.ages().filter_map(next).min()
    }

    fn within(&self, times: &RangeInclusive<Timestamp>) -> Vec<u32> {
        let from = self.order.partition_point(|number| self.arrived[*number as usize].time < *times.start());
        let those = self.order[from..].iter().copied();
        those.take_while(|number| self.arrived[*number as usize].time <= *times.end()).collect()
    }
}

fn back(now: Timestamp, age: SignedDuration) -> Option<Timestamp> {
    now.checked_sub(age).ok()
}
