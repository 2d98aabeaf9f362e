//! Looking for a text within others, whatever the case of the letters, without making anything.

use memchr::memchr2;
use serde_json::Value;

use crate::{
    Settings,
    pack::{self, Node, Seen},
};

/// A text to look for, prepared.
#[derive(Debug, Clone)]
pub(super) struct Needle {
    /// In lower case.
    lower: Box<str>,
    /// Whether a text must be this one as a whole.
    whole: bool,
    /// Where its rarest letter stands; the search jumps from one of these to the next.
    rare: usize,
}

/// Letters of events from frequent to rare; what is not among them is rarer still.
const FREQUENT: &[u8] = b"eatoinsrlcdup-:/.mhgwbf_vk0123456789yxqzj";

impl Needle {
    pub(super) fn new(text: &str, whole: bool) -> Self {
        let lower: Box<str> = text.chars().flat_map(char::to_lowercase).collect::<String>().into();
        let rank = |byte: u8| FREQUENT.iter().position(|frequent| *frequent == byte).unwrap_or(FREQUENT.len());
        let rare = lower.bytes().enumerate().max_by_key(|(_, byte)| rank(*byte)).map_or(0, |(at, _)| at);
        Self { lower, whole, rare }
    }

    /// Whether it occurs in a text, or is the whole of it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        match (self.lower.is_ascii(), self.whole) {
            (true, false) => self.is_in_bytes(text.as_bytes()),
            (true, true) => text.eq_ignore_ascii_case(&self.lower),
            (false, true) => text.chars().flat_map(char::to_lowercase).eq(self.lower.chars()),
            // Letters beyond ASCII stay so in lower case.
            (false, _) if text.is_ascii() => false,
            (false, false) => text.char_indices().any(|(at, _)| {
                let mut letters = text[at..].chars().flat_map(char::to_lowercase);
                self.lower.chars().all(|wanted| letters.next() == Some(wanted))
            }),
        }
    }

    /// Whether it occurs in a text of a value, or in what else is written there.
    pub(super) fn is_in_value(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_in(text),
            Value::Array(elements) => elements.iter().any(|element| self.is_in_value(element)),
            other => self.is_in(&other.to_string()),
        }
    }

    fn is_in_bytes(&self, text: &[u8]) -> bool {
        let wanted = self.lower.as_bytes();
        let Some(&rare) = wanted.get(self.rare) else { return true };
        let Some(last) = text.len().checked_sub(wanted.len()) else { return false };
        let places = &text[..=last + self.rare];
        let mut from = self.rare;
        while let Some(found) = memchr2(rare, rare.to_ascii_uppercase(), &places[from..]) {
            let start = from + found - self.rare;
            if text[start..start + wanted.len()].eq_ignore_ascii_case(wanted) {
                return true;
            }
            from += found + 1;
        }
        false
    }
}

/// A [`Needle`] that is also looked for in packed settings, in names as well as in values.
#[derive(Debug, Clone)]
pub(super) struct PackedNeedle {
    pub(super) text: Needle,
    /// The numbers of the words that it occurs in.
    words: Box<[u8]>,
    /// Whether it may occur where its letters do not: in a number, a yes or no, or in other letters of the same case.
    elsewhere: bool,
}

impl PackedNeedle {
    pub(super) fn new(text: &str) -> Self {
        let text = Needle::new(text, false);
        let words = pack::numbers_of(|word| text.is_in(word));
        let is_number = text.lower.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e'));
        let elsewhere =
            is_number || ["true", "false", "null"].iter().any(|word| text.is_in(word)) || !text.lower.is_ascii();
        Self { text, words, elsewhere }
    }

    /// Whether it occurs in a name or a value.
    pub(super) fn is_in_settings(&self, settings: &Settings) -> bool {
        // Some bytes only look like letters, so a hit among all of them is no more than a hint.
        let hint = self.elsewhere || !self.words.is_empty() || self.text.is_in_bytes(settings.bytes());
        hint && settings.entries().any(|entry| self.is_in(entry.name()) || self.is_in(entry.node()))
    }

    fn is_in(&self, node: Node<'_>) -> bool {
        match (node.number_of_word(), node.seen()) {
            (Some(word), _) => self.words.contains(&word),
            (None, Seen::Text(text)) => self.text.is_in(text),
            (None, Seen::List) => node.elements().any(|element| self.is_in(element)),
            (None, Seen::Object) => node.members().any(|(name, member)| self.is_in(name) || self.is_in(member)),
            (None, Seen::Null | Seen::Bool(_) | Seen::Number(_)) => self.elsewhere && self.text.is_in(&node.to_json()),
        }
    }
}
