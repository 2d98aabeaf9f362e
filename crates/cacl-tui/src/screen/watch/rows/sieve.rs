//! Rows of which a filter shows some.
//!
//! To look at all of many takes longer than a key may wait. So it goes on in slices, from the row that was selected outward:
//! what is around it is right at once. What has been looked at is one stretch of the order, so a row that comes in meanwhile
//! is either within it, and is judged now, or will be come across.

use std::{
    collections::VecDeque,
    ops::{Range, RangeInclusive},
};

use cacl_event::{
    Change, History,
    filter::{Filter, Reading, Search, Subject},
};
use jiff::{SignedDuration, Timestamp};

use super::{Row, Rows};

/// A filter, and what it was found to let through.
#[derive(Debug)]
pub struct Sieve {
    /// The filter.
    pub filter: Filter,
    /// The numbers of the rows that it lets through, in order.
    pub(super) shown: VecDeque<u32>,
    /// The places in the order of all rows that have been looked at.
    looked: Range<usize>,
    /// The time at which what was found was true.
    as_of: Timestamp,
}

/// How many rows could be looked at in the time that one takes that has to be read.
const READING: usize = 24;

/// Letters of a filter that count as one more row, because more is asked of each.
const LETTERS: usize = 24;

impl Sieve {
    fn new(filter: Filter, place: usize, now: Timestamp) -> Self {
        Self { filter, shown: VecDeque::new(), looked: place..place, as_of: now }
    }

    /// Makes room for a row that came in; whether it stands among what has been looked at.
    pub(super) fn opens(&mut self, place: usize) -> bool {
        let Range { start, end } = self.looked.clone();
        if place < start {
            self.looked = start + 1..end + 1;
        } else if place <= end {
            self.looked = start..end + 1;
        }
        (start..=end).contains(&place)
    }

    pub(super) fn has_looked_at(&self, place: usize) -> bool {
        self.looked.contains(&place)
    }

    /// The next place to look at: on both sides in turn.
    fn next(&mut self, all: usize) -> Option<usize> {
        let Range { start, end } = self.looked;
        let (older, newer) = (start > 0, end < all);
        if newer && (!older || self.looked.len().is_multiple_of(2)) {
            self.looked.end += 1;
            Some(end)
        } else if older {
            self.looked.start -= 1;
            Some(start - 1)
        } else {
            None
        }
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
        self.sieve = filter.map(|filter| Sieve::new(filter, place, now));
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
            && let Some(place) = sieve.next(self.order.len())
        {
            let number = self.order[place];
            let row = &self.arrived[number as usize];
            let back = place == sieve.looked.start;
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
