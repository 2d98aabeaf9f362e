//! JSON kept small: read once, packed while it is read, and looked at without being unpacked.
//!
//! A packed value is a byte that says what it is, and what belongs to it:
//!
//! | first byte | value | what follows |
//! |---|---|---|
//! | 0, 1, 2 | `null`, `false`, `true` | |
//! | 3, 4 | a whole number, a negative one | its size, varint |
//! | 5 | any other number | 8 bytes |
//! | 6 | a text | length, UTF-8 |
//! | 7 | a list | length in bytes, elements |
//! | 8 | an object | length in bytes, names and values in turn |
//! | 9 | what stands elsewhere in the same record (see `Record`) | |
//! | 10–63 | a text of up to 53 bytes | UTF-8 |
//! | 64–255 | a frequent word | |
//!
//! Names are texts. Lengths are varints, and known before what they are of, so a value is skipped without being read. The same
//! value always gives the same bytes; a typical record shrinks to less than half.

mod json;
mod node;
mod parse;
mod words;

pub(crate) use json::escape;
pub(crate) use node::{Node, Seen, next};
pub(crate) use parse::Packed;
pub(crate) use words::numbers_of;

use crate::mask;

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const WHOLE: u8 = 3;
const NEGATIVE: u8 = 4;
const FLOAT: u8 = 5;
const TEXT: u8 = 6;
const LIST: u8 = 7;
const OBJECT: u8 = 8;
const REPEATED: u8 = 9;
/// The first of the short texts, which is the empty one.
const SHORT: u8 = 10;
/// The first of the words.
const FIRST_WORD: u8 = 64;

/// Writes a text, or the number of the word that it is.
pub(crate) fn put_text(text: &str, out: &mut Vec<u8>) {
    match words::number(text) {
        Some(number) => out.push(FIRST_WORD + number),
        None => put_other_text(text, out),
    }
}

/// Writes a text that is no word.
fn put_other_text(text: &str, out: &mut Vec<u8>) {
    match u8::try_from(text.len()) {
        Ok(length) if length < FIRST_WORD - SHORT => out.push(SHORT + length),
        _ => {
            out.push(TEXT);
            put_varint(text.len() as u64, out);
        }
    }
    out.extend_from_slice(text.as_bytes());
}

fn put_bool(value: bool, out: &mut Vec<u8>) {
    out.push(if value { TRUE } else { FALSE });
}

fn put_i64(value: i64, out: &mut Vec<u8>) {
    out.push(if value < 0 { NEGATIVE } else { WHOLE });
    put_varint(value.unsigned_abs(), out);
}

fn put_u64(value: u64, out: &mut Vec<u8>) {
    out.push(WHOLE);
    put_varint(value, out);
}

fn put_f64(value: f64, out: &mut Vec<u8>) {
    out.push(FLOAT);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Seven bits a byte, the lowest first; the last byte is below 128.
#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time are what is wanted")]
fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Writes a list of what is packed already.
pub(crate) fn put_list<'a>(elements: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    let start = open(LIST, out);
    elements.for_each(|element| out.extend_from_slice(element));
    close(start, out);
}

/// Begins a list or an object; gives where its contents begin.
fn open(kind: u8, out: &mut Vec<u8>) -> usize {
    // Most are short: one byte of length is left free, more are made room for at the end.
    out.extend_from_slice(&[kind, 0]);
    out.len()
}

/// Ends the list or object whose contents begin there.
fn close(start: usize, out: &mut Vec<u8>) {
    let length = out.len() - start;
    match u8::try_from(length) {
        Ok(length) if length < 0x80 => out[start - 1] = length,
        _ => {
            let end = out.len();
            put_varint(length as u64, out);
            // The length stands behind the contents now, and belongs before them: one byte into the room that was left.
            out[start - 1] = out.remove(end);
            let more = out.len() - end;
            out[start..].rotate_right(more);
        }
    }
}

/// Writes a value as it may be kept: its secrets are masked.
pub(crate) fn put_masked(node: Node<'_>, out: &mut Vec<u8>) {
    match node.seen() {
        Seen::Text(text) if node.holds_secrets() => put_text(&mask::mask_text(text), out),
        Seen::List if node.holds_secrets() => {
            let start = open(LIST, out);
            node.elements().for_each(|element| put_masked(element, out));
            close(start, out);
        }
        Seen::Object if node.holds_secrets() => {
            put_members(node, out, |name, value, out| {
                put_masked_member(name.as_str().unwrap_or_default(), value, out);
            });
        }
        _ => out.extend_from_slice(node.packed()),
    }
}

/// Writes an object anew, with the values that are written for its members.
pub(crate) fn put_members<'a>(
    object: Node<'a>,
    out: &mut Vec<u8>,
    mut put_value: impl FnMut(Node<'a>, Node<'a>, &mut Vec<u8>),
) {
    let start = open(OBJECT, out);
    for (name, value) in object.members() {
        out.extend_from_slice(name.packed());
        put_value(name, value, out);
    }
    close(start, out);
}

/// Writes the value of a member, which is masked as a whole if the name says that it is a secret.
pub(crate) fn put_masked_member(name: &str, value: Node<'_>, out: &mut Vec<u8>) {
    if value.holds_secrets() && mask::is_secret(name) && mask::is_secret_value(value) {
        put_text(mask::MASK, out);
    } else {
        put_masked(value, out);
    }
}

#[cfg(test)]
mod tests;
