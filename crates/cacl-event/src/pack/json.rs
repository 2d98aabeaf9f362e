//! From what is packed back to JSON: the same text whatever the spaces and escapes in the original were.

use std::io::Write as _;

use serde_json::Value;

use super::{Node, Seen};

impl Node<'_> {
    /// As a JSON value.
    pub(crate) fn to_value(self) -> Value {
        match self.seen() {
            Seen::Null => Value::Null,
            Seen::Bool(value) => Value::Bool(value),
            Seen::Number(number) => Value::Number(number),
            Seen::Text(text) => Value::from(text),
            Seen::List => self.elements().map(Node::to_value).collect(),
            Seen::Object => {
                self.members().map(|(name, value)| (name.as_str().unwrap_or_default(), value.to_value())).collect()
            }
        }
    }

    /// As compact JSON text, names in the order of the original.
    pub(crate) fn to_json(self) -> String {
        let mut out = Vec::with_capacity(self.packed().len() * 3);
        self.write_json(&mut out);
        String::from_utf8(out).unwrap_or_default()
    }

    /// Writes the same.
    pub(crate) fn write_json(self, out: &mut Vec<u8>) {
        match self.seen() {
            Seen::Null => out.extend_from_slice(b"null"),
            Seen::Bool(true) => out.extend_from_slice(b"true"),
            Seen::Bool(false) => out.extend_from_slice(b"false"),
            Seen::Number(number) => {
                // Writing to a Vec cannot fail.
                let _ = write!(out, "{number}");
            }
            Seen::Text(text) => escape(text, out),
            Seen::List => {
                out.push(b'[');
                for (index, element) in self.elements().enumerate() {
                    comma(index, out);
                    element.write_json(out);
                }
                out.push(b']');
            }
            Seen::Object => {
                out.push(b'{');
                for (index, (name, value)) in self.members().enumerate() {
                    comma(index, out);
                    name.write_json(out);
                    out.push(b':');
                    value.write_json(out);
                }
                out.push(b'}');
            }
        }
    }
}

fn comma(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

/// Whether a byte cannot stand in a JSON text as it is.
fn needs_escape(byte: u8) -> bool {
    matches!(byte, 0..0x20 | b'"' | b'\\')
}

/// Writes a JSON text with its quotes.
pub(crate) fn escape(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let mut rest = text.as_bytes();
    // Nearly all need no escaping, and to find that out for all bytes at once is quicker than to look for the first.
    let any = rest.iter().fold(false, |any, byte| any | needs_escape(*byte));
    while any && let Some(at) = rest.iter().position(|byte| needs_escape(*byte)) {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\x08' => out.extend_from_slice(b"\\b"),
            b'\x0c' => out.extend_from_slice(b"\\f"),
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
