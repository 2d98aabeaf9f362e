//! Any text as a filter: parsed, written, completed at every place, and asked of a few changes.
#![no_main]

#[expect(dead_code, reason = "the other target has the rest of it")]
#[path = "../../crates/cacl-tui/examples/fuzz/run/check.rs"]
mod check;

use std::sync::LazyLock;

use cacl_event::{Decoded, History, decode_document};
use jiff::Timestamp;

static HISTORY: LazyLock<History> = LazyLock::new(|| {
    let mut history = History::default();
    for item in decode_document(include_str!("../../crates/cacl-tui/src/screen/tests/story.jsonl")) {
        if let Decoded::Change(change) = item {
            history.insert(*change);
        }
    }
    history
});

libfuzzer_sys::fuzz_target!(|text: &str| {
    let offered = ["web-shop".to_owned(), "a \"b\", c".to_owned()];
    if let Err(found) = check::filter(text, &offered, &HISTORY, Timestamp::UNIX_EPOCH) {
        panic!("{found}");
    }
});
