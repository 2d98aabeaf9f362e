//! Rubbish: texts, values, and records that are almost as they should be.

use cacl_event::line::line;
use fastrand::Rng;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Records as CloudTrail writes them, in envelopes and bare.
const LINES: [&str; 2] =
    [include_str!("../../../tests/fixtures/recording.jsonl"), include_str!("../../../src/screen/tests/story.jsonl")];

const PIECES: [&str; 30] = [
    "\u{1b}[2J\u{1b}]52;c;AAAA\u{7}",
    "\u{1b}]0;title\u{1b}\\",
    "\u{9b}31m\u{85}\u{90}",
    "\u{202e}\u{2066}\u{200f}\u{61c}",
    "\r\n\t\0\u{8}\u{7f}",
    "\u{200b}\u{feff}\u{ad}\u{2060}",
    "\u{e0041}\u{e007f}\u{fe0f}\u{fff9}",
    "\u{2028}\u{2029}\u{180e}\u{3164}",
    "日本語クライアント",
    "👩🏽‍🚀🇪🇺🇪",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "שלום مرحبا",
    "\u{ffff}\u{10ffff}\u{fdd0}",
    "\"\\\"'`$(id)!`",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "{\"eventName\":\"DeleteUserPoolClient\"}",
    "https://user:pass@evil.example.org:99999/cb?client_secret=x#y",
    "http://*.example.org",
    "//",
    "file:///etc/passwd",
    "eu-west-1_Zq4TrPm9K",
    "null",
    "-1",
    "1e999",
    "2026-13-99T99:99:99Z",
    "9999-12-31T23:59:59.999999999Z",
    "-009999-01-01T00:00:00Z",
    "|[x](y)<b>`\n# heading",
    "",
];

/// Members that mean something to somebody.
const NAMES: [&str; 24] = [
    "eventID",
    "eventTime",
    "eventName",
    "eventSource",
    "userIdentity",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "userPoolClient",
    "clientId",
    "userPoolId",
    "callbackURLs",
    "tokenValidityUnits",
    "accessTokenValidity",
    "refreshTokenRotation",
    "detail",
    "event",
    "message",
    "Records",
    "events",
    "CloudTrailEvent",
    "type",
    "schema",
];

/// A text with what hurts.
pub fn text(rng: &mut Rng) -> String {
    let mut text = String::new();
    for _ in 0..rng.usize(0..4) {
        match rng.u8(0..12) {
            0 => text.extend(std::iter::repeat_n(rng.char('a'..='z'), rng.usize(0..300))),
            1 => text.extend((0..rng.usize(0..12)).map(|_| rng.char(..))),
            2 => text.push_str(&rng.i64(..).to_string()),
            3 => text.push_str(NAMES[rng.usize(..NAMES.len())]),
            _ => text.push_str(PIECES[rng.usize(..PIECES.len())]),
        }
    }
    text
}

/// Any JSON.
pub fn value(rng: &mut Rng, depth: u8) -> Value {
    match rng.u8(0..if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => rng.bool().into(),
        2 => rng.i64(..).into(),
        3 => (rng.f64() * 1e300).into(),
        4 | 5 => text(rng).into(),
        6 => (0..rng.usize(0..6)).map(|_| value(rng, depth - 1)).collect(),
        _ => (0..rng.usize(0..6)).map(|_| (name(rng), value(rng, depth - 1))).collect::<Map<_, _>>().into(),
    }
}

fn name(rng: &mut Rng) -> String {
    if rng.bool() { NAMES[rng.usize(..NAMES.len())].to_owned() } else { text(rng) }
}

/// A source of log lines.
#[derive(Debug)]
pub struct Source {
    records: Vec<Value>,
}

impl Source {
    pub fn new() -> Self {
        let values = LINES.iter().flat_map(|lines| lines.lines()).filter_map(|line| serde_json::from_str(line).ok());
        let records = values.map(|value: Value| match value.pointer("/event/detail").or(value.get("detail")) {
            Some(detail) => detail.clone(),
            None => value,
        });
        Self { records: records.filter(|record| record["eventName"].is_string()).collect() }
    }

    /// A record, with some things wrong.
    pub fn record(&self, rng: &mut Rng) -> Value {
        let mut record = self.records[rng.usize(..self.records.len())].clone();
        // Few ids, so that they collide; few seconds, so that order within one matters.
        record["eventID"] = format!("00000000-0000-4000-8000-{:012}", rng.u32(..4_000)).into();
        let second = 1_790_000_000 + rng.i64(0..2_000);
        record["eventTime"] = Timestamp::from_second(second).map_or(Value::Null, |time| time.to_string().into());
        for _ in 0..rng.usize(0..5) {
            let at = rng.usize(..nodes(&record).max(1));
            mutate(&mut record, &mut { at }, rng);
        }
        record
    }

    /// A line or a document, wrapped in some way, and now and then broken.
    pub fn line(&self, rng: &mut Rng) -> String {
        let record = self.record(rng);
        let mut text = self.wrapped(record, rng);
        if rng.u8(0..5) == 0 {
            broken(&mut text, rng);
        }
        text
    }

    fn wrapped(&self, record: Value, rng: &mut Rng) -> String {
        let envelope = |record: Value| json!({"version": "0", "source": "aws.cognito-idp", "detail-type": "AWS API Call via CloudTrail", "detail": record});
        match rng.u8(0..12) {
            0..=2 => record.to_string(),
            3 => envelope(record).to_string(),
            4 | 5 => line(Timestamp::UNIX_EPOCH, &text(rng), envelope(record)),
            6 => json!({"Records": [record, self.record(rng)]}).to_string(),
            7 => json!({"Events": [{"EventId": text(rng), "CloudTrailEvent": record.to_string()}]}).to_string(),
            8 => {
                let inner = line(Timestamp::UNIX_EPOCH, "r", envelope(record));
                json!({"events": [{"timestamp": rng.i64(..), "ingestionTime": rng.i64(..), "message": inner}]})
                    .to_string()
            }
            9 => format!("2026-10-01T08:00:00Z INFO {} {record}", text(rng).replace(['{', '\n'], " ")),
            10 => json!({"level": "info", "message": envelope(record).to_string()}).to_string(),
            _ => json!({"time": text(rng), "type": format!("platform.{}", text(rng)), "record": record}).to_string(),
        }
    }
}

/// How many values there are within one.
fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(nodes).sum(),
        Value::Object(members) => members.values().map(nodes).sum(),
        _ => 0,
    }
}

/// Does something to the `at`-th value within one.
fn mutate(value: &mut Value, at: &mut usize, rng: &mut Rng) {
    if *at == 0 {
        change(value, rng);
    }
    *at = at.wrapping_sub(1);
    let mut visit = |inner: &mut Value| {
        if *at != usize::MAX {
            mutate(inner, at, rng);
        }
    };
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(&mut visit),
        Value::Object(members) => members.values_mut().for_each(&mut visit),
        _ => {}
    }
}

fn change(value: &mut Value, rng: &mut Rng) {
    match (rng.u8(0..6), &mut *value) {
        (0, Value::Object(members)) => {
            if let Some(name) = members.keys().nth(rng.usize(..members.len().max(1))).cloned() {
                members.shift_remove(&name);
            }
        }
        (1, Value::Object(members)) => drop(members.insert(name(rng), self::value(rng, 3))),
        (0, Value::Array(elements)) if !elements.is_empty() => drop(elements.remove(rng.usize(..elements.len()))),
        (1, Value::Array(elements)) => elements.push(self::value(rng, 2)),
        (2, Value::Array(elements)) if elements.len() < 1_000 => elements.extend(elements.clone()),
        (2 | 3, Value::String(old)) => *old += &text(rng),
        (4, old) => *old = (0..rng.u8(0..200)).fold(old.take(), |inner, _| json!([inner])),
        (_, old) => *old = self::value(rng, 3),
    }
}

/// Cuts, doubles or overwrites some of a text.
fn broken(text: &mut String, rng: &mut Rng) {
    let boundary = |text: &str, rng: &mut Rng| {
        let at = rng.usize(..=text.len());
        (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or_default()
    };
    match rng.u8(0..5) {
        0 => text.truncate(boundary(text, rng)),
        1 => drop(text.drain(..boundary(text, rng))),
        2 => text.insert_str(boundary(text, rng), PIECES[rng.usize(..PIECES.len())]),
        3 => text.insert_str(boundary(text, rng), ["{", "}", "[", "]", "\"", ",", ":", "\\", "\n"][rng.usize(..9)]),
        _ => {
            let tail = text[boundary(text, rng)..].to_owned();
            text.push_str(&tail);
        }
    }
}
