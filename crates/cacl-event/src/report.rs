//! The JSON-lines schema `cacl.change/1`, a stable interface.
//!
//! Members are never left out and keep their order; what is unknown is `null`. Readers should ignore members they do not know:
//! some may be added within a version, none is taken away or changes its meaning.

use serde_json::{Value, json};

use crate::{Change, Diff, Judgement, Outcome, Row, clean::clean_json, pack::escape};

/// One change as one line of JSON (no newline at the end). Control and bidi characters are escaped, so the line may go to a terminal.
pub fn json_line(change: &Change, client_name: Option<&str>, diff: &Diff, judgement: &Judgement) -> String {
    let mut line = Line { out: Vec::with_capacity(4096) };
    line.raw(r#"{"schema":"cacl.change/1","id":"#);
    line.text(&change.id);
    line.raw(r#","time":"#);
    line.text(&change.time.to_string());
    line.member("event", Some(&change.event));
    line.member("kind", Some(change.kind.as_str()));
    let (outcome, error) = match &change.outcome {
        Outcome::Succeeded => ("succeeded", Value::Null),
        Outcome::Failed { code, message } => ("failed", json!({"code": &**code, "message": message.as_deref()})),
    };
    line.member("outcome", Some(outcome));
    line.value("error", &error);
    line.member("account", change.account.as_deref());
    line.member("region", change.region.as_deref());
    line.member("userPoolId", change.user_pool_id.as_deref());
    line.member("clientId", change.client_id.as_deref());
    line.member("clientName", client_name);
    line.value("actor", &actor(change));
    line.member("origin", Some(change.origin.as_str()));
    line.member("sourceIp", change.source_ip.as_deref());
    line.member("userAgent", change.user_agent.as_deref());
    line.member("baseline", Some(diff.baseline.as_str()));
    line.raw(r#","diff":["#);
    for (index, row) in diff.rows.iter().enumerate() {
        line.row(index, row);
    }
    line.raw("]");
    line.member("severity", Some(judgement.severity.as_str()));
    line.value("reasons", &reasons(judgement));
    line.value("latencyMs", &latency(change));
    line.raw(r#","record":"#);
    change.record.write_json(&mut line.out);
    line.raw("}");
    clean_json(String::from_utf8(line.out).unwrap_or_default())
}

fn actor(change: &Change) -> Value {
    let actor = &change.actor;
    json!({
        "type": actor.kind.as_str(),
        "name": actor.name.as_deref(),
        "role": actor.role.as_deref(),
        "arn": actor.arn.as_deref(),
        "mfa": actor.mfa,
    })
}

fn reasons(judgement: &Judgement) -> Value {
    let reasons = judgement.reasons.iter();
    reasons
        .map(|reason| json!({"rule": reason.rule, "severity": reason.severity.as_str(), "text": reason.text}))
        .collect()
}

fn latency(change: &Change) -> Value {
    let latency = change.latency();
    json!({"lambda": latency.lambda, "log": latency.log, "ingest": latency.ingest, "screen": latency.screen})
}

/// A line being written. Written by hand because the record is JSON text already, and rows are many.
struct Line {
    out: Vec<u8>,
}

impl Line {
    fn raw(&mut self, json: &str) {
        self.out.extend_from_slice(json.as_bytes());
    }

    fn text(&mut self, text: &str) {
        escape(text, &mut self.out);
    }

    fn json(&mut self, value: &Value) {
        // Writing to a Vec cannot fail, nor can a Value be unfit for JSON.
        let _ = serde_json::to_writer(&mut self.out, value);
    }

    fn member(&mut self, name: &str, text: Option<&str>) {
        self.name(name);
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    fn value(&mut self, name: &str, value: &Value) {
        self.name(name);
        self.json(value);
    }

    fn name(&mut self, name: &str) {
        self.raw(",\"");
        self.raw(name);
        self.raw("\":");
    }

    fn row(&mut self, index: usize, row: &Row) {
        self.raw(if index > 0 { r#",{"path":"# } else { r#"{"path":"# });
        self.text(&row.path);
        self.member("class", Some(row.class.as_str()));
        for (name, value) in [("before", &row.before), ("after", &row.after)] {
            self.value(name, value.as_ref().unwrap_or(&Value::Null));
        }
        for (name, elements) in [("added", &row.added), ("removed", &row.removed)] {
            self.name(name);
            match elements {
                Some(elements) => {
                    let _ = serde_json::to_writer(&mut self.out, elements);
                }
                None => self.raw("null"),
            }
        }
        self.raw("}");
    }
}
