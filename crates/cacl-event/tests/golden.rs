//! The wire formats, byte for byte. A golden file is never edited: another version of a format gets files of its own, and the
//! old ones must still be read. Exceptions are the words of a reason (`reasons[].text`), which are for people and may be put
//! better within a version, and a value that was not true.

use std::{fs, path::PathBuf};

use cacl_event::{Change, Decoded, History, Hops, decode, decode_document, line::line, report::json_line};
use serde_json::Value;

/// A file beside this test.
fn golden(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The changes in a text, in the order of the text.
fn changes(text: &str) -> Vec<Change> {
    decode_document(text)
        .map(|item| match item {
            Decoded::Change(change) => *change,
            other => panic!("no change: {other:?}"),
        })
        .collect()
}

/// The JSON lines of some changes, in the order of history.
fn written(changes: Vec<Change>) -> String {
    let mut history = History::default();
    for change in changes {
        history.insert(change);
    }
    let one = |change: &Change| {
        let (diff, judgement) = (history.diff(&change.id).expect("known"), history.judge(&change.id).expect("known"));
        json_line(change, history.client_name(&change.id), &diff, &judgement) + "\n"
    };
    history.iter().map(one).collect()
}

#[test]
fn line_v1_is_written_like_this() {
    let event: Value = serde_json::from_str(&golden("event.json")).expect("JSON");
    let received = "2026-10-01T08:41:13.100Z".parse().expect("a time");
    assert_eq!(line(received, "7f0e9e3a-0000-4000-8000-00000000000a", event) + "\n", golden("line.v1.json"));
}

#[test]
fn line_v1_is_read_like_this() {
    let text = golden("line.v1.json");
    let [Decoded::Change(change)] = &decode(&text)[..] else { panic!("no change") };
    assert_eq!(change.hops, Hops { lambda: "2026-10-01T08:41:13.100Z".parse().ok(), ..Hops::default() });
    assert_eq!(&*change.id, "a392bfba-3914-4102-83ef-f9cfa0f3d30f");
    assert!(!text.contains("planted-secret") && !change.record.text().contains("planted-secret"));
}

#[test]
fn change_v1_is_written_like_this() {
    let found = written(changes(&golden("records.jsonl")));
    for (found, expected) in found.lines().zip(golden("change.v1.jsonl").lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), golden("change.v1.jsonl").lines().count());
}

#[test]
fn change_v1_is_read_and_written_again() {
    let text = golden("change.v1.jsonl");
    assert_eq!(written(changes(&text)), text);
}

#[test]
fn change_v1_leaves_nothing_out() {
    const MEMBERS: [&str; 22] = [
        "schema",
        "id",
        "time",
        "event",
        "kind",
        "outcome",
        "error",
        "account",
        "region",
        "userPoolId",
        "clientId",
        "clientName",
        "actor",
        "origin",
        "sourceIp",
        "userAgent",
        "baseline",
        "diff",
        "severity",
        "reasons",
        "latencyMs",
        "record",
    ];
    for text in golden("change.v1.jsonl").lines() {
        let written: Value = serde_json::from_str(text).expect("JSON");
        let members: Vec<_> = written.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(members, MEMBERS);
        for row in written["diff"].as_array().expect("rows") {
            let members: Vec<_> = row.as_object().expect("an object").keys().map(String::as_str).collect();
            assert_eq!(members, ["path", "class", "before", "after", "added", "removed"]);
        }
    }
}
