//! JSON 1.0 and 1.1 (`x-amz-target`) and REST-JSON: the input, and the answer.

use axum::response::Response;
use serde_json::{Value, json};

use super::{Request, answer, set};
use crate::world::AwsError;

/// The body as JSON; an empty body is `{}`.
pub fn input(request: &Request) -> Result<Value, AwsError> {
    if request.body.is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_slice(&request.body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(AwsError::bad("SerializationException", "Start of structure or map found where not expected.")),
    }
}

/// An answer in the version of the protocol that was asked in.
pub fn ok(request: &Request, request_id: &str, output: &Value) -> Response {
    answer(200, content_type(request), request_id, output.to_string())
}

/// `__type` is for the JSON protocols, `x-amzn-errortype` for REST-JSON; both read `message`.
pub fn error(request: &Request, request_id: &str, error: &AwsError) -> Response {
    let body = json!({ "__type": error.code, "message": error.message });
    let mut response = answer(error.status, content_type(request), request_id, body.to_string());
    set(response.headers_mut(), "x-amzn-errortype", &error.code);
    response
}

fn content_type(request: &Request) -> &'static str {
    match request.header("content-type") {
        Some("application/x-amz-json-1.0") => "application/x-amz-json-1.0",
        Some("application/x-amz-json-1.1") => "application/x-amz-json-1.1",
        _ => "application/json",
    }
}
