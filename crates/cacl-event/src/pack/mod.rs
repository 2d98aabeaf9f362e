//! JSON kept small: compact JSON text in which frequent words are two bytes.
//!
//! Compact JSON never holds a byte below 0x20 (they are escaped in texts), so those bytes are free to announce a word:
//! `lead number` stands for `"word"`, another lead for `"word":`. Everything else is the text itself. A typical record
//! shrinks to a third. Zero is never written, so that it can separate packed pieces.

mod words;

use std::borrow::Cow;

use serde_json::{Number, Value};

use crate::{mask, node::Node};

/// Leads of a word as a text, per bank of 255 words.
const TEXT: [u8; 2] = [0x01, 0x02];
/// Leads of a word as a member's name, with the colon.
const NAME: [u8; 2] = [0x03, 0x04];
/// Words in a bank: a number's second byte is never zero.
const BANK: u16 = 255;

/// Writes packed JSON; masks secrets on the way, so that there is no form of a record that holds them.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    out: Vec<u8>,
    /// Whether anything was masked.
    pub(crate) masked: bool,
}

impl Packer {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self { out: Vec::with_capacity(1024), masked: false }
    }

    /// What was written.
    pub(crate) fn finish(self) -> Box<[u8]> {
        // A copy of just the right size: shrinking the buffer would leave a hole behind each of many.
        Box::from(self.out.as_slice())
    }

    /// Writes any node.
    pub(crate) fn node(&mut self, node: &Node<'_>) {
        match node {
            Node::Text(Cow::Borrowed(text)) if !mask::may_hold_secrets(text) => self.plain(text),
            Node::Null => self.out.extend_from_slice(b"null"),
            Node::Bool(true) => self.out.extend_from_slice(b"true"),
            Node::Bool(false) => self.out.extend_from_slice(b"false"),
            Node::Number(number) => self.number(number),
            Node::Text(text) => self.text(text),
            Node::List(elements) => {
                self.out.push(b'[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.node(element);
                }
                self.out.push(b']');
            }
            Node::Object(members) => {
                self.out.push(b'{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.member(name, value);
                }
                self.out.push(b'}');
            }
        }
    }

    fn member(&mut self, name: &str, value: &Node<'_>) {
        let secret = if let Some(number) = words::number(name) {
            self.word(NAME, number);
            words::is_secret(name)
        } else {
            escape(name, &mut self.out);
            self.out.push(b':');
            mask::is_secret(name)
        };
        self.maybe_masked(secret, value);
    }

    /// Writes a setting: its path, a zero, its value, which is masked if the path says that it is a secret, and a zero.
    pub(crate) fn setting(&mut self, path: &str, value: &Node<'_>) {
        let secret = if let Some(number) = words::number(path) {
            self.word(TEXT, number);
            words::is_secret(path)
        } else {
            escape(path, &mut self.out);
            mask::is_secret(path)
        };
        self.out.push(0);
        self.maybe_masked(secret, value);
        self.out.push(0);
    }

    fn maybe_masked(&mut self, secret: bool, value: &Node<'_>) {
        if secret && mask::is_secret_value(value) {
            self.masked = true;
            self.unmasked(mask::MASK);
        } else {
            self.node(value);
        }
    }

    /// Writes a text, or the word it is; secrets that stand within it are masked.
    fn text(&mut self, text: &str) {
        match mask::mask_text(text) {
            Cow::Borrowed(text) => self.unmasked(text),
            Cow::Owned(text) => {
                self.masked = true;
                self.unmasked(&text);
            }
        }
    }

    /// Writes a text that needs neither masking nor escaping, or the word it is.
    fn plain(&mut self, text: &str) {
        if let Some(number) = words::number(text) {
            return self.word(TEXT, number);
        }
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
    }

    /// Writes a text as it is, or the word it is.
    fn unmasked(&mut self, text: &str) {
        match words::number(text) {
            Some(number) => self.word(TEXT, number),
            None => escape(text, &mut self.out),
        }
    }

    fn number(&mut self, number: &Number) {
        use std::io::Write as _;
        // Writing to a Vec cannot fail.
        let _ = write!(self.out, "{number}");
    }

    fn word(&mut self, leads: [u8; 2], number: u16) {
        let (bank, within) = (usize::from(number / BANK), number % BANK);
        self.out.push(leads[bank]);
        // Below 255, so plus one it fits and is not zero.
        self.out.push(u8::try_from(within + 1).unwrap_or(u8::MAX));
    }
}

/// The paths and values that [`Packer::setting`] wrote.
pub(crate) fn pieces(packed: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = packed;
    std::iter::from_fn(move || {
        let (piece, after) = rest.split_at_checked(memchr::memchr(0, rest)?)?;
        rest = after.get(1..).unwrap_or_default();
        Some(piece)
    })
}

/// The word that this is, if it is one and nothing else.
pub(crate) fn as_word(packed: &[u8]) -> Option<&'static str> {
    match packed {
        [lead, _] if *lead < 0x20 => word_at(packed).map(|(_, word)| word),
        _ => None,
    }
}

/// The compact JSON text of something packed.
pub(crate) fn unpack(packed: &[u8]) -> String {
    let mut out = Vec::with_capacity(packed.len() * 3);
    let mut rest = packed;
    while let Some(at) = rest.iter().position(|byte| *byte < 0x20) {
        out.extend_from_slice(&rest[..at]);
        if let Some((name, word)) = word_at(&rest[at..]) {
            out.push(b'"');
            out.extend_from_slice(word.as_bytes());
            out.extend_from_slice(if name { b"\":" } else { b"\"" });
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    String::from_utf8(out).unwrap_or_default()
}

/// A packed text (not a name, list or object), if this is one.
pub(crate) fn as_text(packed: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(word) = as_word(packed) {
        return Some(Cow::Borrowed(word));
    }
    match packed {
        [b'"', inner @ .., b'"'] if memchr::memchr(b'\\', inner).is_none() => {
            std::str::from_utf8(inner).ok().map(Cow::Borrowed)
        }
        [b'"', .., b'"'] => serde_json::from_slice(packed).ok().map(Cow::Owned),
        _ => None,
    }
}

/// A packed value as a JSON value.
pub(crate) fn to_value(packed: &[u8]) -> Value {
    match packed {
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        [b'[', inner @ .., b']'] if !inner.iter().any(|byte| matches!(byte, b'[' | b'{' | b'\\')) => list(inner),
        _ => match as_text(packed) {
            Some(text) => Value::String(text.into_owned()),
            None => serde_json::from_str(&unpack(packed)).unwrap_or(Value::Null),
        },
    }
}

/// The elements of a packed list that holds no list, no object and no escape.
fn list(inner: &[u8]) -> Value {
    let mut elements = Vec::new();
    let mut rest = inner;
    while !rest.is_empty() {
        let end = match rest[0] {
            lead if lead < 0x20 => 2,
            b'"' => rest.iter().skip(1).position(|byte| *byte == b'"').map_or(rest.len(), |at| at + 2),
            _ => rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len()),
        };
        let (element, after) = rest.split_at(end.min(rest.len()));
        elements.push(to_value(element));
        rest = after.strip_prefix(b",").unwrap_or(after);
    }
    Value::Array(elements)
}

/// The word announced here, and whether it is a name.
fn word_at(packed: &[u8]) -> Option<(bool, &'static str)> {
    let [lead, within, ..] = packed else { return None };
    let place = |leads: [u8; 2]| leads.iter().position(|candidate| candidate == lead);
    let (name, bank) = match place(TEXT) {
        Some(bank) => (false, bank),
        None => (true, place(NAME)?),
    };
    let number = u16::try_from(bank).ok()? * BANK + u16::from(*within).checked_sub(1)?;
    Some((name, words::word(number)?))
}

/// Whether a byte cannot stand in a JSON text as it is.
pub(crate) fn needs_escape(byte: u8) -> bool {
    matches!(byte, 0..0x20 | b'"' | b'\\')
}

/// Writes a JSON text with its quotes.
pub(crate) fn escape(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| needs_escape(*byte)) {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 15)]);
            }
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing;

    fn pack(value: &Value) -> Box<[u8]> {
        let mut packer = Packer::new();
        packer.node(&value.into());
        packer.finish()
    }

    proptest! {
        #[test]
        fn unpacking_gives_the_value_back(value in testing::harmless_json()) {
            let packed = pack(&value);
            prop_assert!(!packed.contains(&0));
            prop_assert_eq!(to_value(&packed), value.clone());
            prop_assert_eq!(unpack(&packed), value.to_string());
        }

        #[test]
        fn any_bytes_unpack_to_something(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = unpack(&bytes);
            let _ = to_value(&bytes);
            let _ = pieces(&bytes).count();
        }
    }

    #[test]
    fn frequent_words_take_two_bytes() {
        let value =
            serde_json::json!({"userPoolClient": {"clientName": "web", "explicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]}});
        assert!(pack(&value).len() < value.to_string().len() / 3);
    }
}
