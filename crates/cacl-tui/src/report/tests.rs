//! What the reports are tried on.

use cacl_event::{Class, Decoded, History, decode};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{File, Form, Style, Told, words};
use crate::screen::Look;

/// Texts that somebody might try: anything, and above all what means something somewhere.
pub const TEXT: &str = r#"(\PC|[=+\-@;,"'|`\\<>\[\]()!*_#&~$: \t\r\n]|=1|-->|<b>|\]\(x\)|\|\||www\.){0,24}"#;

/// The story that the screens are tested on.
pub fn story() -> History {
    told(include_str!("../screen/tests/story.jsonl"))
}

/// An update, a failure and a call of another kind, with a text wherever a caller may put one.
pub fn twisted(text: &str) -> History {
    let record: Value = serde_json::from_str(include_str!("../../tests/fixtures/update.json")).expect("JSON");
    let mut lines = Vec::new();
    for nth in 0..3 {
        let mut record = record.clone();
        record["eventID"] = json!(format!("{nth}"));
        record["userAgent"] = json!(text);
        record["sourceIPAddress"] = json!(text);
        record["userIdentity"] = json!({"type": "IAMUser", "userName": text, "arn": text});
        record["requestParameters"]["clientName"] = json!(text);
        record["requestParameters"]["callbackURLs"] = json!([text, "https://x.example/"]);
        record["requestParameters"][text] = json!({text: text});
        match nth {
            1 => (record["errorCode"], record["errorMessage"]) = (json!(text), json!(text)),
            2 => record["eventName"] = json!(text),
            _ => {}
        }
        lines.push(record.to_string());
    }
    told(&lines.join("\n"))
}

/// One change is one story, however it is told.
#[test]
fn a_unit_goes_with_its_validity_in_every_report() {
    let history = story();
    let style = Style::from(Look { color: false, ascii: true, time_zone: TimeZone::UTC });
    let mut gone = 0;
    for told in history.iter().filter_map(|change| Told::of(&history, &change.id)) {
        let reports = [words(&Form::Block(style.clone()), &told), File::Markdown.entry(&told)];
        let folded = told.diff.folded();
        let unchanged = folded.iter().filter(|row| row.class == Class::Unchanged).count();
        for report in &reports {
            let counted = report.contains(&format!(" {unchanged} unchanged"))
                || report.contains(&format!("\n{unchanged} unchanged"));
            assert_eq!(counted, unchanged > 0, "{unchanged} in {report}");
        }
        for row in told.diff.rows.iter().filter(|row| !folded.iter().any(|shown| shown.path == row.path)) {
            gone += 1;
            let line = words(&Form::Line(style.clone()), &told);
            assert!(!line.contains(&*row.path), "{} in {line}", row.path);
            assert!(reports.iter().all(|report| !report.contains(&*row.path)), "{} in {reports:?}", row.path);
        }
    }
    assert!(gone > 0, "there is a unit in the story");
}

fn told(lines: &str) -> History {
    let mut history = History::default();
    for decoded in lines.lines().flat_map(decode) {
        if let Decoded::Change(change) = decoded {
            history.insert(*change);
        }
    }
    history
}
