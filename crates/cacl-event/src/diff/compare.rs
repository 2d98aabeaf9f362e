//! Settings against settings, row by row.
//!
//! All sides are sorted by path, so this is one walk along the three of them. Values are compared in their packed, normal
//! form and made only for the rows.
//!
//! A list that is absent is what the service assumes without it, where that is known: what it gained and lost by being reset is
//! the difference from there.

use std::{cmp::Ordering, iter::Peekable};

use serde_json::Value;

use super::{Class, Row};
use crate::{
    Settings,
    settings::{Entry, default_of},
};

/// What an absent setting stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// What the service assumes without it.
    Default,
    /// Nothing: there was no client.
    Nothing,
}

/// What was sent, against the states before (`None`: unknown) and after; of what is unchanged the rows that are `wanted`.
pub(super) fn settings(
    sent: Option<&Settings>,
    before: Option<&Settings>,
    after: &Settings,
    absent: Absent,
    wanted: fn(&str) -> bool,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut sent = sent.into_iter().flat_map(Settings::entries).peekable();
    let mut old = before.into_iter().flat_map(Settings::entries).filter(|entry| !entry.is_empty()).peekable();
    let mut new = after.entries().filter(|entry| !entry.is_empty()).peekable();
    while let Some(first) =
        [sent.peek(), old.peek(), new.peek()].into_iter().flatten().min_by(|a, b| a.by_path(b)).cloned()
    {
        let one =
            Parameter { sent: take(&mut sent, &first), before: take(&mut old, &first), after: take(&mut new, &first) };
        rows.extend(one.row(&first, before.is_some(), absent, wanted));
    }
    rows
}

/// The parameters of a call that is no update: set, for all that is known.
pub(super) fn parameters(sent: Option<&Settings>) -> Vec<Row> {
    let row_of =
        |entry: Entry<'_>| Row { after: (!entry.is_empty()).then(|| entry.value()), ..row(&entry, Class::Set) };
    sent.into_iter().flat_map(Settings::entries).map(row_of).collect()
}

/// A deleted client: everything that went with it.
pub(super) fn gone(before: &Settings) -> Vec<Row> {
    let removed = |entry: Entry<'_>| {
        let value = entry.value();
        let (added, removed) = elements(Some(&value), None);
        Row { before: Some(value), added, removed, ..row(&entry, Class::Removed) }
    };
    before.entries().filter(|entry| !entry.is_empty()).map(removed).collect()
}

fn row(entry: &Entry<'_>, class: Class) -> Row {
    Row { path: entry.kept_path(), class, before: None, after: None, added: None, removed: None }
}

/// The next entry if it is at the path of this one.
fn take<'a>(entries: &mut Peekable<impl Iterator<Item = Entry<'a>>>, of: &Entry<'_>) -> Option<Entry<'a>> {
    entries.next_if(|entry| entry.by_path(of) != Ordering::Greater)
}

/// One parameter on all sides.
struct Parameter<'a> {
    sent: Option<Entry<'a>>,
    before: Option<Entry<'a>>,
    after: Option<Entry<'a>>,
}

impl Parameter<'_> {
    /// Its row; `None` if it was sent empty and is nowhere, or is unchanged and not wanted.
    fn row(self, first: &Entry<'_>, known: bool, absent: Absent, wanted: fn(&str) -> bool) -> Option<Row> {
        // What the request asked for and the response does not repeat: the request is the best that is known.
        let asked = self.sent.as_ref().filter(|sent| !sent.is_empty());
        let new = self.after.as_ref().or(asked);
        let class = self.class(first.path, new, known)?;
        if class == Class::Unchanged && !wanted(first.path) {
            return None;
        }
        let after = new.map(Entry::value);
        let before = match (&self.before, class) {
            (_, Class::Unchanged) if after.is_some() => after.clone(),
            (before, _) => before.as_ref().map(Entry::value),
        };
        let (added, removed) = match (before.is_some(), after.is_some()) {
            _ if !known => (None, None),
            (had, has) if had != has && absent == Absent::Default => {
                let assumed = default_of(first.path).filter(Value::is_array);
                elements(before.as_ref().or(assumed.as_ref()), after.as_ref().or(assumed.as_ref()))
            }
            _ => elements(before.as_ref(), after.as_ref()),
        };
        Some(Row { before, after, added, removed, ..row(first, class) })
    }

    fn class(&self, path: &str, new: Option<&Entry<'_>>, known: bool) -> Option<Class> {
        let same = matches!((&self.before, new), (Some(before), Some(new)) if before.packed == new.packed);
        Some(match (&self.sent, &self.before) {
            (Some(_), _) if !known => Class::Set,
            // An update that leaves the name out keeps it.
            (None, _) if !known && path == "clientName" => Class::Unchanged,
            (None, _) if !known => Class::Defaulted,
            _ if same => Class::Unchanged,
            (Some(sent), Some(_)) if sent.is_empty() => Class::Removed,
            (Some(_), Some(_)) => Class::Changed,
            (Some(sent), None) if sent.is_empty() => {
                new?;
                Class::Defaulted
            }
            (Some(_), None) => Class::Added,
            // What the service assumes without it was there before: nothing is lost.
            (None, Some(before)) if new.is_none() && default_of(path).as_ref() == Some(&before.value()) => {
                Class::Unchanged
            }
            (None, Some(_)) => Class::Reset,
            (None, None) => Class::Defaulted,
        })
    }
}

/// The elements that a list gained and lost; nothing if either side is no list. The elements of both are sorted and distinct.
fn elements(before: Option<&Value>, after: Option<&Value>) -> (Option<Vec<Value>>, Option<Vec<Value>>) {
    let (old, new) = match (before, after) {
        (Some(Value::Array(old)), Some(Value::Array(new))) => (old.as_slice(), new.as_slice()),
        (Some(Value::Array(old)), None) => (old.as_slice(), [].as_slice()),
        (None, Some(Value::Array(new))) => ([].as_slice(), new.as_slice()),
        _ => return (None, None),
    };
    if old.iter().chain(new).any(|element| element.is_array() || element.is_object()) {
        return (None, None);
    }
    if old == new {
        return (Some(Vec::new()), Some(Vec::new()));
    }
    (Some(without(new, old)), Some(without(old, new)))
}

/// The elements of one list that are not in another.
fn without(list: &[Value], other: &[Value]) -> Vec<Value> {
    /// Above this a set is worth its making; clients have a handful of elements, hostile input has many.
    const MANY: usize = 32;
    if list.len().min(other.len()) <= MANY {
        return list.iter().filter(|element| !other.contains(element)).cloned().collect();
    }
    let other: std::collections::HashSet<&Value> = other.iter().collect();
    list.iter().filter(|element| !other.contains(element)).cloned().collect()
}
