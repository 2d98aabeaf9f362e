//! To the deployment bucket, under a key that says what is in it.

use aws_sdk_s3::{primitives::ByteStream, types::ChecksumAlgorithm};

use super::{Artifact, pack};
use crate::{
    Error, Names, Session, bucket,
    explain::{Explain as _, Failing as _},
};

/// Puts the artifact where the stack looks for it, and makes the bucket if there is none. Whether it had to.
pub(crate) async fn upload(session: &Session, names: &Names, artifact: &Artifact) -> Result<bool, Error> {
    let key = artifact.key();
    if bucket::has(session, names, &key).await? {
        return Ok(false);
    }
    bucket::create(session, names).await?;
    put(session, names, &key, artifact.zip.clone(), "application/zip").await?;
    Ok(true)
}

/// One object with its SHA-256, which S3 checks.
pub(crate) async fn put(
    session: &Session,
    names: &Names,
    key: &str,
    body: Vec<u8>,
    content_type: &str,
) -> Result<(), Error> {
    let checksum = aws_smithy_types::base64::encode(pack::sha256(&body));
    let bucket = names.deployment_bucket();
    let put = session
        .s3()
        .put_object()
        .bucket(&bucket)
        .key(key)
        .expected_bucket_owner(&names.account)
        .content_type(content_type)
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .checksum_sha256(checksum)
        .body(ByteStream::from(body));
    put.send().await.failure().explain(session, "s3:PutObject", || format!("cannot upload to s3://{bucket}/{key}"))?;
    Ok(())
}
