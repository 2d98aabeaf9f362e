//! A `CloudTrail` record, kept small.

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

use lz4_flex::block;
use serde_json::Value;

use crate::pack::{Node, Packed, put_masked, put_members};

/// A masked `CloudTrail` record in a packed form (less than half of its JSON text); read it as text or as a value.
///
/// The client in the response mostly repeats what the request sent; what it repeats is kept once. Kept among others in a history it
/// is smaller still, and the same.
#[derive(Clone)]
pub struct Record {
    kept: Box<[u8]>,
    /// What it is compressed with, if it is: LZ4, the size before that in the first four bytes.
    dictionary: Option<Arc<[u8]>>,
}

impl Record {
    /// The record as compact JSON, keys in the order of the original. Not cleaned for a terminal.
    pub fn text(&self) -> String {
        Node::masked(&self.whole()).to_json()
    }

    /// Writes the same.
    pub(crate) fn write_json(&self, out: &mut Vec<u8>) {
        Node::masked(&self.whole()).write_json(out);
    }

    /// The record as a JSON value, e.g. to print it prettily.
    pub fn to_value(&self) -> Value {
        Node::masked(&self.whole()).to_value()
    }

    /// Bytes it takes packed.
    pub fn size(&self) -> usize {
        self.packed().len()
    }

    /// Bytes that are kept of it.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// What is kept, packed and no more.
    pub(crate) fn packed(&self) -> Cow<'_, [u8]> {
        let Some(dictionary) = &self.dictionary else { return Cow::Borrowed(&self.kept) };
        // Nothing but what was compressed below is read here, so that this does not fail.
        let packed = block::decompress_size_prepended_with_dict(&self.kept, dictionary);
        Cow::Owned(packed.unwrap_or_else(|_| Node::NULL.packed().to_vec()))
    }

    /// Keeps it compressed, if that is less.
    pub(crate) fn compress(&mut self, dictionary: &Arc<[u8]>) {
        if self.dictionary.is_some() {
            return;
        }
        let less = block::compress_prepend_size_with_dict(&self.kept, dictionary);
        if less.len() < self.kept.len() {
            // A copy of just the right size: shrinking the buffer would leave a hole behind each of many.
            *self = Self { kept: less.as_slice().into(), dictionary: Some(dictionary.clone()) };
        }
    }

    /// Packs a record that is masked.
    fn of_masked(node: Node<'_>) -> Self {
        /// What is shorter is not worth looking for.
        const WORTH: usize = 8;
        /// No client has more settings; hostile input may, and would take its time.
        const MANY: usize = 64;
        let once = with_client(node, |name, told, request| {
            let is_sent = || request.namesake(name).is_some_and(|sent| sent.packed() == told.packed());
            let is_worth = told.packed().len() > WORTH && request.members().nth(MANY).is_none();
            if is_worth && is_sent() { Node::REPEATED } else { told }
        });
        Self { kept: once.as_deref().unwrap_or(node.packed()).into(), dictionary: None }
    }

    /// With what is repeated in its place again.
    fn whole(&self) -> Cow<'_, [u8]> {
        let packed = self.packed();
        let whole = with_client(Node::masked(&packed), |name, told, request| {
            if told.is_repeated() { request.namesake(name).unwrap_or(told) } else { told }
        });
        whole.map_or(packed, Cow::Owned)
    }

    /// A name for a record that has none of its own: 128 bits of FNV-1a over the text.
    /// No defence against forgery, which a missing `eventID` would be anyway; equal records get equal names.
    pub(crate) fn fingerprint(&self) -> String {
        let hash = self.text().bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
        });
        format!("record-{hash:032x}")
    }
}

impl From<Node<'_>> for Record {
    /// Masks secrets on the way.
    fn from(node: Node<'_>) -> Self {
        if !node.holds_secrets() {
            return Self::of_masked(node);
        }
        let mut masked = Vec::with_capacity(node.packed().len());
        put_masked(node, &mut masked);
        Self::of_masked(Node::masked(&masked))
    }
}

/// A record with other values in the client of its response, made of their names, what they are and the request; `None` if there
/// is no such client.
fn with_client<'a>(record: Node<'a>, value: impl Fn(Node<'a>, Node<'a>, Node<'a>) -> Node<'a>) -> Option<Vec<u8>> {
    let [request, response] = record.pick(["requestParameters", "responseElements"]);
    let (request, response) = (request?, response?);
    let client = response.get("userPoolClient").filter(|client| client.is_object())?;
    let mut out = Vec::with_capacity(record.packed().len());
    put_members(record, &mut out, |_, part, out| {
        if !part.is(response) {
            return out.extend_from_slice(part.packed());
        }
        put_members(response, out, |_, part, out| {
            if !part.is(client) {
                return out.extend_from_slice(part.packed());
            }
            put_members(client, out, |name, told, out| out.extend_from_slice(value(name, told, request).packed()));
        });
    });
    Some(out)
}

impl From<&Value> for Record {
    /// Masks secrets on the way.
    fn from(value: &Value) -> Self {
        Self::from(Packed::from(value).node())
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.packed() == other.packed()
    }
}

impl Eq for Record {}

impl PartialOrd for Record {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Record {
    fn cmp(&self, other: &Self) -> Ordering {
        self.packed().cmp(&other.packed())
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Record").field(&self.text()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_response_repeats_is_kept_once_and_told_again() {
        let urls = json!(["https://shop.example.org/callback", "https://shop.example.org/silent"]);
        let response = json!({"userPoolClient": {"callbackURLs": urls, "logoutURLs": urls, "clientName": "web"}});
        for request in [json!({"callbackURLs": urls, "logoutURLs": []}), json!({}), json!("HIDDEN"), json!(null)] {
            let record = json!({"requestParameters": request, "responseElements": response, "eventID": "1"});
            let kept = Record::from(&record);
            assert_eq!((kept.to_value(), kept.text()), (record.clone(), record.to_string()));
            assert_eq!(kept.size() < Packed::from(&record).node().packed().len(), request["callbackURLs"] == urls);
        }
    }

    #[test]
    fn parts_that_come_twice_stay_as_they_were() {
        let client = r#"{"userPoolClient":{"clientName":"web-shop-of-ours"},"userPoolClient":{"clientName":"web-shop-of-ours"}}"#;
        let request = r#"{"clientName":"another","clientName":"web-shop-of-ours"}"#;
        let text = format!(
            r#"{{"responseElements":{client},"requestParameters":{{}},"responseElements":{client},"requestParameters":{request}}}"#
        );
        assert_eq!(Record::from(Packed::parse(&text).expect("JSON").node()).text(), text);
    }
}
