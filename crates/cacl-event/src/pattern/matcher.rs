//! One member of a condition's list against one leaf of an event.

use std::ops::{Bound, RangeBounds};

use serde_json::{Number, Value};

use super::{
    cidr::Cidr,
    text::{Wildcard, strip_prefix_ignoring_case, strip_suffix_ignoring_case},
};

/// What a leaf is held against.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Matcher {
    /// This very scalar; null and "" are values like any other.
    Equals(Value),
    EqualsIgnoringCase(Box<str>),
    Prefix(Box<str>),
    PrefixIgnoringCase(Box<str>),
    Suffix(Box<str>),
    SuffixIgnoringCase(Box<str>),
    Wildcard(Wildcard),
    /// Numbers only: a string of digits is no number.
    Numeric((Bound<f64>, Bound<f64>)),
    Cidr(Cidr),
    /// None of these; but there must be a leaf.
    AnythingBut(Vec<Matcher>),
    /// Any leaf, null included.
    Exists,
    /// No leaf at the path. No leaf matches this; it is for the caller to see that there is none.
    Absent,
}

impl Matcher {
    /// Whether a leaf, which is a scalar, matches.
    pub(super) fn matches(&self, leaf: &Value) -> bool {
        let text = leaf.as_str();
        match self {
            Self::Equals(value) => equal(value, leaf),
            Self::EqualsIgnoringCase(whole) => {
                text.and_then(|text| strip_prefix_ignoring_case(text, whole)).is_some_and(str::is_empty)
            }
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(&**prefix)),
            Self::PrefixIgnoringCase(prefix) => {
                text.is_some_and(|text| strip_prefix_ignoring_case(text, prefix).is_some())
            }
            Self::Suffix(suffix) => text.is_some_and(|text| text.ends_with(&**suffix)),
            Self::SuffixIgnoringCase(suffix) => {
                text.is_some_and(|text| strip_suffix_ignoring_case(text, suffix).is_some())
            }
            Self::Wildcard(wildcard) => text.is_some_and(|text| wildcard.matches(text)),
            Self::Numeric(range) => leaf.as_f64().is_some_and(|number| range.contains(&number)),
            Self::Cidr(cidr) => text.is_some_and(|text| cidr.contains(text)),
            Self::AnythingBut(refused) => !refused.iter().any(|refused| refused.matches(leaf)),
            Self::Exists => true,
            Self::Absent => false,
        }
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => equal_numbers(left, right),
        _ => left == right,
    }
}

/// As numbers: 300 = 300.0 = 3e2. Integers are compared exactly, since an account id or the like may be beyond 2⁵³.
fn equal_numbers(left: &Number, right: &Number) -> bool {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left == right,
        _ => left.as_f64() == right.as_f64(),
    }
}
