//! Execution environments: one child process, started for the first invocation, kept for the next ones, ended when it
//! crashes, takes too long, its function changes, or everything stops.
//!
//! A child never outlives us. While we live we kill it; and if we are killed ourselves, its long poll on the Runtime API
//! breaks, which ends a runtime that is built on `lambda_runtime` (its loop returns the error of the poll).

use std::{ffi::OsString, pin::pin, process::ExitStatus, process::Stdio, time::Duration};

use bytes::Bytes;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader, Split},
    process::{Child, ChildStderr, ChildStdout, Command},
    sync::{mpsc, oneshot},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    code::{self, TaskRoot},
    function::Function,
    log::Log,
    platform::{Event, Logging, Status},
    runtime_api::{Next, RuntimeApi, Said, deadline},
};
use crate::{
    input::text,
    world::{Shared, World},
};

/// How long a runtime may take until it asks for its first event.
const LONGEST_INIT: Duration = Duration::from_secs(10);
/// How long the last words of a process that ended are waited for; a grandchild may keep the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(200);

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
    timeout: Duration,
    memory: u64,
    logging: Logging,
    variables: Vec<(String, String)>,
    bootstrap: Option<Bytes>,
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
            timeout: Duration::from_secs(function.number("Timeout")),
            memory: function.number("MemorySize"),
            logging: Logging::of(&settings["LoggingConfig"]),
            variables: variables.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
            bootstrap: function.code.bootstrap.clone(),
        }
    }

    /// The variables that Lambda sets, and the function's own; a function that calls AWS calls us.
    fn environment(&self, world: &World, stream: &str, api: &RuntimeApi, root: &str) -> Vec<(OsString, OsString)> {
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

/// A process with its Runtime API and its log.
#[derive(Debug)]
struct Sandbox {
    child: Child,
    stdout: Option<Split<BufReader<ChildStdout>>>,
    stderr: Option<Split<BufReader<ChildStderr>>>,
    api: RuntimeApi,
    log: Log,
    begun: Instant,
    /// Whether the runtime has asked for an event yet.
    ready: bool,
    /// Where the executable lies until it runs; then it is needed no more, and gone even if we are killed.
    root: Option<TaskRoot>,
}

#[derive(Debug)]
enum Happening {
    Said(Said),
    Exited(std::io::Result<ExitStatus>),
}

impl Sandbox {
    async fn start(world: &Shared, setup: &Setup, log: Log, stream: &str) -> std::io::Result<Self> {
        let api = RuntimeApi::listen().await?;
        let own = setup.bootstrap.as_ref().filter(|bootstrap| code::runs_here(bootstrap));
        let root = own.map(|bootstrap| TaskRoot::new(&world.ids.hex(16), bootstrap)).transpose()?;
        let mut command = if let Some(root) = &root {
            Command::new(root.bootstrap())
        } else {
            let (program, arguments) =
                world.subscriber.split_first().ok_or_else(|| std::io::Error::other("exec format error"))?;
            let mut command = Command::new(program);
            command.args(arguments);
            command
        };
        let task_root = root.as_ref().map_or_else(|| "/var/task".to_owned(), |root| root.path().display().to_string());
        command
            .env_clear()
            .envs(setup.environment(world, stream, &api, &task_root))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // In a group of its own, so that Ctrl-C in a terminal reaches us alone and we end it in order.
        #[cfg(unix)]
        command.process_group(0);
        let begun = Instant::now();
        let mut child = spawn(&mut command).await?;
        let stdout = child.stdout.take().map(|pipe| BufReader::new(pipe).split(b'\n'));
        let stderr = child.stderr.take().map(|pipe| BufReader::new(pipe).split(b'\n'));
        Ok(Self { child, stdout, stderr, api, log, begun, ready: false, root })
    }

    /// The next thing to happen. Lines go into the log on the way, and come first: what a function printed before it
    /// answered stands before the platform's report.
    async fn happens(&mut self, world: &World) -> Happening {
        loop {
            tokio::select! {
                biased;
                line = line(&mut self.stdout) => self.log.printed(world, &line),
                line = line(&mut self.stderr) => self.log.printed(world, &line),
                Some(said) = self.api.said.recv() => return Happening::Said(said),
                status = self.child.wait() => {
                    self.last_words(world).await;
                    return Happening::Exited(status);
                }
            }
        }
    }

    async fn last_words(&mut self, world: &World) {
        let Self { stdout, stderr, log, .. } = self;
        let until_closed = async {
            while stdout.is_some() || stderr.is_some() {
                tokio::select! {
                    biased;
                    line = line(stdout), if stdout.is_some() => log.printed(world, &line),
                    line = line(stderr), if stderr.is_some() => log.printed(world, &line),
                }
            }
        };
        let mut until_closed = pin!(until_closed);
        // Whatever is not said by then was not said by this process.
        let _in_time = timeout(LAST_WORDS, &mut until_closed).await;
    }

    async fn end(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::debug!(%error, "a child had ended before it was killed");
        }
    }

    /// The most memory that the process has had, in MiB.
    fn memory_used(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(peak.trim().trim_end_matches(" kB").parse::<u64>().ok()?.div_ceil(1024))
    }
}

/// Starting what was written a moment ago can fail, while another thread's fork still holds the file open for writing.
async fn spawn(command: &mut Command) -> std::io::Result<Child> {
    for _ in 0..20 {
        match command.spawn() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            other => return other,
        }
    }
    command.spawn()
}

/// The next line of a pipe; when it is closed, an empty one, and then none ever.
async fn line<R: AsyncRead + Unpin>(pipe: &mut Option<Split<BufReader<R>>>) -> Vec<u8> {
    let Some(lines) = pipe else { return std::future::pending().await };
    if let Ok(Some(line)) = lines.next_segment().await {
        return line;
    }
    *pipe = None;
    Vec::new()
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
    let log = || Log::new(world, setup.logging.clone(), &setup.name, stream.clone());
    let own_log = log();
    own_log.platform(world, &Event::InitStart);
    let mut sandbox = match Sandbox::start(world, setup, own_log, &stream).await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            let message = format!("RequestId: {request_id} Error: fork/exec /var/task/bootstrap: {error}");
            let (status, outcome) = failure("Runtime.InvalidEntrypoint", &message);
            not_begun(world, setup, &log(), request_id, Duration::ZERO, &status);
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
