use std::collections::BTreeSet;

use cacl_event::{Diff, Judgement};
use proptest::prelude::*;

use super::*;

fn gist(severity: Severity) -> Gist {
    let diff = Diff { rows: Vec::new(), baseline: cacl_event::BaselineKind::None, applied: true };
    Gist::from(&Reading::from((&diff, &Judgement { severity, reasons: Vec::new() })))
}

fn row(second: i64, id: &str, severity: Severity) -> Row {
    let time = Timestamp::from_second(second).expect("in range");
    Row { time, id: id.into(), gist: gist(severity), summary: Summary::Call }
}

fn all(_: &Filter, _: &Row) -> bool {
    true
}

#[test]
fn rows_stand_in_order_whatever_the_order_of_arrival() {
    let mut rows = Rows::default();
    for (second, id) in [(3, "c"), (1, "a"), (3, "b"), (2, "z")] {
        rows.put(row(second, id, Severity::Low), all);
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
    let new = Put { number: 0, before: None, was: None, is: Some(0) };
    assert_eq!(rows.put(row(1, "a", Severity::Low), all), new);
    let again = Put { number: 0, before: Some(Severity::Low), was: Some(0), is: Some(0) };
    assert_eq!(rows.put(row(1, "a", Severity::High), all), again);
    assert_eq!((rows.len(), rows.count(Severity::Low), rows.count(Severity::High)), (1, 0, 1));
}

/// What happens to rows.
#[derive(Debug, Clone)]
enum Step {
    Put(i64, bool),
    Look(usize),
    Sift(Option<u32>),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..40_i64, any::<bool>()).prop_map(|(second, high)| Step::Put(second, high)),
        2 => (1..4_usize).prop_map(Step::Look),
        1 => proptest::option::of(0..20_u32).prop_map(Step::Sift),
    ]
}

proptest! {
    /// Whatever comes in while a filter looks, in the end the rows that it lets through are seen, in order, and no others.
    #[test]
    fn a_filter_finds_what_there_is(steps in proptest::collection::vec(step(), 0..60)) {
        let filter = Filter::parse("sev:high").expect("a filter");
        let holds = |_: &Filter, row: &Row| row.severity() == Severity::High;
        let (mut rows, now) = (Rows::default(), Timestamp::UNIX_EPOCH);
        // Rows alone: without a change a search lets nothing through, so each row is looked at by hand.
        let look = |rows: &mut Rows, many| {
            let mut seen = Vec::new();
            rows.sift_on(&History::default(), now, many, |number, _, _| seen.push(number));
            for number in seen {
                rows.put_again(number, holds);
            }
        };
        for step in steps {
            match step {
                Step::Put(second, high) => {
                    let severity = if high { Severity::High } else { Severity::Low };
                    rows.put(row(second, &second.to_string(), severity), holds);
                }
                Step::Look(many) => look(&mut rows, many),
                Step::Sift(from) => rows.sift(Some(filter.clone()), from, now),
            }
        }
        rows.sift(Some(filter), Some(3), now);
        rows.put(row(20, "late", Severity::High), holds);
        while rows.sifting().is_some() {
            look(&mut rows, 3);
        }
        let seen: Vec<_> = rows.slice(0, rows.len()).map(|(_, row)| (row.time, row.id.clone())).collect();
        let every = rows.arrived.iter().filter(|row| row.severity() == Severity::High);
        let expected: BTreeSet<_> = every.map(|row| (row.time, row.id.clone())).collect();
        prop_assert_eq!(seen, expected.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn the_nearest_is_nearest_in_time() {
    let mut rows = Rows::default();
    for second in [10, 20, 50] {
        rows.put(row(second, &second.to_string(), if second == 20 { Severity::Low } else { Severity::High }), all);
    }
    rows.sift(Some(Filter::parse("sev:high").expect("a filter")), None, Timestamp::UNIX_EPOCH);
    rows.sift_on(&History::default(), Timestamp::UNIX_EPOCH, 9, |_, _, _| {});
    for number in [0, 2] {
        rows.put_again(number, all);
    }
    assert_eq!([0, 1, 2].map(|number| rows.nearest(number)), [Some(0), Some(0), Some(2)]);
    assert_eq!((rows.len(), rows.all()), (2, 3));
}
