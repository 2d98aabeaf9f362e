//! The rows of the list: in order, with what each needs to be drawn and counted without another diff.

use cacl_event::{Change, Diff, History, Kind, Outcome, Severity, Text};
use jiff::Timestamp;

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
    /// How bad it is.
    pub severity: Severity,
    /// What it did.
    pub summary: Summary,
}

/// All rows by (time, id). A row is known by its number, which is the order of arrival and never changes.
#[derive(Debug, Default)]
pub struct Rows {
    arrived: Vec<Row>,
    order: Vec<u32>,
    severities: [usize; 5],
}

impl Row {
    /// The row of a change that the history knows.
    pub fn of(history: &History, id: &str) -> Option<Self> {
        let change = history.get(id)?;
        let (diff, judgement) = history.read(id)?;
        let summary = Summary::of(change, &diff);
        Some(Self { time: change.time, id: change.id.clone(), severity: judgement.severity, summary })
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
        self.order.len()
    }

    /// How many of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.severities[severity as usize]
    }

    /// The row with this number.
    pub fn row(&self, number: u32) -> Option<&Row> {
        self.arrived.get(number as usize)
    }

    /// The number of the row at a position.
    pub fn at(&self, position: usize) -> Option<u32> {
        self.order.get(position).copied()
    }

    /// The rows at these positions, with their numbers.
    pub fn slice(&self, from: usize, many: usize) -> impl Iterator<Item = (u32, &Row)> {
        let numbers = self.order.iter().skip(from).take(many);
        numbers.filter_map(|number| self.row(*number).map(|row| (*number, row)))
    }

    /// Where the row with this number stands.
    pub fn position(&self, number: u32) -> Option<usize> {
        let row = self.row(number)?;
        self.find(row.time, &row.id).ok()
    }

    /// Puts a row in its place, and tells which that is; a row already there takes on the new severity and summary.
    pub fn put(&mut self, row: Row) -> Put {
        match self.find(row.time, &row.id) {
            Ok(position) => {
                let number = self.order[position];
                let known = &mut self.arrived[number as usize];
                let change = (known.severity, row.severity);
                self.severities[change.0 as usize] -= 1;
                self.severities[change.1 as usize] += 1;
                *known = row;
                Put::Again { number, before: change.0 }
            }
            Err(position) => {
                let number = u32::try_from(self.arrived.len()).unwrap_or(u32::MAX);
                self.severities[row.severity as usize] += 1;
                self.arrived.push(row);
                self.order.insert(position, number);
                Put::New { number, position }
            }
        }
    }

    /// Where the row of a change stands, if there is one.
    pub fn position_of(&self, change: &Change) -> Option<usize> {
        self.find(change.time, &change.id).ok()
    }

    fn find(&self, time: Timestamp, id: &str) -> Result<usize, usize> {
        self.order.binary_search_by(|number| {
            let row = &self.arrived[*number as usize];
            (row.time, &*row.id).cmp(&(time, id))
        })
    }
}

/// What [`Rows::put`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// A row that was not there.
    New {
        /// Its number.
        number: u32,
        /// Its place.
        position: usize,
    },
    /// A row that was.
    Again {
        /// Its number.
        number: u32,
        /// Its severity until now.
        before: Severity,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(second: i64, id: &str, severity: Severity) -> Row {
        let time = Timestamp::from_second(second).expect("in range");
        Row { time, id: id.into(), severity, summary: Summary::Call }
    }

    #[test]
    fn rows_stand_in_order_whatever_the_order_of_arrival() {
        let mut rows = Rows::default();
        for (second, id) in [(3, "c"), (1, "a"), (3, "b"), (2, "z")] {
            rows.put(row(second, id, Severity::Low));
        }
        let ids: Vec<_> = rows.slice(0, 9).map(|(_, row)| &*row.id).collect();
        assert_eq!(ids, ["a", "z", "b", "c"]);
        let positions: Vec<_> = (0..4).map(|number| rows.position(number)).collect();
        assert_eq!(positions, [Some(3), Some(0), Some(2), Some(1)]);
        assert_eq!(rows.position(4), None);
    }

    #[test]
    fn a_row_put_again_is_counted_once() {
        let mut rows = Rows::default();
        assert_eq!(rows.put(row(1, "a", Severity::Low)), Put::New { number: 0, position: 0 });
        assert_eq!(rows.put(row(1, "a", Severity::High)), Put::Again { number: 0, before: Severity::Low });
        assert_eq!((rows.len(), rows.count(Severity::Low), rows.count(Severity::High)), (1, 0, 1));
    }
}
