//! Objects and their versions: put, get, head, delete, and delete up to a thousand at once.

use axum::{
    body::Body,
    http::{Method, StatusCode},
    response::Response,
};
use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Bucket, Content, Version, Versioning, buckets::not_implemented, malformed, missing_key, resource};
use crate::{
    permission,
    protocol::{
        Request,
        s3::{NAMESPACE, body, empty, xml},
        set,
        xml::Element,
    },
    world::{AwsError, Caller, Shared, World, lock},
};

/// What `DeleteObjects` takes at once.
const MOST_DELETED: usize = 1000;

/// Answers a request about an object.
pub fn handle(world: &Shared, id: &str, request: &Request, bucket: &str, key: &str) -> Result<Response, AwsError> {
    let multipart = ["uploads", "uploadId", "acl", "tagging", "retention", "legal-hold", "torrent", "attributes"];
    if multipart.iter().any(|name| request.parameter(name).is_some()) || request.header("x-amz-copy-source").is_some() {
        return Err(not_implemented());
    }
    match request.head.method {
        Method::PUT => put(world, id, request, bucket, key),
        Method::GET | Method::HEAD => get(world, id, request, bucket, key),
        Method::DELETE => {
            let deleted = remove(world, bucket, key, request.parameter("versionId"))?;
            let mut response = empty(204, id);
            if let Some(version) = &deleted.version {
                set(response.headers_mut(), "x-amz-version-id", version);
            }
            if deleted.marker {
                set(response.headers_mut(), "x-amz-delete-marker", "true");
            }
            Ok(response)
        }
        _ => Err(not_implemented()),
    }
}

/// Puts an object; gives its version.
pub fn store(
    world: &World,
    bucket: &str,
    key: &str,
    body: Bytes,
    headers: Vec<(String, String)>,
) -> Result<Version, AwsError> {
    if key.len() > 1024 {
        return Err(AwsError::bad("KeyTooLongError", "Your key is too long"));
    }
    let digest = Sha256::digest(&body);
    let etag = digest.iter().take(16).fold(String::from("\""), |etag, byte| format!("{etag}{byte:02x}")) + "\"";
    let (modified, fresh) = (world.now(), world.ids.lower(32));
    let mut state = lock(&world.s3);
    let bucket = state.bucket(bucket)?;
    let version = Version { id: version_id(bucket, fresh), modified, content: Content::Object { body, etag, headers } };
    add(bucket, key, version.clone());
    Ok(version)
}

fn version_id(bucket: &Bucket, fresh: String) -> String {
    if bucket.versioning == Versioning::Enabled { fresh } else { "null".to_owned() }
}

/// The newest version; without versioning it takes the place of the one before.
fn add(bucket: &mut Bucket, key: &str, version: Version) {
    let versions = bucket.objects.entry(key.to_owned()).or_default();
    if version.id == "null" {
        versions.retain(|other| other.id != "null");
    }
    versions.insert(0, version);
}

fn put(world: &World, id: &str, request: &Request, bucket: &str, key: &str) -> Result<Response, AwsError> {
    let body = body(request)?;
    if request.header("if-none-match") == Some("*") && current(world, bucket, key, None).is_ok() {
        return Err(AwsError::new(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        ));
    }
    let kept = request.head.headers.iter().filter_map(|(name, value)| {
        let name = name.as_str();
        let keep = name == "content-type" || name == "cache-control" || name.starts_with("x-amz-meta-");
        keep.then(|| Some((name.to_owned(), value.to_str().ok()?.to_owned()))).flatten()
    });
    let version = store(world, bucket, key, body, kept.collect())?;
    let mut response = empty(200, id);
    describe(&mut response, &version);
    response.headers_mut().remove("last-modified");
    Ok(response)
}

/// A version, the newest if none is named.
fn current(world: &World, bucket: &str, key: &str, version: Option<&str>) -> Result<Version, AwsError> {
    let mut state = lock(&world.s3);
    let versions = state.bucket(bucket)?.objects.get(key);
    match version {
        None => versions.and_then(|versions| versions.first()).cloned().ok_or_else(missing_key),
        Some(id) => versions
            .and_then(|versions| versions.iter().find(|version| version.id == id))
            .cloned()
            .ok_or_else(|| AwsError::new(404, "NoSuchVersion", "The specified version does not exist.")),
    }
}

fn get(world: &World, id: &str, request: &Request, bucket: &str, key: &str) -> Result<Response, AwsError> {
    let named = request.parameter("versionId");
    let version = current(world, bucket, key, named)?;
    let Content::Object { body, .. } = &version.content else {
        return Err(if named.is_some() {
            AwsError::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        } else {
            missing_key()
        });
    };
    let mut response = empty(200, id);
    let part = match request.header("range").map(|range| slice(range, body.len())) {
        None => body.clone(),
        Some(Some((first, last))) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            set(response.headers_mut(), "content-range", &format!("bytes {first}-{last}/{}", body.len()));
            body.slice(first..=last)
        }
        Some(None) => {
            return Err(AwsError::new(416, "InvalidRange", "The requested range is not satisfiable"));
        }
    };
    describe(&mut response, &version);
    set(response.headers_mut(), "accept-ranges", "bytes");
    *response.body_mut() = Body::from(part);
    Ok(response)
}

/// `bytes=first-last`, `bytes=first-` or `bytes=-count`, as inclusive positions within `length` bytes.
fn slice(range: &str, length: usize) -> Option<(usize, usize)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = length.checked_sub(1)?;
    let (first, last) = match (first, last) {
        ("", count) => (length.saturating_sub(count.parse().ok()?), end),
        (first, "") => (first.parse().ok()?, end),
        (first, last) => (first.parse().ok()?, last.parse::<usize>().ok()?.min(end)),
    };
    (first <= last).then_some((first, last))
}

fn describe(response: &mut Response, version: &Version) {
    let headers = response.headers_mut();
    if version.id != "null" {
        set(headers, "x-amz-version-id", &version.id);
    }
    set(headers, "last-modified", &http_date(version.modified));
    set(headers, "x-amz-server-side-encryption", "AES256");
    if let Content::Object { etag, headers: kept, .. } = &version.content {
        set(headers, "etag", etag);
        for (name, value) in kept {
            let name = axum::http::HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, value.parse()) {
                headers.insert(name, value);
            }
        }
    }
}

fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// What came of a deletion.
struct Deleted {
    /// The version that went, or the marker that came; `None` without versioning.
    version: Option<String>,
    /// Whether that is a delete marker.
    marker: bool,
}

fn remove(world: &World, bucket: &str, key: &str, version: Option<&str>) -> Result<Deleted, AwsError> {
    let (modified, fresh) = (world.now(), world.ids.lower(32));
    let mut state = lock(&world.s3);
    let bucket = state.bucket(bucket)?;
    if let Some(id) = version {
        let versions = bucket.objects.get_mut(key);
        let place = versions.as_ref().and_then(|versions| versions.iter().position(|version| version.id == id));
        let gone = versions.zip(place).map(|(versions, place)| versions.remove(place));
        if bucket.objects.get(key).is_some_and(Vec::is_empty) {
            bucket.objects.remove(key);
        }
        let marker = gone.is_some_and(|version| matches!(version.content, Content::DeleteMarker));
        return Ok(Deleted { version: Some(id.to_owned()), marker });
    }
    if bucket.versioning == Versioning::Never {
        bucket.objects.remove(key);
        return Ok(Deleted { version: None, marker: false });
    }
    let id = version_id(bucket, fresh);
    add(bucket, key, Version { id: id.clone(), modified, content: Content::DeleteMarker });
    Ok(Deleted { version: Some(id), marker: true })
}

/// `DeleteObjects`.
pub fn delete_many(world: &World, id: &str, request: &Request, bucket: &str) -> Result<Response, AwsError> {
    let list = listed(request)?;
    let quiet = list.get_text("Quiet") == Some("true");
    let mut result = Element::of("DeleteResult", NAMESPACE);
    for object in list.children.iter().filter(|child| child.name == "Object") {
        let key = object.get_text("Key").ok_or_else(malformed)?;
        let version = object.get_text("VersionId").filter(|version| !version.is_empty());
        let deleted = remove(world, bucket, key, version)?;
        let mut entry = Element::new("Deleted").text("Key", key).maybe("VersionId", version);
        if deleted.marker {
            entry = entry.text("DeleteMarker", true).maybe("DeleteMarkerVersionId", deleted.version);
        }
        if !quiet {
            result = result.child(entry);
        }
    }
    Ok(xml(id, &result))
}

/// `DeleteObjects` for whoever may not: the answer is a success in which everything has failed.
pub fn refuse_many(caller: &Caller, request: &Request, bucket: &str) -> Result<Response, AwsError> {
    let list = listed(request)?;
    let refused = list.children.iter().filter(|child| child.name == "Object").map(|object| {
        let key = object.get_text("Key").unwrap_or_default();
        let version = object.get_text("VersionId").filter(|version| !version.is_empty());
        let operation = if version.is_some() { "DeleteObjectVersion" } else { "DeleteObject" };
        let message = permission::refusal(caller, "s3", operation, &resource(bucket, key));
        let entry = Element::new("Error").text("Key", key).maybe("VersionId", version);
        entry.text("Code", "AccessDenied").text("Message", message)
    });
    Ok(xml(&caller.request_id, &Element::of("DeleteResult", NAMESPACE).extend(refused)))
}

/// What is to be deleted.
fn listed(request: &Request) -> Result<Element, AwsError> {
    let body = body(request)?;
    let list = std::str::from_utf8(&body).ok().and_then(Element::parse).ok_or_else(malformed)?;
    let objects = list.children.iter().filter(|child| child.name == "Object").count();
    if objects == 0 || objects > MOST_DELETED { Err(malformed()) } else { Ok(list) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("bytes=0-0", 5, Some((0, 0)))]
    #[case("bytes=1-", 5, Some((1, 4)))]
    #[case("bytes=-2", 5, Some((3, 4)))]
    #[case("bytes=-9", 5, Some((0, 4)))]
    #[case("bytes=3-99", 5, Some((3, 4)))]
    #[case("bytes=5-9", 5, None)]
    #[case("bytes=3-1", 5, None)]
    #[case("bytes=0-0", 0, None)]
    #[case("lines=1-2", 5, None)]
    fn ranges(#[case] range: &str, #[case] length: usize, #[case] expect: Option<(usize, usize)>) {
        assert_eq!(slice(range, length), expect);
    }

    fn ids(world: &World, key: &str) -> Vec<String> {
        let mut state = lock(&world.s3);
        let bucket = state.bucket("bucket").expect("there");
        bucket.objects.get(key).into_iter().flatten().map(|version| version.id.clone()).collect()
    }

    #[test]
    fn versions_pile_up_until_each_is_deleted() {
        let world = World::test();
        super::super::buckets::make(&world, "bucket").expect("made");
        let put = || store(&world, "bucket", "k", Bytes::from_static(b"x"), Vec::new()).expect("put").id;
        put();
        put();
        assert_eq!(ids(&world, "k"), ["null"], "without versioning there is one");

        lock(&world.s3).bucket("bucket").expect("there").versioning = Versioning::Enabled;
        let first = put();
        let marker = remove(&world, "bucket", "k", None).expect("marked");
        assert!(marker.marker);
        let marker = marker.version.expect("an id");
        assert_eq!(ids(&world, "k"), [marker.as_str(), first.as_str(), "null"]);
        assert_eq!(super::super::get(&world, "bucket", "k").expect_err("marked").code, "NoSuchKey");

        for id in [marker.as_str(), "null", first.as_str()] {
            assert!(super::super::buckets::remove(&world, "bucket").is_err(), "not empty yet");
            remove(&world, "bucket", "k", Some(id)).expect("deleted");
        }
        super::super::buckets::remove(&world, "bucket").expect("empty");
    }
}
