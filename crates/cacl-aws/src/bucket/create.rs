//! The deployment bucket: private, encrypted, TLS only, tagged.

use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging,
};
use aws_smithy_types::error::operation::BuildError;
use serde_json::json;

use super::{exists, is_ours};
use crate::{
    Error, Names, Reason, Session,
    explain::{Explain as _, Failing as _, Failure},
    names::TAG,
};

/// Makes the bucket, or takes the one of ours that is there, and sets it up.
pub(crate) async fn create(session: &Session, names: &Names) -> Result<(), Error> {
    let bucket = names.deployment_bucket();
    // Looked for first: in us-east-1 creating one's own bucket again is no error, so the answer would tell nothing.
    if !exists(session, names, &bucket).await? {
        make(session, &bucket).await?;
    } else if !is_ours(session, names, &bucket).await? {
        return Err(Error::new(Reason::Invalid, format!("the bucket {bucket} is there and was not made by cacl-tui"))
            .because(format!("it is not empty and has no tag {}={}", TAG.0, TAG.1))
            .advise("choose other names with --prefix"));
    }
    set_up(session, names, &bucket).await
}

async fn make(session: &Session, bucket: &str) -> Result<(), Error> {
    let mut create = session.s3().create_bucket().bucket(bucket);
    // us-east-1 is the one region that must not be named.
    if session.region() != "us-east-1" {
        let location = BucketLocationConstraint::from(session.region());
        create = create
            .create_bucket_configuration(CreateBucketConfiguration::builder().location_constraint(location).build());
    }
    match create.send().await.failure() {
        Ok(_) => Ok(()),
        Err(failure) if failure.is("BucketAlreadyOwnedByYou") => Ok(()),
        Err(failure) if failure.is("BucketAlreadyExists") => Err(taken(bucket, failure)),
        Err(failure) => {
            Err(failure).explain(session, "s3:CreateBucket", || format!("cannot create the bucket {bucket}"))
        }
    }
}

fn taken(bucket: &str, failure: Failure) -> Error {
    Error::new(Reason::Invalid, format!("the bucket name {bucket} is taken by another AWS account"))
        .because(failure.why)
        .advise("choose other names with --prefix")
}

async fn set_up(session: &Session, names: &Names, bucket: &str) -> Result<(), Error> {
    let (s3, owner) = (session.s3(), names.account.as_str());
    let what = || format!("cannot set up the bucket {bucket}");
    // The tag before all else: by it we know the bucket again.
    let tags = tagging().map_err(|error| Error::new(Reason::Other, what()).because(error.to_string()))?;
    let put = s3.put_bucket_tagging().bucket(bucket).expected_bucket_owner(owner).tagging(tags).send().await.failure();
    known(put.map(drop)).explain(session, "s3:PutBucketTagging", what)?;

    let private = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .block_public_policy(true)
        .ignore_public_acls(true)
        .restrict_public_buckets(true)
        .build();
    let put = s3.put_public_access_block().bucket(bucket).expected_bucket_owner(owner);
    let put = put.public_access_block_configuration(private).send().await.failure();
    known(put.map(drop)).explain(session, "s3:PutBucketPublicAccessBlock", what)?;

    let encryption = encryption().map_err(|error| Error::new(Reason::Other, what()).because(error.to_string()))?;
    let put = s3.put_bucket_encryption().bucket(bucket).expected_bucket_owner(owner);
    let put = put.server_side_encryption_configuration(encryption).send().await.failure();
    known(put.map(drop)).explain(session, "s3:PutEncryptionConfiguration", what)?;

    let put = s3.put_bucket_policy().bucket(bucket).expected_bucket_owner(owner);
    let put = put.policy(tls_only(session, bucket)).send().await.failure();
    known(put.map(drop)).explain(session, "s3:PutBucketPolicy", what)
}

/// An emulator that does not know a setting has no use for it either.
fn known(result: Result<(), Failure>) -> Result<(), Failure> {
    result.or_else(|failure| if failure.is_unsupported() { Ok(()) } else { Err(failure) })
}

fn encryption() -> Result<ServerSideEncryptionConfiguration, BuildError> {
    let aes = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256).build()?;
    let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(aes).build();
    ServerSideEncryptionConfiguration::builder().rules(rule).build()
}

fn tagging() -> Result<Tagging, BuildError> {
    Tagging::builder().tag_set(Tag::builder().key(TAG.0).value(TAG.1).build()?).build()
}

fn tls_only(session: &Session, bucket: &str) -> String {
    let partition = session.partition();
    let arn = format!("arn:{partition}:s3:::{bucket}");
    let statement = json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, format!("{arn}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    });
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}
