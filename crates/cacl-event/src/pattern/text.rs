//! Strings: wildcards, and comparison without regard to case.

use super::error::Refusal;

/// `*` stands for any number of characters; `\*` and `\\` for themselves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wildcard {
    /// What stands between the stars; one more than there are stars.
    pieces: Vec<String>,
}

impl Wildcard {
    pub(super) fn parse(pattern: &str) -> Result<Self, Refusal> {
        // Positions are bytes, counted from the quote that opens the string, as in EventBridge's answers.
        let mut pieces = vec![];
        let mut piece = String::new();
        let mut characters = pattern.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            match (character, next) {
                ('*', Some('*')) => {
                    let reason = format!("Consecutive wildcard characters at pos {}", at + 1);
                    return Err(Refusal::new(
                        reason,
                        "one * stands for any number of characters; write \\* for a star",
                    ));
                }
                ('*', _) => pieces.push(std::mem::take(&mut piece)),
                ('\\', Some(escaped @ ('*' | '\\'))) => {
                    piece.push(escaped);
                    characters.next();
                }
                ('\\', _) => {
                    let reason = format!("Invalid escape character at pos {}", at + 1);
                    return Err(Refusal::new(reason, "a backslash stands before * or another backslash only"));
                }
                _ => piece.push(character),
            }
        }
        pieces.push(piece);
        Ok(Self { pieces })
    }

    /// Takes the leftmost place for each piece, which never misses a match; so no backtracking.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else { return text.is_empty() };
        let Some(mut text) = text.strip_prefix(first.as_str()) else { return false };
        let Some((last, middle)) = rest.split_last() else { return text.is_empty() };
        for piece in middle {
            let Some((_, rest)) = text.split_once(piece.as_str()) else { return false };
            text = rest;
        }
        text.ends_with(last.as_str())
    }
}

/// What follows the prefix, if the text begins with it in any case.
pub(super) fn strip_prefix_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    prefix.chars().try_fold(text, |text, wanted| {
        text.strip_prefix(wanted).or_else(|| cases(wanted).into_iter().find_map(|case| text.strip_prefix(&case)))
    })
}

/// What precedes the suffix, if the text ends with it in any case.
pub(super) fn strip_suffix_ignoring_case<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    suffix.chars().rev().try_fold(text, |text, wanted| {
        text.strip_suffix(wanted).or_else(|| cases(wanted).into_iter().find_map(|case| text.strip_suffix(&case)))
    })
}

/// A character's lower and upper case, which can be of several characters each.
fn cases(character: char) -> [String; 2] {
    [character.to_lowercase().collect(), character.to_uppercase().collect()]
}
