//! Emptying: every version and every delete marker, a thousand at a time, which is the most that S3 takes.

use async_stream::try_stream;
use aws_sdk_s3::{
    operation::list_object_versions::ListObjectVersionsOutput,
    types::{Delete, ObjectIdentifier},
};
use aws_smithy_types::error::operation::BuildError;
use cacl_event::clean::clean;
use futures_util::{Stream, StreamExt as _};

use crate::{
    Error, Names, Reason, Session,
    explain::{Explain as _, Failing as _},
};

/// How often a bucket that fills again is emptied again before we give up.
const PASSES: usize = 8;

/// Where a listing goes on.
#[derive(Default)]
struct Marker {
    key: Option<String>,
    version: Option<String>,
}

/// One page of versions and delete markers, and where the next begins. A bucket that is not there is empty.
async fn page(
    session: &Session,
    names: &Names,
    bucket: &str,
    from: Marker,
) -> Result<(Vec<ObjectIdentifier>, Option<Marker>), Error> {
    let list = session
        .s3()
        .list_object_versions()
        .bucket(bucket)
        .expected_bucket_owner(&names.account)
        .set_key_marker(from.key)
        .set_version_id_marker(from.version);
    let list = match list.send().await.failure() {
        Ok(list) => list,
        Err(failure) if failure.reason == Reason::NotFound => return Ok((Vec::new(), None)),
        Err(failure) => {
            return Err(failure)
                .explain(session, "s3:ListBucketVersions", || format!("cannot list the bucket {bucket}"));
        }
    };
    let next = (list.is_truncated == Some(true) && list.next_key_marker.is_some())
        .then(|| Marker { key: list.next_key_marker.clone(), version: list.next_version_id_marker.clone() });
    let objects = identifiers(list)
        .map_err(|error| Error::new(Reason::Other, "S3 listed an object without a key").because(error.to_string()))?;
    Ok((objects, next))
}

fn identifiers(list: ListObjectVersionsOutput) -> Result<Vec<ObjectIdentifier>, BuildError> {
    let versions = list.versions.unwrap_or_default().into_iter().map(|version| (version.key, version.version_id));
    let markers = list.delete_markers.unwrap_or_default().into_iter().map(|marker| (marker.key, marker.version_id));
    versions
        .chain(markers)
        .map(|(key, version)| ObjectIdentifier::builder().set_key(key).set_version_id(version).build())
        .collect()
}

/// Whether there is nothing in it, not even an old version.
pub(super) async fn is_empty(session: &Session, names: &Names, bucket: &str) -> Result<bool, Error> {
    Ok(page(session, names, bucket, Marker::default()).await?.0.is_empty())
}

/// How many versions and delete markers a bucket holds; 0 if it is not there.
pub(crate) async fn count(session: &Session, names: &Names, bucket: &str) -> Result<usize, Error> {
    let (mut total, mut next) = (0, Some(Marker::default()));
    while let Some(marker) = next {
        let (objects, more) = page(session, names, bucket, marker).await?;
        total += objects.len();
        next = more;
    }
    Ok(total)
}

/// Empties a bucket; yields the number of objects deleted with each call. Goes over it again until a listing is empty,
/// for a trail may still write while it is emptied.
pub(crate) fn empty(session: Session, names: Names, bucket: String) -> impl Stream<Item = Result<usize, Error>> + Send {
    try_stream! {
        for pass in 0.. {
            let (mut found, mut next) = (false, Some(Marker::default()));
            while let Some(marker) = next {
                let (objects, more) = page(&session, &names, &bucket, marker).await?;
                if !objects.is_empty() {
                    found = true;
                    yield delete_batch(&session, &names, &bucket, objects).await?;
                }
                next = more;
            }
            if !found {
                break;
            }
            if pass == PASSES {
                Err(Error::new(Reason::Other, format!("the bucket {bucket} fills faster than it can be emptied"))
                    .advise("stop what writes to it, then run the same command again"))?;
            }
        }
    }
}

/// Deletes up to a thousand; how many are gone. S3 answers success even when single objects were refused.
async fn delete_batch(
    session: &Session,
    names: &Names,
    bucket: &str,
    objects: Vec<ObjectIdentifier>,
) -> Result<usize, Error> {
    let asked = objects.len();
    let what = || format!("cannot empty the bucket {bucket}");
    let batch = Delete::builder()
        .set_objects(Some(objects))
        .quiet(true)
        .build()
        .map_err(|error| Error::new(Reason::Other, what()).because(error.to_string()))?;
    let delete = session.s3().delete_objects().bucket(bucket).expected_bucket_owner(&names.account).delete(batch);
    let answer = match delete.send().await.failure() {
        Ok(answer) => answer,
        Err(failure) if failure.is("NoSuchBucket") => return Ok(asked),
        Err(failure) => return Err(failure).explain(session, "s3:DeleteObjectVersion", what),
    };
    let errors = answer.errors.unwrap_or_default();
    // A failure of S3's own is worth the next pass; a refusal is not.
    let refused = errors.iter().find(|error| !matches!(error.code.as_deref(), Some("InternalError" | "SlowDown")));
    if let Some(error) = refused {
        let (code, message) = (error.code.as_deref().unwrap_or("refused"), error.message.as_deref().unwrap_or(""));
        let key = clean(error.key.as_deref().unwrap_or("")).into_owned();
        let reason = if code == "AccessDenied" { Reason::Permission } else { Reason::Other };
        return Err(Error::new(reason, what())
            .because(format!("{key}: {}: {}", clean(code), clean(message)))
            .advise("ask for the permission s3:DeleteObjectVersion, and look for an object lock or a bucket policy"));
    }
    Ok(asked - errors.len().min(asked))
}

/// Empties and deletes the deployment bucket, or what is left of it; yields as `empty` does.
pub(crate) fn delete(
    session: Session,
    names: Names,
    bucket: String,
) -> impl Stream<Item = Result<usize, Error>> + Send {
    try_stream! {
        for again in 0.. {
            let mut emptied = Box::pin(empty(session.clone(), names.clone(), bucket.clone()));
            while let Some(deleted) = emptied.next().await {
                yield deleted?;
            }
            let delete = session.s3().delete_bucket().bucket(&bucket).expected_bucket_owner(&names.account);
            match delete.send().await.failure() {
                Ok(_) => break,
                Err(failure) if failure.reason == Reason::NotFound => break,
                Err(failure) if failure.is("BucketNotEmpty") && again < PASSES => {}
                Err(failure) => {
                    Err(failure).explain(&session, "s3:DeleteBucket", || format!("cannot delete the bucket {bucket}"))?;
                }
            }
        }
    }
}
