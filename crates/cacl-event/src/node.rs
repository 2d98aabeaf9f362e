//! JSON as it is read: a tree that borrows its texts from the input.
//!
//! Half the work of a decode is reading JSON, so this is leaner than `serde_json::Value`: no hashing of keys, no copies of
//! texts that need no unescaping. Keys may repeat, as in the input; the last one counts, as everywhere else. Nesting is bounded
//! by `serde_json` (128 levels); deeper input is no JSON to us, so recursion over a tree is safe.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use crate::pack;

/// One JSON value. A borrowed text needs no escaping: it is how it stands in JSON.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Reads one JSON text.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The member of that name; `None` for anything but an object. `null` is a member.
    pub(crate) fn get(&self, key: &str) -> Option<&Node<'a>> {
        match self {
            Node::Object(members) => members.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The member at the end of a path of names.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Node<'a>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text, if it is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a member, if it is one and not empty.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// A boolean, also one written as text, as `CloudTrail` does here and there.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Node::Bool(value) => Some(*value),
            Node::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Node::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// A whole number.
    pub(crate) fn as_i64(&self) -> Option<i64> {
        match self {
            Node::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub(crate) fn elements(&self) -> Option<&[Node<'a>]> {
        match self {
            Node::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, if it is an object.
    pub(crate) fn members(&self) -> Option<&[(Cow<'a, str>, Node<'a>)]> {
        match self {
            Node::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Null, `""`, `[]` and `{}`: what counts as absent where a state is described.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Node::Null => true,
            Node::Bool(_) | Node::Number(_) => false,
            Node::Text(text) => text.is_empty(),
            Node::List(elements) => elements.is_empty(),
            Node::Object(members) => members.is_empty(),
        }
    }

    /// Whether nothing in it lies more than so many lists and objects deep.
    pub(crate) fn is_within(&self, levels: u8) -> bool {
        let within = |inner: &Node<'_>| levels > 0 && inner.is_within(levels - 1);
        match self {
            Node::List(elements) => elements.iter().all(within),
            Node::Object(members) => members.iter().all(|(_, member)| within(member)),
            _ => true,
        }
    }

    /// Neither a list nor an object.
    pub(crate) fn is_scalar(&self) -> bool {
        !matches!(self, Node::List(_) | Node::Object(_))
    }
}

impl<'a> From<&'a Value> for Node<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Node::Null,
            Value::Bool(value) => Node::Bool(*value),
            Value::Number(number) => Node::Number(number.clone()),
            Value::String(text) => Node::Text(as_in_json(text)),
            Value::Array(elements) => Node::List(elements.iter().map(Node::from).collect()),
            Value::Object(members) => {
                Node::Object(members.iter().map(|(key, value)| (as_in_json(key), value.into())).collect())
            }
        }
    }
}

/// A text, borrowed only if it needs no escaping.
fn as_in_json(text: &str) -> Cow<'_, str> {
    if text.bytes().any(pack::needs_escape) { Cow::Owned(text.to_owned()) } else { Cow::Borrowed(text) }
}

impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

/// What a `Vec` makes room for by itself, and the members of most records.
const SMALL: usize = 4;
const RECORD: usize = 18;

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = input.next_element()? {
            elements.push(element);
        }
        Ok(Node::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Key(key)) = input.next_key()? {
            // Small objects stay small: of hostile input, which may be nothing else, the tree is still no monster. Others
            // get at once as much as most records need, which allocators hand out quickly (1 KiB).
            if members.len() == SMALL {
                members.reserve_exact(RECORD - SMALL);
            }
            members.push((key, input.next_value()?));
        }
        Ok(Node::Object(members))
    }
}

/// A member's name, borrowed where possible.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_repeated_keys_counts() {
        let node = Node::parse(r#"{"a":1,"a":2}"#).expect("JSON");
        assert_eq!(node.get("a").and_then(Node::as_i64), Some(2));
    }

    #[test]
    fn small_objects_take_little_room() {
        for (text, most) in [("{}", 0), (r#"{"a":1}"#, SMALL), (r#"{"a":1,"b":2,"c":3,"d":4,"e":5}"#, RECORD)] {
            let Some(Node::Object(members)) = Node::parse(text) else { panic!("{text} is an object") };
            assert!(members.capacity() <= most, "{text}: {}", members.capacity());
        }
    }

    #[test]
    fn texts_are_borrowed_unless_escaped() {
        let node = Node::parse(r#"["plain","esc\n"]"#).expect("JSON");
        let elements = node.elements().expect("list");
        assert!(matches!(elements[0], Node::Text(Cow::Borrowed("plain"))));
        assert!(matches!(&elements[1], Node::Text(Cow::Owned(text)) if text == "esc\n"));
    }

    #[test]
    fn deep_nesting_is_no_json() {
        assert_eq!(Node::parse(&"[".repeat(100_000)), None);
        assert_eq!(Node::parse(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))), None);
    }
}
