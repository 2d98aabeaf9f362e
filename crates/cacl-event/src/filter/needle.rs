//! Looking for a text within others, whatever the case of the letters, without making anything.

use std::sync::LazyLock;

use memchr::memchr2;
use serde_json::Value;

use crate::{Settings, pack};

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

/// Every word that has a number in packed settings, in lower case, with what stands for it.
static PACKED_WORDS: LazyLock<Vec<([u8; 2], String)>> = LazyLock::new(|| {
    let codes = (1..0x20).flat_map(|lead| (1..=u8::MAX).map(move |number| [lead, number]));
    codes.map(|code| (code, pack::unpack(&code).to_lowercase())).filter(|(_, word)| !word.is_empty()).collect()
});

/// A [`Needle`] that is also looked for in packed settings, in names as well as in values.
#[derive(Debug, Clone)]
pub(super) struct PackedNeedle {
    pub(super) text: Needle,
    /// The same as JSON writes it.
    json: Needle,
    /// Whether JSON writes it as it is, and has nothing of it between texts.
    plain: bool,
    /// The numbered words that it occurs in: a handful at most, or it would be a letter or two.
    words: Box<[[u8; 2]]>,
}

impl PackedNeedle {
    pub(super) fn new(text: &str) -> Self {
        let mut json = Vec::new();
        pack::escape(text, &mut json);
        let json = String::from_utf8(json).unwrap_or_default();
        let text = Needle::new(text, false);
        // The quotes around a word are not part of it.
        let inner = |word: &str| word.trim_end_matches(':').trim_matches('"').to_owned();
        let holding = PACKED_WORDS.iter().filter(|(_, word)| text.is_in(&inner(word)));
        let words = holding.map(|(code, _)| *code).collect();
        let json = Needle::new(json.get(1..json.len().saturating_sub(1)).unwrap_or_default(), false);
        let plain = text
            .lower
            .bytes()
            .all(|byte| byte.is_ascii() && !byte.is_ascii_control() && !br#""\,:[]{}"#.contains(&byte));
        Self { text, json, plain, words }
    }

    /// Whether it occurs in a name or a value.
    pub(super) fn is_in_settings(&self, settings: &Settings) -> bool {
        let packed = settings.bytes();
        let exactly = || settings.entries().any(|entry| self.is_in_entry(&entry.path, &entry.value()));
        if !self.json.lower.is_ascii() {
            // All words are ASCII.
            return self.is_in_runs(packed, |run| !run.is_ascii()) && exactly();
        }
        // What stands for a word may look like letters, so a hit among the raw bytes is no more than a hint.
        let hint = !self.words.is_empty() || self.json.is_in_bytes(packed);
        hint && self.is_in_runs(packed, |run| self.json.is_in_bytes(run)) && (self.plain || exactly())
    }

    fn is_in_entry(&self, path: &str, value: &Value) -> bool {
        self.text.is_in(path) || self.text.is_in_value(value)
    }

    /// Whether there is a word that it occurs in, or a run of bytes between words that passes.
    fn is_in_runs(&self, packed: &[u8], passes: impl Fn(&[u8]) -> bool) -> bool {
        let mut rest = packed;
        loop {
            let end = rest.iter().position(|byte| *byte < 0x20).unwrap_or(rest.len());
            if passes(&rest[..end]) {
                return true;
            }
            match rest[end..] {
                [0, ref after @ ..] => rest = after,
                [lead, number, ref after @ ..] => {
                    if self.words.contains(&[lead, number]) {
                        return true;
                    }
                    rest = after;
                }
                [] | [_] => return false,
            }
        }
    }
}
