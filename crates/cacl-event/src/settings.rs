//! The settings of an app client: parameter paths and values.

use std::collections::BTreeMap;

use serde_json::Value;

/// Paths as in `CloudTrail`, nested with dots, without ids, dates and secrets. Lists of scalars are one value.
pub type Settings = BTreeMap<Box<str>, Value>;

/// What the service assumes where a setting is absent, for showing "→ LEGACY": `preventUserExistenceErrors` and so on.
pub fn default_of(path: &str) -> Option<Value> {
    let _ = path;
    todo!()
}

/// A value for people: validities with their unit, looked up in the settings they stand in (`15 minutes`), lists joined, text cleaned.
pub fn display(path: &str, value: Option<&Value>, settings: &Settings) -> String {
    let _ = (path, value, settings);
    todo!()
}
