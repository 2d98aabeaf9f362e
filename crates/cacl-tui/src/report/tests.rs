//! What the reports are tried on.

use cacl_event::{Decoded, History, decode};
use serde_json::{Value, json};

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

fn told(lines: &str) -> History {
    let mut history = History::default();
    for decoded in lines.lines().flat_map(decode) {
        if let Decoded::Change(change) = decoded {
            history.insert(*change);
        }
    }
    history
}
