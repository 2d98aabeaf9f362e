//! The buckets: the one of the subscriber's code, made and deleted here, and those of the stack, emptied here.
//!
//! Every request names the owner that is expected, so that a bucket of the same name in somebody else's account is never
//! written to, let alone emptied.

mod create;
mod empty;

use crate::{
    Error, Names, Reason, Session,
    explain::{Explain as _, Failing as _},
    names::TAG,
};

pub(crate) use create::create;
pub(crate) use empty::{count, delete, empty};

/// Whether the deployment bucket has this key.
pub(crate) async fn has(session: &Session, names: &Names, key: &str) -> Result<bool, Error> {
    let bucket = names.deployment_bucket();
    let head = session
        .s3()
        .head_object()
        .bucket(&bucket)
        .key(key)
        .expected_bucket_owner(&names.account)
        .send()
        .await
        .failure();
    match head {
        Ok(_) => Ok(true),
        Err(failure) if failure.reason == Reason::NotFound => Ok(false),
        // Who may not list a bucket is told "forbidden" about a missing key, and so is who asks for a missing bucket with
        // another owner; making the bucket and putting the object tell the truth then.
        Err(failure) if failure.reason == Reason::Permission => Ok(false),
        Err(failure) => Err(failure).explain(session, "s3:GetObject", || format!("cannot look into s3://{bucket}")),
    }
}

/// Whether there is such a bucket in our account.
pub(crate) async fn exists(session: &Session, names: &Names, bucket: &str) -> Result<bool, Error> {
    match session.s3().head_bucket().bucket(bucket).expected_bucket_owner(&names.account).send().await.failure() {
        Ok(_) => Ok(true),
        Err(failure) if failure.reason == Reason::NotFound => Ok(false),
        Err(failure) => {
            Err(failure).explain(session, "s3:ListBucket", || format!("cannot look for the bucket {bucket}"))
        }
    }
}

/// `1 object`, `2 objects`.
pub(crate) fn objects(count: usize) -> String {
    format!("{count} object{}", if count == 1 { "" } else { "s" })
}

/// Whether a bucket of our account was made by us: by its tag, or because it is empty, as one is that was half made.
pub(crate) async fn is_ours(session: &Session, names: &Names, bucket: &str) -> Result<bool, Error> {
    let tagging = session.s3().get_bucket_tagging().bucket(bucket).expected_bucket_owner(&names.account);
    let tagged = match tagging.send().await.failure() {
        Ok(answer) => answer.tag_set().iter().any(|tag| (tag.key(), tag.value()) == TAG),
        Err(failure) if failure.is("NoSuchTagSet") => false,
        Err(failure) => {
            return Err(failure)
                .explain(session, "s3:GetBucketTagging", || format!("cannot see whose the bucket {bucket} is"));
        }
    };
    Ok(tagged || empty::is_empty(session, names, bucket).await?)
}

#[cfg(test)]
mod tests;
