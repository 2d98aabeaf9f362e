//! The call that brings a client back to a state, as a command line for a POSIX shell. Never run from here.
//!
//! `UpdateUserPoolClient` replaces the whole client, so every setting of the state stands in the call. A client that was deleted
//! cannot be updated: it is created anew, with another id and another secret.
//!
//! Settings are given as JSON (`--cli-input-json`), not as one option each (`--callback-urls …`), because everything in them was
//! chosen by whoever changed the client, and the `aws` CLI reads option values in ways of its own: version 1 fetches
//! `http://…` and `https://…`, both versions read files for `file://…`, a value that begins with a dash is an option, and one
//! that begins with a bracket is JSON. Within JSON a text is a text. JSON can also escape whatever a terminal or a shell would act
//! upon (quotes, `!`, backslashes, control and bidi characters), so that the command is safe to show, to copy and to paste, and
//! gives exactly the values of the state.
//!
//! Deliberately absent: values that `CloudTrail` hides or that were masked. They are not known; notes name their settings.

mod input;
mod loss;

use std::fmt;

pub use loss::{Loss, losses};

use crate::{Change, ClientKey, Settings};

/// How a client is brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is still there: `update-user-pool-client`.
    Update,
    /// It was deleted: `create-user-pool-client`, with a new id.
    Create {
        /// Whether it had a secret, if that is known (see [`had_secret`]).
        secret: Option<bool>,
    },
}

/// What is to be brought back, and where the call goes.
#[derive(Debug, Clone, Copy)]
pub struct Restore<'a> {
    /// The client.
    pub client: &'a ClientKey,
    /// The state it is to have.
    pub state: &'a Settings,
    /// How.
    pub way: Way,
    /// `--profile` of the `aws` CLI.
    pub profile: Option<&'a str>,
    /// `--endpoint-url` of the `aws` CLI.
    pub endpoint_url: Option<&'a str>,
}

/// A call, ready to be copied. Its [`Display`](fmt::Display) is the notes as comments, then the command, each line ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What to know before running it: one line each, of letters, digits, blanks and `. , : - _` only, so that even a shell
    /// that takes no comments does nothing with them.
    pub notes: Vec<String>,
    /// The command, several lines, without a newline at its end.
    pub command: String,
}

impl Restore<'_> {
    /// The call. `None` for a state without any setting that is known: the call would only reset everything.
    pub fn call(&self) -> Option<Call> {
        let input = input::of(self)?;
        let mut notes = input.notes;
        let operation = match self.way {
            Way::Update => "update-user-pool-client",
            Way::Create { .. } => {
                notes.insert(
                    0,
                    "The client was deleted. This creates it anew: its id and its secret will be new.".into(),
                );
                "create-user-pool-client"
            }
        };
        let options = [
            ("region", region(&self.client.user_pool)),
            ("profile", self.profile),
            ("endpoint-url", self.endpoint_url),
        ];
        // With an equals sign, a value that begins with a dash is still a value.
        let option = |(name, value): (&str, Option<&str>)| Some(format!("--{name}={}", quoted(value?)));
        let mut words = vec![format!("aws cognito-idp {operation}")];
        words.extend(options.into_iter().filter_map(option));
        // Nothing in this JSON ends single quotes.
        words.push(format!("--cli-input-json '{}'", input.json));
        Some(Call { notes, command: words.join(" \\\n  ") })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "# {note}")?;
        }
        writeln!(f, "{}", self.command)
    }
}

/// Whether a client has a secret, from its changes in order: the last one whose response tells the client, else what the creation
/// asked for. Secrets themselves are hidden.
pub fn had_secret<'a>(changes: impl DoubleEndedIterator<Item = &'a Change>) -> Option<bool> {
    changes.rev().filter(|change| change.outcome.is_success()).find_map(|change| {
        let record = change.record.to_value();
        if let Some(client) = record.pointer("/responseElements/userPoolClient").filter(|client| client.is_object()) {
            return Some(client.get("clientSecret").is_some_and(|secret| !secret.is_null()));
        }
        let asked = record.pointer("/requestParameters/generateSecret")?.as_bool()?;
        (change.kind == crate::Kind::Create).then_some(asked)
    })
}

/// A pool's id begins with its region, which makes the call independent of the shell's settings.
fn region(user_pool: &str) -> Option<&str> {
    let (region, _) = user_pool.split_once('_')?;
    let is_region = !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_region.then_some(region)
}

/// A word of a POSIX shell: bare if nothing in it means anything to a shell, else in single quotes.
pub fn quoted(word: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+,".contains(&byte);
    if !word.is_empty() && word.bytes().all(bare) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;
