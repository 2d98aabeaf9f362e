//! Lambda: functions on `provided` runtimes, run for real. An execution environment is a child process that speaks the
//! Runtime API, with the environment variables that Lambda gives it and nothing inherited but `PATH`; what it prints goes
//! to its log group, between the lines of the platform.
//!
//! One environment a function, so invocations queue. Absent: versions, aliases, layers, concurrency settings, function
//! URLs, extensions, streamed responses, the log tail of `Invoke`.

mod code;
mod environment;
mod function;
mod invoke;
mod log;
mod platform;
mod policy;
mod resource;
mod rest;
mod runtime_api;
mod sandbox;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

use axum::{http::request::Parts, response::Response};
use bytes::Bytes;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::function::Function;
pub use self::{
    invoke::invoke_for_service,
    resource::{SCHEMAS, create, delete, update},
};
use crate::world::{AwsError, Shared, lock};

/// How long children get to end when everything stops; they are killed, so this is for the operating system only.
const GRACE: Duration = Duration::from_secs(10);

/// What it remembers.
#[derive(Debug, Default)]
pub struct State {
    functions: BTreeMap<String, Function>,
    /// Everything that runs stops with it.
    stop: CancellationToken,
    /// The tasks that own the children.
    environments: Vec<JoinHandle<()>>,
}

impl State {
    /// A function by its name or ARN.
    fn function(&mut self, id: &str) -> Result<&mut Function, AwsError> {
        let name = function::name_of(id);
        self.functions.get_mut(name).ok_or_else(|| {
            let region = id.split(':').nth(3).unwrap_or("us-east-1");
            let arn = format!("arn:aws:lambda:{region}:{}:function:{name}", crate::ACCOUNT);
            AwsError::new(404, "ResourceNotFoundException", format!("Function not found: {arn}"))
        })
    }
}

/// Answers a request of the REST-JSON protocol, whose headers matter too (`X-Amz-Invocation-Type`).
pub async fn handle(world: &Shared, request: &Parts, body: &Bytes) -> Result<Response, AwsError> {
    rest::handle(world, request, body).await
}

/// The permission that a request needs, and the function that it is about.
pub fn operation(request: &Parts) -> (&'static str, Option<String>) {
    rest::operation(request)
}

/// Ends all children, and waits until they are gone.
pub async fn stop(world: &Shared) {
    let environments = {
        let mut state = lock(&world.lambda);
        state.stop.cancel();
        std::mem::take(&mut state.environments)
    };
    let ended = futures_util::future::join_all(environments);
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        tracing::warn!("an execution environment did not end in time");
    }
}
