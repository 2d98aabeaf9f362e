//! The resource types: who makes them, what they may say, and how long AWS takes.

use std::time::Duration;

use serde_json::Value;

use crate::{
    cloudtrail, cognito, events, iam, lambda, logs, s3, sns, sqs,
    world::{AwsError, Caller, Resource, Schema, Shared, Updated},
};

/// What is known about a type; `None` if it is not supported.
pub fn schema(kind: &str) -> Option<&'static Schema> {
    [
        cloudtrail::SCHEMAS,
        cognito::SCHEMAS,
        events::SCHEMAS,
        iam::SCHEMAS,
        lambda::SCHEMAS,
        logs::SCHEMAS,
        s3::SCHEMAS,
        sns::SCHEMAS,
        sqs::SCHEMAS,
    ]
    .into_iter()
    .flatten()
    .find(|schema| schema.resource_type == kind)
}

/// Refuses properties that the type does not have, and those that lack what it needs.
pub fn check_properties(kind: &str, properties: &Value) -> Result<(), AwsError> {
    let Some(schema) = schema(kind) else { return Ok(()) };
    if let Some(name) = unknown(schema, properties, "") {
        return Err(AwsError::validation(format!("Encountered unsupported property {name}")));
    }
    let missing = |name: &&&str| properties.get(**name).is_none_or(Value::is_null);
    match schema.required.iter().find(missing) {
        Some(name) => Err(AwsError::validation(format!("Property {name} cannot be empty."))),
        None => Ok(()),
    }
}

/// The first name that is not in the schema. A schema that names nothing below a property leaves that open.
fn unknown<'v>(schema: &Schema, value: &'v Value, path: &str) -> Option<&'v str> {
    match value {
        Value::Array(elements) => elements.iter().find_map(|element| unknown(schema, element, path)),
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let full = format!("{path}{name}");
            if !schema.properties.contains(&full.as_str()) {
                return Some(name.as_str());
            }
            let below = format!("{full}.");
            let closed = schema.properties.iter().any(|property| property.starts_with(&below));
            closed.then(|| unknown(schema, value, &below)).flatten()
        }),
        _ => None,
    }
}

/// Whether a change of this property makes another resource of it, as far as names go; the rest is for the service to say.
pub fn is_name(kind: &str, property: &str) -> bool {
    matches!(
        (kind, property),
        ("AWS::S3::Bucket", "BucketName")
            | ("AWS::S3::BucketPolicy", "Bucket")
            | ("AWS::IAM::Role", "RoleName" | "Path")
            | ("AWS::SQS::Queue", "QueueName" | "FifoQueue")
            | ("AWS::SNS::Topic", "TopicName" | "FifoTopic")
            | ("AWS::SNS::Subscription", "TopicArn" | "Protocol" | "Endpoint")
            | ("AWS::Cognito::UserPoolResourceServer", "UserPoolId" | "Identifier")
            | ("AWS::Cognito::UserPoolClient", "UserPoolId" | "GenerateSecret")
            | ("AWS::CloudTrail::Trail", "TrailName")
            | ("AWS::Events::Rule", "Name" | "EventBusName")
            | ("AWS::Logs::LogGroup", "LogGroupName")
            | ("AWS::Lambda::Function", "FunctionName" | "PackageType")
            | ("AWS::Lambda::Permission", _)
    )
}

/// How long making one takes at the real pace (an estimate of what AWS takes), and at the fast one.
pub fn duration(kind: &str) -> (Duration, Duration) {
    let seconds = match kind {
        "AWS::SQS::Queue" => 62,
        "AWS::Events::Rule" => 60,
        "AWS::S3::Bucket" => 22,
        "AWS::IAM::Role" => 18,
        "AWS::SNS::Topic" | "AWS::SNS::TopicPolicy" => 11,
        "AWS::Lambda::Function" | "AWS::CloudTrail::Trail" => 8,
        "AWS::Logs::LogGroup" | "AWS::Cognito::UserPool" => 5,
        _ => 2,
    };
    (Duration::from_secs(seconds), Duration::from_millis(300 + 12 * seconds))
}

/// Makes one; `begin` begins its name if it has none of its own.
pub async fn create(
    world: &Shared,
    caller: &Caller,
    kind: &str,
    begin: &str,
    properties: &Value,
) -> Result<Resource, AwsError> {
    check_properties(kind, properties)?;
    match service(kind) {
        "CloudTrail" => cloudtrail::create(world, caller, kind, begin, properties).await,
        "Cognito" => cognito::create(world, caller, kind, begin, properties).await,
        "Events" => events::create(world, caller, kind, begin, properties).await,
        "IAM" => iam::create(world, begin, properties),
        "Lambda" => lambda::create(world, caller, kind, begin, properties).await,
        "Logs" => logs::create(world, caller, kind, begin, properties).await,
        "S3" => s3::create(world, kind, begin, properties),
        "SNS" => sns::create(world, kind, begin, properties),
        "SQS" => sqs::create(world, kind, begin, properties),
        _ => Err(AwsError::validation(format!("Unrecognized resource type: {kind}"))),
    }
}

/// Changes one.
pub async fn update(
    world: &Shared,
    caller: &Caller,
    kind: &str,
    id: &str,
    old: &Value,
    new: &Value,
) -> Result<Updated, AwsError> {
    check_properties(kind, new)?;
    match service(kind) {
        "CloudTrail" => cloudtrail::update(world, caller, kind, id, old, new).await,
        "Cognito" => cognito::update(world, caller, kind, id, old, new).await,
        "Events" => events::update(world, caller, kind, id, old, new).await,
        "IAM" => iam::update(world, id, old, new),
        "Lambda" => lambda::update(world, caller, kind, id, old, new).await,
        "Logs" => logs::update(world, caller, kind, id, old, new).await,
        "S3" => s3::update(world, kind, id, old, new),
        "SNS" => sns::update(world, kind, id, old, new),
        "SQS" => sqs::update(world, kind, id, old, new),
        _ => Err(AwsError::validation(format!("Unrecognized resource type: {kind}"))),
    }
}

/// Deletes one; one that is gone already is deleted.
pub async fn delete(world: &Shared, caller: &Caller, kind: &str, id: &str) -> Result<(), AwsError> {
    let deleted = match service(kind) {
        "CloudTrail" => cloudtrail::delete(world, caller, kind, id).await,
        "Cognito" => cognito::delete(world, caller, kind, id).await,
        "Events" => events::delete(world, caller, kind, id).await,
        "IAM" => iam::delete(world, id),
        "Lambda" => lambda::delete(world, caller, kind, id).await,
        "Logs" => logs::delete(world, caller, kind, id).await,
        "S3" => s3::delete(world, kind, id),
        "SNS" => sns::delete(world, kind, id),
        "SQS" => sqs::delete(world, kind, id),
        _ => Err(AwsError::validation(format!("Unrecognized resource type: {kind}"))),
    };
    match deleted {
        Err(error) if is_absence(&error.code) => Ok(()),
        other => other,
    }
}

fn is_absence(code: &str) -> bool {
    code.contains("NotFound") || code.contains("DoesNotExist") || matches!(code, "NoSuchBucket" | "NoSuchEntity")
}

fn service(kind: &str) -> &str {
    kind.split("::").nth(1).unwrap_or_default()
}

/// Why a resource failed, in the words of its status reason.
pub fn reason(kind: &str, error: &AwsError, request_id: &str) -> String {
    if error.code == "ValidationError" {
        return error.message.clone();
    }
    let service = match service(kind) {
        "CloudTrail" => "AWS CloudTrail",
        "Cognito" => "AWS Cognito Identity Provider",
        "Events" => "Amazon EventBridge",
        "IAM" => "AmazonIdentityManagement",
        "Lambda" => "AWS Lambda",
        "Logs" => "AWS Logs",
        "S3" => "Amazon S3",
        "SNS" => "AmazonSNS",
        _ => "AmazonSQS",
    };
    format!(
        "{} (Service: {service}; Status Code: {}; Error Code: {}; Request ID: {request_id}; Proxy: null)",
        error.message, error.status, error.code
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("AWS::SQS::Queue", json!({"QueueName": "q"}), None)]
    #[case("AWS::SQS::Queue", json!({"QueName": "q"}), Some("Encountered unsupported property QueName"))]
    #[case("AWS::S3::Bucket", json!({"PublicAccessBlockConfiguration": {"BlockAcls": true}}), Some("Encountered unsupported property BlockAcls"))]
    #[case("AWS::S3::Bucket", json!({"LifecycleConfiguration": {"Rules": [{"Id": "x"}, {"Ident": "x"}]}}), Some("Encountered unsupported property Ident"))]
    #[case("AWS::IAM::Role", json!({}), Some("Property AssumeRolePolicyDocument cannot be empty."))]
    #[case("AWS::IAM::Role", json!({"AssumeRolePolicyDocument": {"Anything": 1}}), None)]
    fn typos_are_noticed(#[case] kind: &str, #[case] properties: Value, #[case] refused: Option<&str>) {
        let outcome = check_properties(kind, &properties);
        assert_eq!(outcome.err().map(|error| error.message).as_deref(), refused);
    }

    #[test]
    fn schemas_are_consistent() {
        for kind in ["AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::IAM::Role", "AWS::SQS::Queue", "AWS::SNS::Topic"]
        {
            let schema = schema(kind).expect("supported");
            assert!(schema.required.iter().all(|name| schema.properties.contains(name)), "{kind}");
            let parents = schema.properties.iter().filter_map(|name| name.rsplit_once('.'));
            for (parent, _) in parents {
                assert!(schema.properties.contains(&parent), "{kind}: {parent}");
            }
        }
    }
}
