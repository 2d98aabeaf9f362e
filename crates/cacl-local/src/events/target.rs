//! Targets: where the events of a rule go.

use serde_json::{Value, json};

use super::rule::listed;
use crate::{
    input::{list, text, texts, whole},
    world::{AwsError, Shared, lock},
};

/// AWS allows five on a rule.
const MOST_TARGETS: usize = 5;

/// A target, as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Target(pub Value);

impl Target {
    /// What the events go to.
    pub fn arn(&self) -> &str {
        text(&self.0, "Arn").unwrap_or_default()
    }

    /// Where events go that could not be delivered.
    pub fn dead_letters(&self) -> Option<&str> {
        text(&self.0["DeadLetterConfig"], "Arn")
    }

    /// How often a delivery is tried again; 185 times unless told otherwise.
    pub fn most_retries(&self) -> i64 {
        whole(&self.0["RetryPolicy"], "MaximumRetryAttempts").unwrap_or(185)
    }

    /// How long it is tried, in seconds; a day unless told otherwise.
    pub fn longest(&self) -> i64 {
        whole(&self.0["RetryPolicy"], "MaximumEventAgeInSeconds").unwrap_or(86_400)
    }
}

/// Whether a target can be had, in EventBridge's words if not.
pub fn check(target: &Value) -> Result<(), AwsError> {
    let service = text(target, "Arn").and_then(|arn| arn.split(':').nth(2));
    let id = text(target, "Id").unwrap_or_default();
    match service {
        Some("lambda" | "sqs" | "sns") if !id.is_empty() => Ok(()),
        _ => Err(AwsError::bad(
            "ValidationException",
            format!(
                "Parameter {} is not valid. Reason: Provided Arn is not in correct format.",
                if id.is_empty() { "Id" } else { id }
            ),
        )),
    }
}

/// `PutTargets`: adds, and replaces those of the same id.
pub fn put(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let targets = list(input, "Targets");
    for target in targets {
        check(target)?;
    }
    let mut state = lock(&world.events);
    let rule = state.rule_of(input, "Rule")?;
    let mut after = rule.targets.clone();
    for target in targets {
        after.retain(|known| known.0["Id"] != target["Id"]);
        after.push(Target(target.clone()));
    }
    if after.len() > MOST_TARGETS {
        let message = "The requested resource exceeds the maximum number allowed.";
        return Err(AwsError::bad("LimitExceededException", message));
    }
    rule.targets = after;
    Ok(json!({"FailedEntryCount": 0, "FailedEntries": []}))
}

/// `ListTargetsByRule`.
pub fn list_all(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let mut state = lock(&world.events);
    let rule = state.rule_of(input, "Rule")?;
    listed("Targets", rule.targets.iter().map(|target| target.0.clone()).collect(), input)
}

/// `RemoveTargets`.
pub fn remove(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let mut state = lock(&world.events);
    let rule = state.rule_of(input, "Rule")?;
    let mut failed = Vec::new();
    for id in texts(input, "Ids") {
        let before = rule.targets.len();
        rule.targets.retain(|target| target.0["Id"] != id);
        if rule.targets.len() == before {
            failed.push(json!({
                "TargetId": id,
                "ErrorCode": "ResourceNotFoundException",
                "ErrorMessage": format!("Rule {} does not have a target with the Id {id}.", rule.name),
            }));
        }
    }
    Ok(json!({"FailedEntryCount": failed.len(), "FailedEntries": failed}))
}
