//! Any bytes as a log: each line decoded, put into a history, compared, judged, reported and restored.
#![no_main]

#[expect(dead_code, reason = "the other target has the rest of it")]
#[path = "../../crates/cacl-tui/examples/fuzz/run/check.rs"]
mod check;

use cacl_event::History;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut history = History::default();
    for line in std::iter::once(&*text).chain(text.lines()) {
        if let Err(found) = check::line(line, &mut history) {
            panic!("{found}");
        }
    }
});
