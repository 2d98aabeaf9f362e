//! Functions and their permissions for CloudFormation.

use serde_json::{Map, Value, json};

use super::{function, policy};
use crate::{
    input::{list, text},
    world::{AwsError, Caller, Resource, Schema, Shared, Updated},
};

const FUNCTION: &str = "AWS::Lambda::Function";
const PERMISSION: &str = "AWS::Lambda::Permission";

/// The CloudFormation types.
pub const SCHEMAS: &[Schema] = &[
    Schema {
        resource_type: FUNCTION,
        properties: &[
            "Architectures",
            "CapacityProviderConfig",
            "Code",
            "Code.ImageUri",
            "Code.S3Bucket",
            "Code.S3Key",
            "Code.S3ObjectStorageMode",
            "Code.S3ObjectVersion",
            "Code.SourceKMSKeyArn",
            "Code.ZipFile",
            "CodeSigningConfigArn",
            "DeadLetterConfig",
            "DeadLetterConfig.TargetArn",
            "Description",
            "DurableConfig",
            "Environment",
            "Environment.Variables",
            "EphemeralStorage",
            "EphemeralStorage.Size",
            "FileSystemConfigs",
            "FunctionName",
            "FunctionScalingConfig",
            "Handler",
            "ImageConfig",
            "KmsKeyArn",
            "Layers",
            "LoggingConfig",
            "LoggingConfig.ApplicationLogLevel",
            "LoggingConfig.LogFormat",
            "LoggingConfig.LogGroup",
            "LoggingConfig.SystemLogLevel",
            "MemorySize",
            "PackageType",
            "PublishToLatestPublished",
            "RecursiveLoop",
            "ReservedConcurrentExecutions",
            "Role",
            "Runtime",
            "RuntimeManagementConfig",
            "RuntimeManagementConfig.RuntimeVersionArn",
            "RuntimeManagementConfig.UpdateRuntimeOn",
            "SnapStart",
            "SnapStart.ApplyOn",
            "Tags",
            "Tags.Key",
            "Tags.Value",
            "TenancyConfig",
            "Timeout",
            "TracingConfig",
            "TracingConfig.Mode",
            "VpcConfig",
            "VpcConfig.Ipv6AllowedForDualStack",
            "VpcConfig.SecurityGroupIds",
            "VpcConfig.SubnetIds",
        ],
        required: &["Code", "Role"],
        attributes: &["Arn", "SnapStartResponse.ApplyOn", "SnapStartResponse.OptimizationStatus"],
    },
    Schema {
        resource_type: PERMISSION,
        properties: &[
            "Action",
            "EventSourceToken",
            "FunctionName",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
            "Principal",
            "PrincipalOrgID",
            "SourceAccount",
            "SourceArn",
        ],
        required: &["Action", "FunctionName", "Principal"],
        attributes: &["Id"],
    },
];

/// Makes a resource for CloudFormation.
pub async fn create(
    world: &Shared,
    _: &Caller,
    resource_type: &str,
    logical_id: &str,
    properties: &Value,
) -> Result<Resource, AwsError> {
    let name = format!("{logical_id}-{}", world.ids.upper(12));
    if resource_type == FUNCTION {
        let mut request = request(properties);
        request.entry("FunctionName").or_insert_with(|| name.into());
        let made = function::create(world, &Value::Object(request))?;
        return Ok(resource(&made));
    }
    let function = text(properties, "FunctionName").unwrap_or_default();
    let mut request = properties.clone();
    request["StatementId"] = name.as_str().into();
    policy::add(world, function, &request)?;
    Ok(Resource::new(policy::physical_id(function, &name)).with("Id", name))
}

/// Changes a resource for CloudFormation.
pub async fn update(
    world: &Shared,
    _: &Caller,
    resource_type: &str,
    physical_id: &str,
    old: &Value,
    new: &Value,
) -> Result<Updated, AwsError> {
    if resource_type == PERMISSION || old.get("FunctionName") != new.get("FunctionName") {
        return Ok(Updated::Replace);
    }
    if old.get("Code") != new.get("Code") {
        function::update_code(world, physical_id, &new["Code"])?;
    }
    function::replace_configuration(world, physical_id, &Value::Object(request(new)))?;
    Ok(Updated::InPlace(resource(&function::configuration(world, physical_id)?)))
}

/// Deletes a resource for CloudFormation.
pub async fn delete(world: &Shared, _: &Caller, _resource_type: &str, physical_id: &str) -> Result<(), AwsError> {
    match physical_id.split_once('|') {
        Some((function, sid)) => policy::remove(world, function, sid),
        None => function::delete(world, physical_id),
    }
}

/// Properties are members of the API's request, but for the form of the tags.
fn request(properties: &Value) -> Map<String, Value> {
    let mut request = properties.as_object().cloned().unwrap_or_default();
    let tags: Map<String, Value> = list(properties, "Tags")
        .iter()
        .filter_map(|tag| Some((text(tag, "Key")?.to_owned(), tag["Value"].clone())))
        .collect();
    if !tags.is_empty() {
        request.insert("Tags".to_owned(), json!(tags));
    }
    if let Some(key) = request.remove("KmsKeyArn") {
        request.insert("KMSKeyArn".to_owned(), key);
    }
    request
}

fn resource(configuration: &Value) -> Resource {
    let name = text(configuration, "FunctionName").unwrap_or_default();
    Resource::new(name).with("Arn", configuration["FunctionArn"].clone())
}
