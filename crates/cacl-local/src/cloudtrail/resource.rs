//! Trails for CloudFormation.

use serde_json::{Value, json};

use super::trail;
use crate::{
    input::{flag, list, text},
    world::{AwsError, Caller, Resource, Schema, Shared, Updated},
};

/// The CloudFormation types.
pub const SCHEMAS: &[Schema] = &[Schema {
    resource_type: "AWS::CloudTrail::Trail",
    properties: &[
        "AdvancedEventSelectors",
        "AdvancedEventSelectors.FieldSelectors",
        "AdvancedEventSelectors.FieldSelectors.EndsWith",
        "AdvancedEventSelectors.FieldSelectors.Equals",
        "AdvancedEventSelectors.FieldSelectors.Field",
        "AdvancedEventSelectors.FieldSelectors.NotEndsWith",
        "AdvancedEventSelectors.FieldSelectors.NotEquals",
        "AdvancedEventSelectors.FieldSelectors.NotStartsWith",
        "AdvancedEventSelectors.FieldSelectors.StartsWith",
        "AdvancedEventSelectors.Name",
        "AggregationConfigurations",
        "CloudWatchLogsLogGroupArn",
        "CloudWatchLogsRoleArn",
        "EnableLogFileValidation",
        "EventSelectors",
        "EventSelectors.DataResources",
        "EventSelectors.DataResources.Type",
        "EventSelectors.DataResources.Values",
        "EventSelectors.ExcludeManagementEventSources",
        "EventSelectors.IncludeManagementEvents",
        "EventSelectors.ReadWriteType",
        "IncludeGlobalServiceEvents",
        "InsightSelectors",
        "IsLogging",
        "IsMultiRegionTrail",
        "IsOrganizationTrail",
        "KMSKeyId",
        "S3BucketName",
        "S3KeyPrefix",
        "SnsTopicName",
        "Tags",
        "Tags.Key",
        "Tags.Value",
        "TrailName",
    ],
    required: &["IsLogging", "S3BucketName"],
    attributes: &["Arn", "SnsTopicArn"],
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
        text(properties, "TrailName").map_or_else(|| format!("{logical_id}-{}", world.ids.upper(12)), str::to_owned);
    let mut request = properties.clone();
    request["Name"] = name.as_str().into();
    trail::create(world, &request)?;
    if let Err(error) = configure(world, &name, properties) {
        trail::delete(world, &json!({"Name": name}))?;
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
    if old.get("TrailName") != new.get("TrailName") {
        return Ok(Updated::Replace);
    }
    let mut request = new.clone();
    request["Name"] = physical_id.into();
    trail::update(world, &request)?;
    configure(world, physical_id, new)?;
    Ok(Updated::InPlace(resource(world, physical_id)))
}

/// Deletes a resource for CloudFormation.
pub async fn delete(world: &Shared, _: &Caller, _resource_type: &str, physical_id: &str) -> Result<(), AwsError> {
    trail::delete(world, &json!({"Name": physical_id})).map(drop)
}

fn configure(world: &Shared, name: &str, properties: &Value) -> Result<(), AwsError> {
    let selectors = ["EventSelectors", "AdvancedEventSelectors"];
    if selectors.iter().any(|kind| !list(properties, kind).is_empty()) {
        let mut request = json!({"TrailName": name});
        for kind in selectors {
            request[kind] = list(properties, kind).into();
        }
        trail::put_selectors(world, &request)?;
    }
    let request = json!({"Name": name});
    if flag(properties, "IsLogging") == Some(true) {
        trail::start(world, &request)?;
    } else {
        trail::stop(world, &request)?;
    }
    Ok(())
}

fn resource(world: &Shared, name: &str) -> Resource {
    Resource::new(name).with("Arn", world.arn("cloudtrail", &format!("trail/{name}")))
}
