//! Buckets and their subresources.

use axum::{http::Method, response::Response};

use super::{Bucket, Versioning, listing, malformed, missing_bucket, objects};
use crate::{
    ACCOUNT,
    iam::{Attached, check_policy},
    protocol::{
        Request, answer,
        s3::{NAMESPACE, body, empty, xml},
        set,
        xml::Element,
    },
    world::{AwsError, Shared, World, lock},
};

/// A document that belongs to a bucket.
struct Document {
    /// The query parameter that names it.
    name: &'static str,
    /// Its root element; `policy` is JSON and has none.
    root: &'static str,
    /// What a bucket without it answers.
    missing: &'static str,
    message: &'static str,
}

const DOCUMENTS: &[Document] = &[
    Document {
        name: "encryption",
        root: "ServerSideEncryptionConfiguration",
        missing: "ServerSideEncryptionConfigurationNotFoundError",
        message: "The server side encryption configuration was not found",
    },
    Document {
        name: "lifecycle",
        root: "LifecycleConfiguration",
        missing: "NoSuchLifecycleConfiguration",
        message: "The lifecycle configuration does not exist",
    },
    Document {
        name: "ownershipControls",
        root: "OwnershipControls",
        missing: "OwnershipControlsNotFoundError",
        message: "The bucket ownership controls were not found",
    },
    Document { name: "policy", root: "", missing: "NoSuchBucketPolicy", message: "The bucket policy does not exist" },
    Document {
        name: "publicAccessBlock",
        root: "PublicAccessBlockConfiguration",
        missing: "NoSuchPublicAccessBlockConfiguration",
        message: "The public access block configuration was not found",
    },
    Document { name: "tagging", root: "Tagging", missing: "NoSuchTagSet", message: "The TagSet does not exist" },
];

/// Subresources that AWS has and we do not; to ignore the parameter would do something else than was asked for.
const UNSUPPORTED: &[&str] = &[
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "intelligent-tiering",
    "inventory",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "policyStatus",
    "replication",
    "requestPayment",
    "uploads",
    "website",
];

/// `ListBuckets`.
pub fn list(world: &World, id: &str) -> Response {
    let state = lock(&world.s3);
    let buckets = state
        .buckets
        .iter()
        .map(|(name, bucket)| Element::new("Bucket").text("Name", name).text("CreationDate", stamp(bucket.created)));
    let result = Element::of("ListAllMyBucketsResult", NAMESPACE)
        .child(Element::new("Buckets").extend(buckets))
        .child(Element::new("Owner").text("ID", ACCOUNT));
    xml(id, &result)
}

/// Times as S3 writes them: UTC, milliseconds.
pub fn stamp(time: jiff::Timestamp) -> String {
    format!("{time:.3}")
}

/// Answers a request about a bucket.
pub fn handle(world: &Shared, id: &str, request: &Request, bucket: &str) -> Result<Response, AwsError> {
    if let Some(document) = DOCUMENTS.iter().find(|document| request.parameter(document.name).is_some()) {
        return self::document(world, id, request, bucket, document);
    }
    if UNSUPPORTED.iter().any(|name| request.parameter(name).is_some()) {
        return Err(not_implemented());
    }
    let has = |name| request.parameter(name).is_some();
    match request.head.method {
        Method::GET if has("location") => location(world, id, bucket),
        Method::GET if has("versioning") => versioning(world, id, bucket),
        Method::GET if has("versions") => listing::versions(world, id, request, bucket),
        Method::GET => listing::objects(world, id, request, bucket),
        Method::HEAD => head(world, id, bucket),
        Method::PUT if has("versioning") => put_versioning(world, id, request, bucket),
        Method::PUT => create(world, id, request, bucket),
        Method::POST if has("delete") => objects::delete_many(world, id, request, bucket),
        Method::DELETE => {
            remove(world, bucket)?;
            Ok(empty(204, id))
        }
        _ => Err(not_implemented()),
    }
}

/// What S3 says to what it does not do.
pub fn not_implemented() -> AwsError {
    AwsError::new(
        501,
        "NotImplemented",
        "A header or query you provided implies functionality that is not implemented.",
    )
}

fn document(
    world: &World,
    id: &str,
    request: &Request,
    bucket: &str,
    document: &Document,
) -> Result<Response, AwsError> {
    let missing = || AwsError::new(404, document.missing, document.message);
    let mut state = lock(&world.s3);
    let documents = &mut state.bucket(bucket)?.documents;
    match request.head.method {
        Method::GET => {
            let text = documents.get(document.name).ok_or_else(missing)?.clone();
            let kind = if document.root.is_empty() { "application/json" } else { "application/xml" };
            Ok(answer(200, kind, id, text))
        }
        Method::PUT => {
            let text = String::from_utf8(body(request)?.to_vec()).map_err(|_| malformed())?;
            if document.root.is_empty() {
                let policy = serde_json::from_str(&text);
                let policy =
                    policy.map_err(|_| bad_policy("Policies must be valid JSON and the first byte must be '{'"))?;
                check_policy(&policy, Attached::Resource).map_err(|error| bad_policy(&error.message))?;
            } else if Element::parse(&text).is_none_or(|element| element.name != document.root) {
                return Err(malformed());
            }
            documents.insert(document.name, text);
            Ok(empty(if document.root.is_empty() { 204 } else { 200 }, id))
        }
        Method::DELETE => {
            documents.remove(document.name);
            Ok(empty(204, id))
        }
        _ => Err(not_implemented()),
    }
}

/// S3's name for a policy that is none.
pub fn bad_policy(message: &str) -> AwsError {
    AwsError::bad("MalformedPolicy", message)
}

/// Makes a bucket for whoever asks; the second time is [`BucketAlreadyOwnedByYou`](already_owned).
pub fn make(world: &World, name: &str) -> Result<(), AwsError> {
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let odd = !name.starts_with(ends) || !name.ends_with(ends) || name.contains("..");
    if !(3..=63).contains(&name.len()) || !name.chars().all(valid) || odd {
        return Err(AwsError::bad("InvalidBucketName", "The specified bucket is not valid."));
    }
    let created = world.now();
    let mut state = lock(&world.s3);
    if state.buckets.contains_key(name) {
        return Err(already_owned());
    }
    state.buckets.insert(name.to_owned(), Bucket::new(created));
    Ok(())
}

fn already_owned() -> AwsError {
    AwsError::new(
        409,
        "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.",
    )
}

fn create(world: &World, id: &str, request: &Request, name: &str) -> Result<Response, AwsError> {
    check_location(world, request)?;
    match make(world, name) {
        // us-east-1, the oldest region, still answers 200 to the owner.
        Err(error) if error == already_owned() && world.region == "us-east-1" => {}
        other => other?,
    }
    let mut response = empty(200, id);
    set(response.headers_mut(), "location", &format!("/{name}"));
    Ok(response)
}

fn check_location(world: &World, request: &Request) -> Result<(), AwsError> {
    let body = body(request)?;
    let constraint = if body.is_empty() {
        None
    } else {
        let text = std::str::from_utf8(&body).map_err(|_| malformed())?;
        let configuration = Element::parse(text).ok_or_else(malformed)?;
        configuration.get_text("LocationConstraint").filter(|region| !region.is_empty()).map(str::to_owned)
    };
    match constraint.as_deref() {
        None if world.region == "us-east-1" => Ok(()),
        Some("us-east-1") => {
            Err(AwsError::bad("InvalidLocationConstraint", "The specified location-constraint is not valid"))
        }
        Some(region) if region == world.region => Ok(()),
        other => Err(AwsError::bad(
            "IllegalLocationConstraintException",
            format!(
                "The {} location constraint is incompatible for the region specific endpoint this request was sent to.",
                other.unwrap_or("unspecified")
            ),
        )),
    }
}

/// Deletes a bucket that must be empty, of every version.
pub fn remove(world: &World, name: &str) -> Result<(), AwsError> {
    let mut state = lock(&world.s3);
    if !state.bucket(name)?.objects.is_empty() {
        return Err(AwsError::new(
            409,
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
        ));
    }
    state.buckets.remove(name);
    Ok(())
}

fn head(world: &World, id: &str, bucket: &str) -> Result<Response, AwsError> {
    if !lock(&world.s3).buckets.contains_key(bucket) {
        return Err(missing_bucket());
    }
    let mut response = empty(200, id);
    set(response.headers_mut(), "x-amz-bucket-region", &world.region);
    Ok(response)
}

fn location(world: &World, id: &str, bucket: &str) -> Result<Response, AwsError> {
    lock(&world.s3).bucket(bucket)?;
    // us-east-1 has no name here.
    let text = if world.region == "us-east-1" { String::new() } else { world.region.clone() };
    Ok(xml(id, &Element { text, ..Element::of("LocationConstraint", NAMESPACE) }))
}

fn versioning(world: &World, id: &str, bucket: &str) -> Result<Response, AwsError> {
    let status = match lock(&world.s3).bucket(bucket)?.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some("Enabled"),
        Versioning::Suspended => Some("Suspended"),
    };
    Ok(xml(id, &Element::of("VersioningConfiguration", NAMESPACE).maybe("Status", status)))
}

fn put_versioning(world: &World, id: &str, request: &Request, bucket: &str) -> Result<Response, AwsError> {
    let body = body(request)?;
    let configuration = std::str::from_utf8(&body).ok().and_then(Element::parse).ok_or_else(malformed)?;
    let versioning = match configuration.get_text("Status") {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") => Versioning::Suspended,
        _ => return Err(malformed()),
    };
    lock(&world.s3).bucket(bucket)?.versioning = versioning;
    Ok(empty(200, id))
}
