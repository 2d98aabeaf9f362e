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
    Put(i64, Severity),
    Look(usize),
    Sift(&'static str, Option<u32>),
    LetGo(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let severity = proptest::sample::select(Severity::ALL);
    prop_oneof![
        8 => (0..40_i64, severity).prop_map(|(second, severity)| Step::Put(second, severity)),
        4 => (1..4_usize).prop_map(Step::Look),
        // Each lets through less than the one before.
        2 => (proptest::sample::select(vec!["s", "se", "sev"]), proptest::option::of(0..20_u32)).prop_map(|(text, from)| Step::Sift(text, from)),
        1 => (0..20_i64).prop_map(Step::LetGo),
    ]
}

/// What the filters of these tests stand for.
fn holds(filter: &Filter, row: &Row) -> bool {
    row.severity() as usize >= filter.to_string().len()
}

/// Rows alone: without a change a search lets nothing through, so each row that it comes across is looked at by hand.
fn look(rows: &mut Rows, many: usize) -> usize {
    let mut seen = Vec::new();
    rows.sift_on(&History::default(), Timestamp::UNIX_EPOCH, many, |number, _, _| seen.push(number));
    for number in &seen {
        rows.put_again(*number, holds);
    }
    seen.len()
}

fn sift(rows: &mut Rows, text: &str, from: Option<u32>) {
    rows.sift(Some(Filter::parse(text).expect("a filter")), from, Timestamp::UNIX_EPOCH);
}

proptest! {
    /// Whatever comes in and goes while a filter looks, in the end the rows that it lets through are seen, in order, and no others.
    #[test]
    fn a_filter_finds_what_there_is(steps in proptest::collection::vec(step(), 0..80), last in proptest::sample::select(vec!["s", "se", "sev"])) {
        let mut rows = Rows::default();
        for step in steps {
            match step {
                Step::Put(second, severity) => {
                    rows.put(row(second, &second.to_string(), severity), holds);
                }
                Step::Look(many) => drop(look(&mut rows, many)),
                Step::Sift(text, from) => sift(&mut rows, text, from),
                Step::LetGo(until) => {
                    let known: Vec<_> = rows.arrived.iter().map(|row| row.id.clone()).collect();
                    let (_, numbers) = rows.let_go(|row| row.time.as_second() < until);
                    for (id, number) in known.iter().zip(0..) {
                        let is = numbers.row(number).and_then(|number| rows.row(number)).map(|row| &row.id);
                        let stays = rows.arrived.iter().any(|row| row.id == *id);
                        prop_assert_eq!(is, Some(id).filter(|_| stays));
                    }
                }
            }
        }
        sift(&mut rows, last, Some(3));
        rows.put(row(20, "late", Severity::High), holds);
        while rows.sifting().is_some() {
            look(&mut rows, 3);
        }
        let seen: Vec<_> = rows.slice(0, rows.len()).map(|(_, row)| (row.time, row.id.clone())).collect();
        let filter = Filter::parse(last).expect("a filter");
        let every = rows.arrived.iter().filter(|row| holds(&filter, row));
        let expected: BTreeSet<_> = every.map(|row| (row.time, row.id.clone())).collect();
        prop_assert_eq!(seen, expected.into_iter().collect::<Vec<_>>());
        let count = |severity: &Severity| rows.arrived.iter().filter(|row| row.severity() == *severity).count();
        prop_assert!(Severity::ALL.iter().all(|severity| rows.count(*severity) == count(severity)));
    }
}

#[test]
fn a_filter_typed_on_looks_only_at_what_was_let_through() {
    let mut rows = Rows::default();
    for second in 0..100 {
        let severity = if second % 10 == 0 { Severity::Critical } else { Severity::Info };
        rows.put(row(second, &second.to_string(), severity), holds);
    }
    sift(&mut rows, "s", Some(50));
    assert_eq!(look(&mut rows, 40), 40);
    sift(&mut rows, "se", Some(50));
    // Of the forty around the fiftieth four were let through, and the sixty farther out nobody has looked at.
    assert_eq!(look(&mut rows, 1_000), 64);
    sift(&mut rows, "sev", Some(50));
    assert_eq!((look(&mut rows, 1_000), rows.len()), (10, 10));
    sift(&mut rows, "se", Some(50));
    assert_eq!(look(&mut rows, 1_000), 100, "the other way round all may match");
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
