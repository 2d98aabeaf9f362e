//! The forms in which records come, and where the records are in them.

use jiff::Timestamp;

use super::{Decoded, foreign, known, platform, record, text_into};
use crate::{
    Hops, Provenance,
    pack::{Node, Packed, Seen},
};

/// How many wrappers may stand around a record: a log event around a logger's line around our line around the envelope.
const DEEPEST: u8 = 8;

/// What the wrappers said about what is within.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    pub(super) hops: Hops,
    pub(super) provenance: Provenance,
    /// When, should the record not say it itself.
    pub(super) time: Option<Timestamp>,
    depth: u8,
}

impl Default for Context {
    fn default() -> Self {
        Self { hops: Hops::default(), provenance: Provenance::Event, time: None, depth: 0 }
    }
}

impl Context {
    fn within(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    pub(super) fn at(self, time: Option<Timestamp>) -> Self {
        Self { time: time.or(self.time), ..self }
    }
}

/// Finds the records (and platform lines) in a value. False if there are none: then nothing was added.
pub(super) fn find(node: Node<'_>, context: Context, out: &mut Vec<Decoded>) -> bool {
    if context.depth > DEEPEST {
        return false;
    }
    match node.seen() {
        Seen::Object => in_object(node, context, out),
        Seen::List => each(node, context, out),
        Seen::Text(text) => in_text(text, context, out),
        Seen::Null | Seen::Bool(_) | Seen::Number(_) => false,
    }
}

fn in_object(node: Node<'_>, context: Context, out: &mut Vec<Decoded>) -> bool {
    if record::is_record(node) {
        // One that is none is not searched for others: whoever made the call chose what is in it.
        let change = record::change(node, context);
        return change.map(|change| out.push(Decoded::Change(Box::new(change)))).is_some();
    }
    if let Some(found) = ours(node, context, out) {
        return found;
    }
    if let Some(line) = platform::of_json(node) {
        out.push(Decoded::Platform(line));
        return true;
    }
    if let Some(found) = from_aws(node, context, out) {
        return found;
    }
    wrapped(node, context, out)
}

/// Our own wire formats: the log line, and the JSON lines that we write. `None` if this is neither.
fn ours(node: Node<'_>, context: Context, out: &mut Vec<Decoded>) -> Option<bool> {
    let schema = node.text("schema")?;
    let within = context.within();
    if schema.starts_with("cacl.line/") {
        let received = node.text("timestamp").and_then(|time| time.parse().ok());
        let hops = Hops { lambda: received.or(context.hops.lambda), ..context.hops };
        return Some(find(node.get("event")?, Context { hops, ..within }.at(received), out));
    }
    if schema.starts_with("cacl.change/") {
        let time = node.text("time").and_then(|time| time.parse().ok());
        let hops = stations(time, node.get("latencyMs"));
        let before = out.len();
        let found = find(node.get("record")?, Context { hops, ..within }.at(time), out);
        if let [Decoded::Change(change)] = &mut out[before..] {
            change.known = known::of(node, change);
        }
        return Some(found);
    }
    None
}

/// The stations that latencies were told between.
fn stations(time: Option<Timestamp>, latency: Option<Node<'_>>) -> Hops {
    let after = |station: Option<Timestamp>, hop: &str| {
        let millis = latency?.get(hop)?.as_i64()?;
        Timestamp::from_millisecond(station?.as_millisecond().checked_add(millis)?).ok()
    };
    let lambda = after(time, "lambda");
    let log = after(lambda, "log");
    let ingested = after(log, "ingest");
    Hops { lambda, log, ingested, screen: after(ingested, "screen") }
}

/// What AWS itself wraps records in. `None` if this is nothing of the kind.
fn from_aws(node: Node<'_>, context: Context, out: &mut Vec<Decoded>) -> Option<bool> {
    let within = context.within();
    // A file of a trail, `LookupEvents`, `FilterLogEvents` and `GetLogEvents`, a subscription filter, Live Tail.
    for name in ["Records", "Events", "events", "logEvents", "sessionResults"] {
        if let Some(list) = node.get(name).filter(|member| member.is_list()) {
            return Some(each(list, context, out));
        }
    }
    if let Some(inner) = node.text("CloudTrailEvent") {
        let provenance = Provenance::History;
        return Some(in_text(inner, Context { provenance, ..within }, out));
    }
    if let Some(message) = node.get("message").and_then(Node::as_str)
        && let Some(log) = millis(node, "timestamp")
    {
        let hops = Hops { log: Some(log), ingested: millis(node, "ingestionTime"), ..context.hops };
        let before = out.len();
        text_into(message, Context { hops, ..within }.at(Some(log)), out);
        return Some(out.len() > before);
    }
    if let Some(detail) = node.get("detail").filter(|detail| detail.is_object()) {
        let time = node.text("time").and_then(|time| time.parse().ok());
        return find(detail, within.at(time), out).then_some(true);
    }
    None
}

fn millis(node: Node<'_>, name: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(node.get(name)?.as_i64()?).ok()
}

/// What other loggers wrap records in: any object of which members, or texts that are JSON, hold them.
fn wrapped(node: Node<'_>, context: Context, out: &mut Vec<Decoded>) -> bool {
    let mut found = false;
    for (name, member) in node.members() {
        found |= match member.seen() {
            // Looked into already.
            Seen::Object if name.as_str() == Some("detail") => false,
            Seen::Object => find(member, context.within(), out),
            Seen::Text(text) => in_text(text, context.within(), out),
            // Lists are looked into only under the names above: else rubbish would be taken apart.
            _ => false,
        };
    }
    found
}

fn in_text(text: &str, context: Context, out: &mut Vec<Decoded>) -> bool {
    let text = text.trim();
    context.depth <= DEEPEST
        && text.starts_with('{')
        && text.ends_with('}')
        && Packed::parse(text).is_some_and(|packed| find(packed.node(), context, out))
}

/// Every element of a list as what it is, so that none is lost among the others; unless there is nothing in any.
fn each(list: Node<'_>, context: Context, out: &mut Vec<Decoded>) -> bool {
    let before = out.len();
    let mut found = false;
    for element in list.elements() {
        if find(element, context.within(), out) {
            found = true;
        } else {
            out.push(foreign(element, None));
        }
    }
    if !found {
        out.truncate(before);
    }
    found
}
