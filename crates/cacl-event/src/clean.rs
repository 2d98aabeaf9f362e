//! Untrusted text made fit for a terminal.
//!
//! Everything in an event is chosen by whoever made the call. What could move the cursor, change colours, reorder or hide
//! text, or break a line is written out instead, so that it is seen. Letters of all scripts stay; how wide they are is the
//! screen's business.

use std::{borrow::Cow, fmt::Write as _};

/// The text with every control character, escape, bidi control and other invisible format character made visible
/// (as `\u{1b}` and so on). Borrowed when there is nothing to do. The result is one line.
pub fn clean(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_unprintable) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for character in text[first..].chars() {
        if is_unprintable(character) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// JSON text with the same characters escaped as JSON does. They occur within its texts only, so the value stays the same.
pub fn clean_json(json: String) -> String {
    // JSON escapes what is below a space already, so plain ASCII is clean.
    if json.is_ascii() && memchr::memchr(0x7F, json.as_bytes()).is_none() {
        return json;
    }
    let Some(first) = json.bytes().position(|byte| byte >= 0x7F) else { return json };
    let mut out = String::with_capacity(json.len() + 32);
    out.push_str(&json[..first]);
    for character in json[first..].chars() {
        if is_unprintable(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// Controls (Cc), format characters (Cf), line and paragraph separators, and whatever else Unicode lets a renderer ignore
/// (`Default_Ignorable_Code_Point`: fillers, joiners, variation selectors, tags).
pub(crate) fn is_unprintable(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    matches!(u32::from(character),
        0x80..=0x9F | 0xAD | 0x034F | 0x0600..=0x0605 | 0x061C | 0x06DD | 0x070F | 0x0890..=0x0891 | 0x08E2
        | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
        | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x110BD | 0x110CD | 0x13430..=0x1343F
        | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("web-shop ünï 客户", "web-shop ünï 客户")]
    #[case::escape("\u{1b}[2Jgone", "\\u{1b}[2Jgone")]
    #[case::lines("a\r\nb\tc", "a\\u{d}\\u{a}b\\u{9}c")]
    #[case::c1("a\u{9b}31m", "a\\u{9b}31m")]
    #[case::delete("a\u{7f}", "a\\u{7f}")]
    #[case::bidi("a\u{202e}b\u{2066}c\u{200f}", "a\\u{202e}b\\u{2066}c\\u{200f}")]
    #[case::invisible("a\u{200b}\u{feff}\u{ad}b", "a\\u{200b}\\u{feff}\\u{ad}b")]
    #[case::separators("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}")]
    #[case::tags("a\u{e0041}", "a\\u{e0041}")]
    #[case::annotations("\u{fff9}a", "\\u{fff9}a")]
    fn shows_what_hides(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(clean(text), expected);
    }

    proptest! {
        #[test]
        fn nothing_unprintable_is_left(text in any::<String>()) {
            let cleaned = clean(&text);
            prop_assert!(!cleaned.chars().any(is_unprintable));
            prop_assert!(!cleaned.chars().any(char::is_control));
            prop_assert_eq!(clean(&cleaned), cleaned.clone());
        }

        #[test]
        fn cleaned_json_is_the_same_value(text in any::<String>()) {
            let json = serde_json::Value::String(text).to_string();
            let cleaned = clean_json(json.clone());
            prop_assert!(!cleaned.chars().any(is_unprintable));
            prop_assert_eq!(
                serde_json::from_str::<serde_json::Value>(&cleaned).expect("JSON"),
                serde_json::from_str::<serde_json::Value>(&json).expect("JSON")
            );
        }
    }
}
