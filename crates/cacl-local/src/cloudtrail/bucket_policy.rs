//! Whether a bucket lets a trail in. `CloudTrail` looks before it makes a trail: the policy must let it read the bucket's ACL
//! and write below the account's folder.

use super::{Trail, files};
use crate::{
    policy::{Source, Wish, allows, statements},
    s3,
    world::{AwsError, Shared},
};

/// The error if it does not; its words are S3's, and the caller has better ones.
pub fn check(world: &Shared, trail: &Trail) -> Result<(), AwsError> {
    let policy = s3::policy(world, &trail.bucket)?;
    let bucket = format!("arn:aws:s3:::{}", trail.bucket);
    let folder = format!("{bucket}/{}", files::folder(trail));
    let lets = |action: &str, resource: &str| {
        let by = Some(Source { service: "cloudtrail.amazonaws.com", arn: &trail.arn });
        allows(statements(&policy), &Wish { by, action, resource })
    };
    if lets("s3:GetBucketAcl", &bucket) && lets("s3:PutObject", &folder) {
        return Ok(());
    }
    Err(AwsError::new(403, "AccessDenied", "Access Denied"))
}
