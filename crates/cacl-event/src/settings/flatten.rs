//! From an object to sorted paths and normal values.

use std::borrow::Cow;

use serde_json::Number;

use crate::{mask::is_secret, node::Node, pack};

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

/// The settings within an object, sorted by path, each path once. Anything but an object gives none.
pub(crate) fn flatten<'a>(node: &'a Node<'a>, keep: Keep) -> Vec<(Cow<'a, str>, Cow<'a, Node<'a>>)> {
    let mut entries = Vec::with_capacity(16);
    gather("", node, keep, &mut entries);
    sorted(entries)
}

fn gather<'a>(within: &str, node: &'a Node<'a>, keep: Keep, entries: &mut Vec<(Cow<'a, str>, Cow<'a, Node<'a>>)>) {
    for (name, value) in node.members().unwrap_or_default() {
        let name = uncapitalised(name);
        if within.is_empty() && NOT_SETTINGS.contains(&name.as_ref()) {
            continue;
        }
        let path = if within.is_empty() { name } else { Cow::Owned(format!("{within}.{name}")) };
        match value {
            // Masked as a whole when packed.
            Node::Object(_) if is_secret(&path) && !value.is_empty() => entries.push((path, Cow::Borrowed(value))),
            Node::Object(_) => gather(&path, value, keep, entries),
            _ if keep == Keep::State && value.is_empty() => {}
            Node::Bool(false) if keep == Keep::Request && is_added_by_service(&path) => {}
            _ => entries.push((path, normal(value))),
        }
    }
}

fn is_added_by_service(path: &str) -> bool {
    matches!(path, "allowedOAuthFlowsUserPoolClient" | "generateSecret")
}

/// API names begin with capitals where `CloudTrail` has a lower first letter.
fn uncapitalised<'a>(name: &'a Cow<'a, str>) -> Cow<'a, str> {
    match name.as_bytes() {
        [first, ..] if first.is_ascii_uppercase() => {
            Cow::Owned(format!("{}{}", first.to_ascii_lowercase() as char, &name[1..]))
        }
        _ => Cow::Borrowed(name),
    }
}

/// Sorts by path; of a repeated path the last one stays.
pub(super) fn sorted<'a>(
    mut entries: Vec<(Cow<'a, str>, Cow<'a, Node<'a>>)>,
) -> Vec<(Cow<'a, str>, Cow<'a, Node<'a>>)> {
    entries.reverse();
    entries.sort_by(|(one, _), (two, _)| one.cmp(two));
    entries.dedup_by(|(later, _), (kept, _)| later == kept);
    entries
}

/// The form in which equal settings are equal: lists of scalars sorted and without repetition, whole numbers whole.
pub(super) fn normal<'a, 'b>(node: &'b Node<'a>) -> Cow<'b, Node<'a>> {
    match node {
        Node::Number(number) => whole(number).map_or(Cow::Borrowed(node), |number| Cow::Owned(Node::Number(number))),
        Node::List(elements) if elements.iter().all(Node::is_scalar) => {
            let ordered = elements.windows(2).all(|pair| key(&pair[0]) < key(&pair[1]));
            if ordered
                && !elements.iter().any(|element| matches!(element, Node::Number(number) if whole(number).is_some()))
            {
                return Cow::Borrowed(node);
            }
            let mut elements: Vec<Node<'a>> = elements.iter().map(|element| normal(element).into_owned()).collect();
            // Keys are dear to make, and lists may be as long as somebody likes.
            elements.sort_by_cached_key(|element| {
                let (is_text, json) = key(element);
                (is_text, json.into_owned())
            });
            elements.dedup();
            Cow::Owned(Node::List(elements))
        }
        _ => Cow::Borrowed(node),
    }
}

/// What elements are ordered by: texts by themselves, after all else by its JSON.
fn key<'b>(node: &'b Node<'_>) -> (bool, Cow<'b, str>) {
    if let Node::Text(text) = node {
        return (true, Cow::Borrowed(text));
    }
    let mut packer = pack::Packer::new();
    packer.node(node);
    (false, Cow::Owned(pack::unpack(&packer.finish())))
}

/// A whole number that was written with a fraction or an exponent (`30.0`, `3e1`).
fn whole(number: &Number) -> Option<Number> {
    /// Up to here an `f64` counts whole numbers one by one.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let value = number.as_f64().filter(|_| number.is_f64())?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    (value.fract() == 0.0 && value.abs() <= EXACT).then(|| Number::from(value as i64))
}
