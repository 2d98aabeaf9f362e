//! S3: buckets, their configuration, and versioned objects, path-style or as `<bucket>.localhost`. Multipart uploads,
//! copies, access control and encryption of what is stored are absent; an `ETag` is cut from SHA-256, not MD5, which
//! AWS does not promise either.

mod buckets;
mod listing;
mod objects;
mod resources;

use std::collections::BTreeMap;

use axum::{http::Method, response::Response};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

pub use self::resources::{SCHEMAS, create, delete, update};
use crate::{
    permission,
    protocol::{Request, decode},
    world::{AwsError, Caller, Shared, lock},
};

/// What it remembers: buckets by name.
#[derive(Debug, Default)]
pub struct State {
    buckets: BTreeMap<String, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    created: Timestamp,
    versioning: Versioning,
    /// By key; of each the newest version first, and never none.
    objects: BTreeMap<String, Vec<Version>>,
    /// The documents of its subresources (`policy`, `lifecycle`, …), as they were put.
    documents: BTreeMap<&'static str, String>,
}

/// Versioning can be suspended, but never be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Versioning {
    Never,
    Enabled,
    Suspended,
}

#[derive(Debug, Clone)]
struct Version {
    /// `null` unless versioning was on.
    id: String,
    modified: Timestamp,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    DeleteMarker,
    Object {
        body: Bytes,
        etag: String,
        /// Headers that come back as they were sent: the content type and the user's own.
        headers: Vec<(String, String)>,
    },
}

impl Bucket {
    fn new(created: Timestamp) -> Self {
        Self { created, versioning: Versioning::Never, objects: BTreeMap::new(), documents: BTreeMap::new() }
    }
}

impl State {
    fn bucket(&mut self, name: &str) -> Result<&mut Bucket, AwsError> {
        self.buckets.get_mut(name).ok_or_else(missing_bucket)
    }
}

fn missing_bucket() -> AwsError {
    AwsError::new(404, "NoSuchBucket", "The specified bucket does not exist")
}

fn missing_key() -> AwsError {
    AwsError::new(404, "NoSuchKey", "The specified key does not exist.")
}

fn malformed() -> AwsError {
    AwsError::bad(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}

/// Puts an object for another service (a trail's file).
pub fn put(world: &Shared, bucket: &str, key: &str, body: impl Into<Bytes>) -> Result<(), AwsError> {
    objects::store(world, bucket, key, body.into(), Vec::new()).map(drop)
}

/// Gets an object for another service (a function's code).
pub fn get(world: &Shared, bucket: &str, key: &str) -> Result<Bytes, AwsError> {
    let mut state = lock(&world.s3);
    let newest = state.bucket(bucket)?.objects.get(key).and_then(|versions| versions.first());
    match newest.map(|version| &version.content) {
        Some(Content::Object { body, .. }) => Ok(body.clone()),
        Some(Content::DeleteMarker) | None => Err(missing_key()),
    }
}

/// A bucket's policy, for another service that must be let in by it; null if there is none.
pub fn policy(world: &Shared, bucket: &str) -> Result<Value, AwsError> {
    let mut state = lock(&world.s3);
    let document = state.bucket(bucket)?.documents.get("policy");
    Ok(document.and_then(|document| serde_json::from_str(document).ok()).unwrap_or_default())
}

/// Answers a request.
pub fn handle(world: &Shared, caller: &Caller, request: &Request) -> Result<Response, AwsError> {
    let id = caller.request_id.as_str();
    let (bucket, key) = target(request);
    if caller.read_only
        && let Some(operation) = written_by(request, &key)
    {
        // Of several, S3 refuses each by itself.
        if operation == "DeleteObjects" {
            return objects::refuse_many(caller, request, &bucket);
        }
        let message = permission::refusal(caller, "s3", operation, &resource(&bucket, &key));
        return Err(AwsError::new(403, "AccessDenied", message));
    }
    match (bucket.as_str(), key.as_str()) {
        ("", _) if request.head.method == Method::GET => Ok(buckets::list(world, id)),
        ("", _) => {
            Err(AwsError::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource."))
        }
        (bucket, "") => buckets::handle(world, id, request, bucket),
        (bucket, key) => objects::handle(world, id, request, bucket, key),
    }
}

/// As IAM names it, in quotes, as S3 does.
fn resource(bucket: &str, key: &str) -> String {
    let slash = if key.is_empty() { "" } else { "/" };
    format!("\"arn:aws:s3:::{bucket}{slash}{key}\"")
}

/// The permission that a request needs if it changes something.
fn written_by(request: &Request, key: &str) -> Option<&'static str> {
    let has = |name| request.parameter(name).is_some();
    let version = if has("versionId") { "DeleteObjectVersion" } else { "DeleteObject" };
    match request.head.method {
        Method::GET | Method::HEAD => None,
        Method::DELETE if !key.is_empty() => Some(version),
        _ if !key.is_empty() => Some("PutObject"),
        Method::POST if has("delete") => Some("DeleteObjects"),
        Method::DELETE if has("policy") => Some("DeleteBucketPolicy"),
        _ => {
            let settings = [
                ("policy", "PutBucketPolicy"),
                ("encryption", "PutEncryptionConfiguration"),
                ("lifecycle", "PutLifecycleConfiguration"),
                ("ownershipControls", "PutBucketOwnershipControls"),
                ("publicAccessBlock", "PutBucketPublicAccessBlock"),
                ("tagging", "PutBucketTagging"),
                ("versioning", "PutBucketVersioning"),
            ];
            let setting = settings.into_iter().find(|(name, _)| has(name)).map(|(_, operation)| operation);
            let bucket = if request.head.method == Method::DELETE { "DeleteBucket" } else { "CreateBucket" };
            Some(setting.unwrap_or(bucket))
        }
    }
}

/// Bucket and key; both empty for the account itself.
fn target(request: &Request) -> (String, String) {
    let path = request.path().strip_prefix('/').unwrap_or_default();
    let host = request.header("host").unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    let host = if host == "s3.localhost" { "localhost" } else { host };
    if let Some(bucket) = host.strip_suffix(".s3.localhost").or_else(|| host.strip_suffix(".localhost")) {
        return (bucket.to_owned(), decode(path));
    }
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (decode(bucket), decode(key))
}
