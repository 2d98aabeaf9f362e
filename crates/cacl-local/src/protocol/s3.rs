//! S3's REST with XML: answers, errors, and bodies in the `aws-chunked` coding with their trailing checksums (which are
//! taken off and not verified).

use axum::{
    body::{Body, Bytes},
    response::Response,
};

use super::{Request, answer, set, xml::Element};
use crate::world::AwsError;

/// Namespace of every document.
pub const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// An XML document.
pub fn xml(request_id: &str, element: &Element) -> Response {
    with_id(answer(200, "application/xml", request_id, element.render()), request_id)
}

/// No body.
pub fn empty(status: u16, request_id: &str) -> Response {
    let mut response = with_id(answer(status, "application/xml", request_id, Body::empty()), request_id);
    response.headers_mut().remove("content-type");
    response
}

/// An error; S3 names what it is about in `Resource`. An answer to `HEAD` never has a body.
pub fn error(request: &Request, request_id: &str, error: &AwsError) -> Response {
    let body = Element::new("Error")
        .text("Code", &error.code)
        .text("Message", &error.message)
        .text("Resource", super::decode(request.path()))
        .text("RequestId", request_id)
        .text("HostId", "cacl-local");
    if request.head.method == axum::http::Method::HEAD {
        return empty(error.status, request_id);
    }
    with_id(answer(error.status, "application/xml", request_id, body.render()), request_id)
}

fn with_id(mut response: Response, request_id: &str) -> Response {
    set(response.headers_mut(), "x-amz-request-id", request_id);
    response
}

/// The body without its coding.
pub fn body(request: &Request) -> Result<Bytes, AwsError> {
    let streaming = request.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
    let chunked = request.header("content-encoding").is_some_and(|coding| coding.contains("aws-chunked"));
    if !streaming && !chunked {
        return Ok(request.body.clone());
    }
    unchunk(&request.body).ok_or_else(|| AwsError::bad("IncompleteBody", "The request body terminated unexpectedly"))
}

/// `size;chunk-signature=…\r\n<bytes>\r\n … 0\r\n<trailers>\r\n`; sizes are hexadecimal.
fn unchunk(body: &[u8]) -> Option<Bytes> {
    let mut rest = body;
    let mut out = Vec::with_capacity(body.len());
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let line = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(out.into());
        }
        rest = &rest[end + 2..];
        out.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n", Some("abc"))]
    #[case(b"3;chunk-signature=00\r\nabc\r\n2\r\nde\r\n0;chunk-signature=00\r\n\r\n", Some("abcde"))]
    #[case(b"0\r\n\r\n", Some(""))]
    #[case(b"5\r\nabc\r\n0\r\n\r\n", None)]
    #[case(b"3\r\nabcd\r\n0\r\n", None)]
    #[case(b"ffffffffffffffff\r\nabc\r\n", None)]
    #[case(b"", None)]
    fn takes_chunks_off(#[case] body: &[u8], #[case] expect: Option<&str>) {
        assert_eq!(unchunk(body).as_deref(), expect.map(str::as_bytes));
    }
}
