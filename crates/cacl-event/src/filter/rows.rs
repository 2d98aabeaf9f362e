//! Terms that take a reading: rows of the diff, and what its gist would tell if it were known.

use super::{
    Needs, Reading,
    needle::Needle,
    term::{Term, Test},
};
use crate::{Class, Row};

/// Whether all terms hold that take more than what was `known` before. Classes are asked for again even then: that there is
/// such a row does not tell that it is also the one of a path or value.
pub(super) fn hold(terms: &[Term], known: Needs, reading: Option<&Reading<'_>>) -> bool {
    let dear = terms.iter().filter(|term| term.needs() > known || is_class(&term.test));
    let one_by_one = |term: &Term| match (&term.test, reading) {
        // Those that are wanted are looked at together.
        (Test::Path(_) | Test::Value(_) | Test::Class(_), _) if !term.negated => true,
        (_, None) => term.negated,
        (test, Some(reading)) => holds(test, reading) != term.negated,
    };
    dear.clone().all(one_by_one) && together(&dear.filter(|term| !term.negated), reading)
}

fn holds(test: &Test, reading: &Reading<'_>) -> bool {
    match test {
        Test::Severity(severities) => severities.has(reading.judgement.severity),
        Test::Rule(rules) => reading.judgement.reasons.iter().any(|reason| rules.contains(&reason.rule)),
        test => rows(reading).any(|row| (is_class(test) || row.class != Class::Unchanged) && fits(test, row)),
    }
}

/// Terms of different kinds are about the same row: `path:scopes class:reset` asks for scopes that were reset. Terms of one
/// kind may each have their own: `path:scopes path:flows` asks for a call that touched both.
fn together<'a>(wanted: &(impl Iterator<Item = &'a Term> + Clone), reading: Option<&Reading<'_>>) -> bool {
    let those = |kind: fn(&Test) -> bool| wanted.clone().map(|term| &term.test).filter(move |test| kind(test));
    // A kind that is not asked for is there once, as "any".
    let paths = || or_any(those(|test| matches!(test, Test::Path(_))));
    let values = || or_any(those(|test| matches!(test, Test::Value(_))));
    let mut classes = or_any(those(is_class));
    classes.all(|class| paths().all(|path| values().all(|value| exists(reading, [path, class, value]))))
}

fn or_any<'a>(tests: impl Iterator<Item = &'a Test> + Clone) -> impl Iterator<Item = Option<&'a Test>> {
    let any = tests.clone().next().is_none();
    tests.map(Some).chain(any.then_some(None))
}

/// Whether there is a row that fits all; what did not change is only looked at when a class is asked for.
fn exists(reading: Option<&Reading<'_>>, wanted: [Option<&Test>; 3]) -> bool {
    if wanted.iter().all(Option::is_none) {
        return true;
    }
    let [_, class, _] = wanted;
    let Some(reading) = reading else { return false };
    rows(reading).any(|row| {
        (class.is_some() || row.class != Class::Unchanged) && wanted.iter().flatten().all(|test| fits(test, row))
    })
}

fn rows<'a>(reading: &'a Reading<'_>) -> impl Iterator<Item = &'a Row> {
    reading.diff.rows.iter()
}

fn is_class(test: &Test) -> bool {
    matches!(test, Test::Class(_))
}

fn fits(test: &Test, row: &Row) -> bool {
    match test {
        Test::Path(paths) => paths.needles.iter().any(|needle| needle.is_in(&row.path)),
        Test::Class(classes) => classes.contains(&row.class),
        Test::Value(needles) => needles.iter().any(|needle| has_value(row, needle)),
        _ => false,
    }
}

/// What a list gained and lost; of anything else the values before and after.
fn has_value(row: &Row, needle: &Needle) -> bool {
    let lists = [&row.added, &row.removed];
    if row.is_list() && row.class == Class::Changed {
        return lists.into_iter().flatten().flatten().any(|value| needle.is_in_value(value));
    }
    [&row.before, &row.after].into_iter().flatten().any(|value| needle.is_in_value(value))
}
