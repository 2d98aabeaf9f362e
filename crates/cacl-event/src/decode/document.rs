//! Whole files: JSON lines, concatenated or pretty-printed JSON, with rubbish lines in between.

use super::{Decoded, node_into, text_into};
use crate::node::Node;

use super::forms::Context;

/// Decodes a whole file: JSON lines, concatenated or pretty-printed JSON, with rubbish lines in between.
pub fn decode_document(text: &str) -> impl Iterator<Item = Decoded> {
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut ready = Vec::new().into_iter();
    std::iter::from_fn(move || {
        loop {
            if let Some(item) = ready.next() {
                return Some(item);
            }
            rest = rest.trim_start();
            if rest.is_empty() {
                return None;
            }
            let mut found = Vec::new();
            rest = step(rest, &mut found);
            ready = found.into_iter();
        }
    })
}

/// Decodes the next JSON value, or else the next line; gives what is left.
///
/// A value that turns out broken costs its reading and is then taken line by line. That cannot become quadratic: later
/// lines that begin a value of their own nest within the broken one, and nesting is bounded.
fn step<'a>(text: &'a str, out: &mut Vec<Decoded>) -> &'a str {
    let line_end = text.find('\n').unwrap_or(text.len());
    if text.starts_with(['{', '[']) {
        // One line is the common case, and must stand on its own.
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Node<'_>>();
        if let Some(Ok(node)) = values.next() {
            let (value, rest) = text.split_at(values.byte_offset());
            node_into(&node, value, Context::default(), out);
            return rest;
        }
    }
    text_into(&text[..line_end], Context::default(), out);
    &text[line_end..]
}
