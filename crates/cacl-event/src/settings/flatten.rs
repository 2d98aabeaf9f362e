//! From an object to sorted paths and normal values.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::Number;

use crate::{
    mask::is_secret,
    pack::{Node, Packed, put_list},
};

/// What is not a setting: which client it is, when it was touched, and its secret.
const NOT_SETTINGS: [&str; 5] = ["userPoolId", "clientId", "lastModifiedDate", "creationDate", "clientSecret"];

/// What to keep of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// A resulting state: what is empty counts as absent.
    State,
    /// A request to create or to replace a client: what is empty was sent to take something away; the primitives that
    /// the service adds by itself (`allowedOAuthFlowsUserPoolClient: false`, `generateSecret: false`) were not sent.
    Request,
    /// The parameters of any other call, as they are.
    Parameters,
}

/// A setting, its value in normal form.
pub(super) struct Flat<'a> {
    pub(super) path: Cow<'a, str>,
    /// The path if it is packed already.
    pub(super) name: Option<Node<'a>>,
    pub(super) value: Cow<'a, [u8]>,
}

impl Flat<'_> {
    fn by_path(&self, other: &Self) -> Ordering {
        // Words are ordered as their numbers are.
        let number = |flat: &Self| flat.name?.number_of_word();
        match (number(self), number(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => self.path.cmp(&other.path),
        }
    }
}

/// The settings within an object, sorted by path, each path once. Anything but an object gives none.
pub(super) fn flatten(node: Node<'_>, keep: Keep) -> Vec<Flat<'_>> {
    let mut entries = Vec::with_capacity(24);
    gather("", node, keep, &mut entries);
    sorted(entries)
}

fn gather<'a>(within: &str, node: Node<'a>, keep: Keep, entries: &mut Vec<Flat<'a>>) {
    for (name, value) in node.members() {
        let path = uncapitalised(name.as_str().unwrap_or_default());
        if within.is_empty() && NOT_SETTINGS.contains(&path.as_ref()) {
            continue;
        }
        let name = (within.is_empty() && matches!(path, Cow::Borrowed(_))).then_some(name);
        let path = if within.is_empty() { path } else { Cow::Owned([within, ".", &path].concat()) };
        let value = match keep {
            // Masked as a whole when packed.
            _ if value.is_object() && is_secret(&path) && !value.is_empty() => value.packed().into(),
            _ if value.is_object() => {
                gather(&path, value, keep, entries);
                continue;
            }
            Keep::State if value.is_empty() => continue,
            Keep::Request if value.is_false() && is_added_by_service(&path) => continue,
            _ => normal(value),
        };
        entries.push(Flat { path, name, value });
    }
}

fn is_added_by_service(path: &str) -> bool {
    matches!(path, "allowedOAuthFlowsUserPoolClient" | "generateSecret")
}

/// API names begin with capitals where `CloudTrail` has a lower first letter.
fn uncapitalised(name: &str) -> Cow<'_, str> {
    match name.as_bytes() {
        [first, ..] if first.is_ascii_uppercase() => {
            Cow::Owned(format!("{}{}", first.to_ascii_lowercase() as char, &name[1..]))
        }
        _ => Cow::Borrowed(name),
    }
}

/// Sorts by path; of a repeated path the last one stays.
pub(super) fn sorted(mut entries: Vec<Flat<'_>>) -> Vec<Flat<'_>> {
    entries.reverse();
    entries.sort_by(Flat::by_path);
    entries.dedup_by(|later, kept| later.path == kept.path);
    entries
}

/// The form in which equal settings are equal: lists of scalars sorted and without repetition, whole numbers whole.
pub(super) fn normal(node: Node<'_>) -> Cow<'_, [u8]> {
    if let Some(number) = node.as_number() {
        return whole(&number).map_or(node.packed().into(), |number| Packed::from(&number.into()).into_bytes().into());
    }
    if !node.is_list() || !node.elements().all(Node::is_scalar) || is_normal(node) {
        return node.packed().into();
    }
    let mut elements: Vec<Cow<'_, [u8]>> = node.elements().map(normal).collect();
    elements.sort_by(|one, two| by_text(Node::masked(one), Node::masked(two)));
    elements.dedup();
    let mut list = Vec::with_capacity(node.packed().len());
    put_list(elements.iter().map(|element| &**element), &mut list);
    list.into()
}

/// Whether the elements of a list are in their order already, each once, and none of them a whole number in disguise.
fn is_normal(list: Node<'_>) -> bool {
    let is_plain = |element: Node<'_>| element.as_number().and_then(|number| whole(&number)).is_none();
    list.elements().is_sorted_by(|one, two| by_text(*one, *two) == Ordering::Less) && list.elements().all(is_plain)
}

/// The order of elements: texts by themselves, after all else by its JSON.
fn by_text(one: Node<'_>, two: Node<'_>) -> Ordering {
    match (one.as_bytes(), two.as_bytes()) {
        (Some(one), Some(two)) => one.cmp(two),
        (None, None) => one.to_json().cmp(&two.to_json()),
        (one, two) => one.is_some().cmp(&two.is_some()),
    }
}

/// A whole number that was written with a fraction or an exponent (`30.0`, `3e1`).
fn whole(number: &Number) -> Option<Number> {
    /// Up to here an `f64` counts whole numbers one by one.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let value = number.as_f64().filter(|_| number.is_f64())?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    (value.fract() == 0.0 && value.abs() <= EXACT).then(|| Number::from(value as i64))
}
