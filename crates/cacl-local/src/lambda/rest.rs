//! Lambda's REST-JSON protocol: method and path say what is meant.

use axum::{
    body::Body,
    http::{HeaderValue, Method, header::CONTENT_TYPE, request::Parts},
    response::Response,
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{environment::Outcome, function, invoke, policy};
use crate::{
    protocol::decode,
    world::{AwsError, Shared, lock},
};

fn steps(request: &Parts) -> Vec<String> {
    request.uri.path().trim_matches('/').split('/').map(decode).collect()
}

/// The permission that a request needs, and the function that it is about. All that is read needs one that may be had.
pub fn operation(request: &Parts) -> (&'static str, Option<String>) {
    let steps = steps(request);
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let (operation, id) = match (&request.method, steps.as_slice()) {
        (&Method::GET | &Method::HEAD, _) => ("GetFunction", None),
        (_, ["2015-03-31", "functions", id, "invocations"]) => ("InvokeFunction", Some(id)),
        (_, ["2015-03-31", "functions", id, "configuration"]) => ("UpdateFunctionConfiguration", Some(id)),
        (_, ["2015-03-31", "functions", id, "code"]) => ("UpdateFunctionCode", Some(id)),
        (&Method::POST, ["2015-03-31", "functions", id, "policy"]) => ("AddPermission", Some(id)),
        (_, ["2015-03-31", "functions", id, "policy", ..]) => ("RemovePermission", Some(id)),
        (_, ["2015-03-31", "functions", id]) => ("DeleteFunction", Some(id)),
        _ => ("CreateFunction", None),
    };
    (operation, id.map(|id| (*id).to_owned()))
}

/// Answers a request.
pub async fn handle(world: &Shared, request: &Parts, body: &Bytes) -> Result<Response, AwsError> {
    let steps = steps(request);
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    if let (&Method::POST, ["2015-03-31", "functions", id, "invocations"]) = (&request.method, steps.as_slice()) {
        return invoked(world, request, id, body.clone()).await;
    }
    let input = || -> Result<Value, AwsError> {
        serde_json::from_slice(body).map_err(|error| {
            AwsError::bad("InvalidRequestContentException", format!("Could not parse request body into json: {error}"))
        })
    };
    let (status, answer) = match (&request.method, steps.as_slice()) {
        (&Method::POST, ["2015-03-31", "functions"]) => (201, function::create(world, &input()?)?),
        (&Method::GET, ["2015-03-31", "functions"]) => {
            let (marker, limit) = (query(request, "Marker"), query(request, "MaxItems"));
            (200, function::list_all(world, marker.as_deref(), limit.and_then(|limit| limit.parse().ok()))?)
        }
        (&Method::GET, ["2015-03-31", "functions", id]) => (200, function::get(world, id)?),
        (&Method::DELETE, ["2015-03-31", "functions", id]) => {
            function::delete(world, id)?;
            (204, Value::Null)
        }
        (&Method::GET, ["2015-03-31", "functions", id, "configuration"]) => (200, function::configuration(world, id)?),
        (&Method::PUT, ["2015-03-31", "functions", id, "configuration"]) => {
            (200, function::update_configuration(world, id, &input()?)?)
        }
        (&Method::PUT, ["2015-03-31", "functions", id, "code"]) => (200, function::update_code(world, id, &input()?)?),
        (&Method::POST, ["2015-03-31", "functions", id, "policy"]) => (201, policy::add(world, id, &input()?)?),
        (&Method::GET, ["2015-03-31", "functions", id, "policy"]) => (200, policy::get(world, id)?),
        (&Method::DELETE, ["2015-03-31", "functions", id, "policy", sid]) => {
            policy::remove(world, id, sid)?;
            (204, Value::Null)
        }
        (&Method::GET, ["2017-03-31", "tags", id]) => {
            let mut state = lock(&world.lambda);
            let tags = state.function(id)?.settings.get("Tags").cloned();
            (200, json!({"Tags": tags.unwrap_or_else(|| json!({}))}))
        }
        _ => return Err(AwsError::unknown_operation()),
    };
    let body = if answer.is_null() { Body::empty() } else { Body::from(answer.to_string()) };
    respond(status, &[], body)
}

/// `Invoke`, by `X-Amz-Invocation-Type`.
async fn invoked(world: &Shared, request: &Parts, id: &str, payload: Bytes) -> Result<Response, AwsError> {
    let header = request.headers.get("x-amz-invocation-type").and_then(|value| value.to_str().ok());
    let payload = if payload.is_empty() { Bytes::from_static(b"{}") } else { payload };
    if serde_json::from_slice::<serde::de::IgnoredAny>(&payload).is_err() {
        let message = "Could not parse request body into json: invalid JSON";
        return Err(AwsError::bad("InvalidRequestContentException", message));
    }
    match header.unwrap_or("RequestResponse") {
        "Event" => {
            invoke::invoke_later(world, id, payload)?;
            respond(202, &[], Body::empty())
        }
        "DryRun" => {
            lock(&world.lambda).function(id)?;
            respond(204, &[], Body::empty())
        }
        _ => match invoke::invoke(world, id, payload).await? {
            Outcome::Response(body) => respond(200, &[("X-Amz-Executed-Version", "$LATEST")], Body::from(body)),
            Outcome::Error(body) => respond(
                200,
                &[("X-Amz-Executed-Version", "$LATEST"), ("X-Amz-Function-Error", "Unhandled")],
                Body::from(body),
            ),
        },
    }
}

fn query(request: &Parts, name: &str) -> Option<String> {
    let pairs = request.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| decode(value))
}

fn respond(status: u16, headers: &[(&'static str, &'static str)], body: Body) -> Result<Response, AwsError> {
    let mut response = Response::builder().status(status).header(CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        response = response.header(*name, HeaderValue::from_static(value));
    }
    response.body(body).map_err(|error| AwsError::new(500, "ServiceException", error.to_string()))
}
