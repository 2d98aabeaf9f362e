//! Rules for CloudFormation, targets included.

use serde_json::{Value, json};

use super::{rule, target, target::Target};
use crate::{
    input::{list, text},
    world::{AwsError, Caller, Resource, Schema, Shared, Updated, lock},
};

/// The CloudFormation types.
pub const SCHEMAS: &[Schema] = &[Schema {
    resource_type: "AWS::Events::Rule",
    properties: &[
        "Description",
        "EventBusName",
        "EventPattern",
        "Name",
        "RoleArn",
        "ScheduleExpression",
        "State",
        "Tags",
        "Tags.Key",
        "Tags.Value",
        "Targets",
        "Targets.AppSyncParameters",
        "Targets.Arn",
        "Targets.BatchParameters",
        "Targets.DeadLetterConfig",
        "Targets.DeadLetterConfig.Arn",
        "Targets.EcsParameters",
        "Targets.HttpParameters",
        "Targets.Id",
        "Targets.Input",
        "Targets.InputPath",
        "Targets.InputTransformer",
        "Targets.InputTransformer.InputPathsMap",
        "Targets.InputTransformer.InputTemplate",
        "Targets.KinesisParameters",
        "Targets.RedshiftDataParameters",
        "Targets.RetryPolicy",
        "Targets.RetryPolicy.MaximumEventAgeInSeconds",
        "Targets.RetryPolicy.MaximumRetryAttempts",
        "Targets.RoleArn",
        "Targets.RunCommandParameters",
        "Targets.SageMakerPipelineParameters",
        "Targets.SqsParameters",
    ],
    required: &[],
    attributes: &["Arn"],
}];

/// Makes a resource for CloudFormation.
pub async fn create(
    world: &Shared,
    _: &Caller,
    _resource_type: &str,
    logical_id: &str,
    properties: &Value,
) -> Result<Resource, AwsError> {
    let name = text(properties, "Name").map_or_else(|| format!("{logical_id}-{}", world.ids.upper(12)), str::to_owned);
    if lock(&world.events).rules.contains_key(&name) {
        return Err(AwsError::bad("AlreadyExists", format!("{name}|default already exists")));
    }
    put(world, &name, properties)
}

/// Changes a resource for CloudFormation.
pub async fn update(
    world: &Shared,
    _: &Caller,
    _resource_type: &str,
    physical_id: &str,
    old: &Value,
    new: &Value,
) -> Result<Updated, AwsError> {
    if old.get("Name") != new.get("Name") {
        return Ok(Updated::Replace);
    }
    Ok(Updated::InPlace(put(world, physical_id, new)?))
}

/// Deletes a resource for CloudFormation.
pub async fn delete(world: &Shared, _: &Caller, _resource_type: &str, physical_id: &str) -> Result<(), AwsError> {
    lock(&world.events).rules.remove(physical_id);
    Ok(())
}

fn put(world: &Shared, name: &str, properties: &Value) -> Result<Resource, AwsError> {
    let targets = list(properties, "Targets");
    for target in targets {
        target::check(target)?;
    }
    let mut request = properties.clone();
    request["Name"] = name.into();
    // In a template the pattern is an object, in the API a text.
    if let Some(pattern) = request.get("EventPattern").filter(|pattern| pattern.is_object()) {
        request["EventPattern"] = pattern.to_string().into();
    }
    let made = rule::put(world, &request)?;
    lock(&world.events).rule_of(&json!({"Name": name}), "Name")?.targets =
        targets.iter().cloned().map(Target).collect();
    Ok(Resource::new(name).with("Arn", made["RuleArn"].clone()))
}
