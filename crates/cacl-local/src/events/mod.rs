//! EventBridge: rules on the default bus, their targets, and delivery that is at least once, unordered and retried.
//!
//! Absent: other buses, archives, pipes, schedules (a schedule is kept but never fires), targets other than Lambda
//! functions, queues and topics.

mod delivery;
mod put;
mod resource;
mod rule;
mod target;
#[cfg(test)]
mod tests;
mod transform;

use serde_json::Value;

pub use self::{
    put::{envelope_of_record, put},
    resource::{SCHEMAS, create, delete, update},
};
use crate::world::{AwsError, Caller, Shared};

/// What it remembers.
#[derive(Debug, Default)]
pub struct State {
    /// The rules of the default bus, by name.
    rules: std::collections::BTreeMap<String, rule::Rule>,
}

/// Answers an operation of the JSON protocol.
pub fn handle(world: &Shared, _: &Caller, operation: &str, input: &Value) -> Result<Value, AwsError> {
    match operation {
        "PutRule" => rule::put(world, input),
        "DescribeRule" => rule::describe(world, input),
        "ListRules" => rule::list_all(world, input),
        "ListRuleNamesByTarget" => rule::names_by_target(world, input),
        "EnableRule" => rule::enable(world, input, true),
        "DisableRule" => rule::enable(world, input, false),
        "DeleteRule" => rule::delete(world, input),
        "PutTargets" => target::put(world, input),
        "ListTargetsByRule" => target::list_all(world, input),
        "RemoveTargets" => target::remove(world, input),
        "PutEvents" => put::put_events(world, input),
        "TestEventPattern" => rule::test_pattern(input),
        _ => Err(AwsError::unknown_operation()),
    }
}
