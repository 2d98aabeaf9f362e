//! The rows of the list: in order, with what each needs to be drawn, counted and filtered without another diff.
//!
//! While a filter is on, places and numbers of rows are of those that it lets through, unless it says "all".

mod let_go;
mod sieve;

use std::cmp::Ordering;

use cacl_event::{
    Change, Diff, History, Kind, Outcome, Severity, Text,
    filter::{Filter, Gist, Reading},
};
use jiff::Timestamp;

pub use let_go::{Gone, Renumbered};
use sieve::Sieve;
pub use sieve::lets_through;

/// What a change did, as short as can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    /// A client was made.
    Created,
    /// A client is gone.
    Deleted,
    /// Refused.
    Failed,
    /// A call that is no create, update or delete.
    Call,
    /// So many elements or settings of each class.
    Counts(Counts),
}

/// Numbers of elements gained and lost, and of settings changed, reset and set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub added: u32,
    pub removed: u32,
    pub changed: u32,
    pub reset: u32,
    pub set: u32,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `eventTime`.
    pub time: Timestamp,
    /// The change's id.
    pub id: Text,
    /// What reading it came to.
    pub gist: Gist,
    /// What it did.
    pub summary: Summary,
}

/// All rows by (time, id). A row is known by its number, which is the order of arrival and never changes.
#[derive(Debug, Default)]
pub struct Rows {
    arrived: Vec<Row>,
    order: Vec<u32>,
    severities: [usize; 5],
    sieve: Option<Sieve>,
}

impl Row {
    /// The row of a change that the history knows.
    pub fn of(history: &History, id: &str) -> Option<Self> {
        let change = history.get(id)?;
        let reading = Reading::of(history, id)?;
        let summary = Summary::of(change, &reading.diff);
        Some(Self { time: change.time, id: change.id.clone(), gist: Gist::from(&reading), summary })
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.gist.severity
    }
}

impl Summary {
    fn of(change: &Change, diff: &Diff) -> Self {
        match (&change.outcome, change.kind) {
            (Outcome::Failed { .. }, _) => Self::Failed,
            (_, Kind::Create) => Self::Created,
            (_, Kind::Delete) => Self::Deleted,
            (_, Kind::Other) => Self::Call,
            (_, Kind::Update) => Self::Counts(diff.summary().into()),
        }
    }
}

impl From<cacl_event::Summary> for Counts {
    fn from(summary: cacl_event::Summary) -> Self {
        // Rows are many, so they are kept small; four thousand million is as good as more.
        let [added, removed, changed, reset, set] =
            [summary.added, summary.removed, summary.changed, summary.reset, summary.set]
                .map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        Self { added, removed, changed, reset, set }
    }
}

impl Rows {
    /// How many.
    pub fn len(&self) -> usize {
        self.sieve.as_ref().map_or(self.order.len(), |sieve| sieve.shown.len())
    }

    /// How many there are in all.
    pub fn all(&self) -> usize {
        self.order.len()
    }

    /// How many of all are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.severities[severity as usize]
    }

    /// The newest of all.
    pub fn newest(&self) -> Option<&Row> {
        self.row(*self.order.last()?)
    }

    /// The row with this number.
    pub fn row(&self, number: u32) -> Option<&Row> {
        self.arrived.get(number as usize)
    }

    /// The number of the row at a position.
    pub fn at(&self, position: usize) -> Option<u32> {
        match &self.sieve {
            Some(sieve) => sieve.shown.get(position).copied(),
            None => self.order.get(position).copied(),
        }
    }

    /// The rows at these positions, with their numbers.
    pub fn slice(&self, from: usize, many: usize) -> impl Iterator<Item = (u32, &Row)> {
        let numbers = (from..from.saturating_add(many)).map_while(|position| self.at(position));
        numbers.filter_map(|number| self.row(number).map(|row| (number, row)))
    }

    /// Where the row with this number stands.
    pub fn position(&self, number: u32) -> Option<usize> {
        let row = self.row(number)?;
        self.stands(row.time, &row.id).ok()
    }

    /// Where the row of a change stands, if there is one.
    pub fn position_of(&self, change: &Change) -> Option<usize> {
        self.stands(change.time, &change.id).ok()
    }

    /// The row that stands nearest, in time, to the one with this number.
    pub fn nearest(&self, number: u32) -> Option<u32> {
        let row = self.row(number)?;
        let Err(at) = self.stands(row.time, &row.id) else { return Some(number) };
        let around = [at.checked_sub(1), Some(at)].into_iter().flatten().filter_map(|position| self.at(position));
        around.min_by_key(|other| self.row(*other).map(|other| other.time.duration_since(row.time).abs()))
    }

    /// Puts a row in its place; one already there takes on the new severity and summary. `lets_through` is asked where a
    /// filter is on.
    pub fn put(&mut self, row: Row, lets_through: impl FnOnce(&Filter, &Row) -> bool) -> Put {
        match self.find(row.time, &row.id) {
            Ok(place) => {
                let number = self.order[place];
                let known = &mut self.arrived[number as usize];
                let before = known.severity();
                self.severities[before as usize] -= 1;
                self.severities[row.severity() as usize] += 1;
                *known = row;
                Put { before: Some(before), ..self.put_again(number, lets_through) }
            }
            Err(place) => {
                let number = u32::try_from(self.arrived.len()).unwrap_or(u32::MAX);
                self.severities[row.severity() as usize] += 1;
                self.arrived.push(row);
                self.order.insert(place, number);
                let counts = self.sieve.as_mut().is_none_or(|sieve| sieve.opens(place));
                let is = if counts { self.show(number, lets_through) } else { None };
                Put { number, before: None, was: None, is }
            }
        }
    }

    /// Asks the filter again about a row that has been looked at.
    pub fn put_again(&mut self, number: u32, lets_through: impl FnOnce(&Filter, &Row) -> bool) -> Put {
        let was = self.position(number);
        let before = self.row(number).map(Row::severity);
        let mut is = was;
        if let (Some(place), Some(sieve)) = (self.place(number), &mut self.sieve) {
            if sieve.has_looked_at(place) {
                was.map(|position| sieve.shown.remove(position));
                is = self.show(number, lets_through);
            } else {
                sieve.differs(place);
            }
        }
        Put { number, before, was, is }
    }

    /// Lets a row be seen if the filter lets it through; where.
    fn show(&mut self, number: u32, lets_through: impl FnOnce(&Filter, &Row) -> bool) -> Option<usize> {
        let position = self.position(number);
        let row = self.arrived.get(number as usize)?;
        let Some(sieve) = &self.sieve else { return position };
        let holds = lets_through(&sieve.filter, row);
        let at = self.stands(row.time, &row.id).unwrap_or_else(|at| at);
        let sieve = self.sieve.as_mut().filter(|_| holds)?;
        sieve.shown.insert(at, number);
        Some(at)
    }

    /// Where a row stands among those that are seen, or should.
    fn stands(&self, time: Timestamp, id: &str) -> Result<usize, usize> {
        match &self.sieve {
            Some(sieve) => sieve.shown.binary_search_by(|number| self.compare(*number, time, id)),
            None => self.find(time, id),
        }
    }

    /// The same among all.
    fn find(&self, time: Timestamp, id: &str) -> Result<usize, usize> {
        self.order.binary_search_by(|number| self.compare(*number, time, id))
    }

    fn place(&self, number: u32) -> Option<usize> {
        let row = self.row(number)?;
        self.find(row.time, &row.id).ok()
    }

    fn compare(&self, number: u32, time: Timestamp, id: &str) -> Ordering {
        let row = &self.arrived[number as usize];
        (row.time, &*row.id).cmp(&(time, id))
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Put {
    /// Its number.
    pub number: u32,
    /// How bad it was until now; `None` if it was not there.
    pub before: Option<Severity>,
    /// Where it was seen until now.
    pub was: Option<usize>,
    /// Where it is seen.
    pub is: Option<usize>,
}

#[cfg(test)]
mod tests;
