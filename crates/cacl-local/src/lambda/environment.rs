//! Execution environments: one child process, started for the first invocation, kept for the next ones, ended when it
//! crashes, takes too long, its function changes, or everything stops.
//!
//! A child never outlives us. While we live we kill it; and if we are killed ourselves, its long poll on the Runtime API
//! breaks, which ends a runtime that is built on `lambda_runtime` (its loop returns the error of the poll).

use std::{ffi::OsString, process::ExitStatus, time::Duration};

use bytes::Bytes;
use serde_json::json;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    function::Function,
    log::Log,
    platform::{Event, Logging, Status},
    runtime_api::{Next, RuntimeApi, Said, deadline},
    sandbox::{Happening, Sandbox},
};
use crate::{
    input::text,
    world::{Shared, World},
};

/// How long a runtime may take until it asks for its first event.
const LONGEST_INIT: Duration = Duration::from_secs(10);

/// Where the invocations of a function go.
#[derive(Debug, Clone)]
pub struct Handle {
    /// The queue; when the last sender is gone, the environment ends after what is in it.
    pub invocations: mpsc::Sender<Invocation>,
    /// Ends the environment at once.
    pub stop: CancellationToken,
}

/// One event for the function.
#[derive(Debug)]
pub struct Invocation {
    /// Its id, the same in every retry.
    pub request_id: String,
    /// The payload.
    pub payload: Bytes,
    /// Who waits for the outcome.
    pub done: oneshot::Sender<Outcome>,
}

/// What an invocation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The function's response.
    Response(Bytes),
    /// The function's error, or the platform's: an object with `errorType` and `errorMessage`.
    Error(Bytes),
}

/// What an environment must know of its function.
#[derive(Debug, Clone)]
pub struct Setup {
    name: String,
    arn: String,
    handler: String,
    role: String,
    timeout: Duration,
    memory: u64,
    logging: Logging,
    variables: Vec<(String, String)>,
    /// What the zip has under this name.
    pub bootstrap: Option<Bytes>,
}

impl Setup {
    /// As the function is now.
    pub fn of(function: &Function) -> Self {
        let settings = serde_json::Value::Object(function.settings.clone());
        let variables = settings["Environment"]["Variables"].as_object().into_iter().flatten();
        Self {
            name: function.name.clone(),
            arn: function.arn.clone(),
            handler: text(&settings, "Handler").unwrap_or_default().to_owned(),
            role: text(&settings, "Role").unwrap_or_default().to_owned(),
            timeout: Duration::from_secs(function.number("Timeout")),
            memory: function.number("MemorySize"),
            logging: Logging::of(&settings["LoggingConfig"]),
            variables: variables.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
            bootstrap: function.code.bootstrap.clone(),
        }
    }

    /// A log into this stream.
    pub fn log(&self, world: &Shared, stream: &str) -> Log {
        Log::new(world, self.logging.clone(), &self.name, &self.role, stream.to_owned())
    }

    /// The variables that Lambda sets, and the function's own; a function that calls AWS calls us.
    pub fn environment(&self, world: &World, stream: &str, api: &RuntimeApi, root: &str) -> Vec<(OsString, OsString)> {
        let format = if self.logging.json { "JSON" } else { "Text" };
        let set = [
            ("AWS_LAMBDA_FUNCTION_NAME", self.name.clone()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.memory.to_string()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
            ("AWS_LAMBDA_LOG_FORMAT", format.to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", self.logging.group.clone()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", stream.to_owned()),
            ("AWS_LAMBDA_RUNTIME_API", api.address.to_string()),
            ("_HANDLER", self.handler.clone()),
            ("LAMBDA_TASK_ROOT", root.to_owned()),
            ("LAMBDA_RUNTIME_DIR", "/var/runtime".to_owned()),
            ("AWS_REGION", world.region.clone()),
            ("AWS_DEFAULT_REGION", world.region.clone()),
            ("AWS_ACCESS_KEY_ID", "ASIALOCALFUNCTION000".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
            ("AWS_SESSION_TOKEN", "local".to_owned()),
            ("AWS_ENDPOINT_URL", world.endpoint_url()),
            ("LANG", "en_US.UTF-8".to_owned()),
            ("TZ", ":UTC".to_owned()),
        ];
        let own = self.variables.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let path = std::env::var_os("PATH").map(|path| (OsString::from("PATH"), path));
        set.into_iter().chain(own).map(|(name, value)| (name.into(), value.into())).chain(path).collect()
    }
}

/// Works off invocations, one after the other, until there can be no more.
pub async fn run(world: Shared, setup: Setup, mut invocations: mpsc::Receiver<Invocation>, stop: CancellationToken) {
    let mut sandbox: Option<Sandbox> = None;
    loop {
        let invocation = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = ended_by_itself(&world, &mut sandbox) => {
                sandbox = None;
                continue;
            }
            next = invocations.recv() => match next {
                Some(invocation) => invocation,
                None => break,
            },
        };
        let outcome = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            outcome = invoke(&world, &setup, &mut sandbox, &invocation) => outcome,
        };
        // Nobody may wait for it any more.
        let _taken = invocation.done.send(outcome);
    }
    if let Some(mut sandbox) = sandbox {
        sandbox.end().await;
    }
}

/// Reads what an idle process prints; returns when it has ended, never if there is none.
async fn ended_by_itself(world: &Shared, sandbox: &mut Option<Sandbox>) {
    let Some(sandbox) = sandbox else { return std::future::pending().await };
    while !matches!(sandbox.happens(world).await, Happening::Exited(_)) {}
}

/// One invocation, in the environment that is there or in a new one.
async fn invoke(world: &Shared, setup: &Setup, sandbox: &mut Option<Sandbox>, invocation: &Invocation) -> Outcome {
    let mut init = None;
    if sandbox.is_none() {
        match begin(world, setup, &invocation.request_id).await {
            Ok((begun, took)) => {
                *sandbox = Some(begun);
                init = Some(took);
            }
            Err(outcome) => return outcome,
        }
    }
    let Some(running) = sandbox else { return Outcome::Error(Bytes::new()) };
    let request_id = invocation.request_id.as_str();
    running.log.platform(world, &Event::Start { request_id });
    let started = Instant::now();
    let next = Next {
        request_id: request_id.to_owned(),
        deadline: deadline(world.now(), setup.timeout),
        arn: setup.arn.clone(),
        payload: invocation.payload.clone(),
    };
    let done = timeout(setup.timeout, async {
        running.api.give(next).await;
        loop {
            match running.happens(world).await {
                Happening::Said(Said::Ready) => {}
                Happening::Said(Said::Response(body)) => return (Status::Success, Outcome::Response(body)),
                Happening::Said(Said::Error(body) | Said::InitError(body)) => {
                    return (Status::Error, Outcome::Error(body));
                }
                Happening::Exited(status) => return exited(request_id, &status),
            }
        }
    });
    let (status, outcome) = done.await.unwrap_or_else(|_| timed_out(world, request_id, setup.timeout));
    let (took, memory, used) = (started.elapsed(), setup.memory, running.memory_used());
    running.log.platform(world, &Event::Report { request_id, took, status: &status, init, memory, used });
    if matches!(status, Status::Failure(_) | Status::Timeout) {
        running.end().await;
        *sandbox = None;
    }
    outcome
}

/// Starts a process and waits until its runtime asks for an event; tells how long that took.
async fn begin(world: &Shared, setup: &Setup, request_id: &str) -> Result<(Sandbox, Duration), Outcome> {
    let stream = format!("{}/[$LATEST]{}", world.now().strftime("%Y/%m/%d"), world.ids.hex(32));
    let log = setup.log(world, &stream);
    log.platform(world, &Event::InitStart);
    let mut sandbox = match Sandbox::start(world, setup, log, &stream).await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            let message = format!("RequestId: {request_id} Error: fork/exec /var/task/bootstrap: {error}");
            let (status, outcome) = failure("Runtime.InvalidEntrypoint", &message);
            not_begun(world, setup, &setup.log(world, &stream), request_id, Duration::ZERO, &status);
            return Err(outcome);
        }
    };
    let asked = timeout(LONGEST_INIT, async {
        while !sandbox.ready {
            match sandbox.happens(world).await {
                Happening::Said(Said::Ready) => sandbox.ready = true,
                Happening::Said(Said::Response(body) | Said::Error(body) | Said::InitError(body)) => {
                    return Err((Status::Error, Outcome::Error(body)));
                }
                Happening::Exited(status) => return Err(exited(request_id, &status)),
            }
        }
        Ok(())
    });
    let asked = asked.await.unwrap_or_else(|_| Err(timed_out(world, request_id, LONGEST_INIT)));
    let took = sandbox.begun.elapsed();
    match asked {
        Ok(()) => {
            sandbox.root = None;
            sandbox.log.platform(world, &Event::InitDone { took, status: &Status::Success });
            Ok((sandbox, took))
        }
        Err((status, outcome)) => {
            not_begun(world, setup, &sandbox.log, request_id, took, &status);
            sandbox.end().await;
            Err(outcome)
        }
    }
}

/// The lines of an invocation that came to nothing because its environment could not begin.
fn not_begun(world: &World, setup: &Setup, log: &Log, request_id: &str, took: Duration, status: &Status) {
    log.platform(world, &Event::InitDone { took, status });
    log.platform(world, &Event::Start { request_id });
    let (memory, init, used) = (setup.memory, Some(took), None);
    log.platform(world, &Event::Report { request_id, took: Duration::ZERO, status, init, memory, used });
}

fn failure(kind: &str, message: &str) -> (Status, Outcome) {
    let body = json!({"errorType": kind, "errorMessage": message}).to_string();
    (Status::Failure(kind.to_owned()), Outcome::Error(body.into()))
}

fn exited(request_id: &str, status: &std::io::Result<ExitStatus>) -> (Status, Outcome) {
    let how = match status {
        Ok(status) => match status.code() {
            Some(0) => "Runtime exited without providing a reason".to_owned(),
            Some(code) => format!("Runtime exited with error: exit status {code}"),
            None => format!("Runtime exited with error: {status}"),
        },
        Err(error) => format!("Runtime exited with error: {error}"),
    };
    failure("Runtime.ExitError", &format!("RequestId: {request_id} Error: {how}"))
}

fn timed_out(world: &World, request_id: &str, limit: Duration) -> (Status, Outcome) {
    let now = world.now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let message = format!("{now} {request_id} Task timed out after {:.2} seconds", limit.as_secs_f64());
    let (_, outcome) = failure("Sandbox.Timedout", &message);
    (Status::Timeout, outcome)
}
