//! Untrusted text made fit for a terminal.

use std::borrow::Cow;

/// The text with every control character, escape, bidi control and other invisible format character made visible
/// (as `\u{1b}` and so on). Borrowed when there is nothing to do. The result is one line.
pub fn clean(text: &str) -> Cow<'_, str> {
    let _ = text;
    todo!()
}
