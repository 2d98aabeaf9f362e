//! `EventBridge` event patterns: parse them, match events against them, say why one does not match, and make one from
//! what is to be watched ([`Watch`]).
//!
//! The semantics are those of `EventBridge` and of the open-source matcher it runs on (`aws/event-ruler`; documented
//! under "Comparison operators" and "Arrays" in the `EventBridge` user guide). A pattern is a set of conditions, each a
//! path and a list of which any member may match. A path is its keys joined by dots, and a leaf of an event is a scalar:
//! arrays are looked through, objects are only on the way. Two conditions that meet in one array of objects must be met
//! by the same element. `$or` multiplies out: a pattern becomes alternatives without any `$or` in them.
//!
//! Deliberately absent: the undocumented operator `exactly`; `$or` as the name of an ordinary field (refused here);
//! `EventBridge`'s estimate that a wildcard is "too complex"; the comparison of IP addresses written in different ways
//! outside of `cidr`.

mod calls;
mod cidr;
mod error;
mod event;
mod matcher;
mod operators;
mod parse;
#[cfg(test)]
mod tests;
mod text;
mod watch;

use std::fmt;

use serde_json::Value;

pub use calls::{CLIENT_CALLS, POOL_CALLS, WRITE_CALLS};
pub use error::PatternError;
pub use watch::{Scope, Watch, WatchError};

use event::{Clash, Seen, meet};
use matcher::Matcher;

/// The longest pattern that `EventBridge` takes, in characters (`EventPattern` of `PutRule`).
pub const MAX_CHARACTERS: usize = 4096;
/// The quota that an account has on the length of a pattern until it asks for more, in characters.
pub const DEFAULT_QUOTA: usize = 2048;
/// The most alternatives that `$or` may multiply out to.
pub const MAX_ALTERNATIVES: usize = 1000;
/// How deep patterns and events may nest; the same as `serde_json`'s own parser.
const MAX_DEPTH: usize = 128;

/// A parsed event pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// Every condition once.
    conditions: Vec<Condition>,
    /// Indices of the conditions that must hold together, ordered by path; one alternative is enough.
    alternatives: Vec<Vec<usize>>,
}

/// What one leaf must be.
#[derive(Debug, Clone, PartialEq)]
struct Condition {
    /// Keys joined by dots.
    path: String,
    /// Any of these.
    matchers: Vec<Matcher>,
    /// The list as it stood in the pattern, for explanations.
    wanted: Value,
}

/// One condition that an event does not meet. Its text quotes the event as JSON and is not yet cleaned for a terminal.
#[derive(Debug, Clone, PartialEq)]
pub struct Miss {
    /// Keys joined by dots, e.g. `detail.eventName`.
    pub path: String,
    /// The pattern's list for it.
    pub wanted: Value,
    /// The event's leaves at that path; empty if there are none.
    pub found: Vec<Value>,
    /// True if a leaf would match, but in another element of an array than the conditions before it.
    pub elsewhere: bool,
}

impl Pattern {
    /// Parses a pattern; refuses what `EventBridge` refuses.
    pub fn parse(pattern: &Value) -> Result<Self, PatternError> {
        parse::parse(pattern)
    }

    /// Whether the event matches.
    pub fn matches(&self, event: &Value) -> bool {
        let seen = self.seen(event);
        self.alternatives.iter().any(|alternative| meet(&pick(&seen, alternative)).is_ok())
    }

    /// What keeps the event from matching: the unmet conditions of the alternative that comes nearest. Empty exactly if
    /// the event matches.
    pub fn misses(&self, event: &Value) -> Vec<Miss> {
        let seen = self.seen(event);
        let mut nearest: Option<Vec<Miss>> = None;
        for alternative in &self.alternatives {
            let misses = match meet(&pick(&seen, alternative)) {
                Ok(()) => return Vec::new(),
                Err(Clash { at }) => self.unmet(alternative, &seen, at),
            };
            if nearest.as_ref().is_none_or(|nearest| misses.len() < nearest.len()) {
                nearest = Some(misses);
            }
        }
        nearest.unwrap_or_default()
    }

    fn seen<'e>(&self, event: &'e Value) -> Vec<Seen<'e>> {
        self.conditions.iter().map(|condition| Seen::new(event, condition)).collect()
    }

    /// The conditions of an alternative that fail by themselves; if none does, the one at which they clash.
    fn unmet(&self, alternative: &[usize], seen: &[Seen<'_>], clash: usize) -> Vec<Miss> {
        let alone: Vec<Miss> = alternative
            .iter()
            .filter(|&&index| !seen[index].met())
            .map(|&index| self.miss(index, &seen[index], false))
            .collect();
        if alone.is_empty() {
            let index = alternative[clash];
            return vec![self.miss(index, &seen[index], true)];
        }
        alone
    }

    fn miss(&self, index: usize, seen: &Seen<'_>, elsewhere: bool) -> Miss {
        let Condition { path, wanted, .. } = &self.conditions[index];
        Miss { path: path.clone(), wanted: wanted.clone(), found: seen.values(), elsewhere }
    }
}

fn pick<'s, 'e>(seen: &'s [Seen<'e>], alternative: &[usize]) -> Vec<&'s Seen<'e>> {
    alternative.iter().map(|&index| &seen[index]).collect()
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// More values than this tell nothing new.
        const SHOWN: usize = 3;
        let Self { path, wanted, found, elsewhere } = self;
        if *elsewhere {
            return write!(f, "{path}: {wanted} is met, but not in the same array element as the other conditions");
        }
        match found.as_slice() {
            [] => write!(f, "{path}: there is no such value, wanted {wanted}"),
            found => {
                let shown: Vec<String> = found.iter().take(SHOWN).map(Value::to_string).collect();
                let more = found.len().saturating_sub(SHOWN);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                write!(f, "{path}: is {}{more}, wanted {wanted}", shown.join(", "))
            }
        }
    }
}
