//! What could be typed here.

use std::{collections::HashSet, ops::Range};

use super::{
    Key,
    lex::{Piece, Token, lex, written},
};
use crate::clean::is_unprintable;

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Which bytes of the input it replaces.
    pub at: Range<usize>,
    /// By what; the cursor belongs after it.
    pub text: String,
    /// What it means, for people; may be empty.
    pub about: &'static str,
}

/// What could stand at the cursor (a byte offset), the likeliest first: keys, values that are known, and those that the caller
/// offers for a key, such as the names of clients and people. A free word is also looked for among offered clients and actors.
/// What is offered comes from events: values that could not be shown as they are are left out.
pub fn complete(input: &str, cursor: usize, offer: impl Fn(Key) -> Vec<String>) -> Vec<Completion> {
    let mut cursor = cursor.min(input.len());
    while !input.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let tokens = lex(input);
    let Some(token) = tokens.iter().find(|token| token.at.start <= cursor && cursor <= token.at.end) else {
        return keys("", cursor..cursor);
    };
    let start = token.at.start + usize::from(token.negated);
    if cursor < start {
        return Vec::new();
    }
    if let Some(head) = &token.head {
        if cursor < head.at.end {
            return keys(&input[start..cursor], head.at.clone());
        }
        let Some(key) = Key::named(head.name) else { return Vec::new() };
        return piece_at(token, cursor).map_or_else(Vec::new, |piece| values(key, input, piece, cursor, &offer));
    }
    let typed = &input[start..cursor];
    if typed.starts_with('"') {
        return Vec::new();
    }
    let mut found = keys(typed, start..token.at.end);
    if !typed.is_empty() {
        for key in [Key::Client, Key::Actor] {
            let fitting = fitting(typed, offer(key).into_iter().map(|value| (value, "")));
            found.extend(fitting.into_iter().map(|(value, _)| Completion {
                at: start..token.at.end,
                text: key.opening() + &written(&value, false),
                about: key.about(),
            }));
        }
    }
    found
}

fn piece_at<'a, 'b>(token: &'b Token<'a>, cursor: usize) -> Option<&'b Piece<'a>> {
    token.values.iter().find(|piece| piece.at.start <= cursor && cursor <= piece.rest.end)
}

fn keys(typed: &str, at: Range<usize>) -> Vec<Completion> {
    let fitting = fitting_start(typed, Key::ALL.iter().copied());
    fitting.map(|key| Completion { at: at.clone(), text: key.opening(), about: key.about() }).collect()
}

fn fitting_start(typed: &str, keys: impl Iterator<Item = Key>) -> impl Iterator<Item = Key> {
    keys.filter(move |key| key.as_str().starts_with(&typed.to_ascii_lowercase()))
}

fn values(
    key: Key,
    input: &str,
    piece: &Piece<'_>,
    cursor: usize,
    offer: &impl Fn(Key) -> Vec<String>,
) -> Vec<Completion> {
    let typed = input[piece.at.start..cursor.min(piece.at.end)].trim_matches('"');
    let known = key.values().into_iter().map(|(value, about)| (value.to_owned(), about));
    let offered = offer(key).into_iter().map(|value| (value, ""));
    let fitting = fitting(typed, offered.chain(known)).into_iter();
    let completion = |(value, about): (String, &'static str)| Completion {
        at: piece.at.start..piece.rest.end,
        text: written(&value, false).into_owned(),
        about,
    };
    // What stands there already is no news.
    fitting.map(completion).filter(|completion| completion.text != input[completion.at.clone()]).collect()
}

/// Those that begin with what was typed, then those that have it within; each once.
fn fitting(typed: &str, values: impl Iterator<Item = (String, &'static str)>) -> Vec<(String, &'static str)> {
    let typed = typed.to_lowercase();
    let mut seen = HashSet::new();
    let shown = |value: &str| !value.is_empty() && !value.chars().any(is_unprintable);
    let fits = values.filter(|(value, _)| shown(value) && value.to_lowercase().contains(&typed));
    let (mut first, then): (Vec<_>, Vec<_>) = fits
        .filter(|(value, _)| seen.insert(value.clone()))
        .partition(|(value, _)| value.to_lowercase().starts_with(&typed));
    first.extend(then);
    first
}
