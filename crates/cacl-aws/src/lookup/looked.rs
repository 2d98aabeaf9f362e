//! What of the past has been read already. Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// The smallest step between two of CloudTrail's times.
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// A span of time of which every call of one kind has been told, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// E.g. `UpdateUserPoolClient`.
    pub call: String,
    /// Its first second.
    pub from: Timestamp,
    /// Its last second.
    pub to: Timestamp,
}

/// All that has been read: for each kind of call spans in order, none of which touches another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked(BTreeMap<String, Vec<(Timestamp, Timestamp)>>);

impl Looked {
    /// Takes a span in. One that ends before it begins is none.
    pub fn add(&mut self, read: &Read) {
        let (mut from, mut to) = (second(read.from), second(read.to));
        if from > to {
            return;
        }
        let spans = self.0.entry(read.call.clone()).or_default();
        spans.retain(|span| {
            let apart = span.1 < earlier(from) || earlier(span.0) > to;
            if !apart {
                (from, to) = (from.min(span.0), to.max(span.1));
            }
            apart
        });
        let at = spans.partition_point(|span| span.0 < from);
        spans.insert(at, (from, to));
    }

    /// The spans, by call and time.
    pub fn spans(&self) -> impl Iterator<Item = Read> {
        self.0
            .iter()
            .flat_map(|(call, spans)| spans.iter().map(|(from, to)| Read { call: call.clone(), from: *from, to: *to }))
    }

    /// What has not been read of a kind of call from one time to another, both included.
    pub fn gaps(&self, call: &str, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let (mut from, to) = (second(from), second(to));
        let mut gaps = Vec::new();
        for span in self.0.get(call).into_iter().flatten().filter(|span| span.0 <= to) {
            if from < span.0 {
                gaps.push((from, earlier(span.0)));
            }
            from = from.max(later(span.1));
        }
        if from <= to {
            gaps.push((from, to));
        }
        gaps
    }

    /// The same without what was before a time: it is to be read again.
    #[must_use]
    pub fn since(&self, time: Timestamp) -> Self {
        let mut kept = Self::default();
        for read in self.spans() {
            kept.add(&Read { from: read.from.max(time), ..read });
        }
        kept
    }
}

/// The second in which a time is.
fn second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_millisecond().div_euclid(1000)).unwrap_or(time)
}

fn earlier(time: Timestamp) -> Timestamp {
    time.checked_sub(SECOND).unwrap_or(time)
}

pub(super) fn later(time: Timestamp) -> Timestamp {
    time.checked_add(SECOND).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn looked(spans: &[(i64, i64)]) -> Looked {
        let mut looked = Looked::default();
        for (from, to) in spans {
            looked.add(&Read { call: "Update".to_owned(), from: at(*from), to: at(*to) });
        }
        looked
    }

    #[test]
    fn what_was_read_and_what_was_not_are_all_there_is() {
        let orders: [&[(i64, i64)]; 4] = [
            &[(10, 19), (30, 39), (20, 22), (5, 4)],
            &[(20, 22), (30, 39), (10, 19)],
            &[(10, 22), (31, 39), (30, 35), (12, 13)],
            &[(30, 39), (10, 12), (20, 22), (11, 21)],
        ];
        for spans in orders {
            let looked = looked(spans);
            let found: Vec<_> = looked.spans().map(|read| (read.from.as_second(), read.to.as_second())).collect();
            assert_eq!(found, [(10, 22), (30, 39)], "{spans:?}");
            for (from, to, gaps) in [
                (0, 50, vec![(0, 9), (23, 29), (40, 50)]),
                (10, 22, vec![]),
                (15, 25, vec![(23, 25)]),
                (22, 30, vec![(23, 29)]),
                (40, 41, vec![(40, 41)]),
                (24, 25, vec![(24, 25)]),
            ] {
                let gaps: Vec<_> = gaps.into_iter().map(|(from, to)| (at(from), at(to))).collect();
                assert_eq!(looked.gaps("Update", at(from), at(to)), gaps, "{spans:?} {from} {to}");
            }
            assert_eq!(looked.gaps("Delete", at(10), at(12)), [(at(10), at(12))]);
        }
    }

    #[test]
    fn what_was_forgotten_is_read_again() {
        assert_eq!(looked(&[(10, 22), (30, 39)]).since(at(20)), looked(&[(20, 22), (30, 39)]));
        assert_eq!(looked(&[(10, 22), (30, 39)]).since(at(25)), looked(&[(30, 39)]));
    }
}
