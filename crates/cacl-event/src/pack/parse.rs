//! From JSON text to what is packed, without anything in between.
//!
//! Half the work of a decode is reading JSON, so nothing is made here but the bytes. Names may repeat, as in the input. Nesting is
//! bounded by `serde_json` (128 levels); deeper input is no JSON to us, so recursion over what is packed is safe.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{
    FIRST_WORD, LIST, NULL, Node, OBJECT, close, open, put_bool, put_f64, put_i64, put_other_text, put_u64, words,
};
use crate::mask;

/// A packed value, as it came: not masked, and so never kept.
#[derive(Default)]
pub(crate) struct Packed {
    bytes: Vec<u8>,
    /// Whether anything was seen that is to be masked before it is kept.
    holds_secrets: bool,
}

impl Packed {
    /// Reads one JSON text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn node(&self) -> Node<'_> {
        Node::new(&self.bytes, self.holds_secrets)
    }
}

impl From<&Value> for Packed {
    fn from(value: &Value) -> Self {
        // Nothing in a value is beyond what can be packed.
        Self::deserialize(value).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut packed = Self { bytes: Vec::with_capacity(2048), holds_secrets: false };
        Next(&mut packed).deserialize(deserializer)?;
        Ok(packed)
    }
}

/// Packs the value that comes next.
struct Next<'p>(&'p mut Packed);

impl<'de> DeserializeSeed<'de> for Next<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Next<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.bytes.push(NULL);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        put_bool(value, &mut self.0.bytes);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        put_i64(value, &mut self.0.bytes);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        put_u64(value, &mut self.0.bytes);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        put_f64(value, &mut self.0.bytes);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if let Some(number) = words::number(text) {
            self.0.bytes.push(FIRST_WORD + number);
            return Ok(());
        }
        put_other_text(text, &mut self.0.bytes);
        self.0.holds_secrets |= matches!(mask::mask_text(text), Cow::Owned(_));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<(), A::Error> {
        let start = open(LIST, &mut self.0.bytes);
        while input.next_element_seed(Next(self.0))?.is_some() {}
        close(start, &mut self.0.bytes);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<(), A::Error> {
        let start = open(OBJECT, &mut self.0.bytes);
        while let Some(is_secret) = input.next_key_seed(Name(self.0))? {
            let value = self.0.bytes.len();
            input.next_value_seed(Next(self.0))?;
            self.0.holds_secrets |=
                is_secret && mask::is_secret_value(Node::masked(self.0.bytes.get(value..).unwrap_or_default()));
        }
        close(start, &mut self.0.bytes);
        Ok(())
    }
}

/// Packs a member's name, and says whether it goes with a secret.
struct Name<'p>(&'p mut Packed);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        if let Some(number) = words::number(name) {
            self.0.bytes.push(FIRST_WORD + number);
            return Ok(words::is_secret(number));
        }
        put_other_text(name, &mut self.0.bytes);
        Ok(mask::is_secret(name))
    }
}
