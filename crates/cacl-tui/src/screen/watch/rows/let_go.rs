//! Rows of which the oldest go.

use super::{Row, Rows, Severity};

/// A row that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    /// The number that it had.
    pub number: u32,
    /// How bad it was.
    pub severity: Severity,
    /// Whether it was seen.
    pub shown: bool,
}

/// The numbers of rows, now that some are gone: those that stay close the ranks.
#[derive(Debug)]
pub struct Renumbered {
    /// The numbers that went, in order.
    gone: Vec<u32>,
}

impl Renumbered {
    /// The number of a row that had this one; `None` if it is gone.
    pub fn row(&self, number: u32) -> Option<u32> {
        self.gone.binary_search(&number).is_err().then(|| self.from(number))
    }

    /// The number from which on rows are those that had this one or a later one.
    pub fn from(&self, number: u32) -> u32 {
        let fewer = self.gone.partition_point(|gone| *gone < number);
        number - u32::try_from(fewer).unwrap_or(number)
    }
}

impl Rows {
    /// Takes the oldest rows out, as long as they are such that go.
    pub fn let_go(&mut self, goes: impl Fn(&Row) -> bool) -> (Vec<Gone>, Renumbered) {
        let many = self.order.iter().take_while(|number| goes(&self.arrived[**number as usize])).count();
        let is_shown = |number: u32| self.position(number).is_some();
        let gone = self.order[..many].iter().map(|number| {
            let severity = self.arrived[*number as usize].severity();
            Gone { number: *number, severity, shown: is_shown(*number) }
        });
        let gone: Vec<_> = gone.collect();
        let mut numbers: Vec<_> = gone.iter().map(|gone| gone.number).collect();
        numbers.sort_unstable();
        let numbers = Renumbered { gone: numbers };
        for gone in &gone {
            self.severities[gone.severity as usize] -= 1;
        }
        self.order.drain(..many);
        self.order.iter_mut().for_each(|number| *number = numbers.from(*number));
        if let Some(sieve) = &mut self.sieve {
            sieve.let_go(many, &numbers);
        }
        let mut number = 0;
        self.arrived.retain(|_| {
            number += 1;
            numbers.row(number - 1).is_some()
        });
        (gone, numbers)
    }
}
