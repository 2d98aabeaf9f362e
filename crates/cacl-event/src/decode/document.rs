//! Whole files: JSON lines, concatenated or pretty-printed JSON, with rubbish lines in between.

use super::{Decoded, node_into, text_into};
use crate::pack::Packed;

use super::forms::Context;

/// Decodes a whole file: JSON lines, concatenated or pretty-printed JSON, with rubbish lines in between.
pub fn decode_document(text: &str) -> impl Iterator<Item = Decoded> {
    let mut rest = text;
    let mut ready = Vec::new().into_iter();
    std::iter::from_fn(move || {
        loop {
            if let Some(item) = ready.next() {
                return Some(item);
            }
            let mut found = Vec::new();
            rest = decode_next(rest, true, &mut found)?;
            ready = found.into_iter();
        }
    })
}

/// Decodes what comes next in a file, of which this is `all` that is left or only as much as was read so far: a JSON value, or
/// else a line. Gives the text behind it; `None` if there is nothing, or if it takes more of the file to tell what it is.
///
/// A value that turns out broken costs its reading and is then taken line by line. That cannot become quadratic: later
/// lines that begin a value of their own nest within the broken one, and nesting is bounded.
pub fn decode_next<'a>(text: &'a str, all: bool, out: &mut Vec<Decoded>) -> Option<&'a str> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        return None;
    }
    if text.starts_with(['{', '[']) {
        // One line is the common case, and must stand on its own.
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Packed>();
        match values.next() {
            Some(Ok(packed)) => {
                let (value, rest) = text.split_at(values.byte_offset());
                node_into(packed.node(), value, Context::default(), out);
                return Some(rest);
            }
            Some(Err(error)) if error.is_eof() && !all => return None,
            _ => {}
        }
    }
    let end = text.find('\n').or(all.then_some(text.len()))?;
    text_into(&text[..end], Context::default(), out);
    Some(&text[end..])
}
