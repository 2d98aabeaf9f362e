//! An error in the words of whichever protocol was spoken.

use axum::response::Response;

use super::{Request, json, query, s3};
use crate::world::AwsError;

/// How a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// JSON 1.0, 1.1 or REST-JSON.
    Json,
    /// A form in, XML out, in this namespace.
    Query(&'static str),
    /// REST with XML, as S3 does it.
    S3,
}

/// The answer that carries the error.
pub fn response(protocol: Protocol, request: &Request, request_id: &str, error: &AwsError) -> Response {
    match protocol {
        Protocol::Json => json::error(request, request_id, error),
        Protocol::Query(namespace) => query::error(namespace, request_id, error),
        Protocol::S3 => s3::error(request, request_id, error),
    }
}
