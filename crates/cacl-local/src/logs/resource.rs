//! Log groups for CloudFormation.

use serde_json::{Value, json};

use super::group;
use crate::{
    input::{list, text},
    world::{AwsError, Caller, Resource, Schema, Shared, Updated},
};

/// The CloudFormation types.
pub const SCHEMAS: &[Schema] = &[Schema {
    resource_type: "AWS::Logs::LogGroup",
    properties: &[
        "BearerTokenAuthenticationEnabled",
        "DataProtectionPolicy",
        "DeletionProtectionEnabled",
        "FieldIndexPolicies",
        "KmsKeyId",
        "LogGroupClass",
        "LogGroupName",
        "ResourcePolicyDocument",
        "RetentionInDays",
        "Tags",
        "Tags.Key",
        "Tags.Value",
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
    let name =
        text(properties, "LogGroupName").map_or_else(|| format!("{logical_id}-{}", world.ids.upper(12)), str::to_owned);
    let tags: serde_json::Map<String, Value> = list(properties, "Tags")
        .iter()
        .filter_map(|tag| Some((text(tag, "Key")?.to_owned(), tag["Value"].clone())))
        .collect();
    group::create(world, &json!({"logGroupName": name, "tags": tags}))?;
    if let Err(error) = retain(world, &name, properties) {
        group::delete(world, &json!({"logGroupName": name}))?;
        return Err(error);
    }
    Ok(resource(world, &name))
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
    if old.get("LogGroupName") != new.get("LogGroupName") {
        return Ok(Updated::Replace);
    }
    retain(world, physical_id, new)?;
    Ok(Updated::InPlace(resource(world, physical_id)))
}

/// Deletes a resource for CloudFormation.
pub async fn delete(world: &Shared, _: &Caller, _resource_type: &str, physical_id: &str) -> Result<(), AwsError> {
    group::delete(world, &json!({"logGroupName": physical_id})).map(drop)
}

fn retain(world: &Shared, name: &str, properties: &Value) -> Result<(), AwsError> {
    match properties.get("RetentionInDays") {
        Some(days) => group::put_retention(world, &json!({"logGroupName": name, "retentionInDays": days})),
        None => group::delete_retention(world, &json!({"logGroupName": name})),
    }?;
    Ok(())
}

fn resource(world: &Shared, name: &str) -> Resource {
    Resource::new(name).with("Arn", world.arn("logs", &format!("log-group:{name}:*")))
}
