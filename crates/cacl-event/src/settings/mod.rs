//! The settings of an app client: parameter paths and values.
//!
//! Kept packed (see the crate's `pack` module) and sorted by path, so that two of them are compared by walking along both,
//! and a history of 100,000 changes fits into memory. Values are made when asked for.

mod defaults;
mod display;
mod flatten;
mod validity;

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

use serde_json::Value;

pub use defaults::default_of;
pub(crate) use defaults::filled_in;
pub use display::display;
use flatten::Flat;
pub(crate) use flatten::Keep;
pub use validity::unit_of;
pub(crate) use validity::{VALIDITIES, Validity, span};

use crate::pack::{self, Node, Packed};

/// Sorted by path; paths as in `CloudTrail`, nested with dots, without ids, dates and secrets. Lists of scalars are
/// sets: kept sorted, each element once. Whole numbers are whole however they were written.
#[derive(Clone)]
pub struct Settings {
    /// Paths and values in turn. What a call sent and what came of it have most of them in common, and share these bytes.
    packed: Arc<[u8]>,
    /// Which of the first 64 belong to these settings, a bit each; all others do.
    which: u64,
}

/// One setting, still packed: paths and values can be compared without being made.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    pub(crate) path: &'a str,
    packed_path: &'a [u8],
    pub(crate) packed: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Orders by path, which for the same path is a matter of two bytes.
    pub(crate) fn by_path(&self, other: &Entry<'_>) -> Ordering {
        match (self.packed_path, other.packed_path) {
            // Words are ordered as their numbers are.
            ([word], [other]) => word.cmp(other),
            _ => self.path.cmp(other.path),
        }
    }

    /// The path for keeping: those that are frequent cost nothing.
    pub(crate) fn kept_path(&self) -> Cow<'static, str> {
        self.name().as_word().map_or_else(|| Cow::Owned(self.path.to_owned()), Cow::Borrowed)
    }

    pub(crate) fn value(&self) -> Value {
        self.node().to_value()
    }

    /// The path as it is packed.
    pub(crate) fn name(&self) -> Node<'a> {
        Node::masked(self.packed_path)
    }

    pub(crate) fn node(&self) -> Node<'a> {
        Node::masked(self.packed)
    }

    /// Null, `""`, `[]`: sent to take the setting away.
    pub(crate) fn is_empty(&self) -> bool {
        self.node().is_empty()
    }
}

impl Settings {
    /// The settings in a `userPoolClient` of a response or in a `UserPoolClient` of `DescribeUserPoolClient` (whose
    /// names begin with capitals); what is empty counts as absent.
    pub fn of_client(client: &Value) -> Self {
        Self::from_node(Packed::from(client).node(), Keep::State)
    }

    /// The settings within an object.
    pub(crate) fn from_node(node: Node<'_>, keep: Keep) -> Self {
        Self::pack(&flatten::flatten(node, keep), node.holds_secrets())
    }

    /// Packs settings that are sorted and distinct.
    fn pack(entries: &[Flat<'_>], hold_secrets: bool) -> Self {
        let mut packed = Vec::with_capacity(512);
        for Flat { path, name, value } in entries {
            match name {
                Some(name) => packed.extend_from_slice(name.packed()),
                None => pack::put_text(path, &mut packed),
            }
            pack::put_masked_member(path, Node::new(value, hold_secrets), &mut packed);
        }
        // A copy of just the right size: shrinking the buffer would leave a hole behind each of many.
        Self::all(packed.as_slice().into())
    }

    /// Joins entries that are sorted and distinct.
    pub(crate) fn join<'a>(entries: impl Iterator<Item = Entry<'a>>) -> Self {
        let mut bytes = Vec::new();
        for entry in entries {
            bytes.extend_from_slice(entry.packed_path);
            bytes.extend_from_slice(entry.packed);
        }
        Self::all(bytes.into())
    }

    fn all(packed: Arc<[u8]>) -> Self {
        Self { packed, which: u64::MAX }
    }

    /// The same two, sharing what they have in common; as they are if they are many.
    pub(crate) fn sharing(one: Self, other: Self) -> (Self, Self) {
        let (mut bytes, mut bit) = (Vec::new(), 1_u64);
        let (mut in_one, mut in_other) = (0, 0);
        let (mut ones, mut others) = (one.entries().peekable(), other.entries().peekable());
        loop {
            let order = match (ones.peek(), others.peek()) {
                (Some(one), Some(other)) if one.by_path(other).is_eq() && one.packed == other.packed => Ordering::Equal,
                // Of two values of a path the first one's comes first.
                (Some(one), Some(other)) => one.by_path(other).then(Ordering::Less),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            if bit == 0 {
                drop((ones, others));
                return (one, other);
            }
            let of_one = ones.next_if(|_| order.is_le()).inspect(|_| in_one |= bit);
            let of_other = others.next_if(|_| order.is_ge()).inspect(|_| in_other |= bit);
            if let Some(entry) = of_one.or(of_other) {
                bytes.extend_from_slice(entry.packed_path);
                bytes.extend_from_slice(entry.packed);
            }
            bit <<= 1;
        }
        let packed: Arc<[u8]> = bytes.into();
        (Self { packed: packed.clone(), which: in_one }, Self { packed, which: in_other })
    }

    /// Paths and values as they are packed.
    pub(crate) fn packed(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let (mut rest, mut which) = (&*self.packed, self.which);
        std::iter::from_fn(move || {
            loop {
                let entry = (pack::next(&mut rest)?, pack::next(&mut rest)?);
                let is_in = which & 1 == 1;
                which = which >> 1 | 1 << 63;
                if is_in {
                    return Some(entry);
                }
            }
        })
    }

    /// All entries, by path.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.packed().map(|(packed_path, packed)| {
            let path = Node::masked(packed_path).as_str().unwrap_or_default();
            Entry { path, packed_path, packed }
        })
    }

    /// The entry at a path.
    pub(crate) fn entry(&self, path: &str) -> Option<Entry<'_>> {
        self.entries().find(|entry| entry.path == path)
    }

    /// The value at a path.
    pub fn get(&self, path: &str) -> Option<Value> {
        self.entry(path).map(|entry| entry.value())
    }

    /// All, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Value)> {
        self.entries().map(|entry| (entry.path, entry.value()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.packed().count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.packed().next().is_none()
    }

    /// Bytes it takes on the heap, together with those that it shares them with.
    pub fn size(&self) -> usize {
        self.packed.len()
    }

    /// All bytes, of those that it shares them with, too.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.packed
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::all(Arc::default())
    }
}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        self.packed().eq(other.packed())
    }
}

impl Eq for Settings {}

impl<P: AsRef<str>> FromIterator<(P, Value)> for Settings {
    /// Paths and values as they are to be (flattened already); of a repeated path the last one counts.
    fn from_iter<I: IntoIterator<Item = (P, Value)>>(settings: I) -> Self {
        let owned: Vec<(P, Packed)> = settings.into_iter().map(|(path, value)| (path, (&value).into())).collect();
        let entries = owned.iter().map(|(path, value)| {
            let path = path.as_ref().into();
            Flat { path, name: None, value: flatten::normal(value.node()) }
        });
        // Whether a path is that of a secret is known when it is packed.
        Self::pack(&flatten::sorted(entries.collect()), true)
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::testing;

    #[rstest]
    #[case::nested(json!({"tokenValidityUnits": {"idToken": "hours"}}), json!({"tokenValidityUnits.idToken": "hours"}))]
    #[case::empties(json!({"tokenValidityUnits": {}, "callbackURLs": [], "defaultRedirectURI": "", "analyticsConfiguration": null}), json!({}))]
    #[case::ids(json!({"userPoolId": "p", "clientId": "c", "lastModifiedDate": 1, "creationDate": 1, "clientSecret": "s"}), json!({}))]
    #[case::sets(json!({"callbackURLs": ["b", "a", "b"]}), json!({"callbackURLs": ["a", "b"]}))]
    #[case::objects_in_lists(json!({"x": [{"b": 1}, {"a": 2}]}), json!({"x": [{"b": 1}, {"a": 2}]}))]
    #[case::numbers(json!({"a": 30.0, "b": 1.5}), json!({"a": 30, "b": 1.5}))]
    #[case::as_described(json!({"UserPoolId": "p", "CallbackURLs": ["a"], "TokenValidityUnits": {"AccessToken": "minutes"}}),
                         json!({"callbackURLs": ["a"], "tokenValidityUnits.accessToken": "minutes"}))]
    #[case::secrets(json!({"secretString": "x"}), json!({"secretString": "HIDDEN_BY_CACL"}))]
    #[case::secret_objects(json!({"x": {"secretString": {"a": "b"}}}), json!({"x.secretString": "HIDDEN_BY_CACL"}))]
    #[case::hidden(json!({"tokenValidityUnits": "HIDDEN_FOR_SOME_REASON"}), json!({"tokenValidityUnits": "HIDDEN_FOR_SOME_REASON"}))]
    #[case::no_object(json!("HIDDEN_X"), json!({}))]
    #[case::odd_names(json!({"a\u{0}b": "\u{0}", "": 1}), json!({"": 1, "a\u{0}b": "\u{0}"}))]
    fn state(#[case] client: Value, #[case] expected: Value) {
        let settings = Settings::of_client(&client);
        let found: serde_json::Map<String, Value> =
            settings.iter().map(|(path, value)| (path.to_owned(), value)).collect();
        assert_eq!(Value::Object(found), expected);
        assert_eq!(settings.len(), expected.as_object().map_or(0, serde_json::Map::len));
    }

    #[test]
    fn order_and_repetition_do_not_matter() {
        let one: Settings = [("b", json!([2, 1])), ("a", json!(1))].into_iter().collect();
        let two: Settings = [("a", json!(0)), ("a", json!(1)), ("b", json!([1, 2, 2]))].into_iter().collect();
        assert_eq!(one, two);
        assert_eq!(one.get("b"), Some(json!([1, 2])));
        assert_eq!(one.get("c"), None);
    }

    proptest! {
        #[test]
        fn those_that_share_are_what_they_were(one in testing::state(), other in testing::state(), many in 0..70usize) {
            let more: Settings = (0..many).map(|number| (format!("more{number}"), json!(number))).collect();
            let other: Settings = other.iter().chain(more.iter()).collect();
            let (shared, sharing) = Settings::sharing(one.clone(), other.clone());
            prop_assert_eq!((&shared, &sharing), (&one, &other));
            prop_assert!(sharing.packed().is_sorted_by_key(|(path, _)| Node::masked(path).as_str()));
            prop_assert_eq!((shared.len(), shared.is_empty()), (one.len(), one.is_empty()));
            let (same, again) = Settings::sharing(one.clone(), one.clone());
            prop_assert_eq!((same.size(), again), (one.size(), one));
        }
    }
}
