//! From text to pieces with places. Takes any text: what is wrong with a piece is noted on it.
//!
//! Parsing and completion both stand on this, so they agree on what is a key and where a value ends.

use std::{borrow::Cow, ops::Range};

/// What stands between a key and its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    /// `:`
    Has,
    /// `=`
    Is,
    /// `!=`
    Not,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `<`
    Less,
}

impl Op {
    /// Longer ones first, so that `>=` is not taken for `>`.
    const ALL: [(&'static str, Self); 7] = [
        ("!=", Self::Not),
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        (":", Self::Has),
        ("=", Self::Is),
        (">", Self::More),
        ("<", Self::Less),
    ];

    pub(super) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, op)| *op == self).map_or("", |(text, _)| text)
    }

    pub(super) fn is_comparison(self) -> bool {
        matches!(self, Self::AtLeast | Self::AtMost | Self::More | Self::Less)
    }
}

/// `client:`, `sev>=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) op: Op,
    /// Where both stand.
    pub(super) at: Range<usize>,
}

/// A value, or a free word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// Without quotes and escapes.
    pub(super) text: Cow<'a, str>,
    /// Where it stands, with quotes.
    pub(super) at: Range<usize>,
    pub(super) quoted: bool,
    /// Whether the quotes are never closed.
    pub(super) open: bool,
    /// What follows closing quotes without a blank.
    pub(super) rest: Range<usize>,
}

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) at: Range<usize>,
    pub(super) negated: bool,
    pub(super) head: Option<Head<'a>>,
    /// At least one; a free word has exactly one.
    pub(super) values: Vec<Piece<'a>>,
}

/// All terms, in order.
pub(super) fn lex(input: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(skipped) = input[at..].find(|character: char| !character.is_whitespace()) {
        let token = token(input, at + skipped);
        at = token.at.end;
        tokens.push(token);
    }
    tokens
}

fn token(input: &str, start: usize) -> Token<'_> {
    let negated = input[start..].starts_with(['-', '!']);
    let mut at = start + usize::from(negated);
    let head = head(input, at);
    if let Some(head) = &head {
        at = head.at.end;
    }
    let mut values = Vec::new();
    loop {
        let value = piece(input, at, head.is_some());
        at = value.rest.end;
        values.push(value);
        if head.is_none() || !input[at..].starts_with(',') {
            return Token { at: start..at, negated, head, values };
        }
        at += 1;
    }
}

/// A key and an operator, unless this is something else that looks like it: a URL, an ARN, an IPv6 address.
fn head(input: &str, at: usize) -> Option<Head<'_>> {
    let rest = &input[at..];
    let end = rest.bytes().position(|byte| !byte.is_ascii_alphabetic()).filter(|end| *end > 0)?;
    let (name, rest) = rest.split_at(end);
    let (text, op) = Op::ALL.into_iter().find(|(text, _)| rest.starts_with(text))?;
    let rest = &rest[text.len()..];
    let is_other = op == Op::Has && (rest.starts_with("//") || rest.starts_with(':') || name == "arn");
    (!is_other).then(|| Head { name, op, at: at..at + end + text.len() })
}

fn piece(input: &str, start: usize, in_list: bool) -> Piece<'_> {
    let ends = |character: char| character.is_whitespace() || in_list && character == ',';
    let bare_end = |from: usize| input[from..].find(ends).map_or(input.len(), |length| from + length);
    if !input[start..].starts_with('"') {
        let end = bare_end(start);
        let text = Cow::Borrowed(&input[start..end]);
        return Piece { text, at: start..end, quoted: false, open: false, rest: end..end };
    }
    let mut text = String::new();
    let mut characters = input[start + 1..].char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        match character {
            '"' => {
                let end = start + offset + 2;
                let rest = end..bare_end(end);
                return Piece { text: Cow::Owned(text), at: start..end, quoted: true, open: false, rest };
            }
            '\\' => match characters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => text.push(escaped),
                None => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    let end = input.len();
    Piece { text: Cow::Owned(text), at: start..end, quoted: true, open: true, rest: end..end }
}

/// A value as it is written: in quotes only if it could be taken for something else.
pub(super) fn written(value: &str, free: bool) -> Cow<'_, str> {
    let opens = |letter: char| letter.is_alphanumeric() || "._@+*".contains(letter);
    let goes_on = |letter: char| opens(letter) || "-/".contains(letter) || !free && ":=".contains(letter);
    if value.starts_with(opens) && value.chars().all(goes_on) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
}
