//! The wire: what a request says, and the shapes in which AWS answers (JSON, Query with XML, S3's REST with XML, event streams).
//! Signatures are not checked; of the `Authorization` header only the access key, region and service are read.

pub mod error;
pub mod event_stream;
pub mod json;
pub mod query;
pub mod s3;
pub mod xml;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};

/// A whole request, read to its end.
#[derive(Debug)]
pub struct Request {
    /// Method, path (percent-encoded as sent), headers.
    pub head: Parts,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The body as sent.
    pub body: Bytes,
}

impl Request {
    /// From what axum gives.
    pub fn new(head: Parts, body: Bytes) -> Self {
        let query = pairs(head.uri.query().unwrap_or_default());
        Self { head, query, body }
    }

    /// The path, percent-encoded as sent.
    pub fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// A header as text; `None` if absent or no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// The first value of a query parameter; a parameter without value is `Some("")`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Who signed, for what; `None` if nobody did.
    pub fn scope(&self) -> Option<Scope> {
        let credential = match self.header("authorization") {
            Some(value) => value.split_once("Credential=")?.1.split([',', ' ']).next()?,
            None => self.parameter("X-Amz-Credential")?,
        };
        let mut parts = credential.rsplitn(5, '/');
        let (_terminator, service, region, _date) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Scope { access_key: parts.next()?.to_owned(), region: region.to_owned(), service: service.to_owned() })
    }
}

/// The credential scope of a signature, version 4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Access key id.
    pub access_key: String,
    /// Region.
    pub region: String,
    /// Signing name of the service.
    pub service: String,
}

/// Decodes `a=1&b=2` as in queries and forms.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&key.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// Undoes percent-encoding; what is no valid escape stays, what is no UTF-8 is replaced.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escape = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = escape.filter(|_| first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(decoded.unwrap_or(first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Percent-encodes all but unreserved characters and `/`, as S3 does for `encoding-type=url`.
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;

    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// An answer with a content type and the request's id.
pub fn answer(status: u16, content_type: &'static str, request_id: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    set(headers, "x-amzn-requestid", request_id);
    response
}

/// Sets a header, unless the value cannot stand in one.
pub fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a%20b", "a b")]
    #[case("100%", "100%")]
    #[case("%zz%2", "%zz%2")]
    #[case("%C3%A9", "é")]
    #[case("%ff", "\u{fffd}")]
    #[case("%é", "%é")]
    fn decodes(#[case] text: &str, #[case] expect: &str) {
        assert_eq!(decode(text), expect);
    }

    #[test]
    fn encodes_what_it_decodes() {
        let text = "a b/ü+%~.txt";
        assert_eq!(encode(text), "a%20b/%C3%BC%2B%25~.txt");
        assert_eq!(decode(&encode(text)), text);
    }

    #[rstest]
    #[case(
        "AWS4-HMAC-SHA256 Credential=AKID/20270115/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
        Some(("AKID", "us-east-1", "s3"))
    )]
    #[case(
        "AWS4-HMAC-SHA256 Credential=a/b/20270115/us-east-1/sts/aws4_request,SignedHeaders=host",
        Some(("a/b", "us-east-1", "sts"))
    )]
    #[case("Bearer token", None)]
    #[case("AWS4-HMAC-SHA256 Credential=, x", None)]
    fn reads_scopes(#[case] header: &str, #[case] expect: Option<(&str, &str, &str)>) {
        let (mut parts, ()) = axum::http::Request::new(()).into_parts();
        parts.headers.insert("authorization", HeaderValue::from_str(header).expect("a header"));
        let scope = Request::new(parts, Bytes::new()).scope();
        let read = scope.as_ref().map(|s| (s.access_key.as_str(), s.region.as_str(), s.service.as_str()));
        assert_eq!(read, expect);
    }
}
