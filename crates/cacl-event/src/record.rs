//! A `CloudTrail` record, kept small.

use serde_json::Value;

use crate::pack::{Node, Packed, put_masked};

/// A masked `CloudTrail` record in a packed form (less than half of its JSON text); read it as text or as a value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record(Box<[u8]>);

impl Record {
    /// The record as compact JSON, keys in the order of the original. Not cleaned for a terminal.
    pub fn text(&self) -> String {
        self.node().to_json()
    }

    /// Writes the same.
    pub(crate) fn write_json(&self, out: &mut Vec<u8>) {
        self.node().write_json(out);
    }

    /// The record as a JSON value, e.g. to print it prettily.
    pub fn to_value(&self) -> Value {
        self.node().to_value()
    }

    /// Bytes it takes on the heap.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    fn node(&self) -> Node<'_> {
        Node::masked(&self.0)
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
            return Self(node.packed().into());
        }
        let mut masked = Vec::with_capacity(node.packed().len());
        put_masked(node, &mut masked);
        Self(masked.into())
    }
}

impl From<&Value> for Record {
    /// Masks secrets on the way.
    fn from(value: &Value) -> Self {
        Self::from(Packed::from(value).node())
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Record").field(&self.text()).finish()
    }
}
