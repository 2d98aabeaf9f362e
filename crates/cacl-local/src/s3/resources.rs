//! Buckets and bucket policies as CloudFormation makes them. Of a bucket's properties, versioning and the block of public
//! access take effect; the others are checked by name, and encryption is what AWS does anyway.

use serde_json::Value;

use super::{
    Versioning,
    buckets::{bad_policy, make, remove},
};
use crate::{
    iam::{Attached, check_policy},
    input::text,
    protocol::{s3::NAMESPACE, xml::Element},
    world::{AwsError, Resource, Schema, Shared, Updated, World, lock},
};

/// The CloudFormation types.
pub const SCHEMAS: &[Schema] = &[
    Schema {
        resource_type: "AWS::S3::Bucket",
        properties: &[
            "AbacStatus",
            "AccelerateConfiguration",
            "AccessControl",
            "AnalyticsConfigurations",
            "BucketEncryption",
            "BucketEncryption.ServerSideEncryptionConfiguration",
            "BucketEncryption.ServerSideEncryptionConfiguration.BlockedEncryptionTypes",
            "BucketEncryption.ServerSideEncryptionConfiguration.BucketKeyEnabled",
            "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault",
            "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.KMSMasterKeyID",
            "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.SSEAlgorithm",
            "BucketName",
            "BucketNamePrefix",
            "BucketNamespace",
            "CorsConfiguration",
            "IntelligentTieringConfigurations",
            "InventoryConfigurations",
            "LifecycleConfiguration",
            "LifecycleConfiguration.Rules",
            "LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload",
            "LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload.DaysAfterInitiation",
            "LifecycleConfiguration.Rules.ExpirationDate",
            "LifecycleConfiguration.Rules.ExpirationInDays",
            "LifecycleConfiguration.Rules.ExpiredObjectDeleteMarker",
            "LifecycleConfiguration.Rules.Id",
            "LifecycleConfiguration.Rules.NoncurrentVersionExpiration",
            "LifecycleConfiguration.Rules.NoncurrentVersionExpirationInDays",
            "LifecycleConfiguration.Rules.NoncurrentVersionTransition",
            "LifecycleConfiguration.Rules.NoncurrentVersionTransitions",
            "LifecycleConfiguration.Rules.ObjectSizeGreaterThan",
            "LifecycleConfiguration.Rules.ObjectSizeLessThan",
            "LifecycleConfiguration.Rules.Prefix",
            "LifecycleConfiguration.Rules.Status",
            "LifecycleConfiguration.Rules.TagFilters",
            "LifecycleConfiguration.Rules.Transition",
            "LifecycleConfiguration.Rules.Transitions",
            "LifecycleConfiguration.TransitionDefaultMinimumObjectSize",
            "LoggingConfiguration",
            "MetadataConfiguration",
            "MetadataTableConfiguration",
            "MetricsConfigurations",
            "NotificationConfiguration",
            "ObjectLockConfiguration",
            "ObjectLockEnabled",
            "OwnershipControls",
            "OwnershipControls.Rules",
            "OwnershipControls.Rules.ObjectOwnership",
            "PublicAccessBlockConfiguration",
            "PublicAccessBlockConfiguration.BlockPublicAcls",
            "PublicAccessBlockConfiguration.BlockPublicPolicy",
            "PublicAccessBlockConfiguration.IgnorePublicAcls",
            "PublicAccessBlockConfiguration.RestrictPublicBuckets",
            "ReplicationConfiguration",
            "Tags",
            "Tags.Key",
            "Tags.Value",
            "VersioningConfiguration",
            "VersioningConfiguration.Status",
            "WebsiteConfiguration",
        ],
        required: &[],
        attributes: &["Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"],
    },
    Schema {
        resource_type: "AWS::S3::BucketPolicy",
        properties: &["Bucket", "PolicyDocument"],
        required: &["Bucket", "PolicyDocument"],
        attributes: &[],
    },
];

/// Makes a bucket or a bucket policy; `begin` begins the bucket's name if it has none of its own.
pub fn create(world: &Shared, kind: &str, begin: &str, properties: &Value) -> Result<Resource, AwsError> {
    if kind == "AWS::S3::BucketPolicy" {
        return attach(world, properties);
    }
    let name = match text(properties, "BucketName") {
        Some(name) => name.to_owned(),
        None => format!("{:.46}-{}", begin.to_lowercase(), world.ids.lower(12)),
    };
    make(world, &name).map_err(|error| match error.code.as_ref() {
        "BucketAlreadyOwnedByYou" => AwsError::new(409, "AlreadyExists", format!("{name} already exists")),
        _ => error,
    })?;
    configure(world, &name, properties)?;
    Ok(bucket(world, &name))
}

fn bucket(world: &World, name: &str) -> Resource {
    let region = &world.region;
    Resource::new(name)
        .with("Arn", format!("arn:aws:s3:::{name}"))
        .with("DomainName", format!("{name}.s3.amazonaws.com"))
        .with("DualStackDomainName", format!("{name}.s3.dualstack.{region}.amazonaws.com"))
        .with("RegionalDomainName", format!("{name}.s3.{region}.amazonaws.com"))
        .with("WebsiteURL", format!("http://{name}.s3-website-{region}.amazonaws.com"))
}

fn configure(world: &World, name: &str, properties: &Value) -> Result<(), AwsError> {
    let mut state = lock(&world.s3);
    let bucket = state.bucket(name)?;
    match properties.get("VersioningConfiguration").and_then(|configuration| text(configuration, "Status")) {
        Some("Enabled") => bucket.versioning = Versioning::Enabled,
        Some("Suspended") => bucket.versioning = Versioning::Suspended,
        Some(_) => return Err(AwsError::bad("MalformedXML", "The versioning status is not valid")),
        None if bucket.versioning == Versioning::Enabled => bucket.versioning = Versioning::Suspended,
        None => {}
    }
    bucket.documents.remove("publicAccessBlock");
    if let Some(block) = properties.get("PublicAccessBlockConfiguration") {
        let flags = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
        let document = flags.into_iter().fold(Element::of("PublicAccessBlockConfiguration", NAMESPACE), |all, flag| {
            all.text(flag, crate::input::flag(block, flag).unwrap_or(false))
        });
        bucket.documents.insert("publicAccessBlock", document.render());
    }
    Ok(())
}

fn attach(world: &World, properties: &Value) -> Result<Resource, AwsError> {
    let document = &properties["PolicyDocument"];
    check_policy(document, Attached::Resource).map_err(|error| bad_policy(&error.message))?;
    let name = text(properties, "Bucket").unwrap_or_default();
    lock(&world.s3).bucket(name)?.documents.insert("policy", document.to_string());
    Ok(Resource::new(name))
}

/// Changes a bucket (its name cannot change) or a bucket policy (its bucket cannot).
pub fn update(world: &Shared, kind: &str, id: &str, old: &Value, new: &Value) -> Result<Updated, AwsError> {
    let fixed = if kind == "AWS::S3::BucketPolicy" { "Bucket" } else { "BucketName" };
    if old.get(fixed) != new.get(fixed) {
        return Ok(Updated::Replace);
    }
    if kind == "AWS::S3::BucketPolicy" {
        return attach(world, new).map(Updated::InPlace);
    }
    configure(world, id, new)?;
    Ok(Updated::InPlace(bucket(world, id)))
}

/// Deletes a bucket, which must be empty, or a bucket policy.
pub fn delete(world: &Shared, kind: &str, id: &str) -> Result<(), AwsError> {
    if kind == "AWS::S3::BucketPolicy" {
        lock(&world.s3).bucket(id)?.documents.remove("policy");
        return Ok(());
    }
    if world.refills() {
        super::put(world, id, "AWSLogs/late.json.gz", "late")?;
    }
    remove(world, id)
}
