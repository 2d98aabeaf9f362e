//! A `CloudTrail` record, kept small.

use serde_json::Value;

use crate::{
    node::Node,
    pack::{self, Packer},
};

/// A masked `CloudTrail` record in a packed form (about a third of its JSON text); read it as text or as a value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record(Box<[u8]>);

impl Record {
    /// The record as compact JSON, keys in the order of the original. Not cleaned for a terminal.
    pub fn text(&self) -> String {
        pack::unpack(&self.0)
    }

    /// The record as a JSON value, e.g. to print it prettily.
    pub fn to_value(&self) -> Value {
        pack::to_value(&self.0)
    }

    /// Bytes it takes on the heap.
    pub fn size(&self) -> usize {
        self.0.len()
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

impl From<&Node<'_>> for Record {
    fn from(node: &Node<'_>) -> Self {
        let mut packer = Packer::new();
        packer.node(node);
        Self(packer.finish())
    }
}

impl From<&Value> for Record {
    /// Masks secrets on the way.
    fn from(value: &Value) -> Self {
        Self::from(&Node::from(value))
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Record").field(&self.text()).finish()
    }
}
