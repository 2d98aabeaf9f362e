//! lambda, being written.

use axum::{http::request::Parts, response::Response};
use bytes::Bytes;
use serde_json::Value;

use crate::world::{AwsError, Caller, Resource, Schema, Shared, Updated};

/// What it remembers.
#[derive(Debug, Default)]
pub struct State {}

/// The CloudFormation types.
pub const SCHEMAS: &[Schema] = &[];

/// Answers a request of the REST-JSON protocol, whose headers matter too (`X-Amz-Invocation-Type`).
pub async fn handle(_: &Shared, _: &Caller, _request: &Parts, _body: &Bytes) -> Result<Response, AwsError> {
    Err(AwsError::unknown_operation())
}

/// Makes a resource for CloudFormation.
pub async fn create(
    _: &Shared,
    _: &Caller,
    resource_type: &str,
    _logical_id: &str,
    _properties: &Value,
) -> Result<Resource, AwsError> {
    Err(AwsError::validation(resource_type))
}

/// Changes a resource for CloudFormation.
pub async fn update(
    _: &Shared,
    _: &Caller,
    resource_type: &str,
    _physical_id: &str,
    _old: &Value,
    _new: &Value,
) -> Result<Updated, AwsError> {
    Err(AwsError::validation(resource_type))
}

/// Deletes a resource for CloudFormation.
pub async fn delete(_: &Shared, _: &Caller, resource_type: &str, _physical_id: &str) -> Result<(), AwsError> {
    Err(AwsError::validation(resource_type))
}
