//! Whether a bucket lets a trail in. `CloudTrail` looks before it makes a trail: the policy must let it read the bucket's ACL
//! and write below the account's folder, as this trail if it names one.

use serde_json::Value;

use super::{Trail, files};
use crate::{
    input::{list, text},
    s3,
    world::{AwsError, Shared},
};

const SERVICE: &str = "cloudtrail.amazonaws.com";

/// The error if it does not; its words are S3's, and the caller has better ones.
pub fn check(world: &Shared, trail: &Trail) -> Result<(), AwsError> {
    let policy = s3::policy(world, &trail.bucket)?;
    let bucket = format!("arn:aws:s3:::{}", trail.bucket);
    let folder = format!("{bucket}/{}", files::folder(trail).trim_end_matches("CloudTrail/"));
    let acl = lets(&policy, "s3:GetBucketAcl", &trail.arn, |resource| resource == bucket);
    let put = lets(&policy, "s3:PutObject", &trail.arn, |resource| {
        resource.strip_suffix('*').is_some_and(|begin| folder.starts_with(begin))
    });
    if acl && put { Ok(()) } else { Err(AwsError::new(403, "AccessDenied", "Access Denied")) }
}

fn lets(policy: &Value, action: &str, trail: &str, covers: impl Fn(&str) -> bool) -> bool {
    list(policy, "Statement").iter().any(|statement| {
        let source = &statement["Condition"]["StringEquals"]["aws:SourceArn"];
        statement["Effect"] == "Allow"
            && any(&statement["Principal"]["Service"], |service| service == SERVICE)
            && any(&statement["Action"], |known| known == action)
            && any(&statement["Resource"], &covers)
            && (source.is_null() || any(source, |arn| arn == trail))
            && text(&statement["Condition"]["StringEquals"], "s3:x-amz-acl")
                .is_none_or(|acl| acl == "bucket-owner-full-control")
    })
}

/// A policy has one text or a list of them.
fn any(value: &Value, holds: impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => holds(text),
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).any(holds),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_must_fit_whole() {
        let trail = "arn:aws:cloudtrail:us-east-1:123456789012:trail/main";
        let good = json!({
            "Effect": "Allow",
            "Principal": {"Service": SERVICE},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::b/*",
            "Condition": {"StringEquals": {"aws:SourceArn": trail, "s3:x-amz-acl": "bucket-owner-full-control"}},
        });
        let with = |pointer: &str, value: Value| {
            let mut statement = good.clone();
            *statement.pointer_mut(pointer).expect("a member") = value;
            statement
        };
        let table = [
            (good.clone(), true),
            (with("/Action", json!(["s3:GetObject", "s3:PutObject"])), true),
            (with("/Condition", json!({})), true),
            (with("/Effect", json!("Deny")), false),
            (with("/Principal", json!("*")), false),
            (with("/Action", json!("s3:GetObject")), false),
            (with("/Resource", json!("arn:aws:s3:::other/*")), false),
            (
                with(
                    "/Condition/StringEquals/aws:SourceArn",
                    json!("arn:aws:cloudtrail:us-east-1:123456789012:trail/x"),
                ),
                false,
            ),
            (with("/Condition/StringEquals/s3:x-amz-acl", json!("private")), false),
        ];
        for (statement, expected) in table {
            let policy = json!({"Statement": [statement]});
            let covers = |resource: &str| resource == "arn:aws:s3:::b/*";
            assert_eq!(lets(&policy, "s3:PutObject", trail, covers), expected, "{policy}");
        }
        assert!(!lets(&Value::Null, "s3:PutObject", trail, |_| true));
    }
}
