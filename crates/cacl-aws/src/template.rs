//! What a template will make, read without AWS: the resources left by its conditions; and the template with another rule pattern.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Error;

/// A resource as the template declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Logical id.
    pub logical_id: String,
    /// E.g. `AWS::Logs::LogGroup`.
    pub resource_type: String,
}

/// The resources that these parameters give, in the template's order.
pub fn planned(template: &str, parameters: &BTreeMap<String, String>) -> Result<Vec<Planned>, Error> {
    let _ = (template, parameters);
    todo!()
}

/// The template as JSON, with the rule's event pattern replaced.
pub fn with_pattern(template: &str, pattern: &Value) -> Result<String, Error> {
    let _ = (template, pattern);
    todo!()
}
