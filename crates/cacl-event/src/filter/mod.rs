//! The filter language: `client:web sev>=high actor:alice event:delete origin:console since:1h text`.
//!
//! Terms stand side by side and must all hold. A term is a free word, or a key with values of which one must hold:
//! `event:update,delete`. A `-` or `!` before a term turns it around. What holds a blank, a comma or a quote goes into
//! double quotes (`client:"web shop"`), with `\"` and `\\` within. Letters match whatever their case.
//!
//! | written | asks for |
//! |---|---|
//! | `client:web`, `actor:` `pool:` `account:` `region:` `agent:` `error:` `event:` | that text within; the whole of it with `=` |
//! | `ip:198.51.`, `ip:198.51.100.0/24` | that text within the address, or an address of that block |
//! | `origin:console,cli` `outcome:failed` | one of the words; a denied call is a failed one too |
//! | `sev>=high` `sev:low,medium` | how bad it is |
//! | `since:1h` `until:2026-10-01` `time<2026-10-01T08:00:00Z` | when: so long ago, a day (UTC), or a time |
//! | `path:scopes` `class:reset` `value:example.org` | a row of the diff; several such keys ask for one row that has it all |
//! | `rule:root-call` | a reason of the judgement |
//! | `word` | that text in anything said about the call, or among what it sent |
//!
//! A free word does not look at what a reading works out (settings lost, reasons): that would ask for every diff there is,
//! and has keys of its own. Deliberately absent: `or` between terms, brackets and regular expressions.
//!
//! A filter is made once and asked 100,000 times: values are lower-cased and looked up when it is parsed, matching allocates
//! nothing, answers about texts that repeat are kept ([`Search`]), and a diff or judgement is only asked for once every
//! cheaper term holds.

mod complete;
mod error;
mod facts;
mod gist;
mod key;
mod lex;
mod narrow;
mod near;
mod needle;
mod parse;
mod rows;
mod search;
mod term;
mod when;

use std::{borrow::Cow, fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};

pub use complete::{Completion, complete};
pub use error::FilterError;
pub use gist::Gist;
pub use key::Key;
use needle::Needle;
pub use search::Search;
use term::{Term, Test};

use crate::{Change, Diff, History, Judgement};

/// What a filter is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The call.
    pub change: &'a Change,
    /// The client's name as far as it is known (see [`History::client_name`]).
    pub client_name: Option<&'a str>,
    /// What reading it came to, if that was done already; else it is read when a term wants it.
    pub gist: Option<Gist>,
    /// What `since:1h` counts from.
    pub now: Timestamp,
}

/// What a reading of a change works out.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    /// What the call did.
    pub diff: Cow<'a, Diff>,
    /// How bad that is, and why.
    pub judgement: Cow<'a, Judgement>,
}

impl Reading<'static> {
    /// Reads a change of a history.
    pub fn of(history: &History, id: &str) -> Option<Self> {
        let (diff, judgement) = history.read(id)?;
        Some(Self { diff: Cow::Owned(diff), judgement: Cow::Owned(judgement) })
    }
}

impl<'a> From<(&'a Diff, &'a Judgement)> for Reading<'a> {
    /// One that was made already.
    fn from((diff, judgement): (&'a Diff, &'a Judgement)) -> Self {
        Self { diff: Cow::Borrowed(diff), judgement: Cow::Borrowed(judgement) }
    }
}

/// What a filter has to know about a change, from cheap to dear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Needs {
    /// The change itself.
    Facts,
    /// What its reading comes to: severity, classes, rules.
    Gist,
    /// The rows of its diff.
    Reading,
}

/// A filter, parsed. Its text ([`Display`](fmt::Display)) parses to the same filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<Term>,
}

impl Filter {
    /// Reads a filter; an empty text gives the filter that holds for everything.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Ok(Self { terms: parse::terms(text)? })
    }

    /// Whether it has no terms.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The most that a term wants to know.
    pub fn needs(&self) -> Needs {
        self.terms.iter().map(Term::needs).max().unwrap_or(Needs::Facts)
    }

    /// Whether it asks what the client is called; if not, the name need not be looked up.
    pub fn asks_for_client(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.key, None | Some(Key::Client)))
    }

    /// How far back from now its terms look (`since:1h`): a change may come in or go out when it is as old as one of these.
    pub fn ages(&self) -> impl Iterator<Item = SignedDuration> {
        self.terms.iter().filter_map(|term| match &term.test {
            Test::Time(_, when) => when.age(),
            _ => None,
        })
    }

    /// Whether what it holds for changes as time goes by (`since:1h`).
    pub fn is_relative(&self) -> bool {
        self.ages().next().is_some()
    }

    /// The free words that must be there, e.g. to be marked on screen.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let wanted = self.terms.iter().filter(|term| term.key.is_none() && !term.negated);
        wanted.flat_map(|term| term.values.iter().map(AsRef::as_ref))
    }

    /// Whether all terms hold. The reading is asked for at most once, and only if a term needs it; where there is none
    /// the terms that need it do not hold. For many changes in a row, [`Filter::search`] is faster.
    pub fn matches<'r>(&self, subject: &Subject<'_>, read: impl FnOnce() -> Option<Reading<'r>>) -> bool {
        self.decide(subject, read, &mut Needle::is_in)
    }

    /// The same, with a way to find a needle in a text.
    fn decide<'f, 'a, 'r>(
        &'f self,
        subject: &Subject<'a>,
        read: impl FnOnce() -> Option<Reading<'r>>,
        look: &mut impl FnMut(&'f Needle, &'a str) -> bool,
    ) -> bool {
        // Together with a class it has to be the same row, which takes a reading.
        let paths_alone = !self.terms.iter().any(|term| matches!(term.test, Test::Class(_)));
        let mut sure = true;
        let mut facts = |term: &'f Term| {
            let holds = match &term.test {
                Test::Path(paths) if paths_alone => subject.gist.and_then(|gist| gist.has_path(paths)),
                test => facts::hold(test, subject, look),
            };
            sure &= holds.is_some();
            holds.is_none_or(|holds| holds != term.negated)
        };
        if !self.terms.iter().all(&mut facts) {
            return false;
        }
        let known = if subject.gist.is_some() { Needs::Gist } else { Needs::Facts };
        sure || rows::hold(&self.terms, known, read().as_ref())
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
