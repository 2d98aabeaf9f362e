//! What changes took from a client, and whether it is back.
//!
//! A loss is what a call did not send, sent empty or took out of a list; a deletion; and, as the client lost its safety by it, what
//! is dangerous by itself in a list. A call that puts things back takes something away as well, namely what the damage
//! brought along, and that is no loss: neither is a change that leads to a state from before a loss, nor is what only a change
//! that was one has brought; unless a call that puts nothing back did not send it, for nobody is known to have wanted that.
//!
//! Deliberately absent: other values that were set to something else on purpose, however unwise.

use std::collections::HashSet;

use serde_json::Value;

use crate::{Change, Class, ClientKey, Diff, History, Kind, Row, Settings, judge::is_dangerous, settings::default_of};

/// A change that took something from its client.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss<'a> {
    /// The change.
    pub change: &'a Change,
    taken: Vec<Taken>,
}

/// One thing that is amiss since.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Taken {
    /// The client.
    All,
    /// An element of a list.
    Element(Text, Value),
    /// A value, which is this since.
    Value(Text, Option<Value>),
    /// An element is there that makes the client unsafe.
    Safety(Text, Value),
}

type Text = std::borrow::Cow<'static, str>;

impl Loss<'_> {
    /// Whether something of it is still amiss in a later state of the client; a client that is no more has no state.
    pub fn is_open(&self, state: Option<&Settings>) -> bool {
        state.is_none_or(|state| self.taken.iter().any(|taken| taken.is_amiss(state)))
    }
}

impl Taken {
    fn is_amiss(&self, state: &Settings) -> bool {
        let has = |path: &str, element: &Value| elements(held(path, state.get(path)).as_ref()).contains(element);
        match self {
            Self::All => false,
            Self::Element(path, element) => !has(path, element),
            // Whoever set it to something else since has decided about it.
            Self::Value(path, left) => held(path, state.get(path)) == *left,
            Self::Safety(path, element) => has(path, element),
        }
    }
}

/// The changes that took something from a client, the latest first.
pub fn losses<'a>(history: &'a History, client: &ClientKey) -> Vec<Loss<'a>> {
    let mut past = Past::default();
    for change in history.of_client(client).filter(|change| change.kind != Kind::Other && change.outcome.is_success()) {
        past.take(history, change);
    }
    past.losses.reverse();
    past.losses
}

/// A client's life so far.
#[derive(Default)]
struct Past<'a> {
    losses: Vec<Loss<'a>>,
    /// What was amiss after any of them.
    amiss: HashSet<Taken>,
    /// The states before them.
    good: HashSet<String>,
    /// What only changes that took something have brought, by path and value.
    doubtful: HashSet<(Text, String)>,
    /// The elements of lists that it ever had.
    had: HashSet<(Text, String)>,
}

impl<'a> Past<'a> {
    fn take(&mut self, history: &History, change: &'a Change) {
        let before = history.before(&change.id);
        let diff = Diff::of(change, before.as_ref());
        for row in &diff.rows {
            self.remember(row, row.before.as_ref());
        }
        let mut taken = self.taken(change, &diff);
        // What puts a state from before a loss back is none, whatever it takes away for that.
        if !taken.is_empty() && change.kind == Kind::Update {
            let after = state(diff.rows.iter().map(|row| (&row.path, row.after.as_ref())));
            if self.good.contains(&after) {
                taken.clear();
            }
        }
        for row in &diff.rows {
            self.doubt(row, !taken.is_empty());
            self.remember(row, row.after.as_ref());
        }
        if !taken.is_empty() {
            self.good.insert(state(diff.rows.iter().map(|row| (&row.path, row.before.as_ref()))));
            self.amiss.extend(taken.iter().cloned());
            self.losses.push(Loss { change, taken });
        }
    }

    /// Whether something in a row that was amiss once is so no longer.
    fn puts_back(&self, row: &Row) -> bool {
        let was = |taken: Taken| self.amiss.contains(&taken);
        let path = || row.path.clone();
        let (Some(added), Some(removed)) = (&row.added, &row.removed) else {
            let [before, after] = [&row.before, &row.after].map(|value| held(&row.path, value.clone()));
            return before != after && was(Taken::Value(path(), before));
        };
        added.iter().any(|element| was(Taken::Element(path(), element.clone())))
            || removed.iter().any(|element| was(Taken::Safety(path(), element.clone())))
    }

    fn remember(&mut self, row: &Row, value: Option<&Value>) {
        self.had.extend(elements(value).iter().map(|element| key(row, element)));
    }

    /// Whatever a change leaves that took nothing is good.
    fn doubt(&mut self, row: &Row, took: bool) {
        let now = match held(&row.path, row.after.clone()) {
            Some(Value::Array(elements)) => elements,
            Some(value) => vec![value],
            None => return,
        };
        if !took {
            for value in &now {
                self.doubtful.remove(&key(row, value));
            }
            return;
        }
        let was = held(&row.path, row.before.clone());
        let was = was.as_ref().map_or(&[][..], |was| was.as_array().map_or(std::slice::from_ref(was), Vec::as_slice));
        self.doubtful.extend(now.iter().filter(|value| !was.contains(value)).map(|value| key(row, value)));
    }

    fn taken(&self, change: &Change, diff: &Diff) -> Vec<Taken> {
        let puts_back = diff.rows.iter().any(|row| self.puts_back(row));
        match change.kind {
            Kind::Delete => vec![Taken::All],
            Kind::Update => diff.rows.iter().flat_map(|row| self.taken_of(row, puts_back)).collect(),
            Kind::Create | Kind::Other => Vec::new(),
        }
    }

    fn taken_of(&self, row: &Row, puts_back: bool) -> Vec<Taken> {
        if !matches!(row.class, Class::Reset | Class::Removed | Class::Changed | Class::Added) {
            return Vec::new();
        }
        let path = || row.path.clone();
        let is_dangerous = |value: &Value| value.as_str().is_some_and(|text| is_dangerous(&row.path, text));
        let is_missed = |value: &Value| {
            let is_forgotten = row.class == Class::Reset && !puts_back && !is_dangerous(value);
            is_forgotten || !self.doubtful.contains(&key(row, value))
        };
        let (Some(added), Some(removed)) = (&row.added, &row.removed) else {
            let [before, after] = [&row.before, &row.after].map(|value| held(&row.path, value.clone()));
            let lost = matches!(row.class, Class::Reset | Class::Removed) && before != after;
            let lost = lost && before.as_ref().is_some_and(is_missed);
            return lost.then(|| Taken::Value(path(), after)).into_iter().collect();
        };
        // A list that is set for the first time is a decision about what the service assumed until then.
        let lost = removed.iter().filter(|element| row.class != Class::Added && is_missed(element));
        let unsafe_ = added.iter().filter(|element| is_dangerous(element) && !self.had.contains(&key(row, element)));
        let lost = lost.map(|element| Taken::Element(path(), element.clone()));
        lost.chain(unsafe_.map(|element| Taken::Safety(path(), element.clone()))).collect()
    }
}

/// What holds: the value, else what the service assumes without one.
fn held(path: &str, value: Option<Value>) -> Option<Value> {
    value.or_else(|| default_of(path))
}

fn elements(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn key(row: &Row, value: &Value) -> (Text, String) {
    (row.path.clone(), value.to_string())
}

/// The same text for states that are the same to the service.
fn state<'a>(settings: impl Iterator<Item = (&'a Text, Option<&'a Value>)>) -> String {
    let told = settings.filter_map(|(path, value)| Some((path, value?)));
    let told = told.filter(|(path, value)| default_of(path).as_ref() != Some(value));
    let told: std::collections::BTreeMap<&Text, &Value> = told.collect();
    format!("{told:?}")
}

#[cfg(test)]
mod tests;
