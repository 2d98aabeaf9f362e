//! Secrets never get past here.

use serde_json::Value;

/// Replaces, in place and at any depth, the value of every key that names a secret by [`MASK`]. Values that
/// `CloudTrail` hides already (`HIDDEN_…`) stay as they are.
pub fn mask(value: &mut Value) {
    let _ = value;
    todo!()
}

/// What stands in a secret's place; begins like `CloudTrail`'s own.
pub const MASK: &str = "HIDDEN_BY_CACL";
