//! Lists of objects and of versions, in pages of at most a thousand.

use axum::response::Response;

use super::{Bucket, Content, Version, buckets::stamp};
use crate::{
    ACCOUNT,
    protocol::{
        Request, decode, encode,
        s3::{NAMESPACE, xml},
        xml::Element,
    },
    world::{AwsError, World, lock},
};

/// What is asked for, in all three lists.
struct Asked<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    most: usize,
    /// Whether keys come percent-encoded, because XML cannot hold them all.
    encoded: bool,
}

impl<'a> Asked<'a> {
    fn read(request: &'a Request) -> Result<Self, AwsError> {
        let most = match request.parameter("max-keys") {
            None | Some("") => 1000,
            Some(number) => number.parse::<usize>().map_err(|_| {
                AwsError::bad("InvalidArgument", "Provided max-keys not an integer or within integer range")
            })?,
        };
        Ok(Self {
            prefix: request.parameter("prefix").unwrap_or_default(),
            delimiter: request.parameter("delimiter").unwrap_or_default(),
            most: most.min(1000),
            encoded: request.parameter("encoding-type") == Some("url"),
        })
    }

    fn key(&self, key: &str) -> String {
        if self.encoded { encode(key) } else { key.to_owned() }
    }

    /// The common prefix that this key falls under, if any.
    fn common<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let found = key.get(self.prefix.len()..)?.find(self.delimiter)?;
        key.get(..self.prefix.len() + found + self.delimiter.len())
    }

    fn head(&self, name: &'static str, bucket: &str) -> Element {
        Element::of(name, NAMESPACE)
            .text("Name", bucket)
            .text("Prefix", self.key(self.prefix))
            .text("MaxKeys", self.most)
            .maybe("Delimiter", Some(self.key(self.delimiter)).filter(|delimiter| !delimiter.is_empty()))
            .maybe("EncodingType", self.encoded.then_some("url"))
    }

    fn prefix(&self, prefix: &str) -> Element {
        Element::new("CommonPrefixes").text("Prefix", self.key(prefix))
    }
}

/// A page: entries, and the last of them if there are more.
struct Page<'a> {
    entries: Vec<Entry<'a>>,
    more_after: Option<(&'a str, Option<&'a str>)>,
}

enum Entry<'a> {
    Version(&'a str, &'a Version, bool),
    Prefix(&'a str),
}

/// `ListObjectsV2`, and the first version of it.
pub fn objects(world: &World, id: &str, request: &Request, name: &str) -> Result<Response, AwsError> {
    let asked = Asked::read(request)?;
    let second = request.parameter("list-type") == Some("2");
    let token = request.parameter("continuation-token").map(decode);
    let after = token.as_deref().or_else(|| request.parameter(if second { "start-after" } else { "marker" }));
    let mut state = lock(&world.s3);
    let bucket = state.bucket(name)?;
    let current = bucket.objects.iter().filter_map(|(key, versions)| {
        versions
            .first()
            .filter(|version| !matches!(version.content, Content::DeleteMarker))
            .map(|v| (key.as_str(), v, true))
    });
    let page = page(&asked, current, |key, _| after.is_some_and(|after| passed(&asked, key, after)));
    let next = page.more_after.map(|(last, _)| last);
    let mut result = asked.head("ListBucketResult", name).text("IsTruncated", next.is_some());
    result = if second {
        result
            .text("KeyCount", page.entries.len())
            .maybe("ContinuationToken", request.parameter("continuation-token"))
            .maybe("NextContinuationToken", next.map(encode))
    } else {
        result.text("Marker", asked.key(after.unwrap_or_default())).maybe("NextMarker", next.map(|key| asked.key(key)))
    };
    let entries = page.entries.iter().map(|entry| match entry {
        Entry::Prefix(prefix) => asked.prefix(prefix),
        Entry::Version(key, version, _) => facts(Element::new("Contents").text("Key", asked.key(key)), version),
    });
    Ok(xml(id, &result.extend(entries)))
}

/// `ListObjectVersions`.
pub fn versions(world: &World, id: &str, request: &Request, name: &str) -> Result<Response, AwsError> {
    let asked = Asked::read(request)?;
    let key_marker = request.parameter("key-marker").filter(|marker| !marker.is_empty());
    let version_marker = request.parameter("version-id-marker").filter(|marker| !marker.is_empty());
    let mut state = lock(&world.s3);
    let bucket = state.bucket(name)?;
    let position = key_marker.zip(version_marker).and_then(|(key, id)| place(bucket, key, id));
    let all = bucket.objects.iter().flat_map(|(key, versions)| {
        versions.iter().enumerate().map(|(number, version)| (key.as_str(), version, number == 0))
    });
    let page = page(&asked, all, |key, version| match (key_marker, position) {
        (Some(marker), Some(position)) if key == marker => {
            place(bucket, key, &version.id).is_some_and(|place| place <= position)
        }
        (Some(marker), _) => passed(&asked, key, marker),
        (None, _) => false,
    });
    let mut result = asked
        .head("ListVersionsResult", name)
        .text("KeyMarker", asked.key(key_marker.unwrap_or_default()))
        .text("VersionIdMarker", version_marker.unwrap_or_default())
        .text("IsTruncated", page.more_after.is_some());
    if let Some((key, version)) = page.more_after {
        result = result.text("NextKeyMarker", asked.key(key)).maybe("NextVersionIdMarker", version);
    }
    let entries = page.entries.iter().map(|entry| match entry {
        Entry::Prefix(prefix) => asked.prefix(prefix),
        Entry::Version(key, version, latest) => {
            let kind = if matches!(version.content, Content::DeleteMarker) { "DeleteMarker" } else { "Version" };
            let entry = Element::new(kind)
                .text("Key", asked.key(key))
                .text("VersionId", &version.id)
                .text("IsLatest", latest)
                .child(Element::new("Owner").text("ID", ACCOUNT));
            facts(entry, version)
        }
    });
    Ok(xml(id, &result.extend(entries)))
}

/// Whether a page that ended with `after` (a key or a common prefix) had this key already.
fn passed(asked: &Asked<'_>, key: &str, after: &str) -> bool {
    key <= after || asked.common(key).is_some_and(|common| common == after)
}

fn place(bucket: &Bucket, key: &str, id: &str) -> Option<usize> {
    bucket.objects.get(key)?.iter().position(|version| version.id == id)
}

fn page<'a>(
    asked: &Asked<'_>,
    versions: impl Iterator<Item = (&'a str, &'a Version, bool)>,
    seen: impl Fn(&str, &Version) -> bool,
) -> Page<'a> {
    let mut entries = Vec::new();
    let mut last: Option<(&str, Option<&str>)> = None;
    for (key, version, latest) in versions {
        if !key.starts_with(asked.prefix) || seen(key, version) {
            continue;
        }
        let common = asked.common(key);
        if common.is_some() && common == last.map(|(last, _)| last) {
            continue;
        }
        if entries.len() >= asked.most {
            return Page { entries, more_after: last.filter(|_| asked.most > 0) };
        }
        entries.push(common.map_or(Entry::Version(key, version, latest), Entry::Prefix));
        last = Some(common.map_or((key, Some(version.id.as_str())), |common| (common, None)));
    }
    Page { entries, more_after: None }
}

fn facts(element: Element, version: &Version) -> Element {
    let element = element.text("LastModified", stamp(version.modified));
    match &version.content {
        Content::DeleteMarker => element,
        Content::Object { body, etag, .. } => {
            element.text("ETag", etag).text("Size", body.len()).text("StorageClass", "STANDARD")
        }
    }
}
