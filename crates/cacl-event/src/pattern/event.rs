//! The leaves of an event, and whether conditions hold together across its arrays.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Condition, MAX_DEPTH, matcher::Matcher};

/// The elements that a leaf lies in: (array, index), by array. An array is known by its address, which is good for as
/// long as the event is borrowed.
type Elements = Vec<(usize, usize)>;

/// A leaf at a condition's path.
struct Leaf<'e> {
    value: &'e Value,
    within: Elements,
    matches: bool,
}

/// All that an event holds at a condition's path.
pub(super) struct Seen<'e> {
    leaves: Vec<Leaf<'e>>,
    arrays: BTreeSet<usize>,
    /// Whether the condition is content with no leaf at all (`exists: false`).
    absence_will_do: bool,
}

/// Conditions do not hold together.
pub(super) struct Clash {
    /// The first condition that cannot be met together with those before it.
    pub(super) at: usize,
}

impl<'e> Seen<'e> {
    pub(super) fn new(event: &'e Value, condition: &Condition) -> Self {
        let mut leaves = Vec::new();
        collect(event, Some(&condition.path), &mut Elements::new(), MAX_DEPTH, &mut |value, within| {
            let matches = condition.matchers.iter().any(|matcher| matcher.matches(value));
            leaves.push(Leaf { value, within, matches });
        });
        let arrays = leaves.iter().flat_map(|leaf| leaf.within.iter().map(|(array, _)| *array)).collect();
        let absence_will_do = condition.matchers.contains(&Matcher::Absent);
        Self { leaves, arrays, absence_will_do }
    }

    /// Whether the condition holds by itself.
    pub(super) fn met(&self) -> bool {
        self.leaves.iter().any(|leaf| leaf.matches) || (self.absence_will_do && self.leaves.is_empty())
    }

    pub(super) fn values(&self) -> Vec<Value> {
        self.leaves.iter().map(|leaf| leaf.value.clone()).collect()
    }

    /// The ways to go on after this condition, for one way to have come to it.
    fn ways(&self, elements: &Elements) -> Vec<Elements> {
        let mut there = false;
        let mut ways = Vec::new();
        for leaf in &self.leaves {
            let Some(way) = combine(elements, &leaf.within) else { continue };
            there = true;
            if leaf.matches {
                ways.push(way);
            }
        }
        if self.absence_will_do && !there {
            ways.push(elements.clone());
        }
        ways
    }
}

/// Whether conditions, in order of their paths, can be met without mixing elements of one array.
///
/// Goes through the conditions once and keeps the set of ways in which those so far can be met, told apart only by the
/// arrays that matter later on; so the work stays within the number of leaves squared.
pub(super) fn meet(conditions: &[&Seen<'_>]) -> Result<(), Clash> {
    let mut ways = BTreeSet::from([Elements::new()]);
    for (at, condition) in conditions.iter().enumerate() {
        let later = &conditions[at + 1..];
        let mut next = BTreeSet::new();
        for way in &ways {
            for mut way in condition.ways(way) {
                way.retain(|(array, _)| later.iter().any(|later| later.arrays.contains(array)));
                next.insert(way);
            }
        }
        if next.is_empty() {
            return Err(Clash { at });
        }
        ways = next;
    }
    Ok(())
}

/// Both sets of elements, unless they name two of the same array.
fn combine(elements: &Elements, more: &Elements) -> Option<Elements> {
    let mut all = elements.clone();
    for &(array, index) in more {
        match elements.iter().find(|(known, _)| *known == array) {
            Some((_, known)) if *known != index => return None,
            Some(_) => {}
            None => all.push((array, index)),
        }
    }
    all.sort_unstable();
    Some(all)
}

/// Every leaf at a path (`None`: the path is used up). Keys that hold dots themselves count as well: `EventBridge` sees
/// joined paths only. Elements of an array of scalars are not told apart.
fn collect<'e>(
    value: &'e Value,
    path: Option<&str>,
    within: &mut Elements,
    depth: usize,
    found: &mut dyn FnMut(&'e Value, Elements),
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match (value, path) {
        (Value::Array(items), _) => {
            let array = std::ptr::from_ref(items).addr();
            for (index, item) in items.iter().enumerate() {
                if item.is_array() || item.is_object() {
                    within.push((array, index));
                    collect(item, path, within, depth, found);
                    within.pop();
                } else {
                    collect(item, path, within, depth, found);
                }
            }
        }
        (Value::Object(fields), Some(path)) => {
            if let Some(field) = fields.get(path) {
                collect(field, None, within, depth, found);
            }
            for (dot, _) in path.match_indices('.') {
                let (key, rest) = path.split_at(dot);
                if let Some(field) = fields.get(key) {
                    collect(field, rest.strip_prefix('.'), within, depth, found);
                }
            }
        }
        (Value::Object(_), None) | (_, Some(_)) => {}
        (leaf, None) => found(leaf, within.clone()),
    }
}
