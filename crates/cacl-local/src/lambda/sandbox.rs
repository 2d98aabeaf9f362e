//! The process of an execution environment: started, listened to, ended.

use std::{pin::pin, process::ExitStatus, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader, Split},
    process::{Child, ChildStderr, ChildStdout, Command},
    time::{Instant, timeout},
};

use super::{
    code::{self, TaskRoot},
    environment::Setup,
    log::Log,
    runtime_api::{RuntimeApi, Said},
};
use crate::world::{Shared, World};

/// How long the last words of a process that ended are waited for; a grandchild may keep the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A process with its Runtime API and its log.
#[derive(Debug)]
pub struct Sandbox {
    /// The way to its runtime.
    pub api: RuntimeApi,
    /// Where its lines go.
    pub log: Log,
    /// When it was started.
    pub begun: Instant,
    /// Whether the runtime has asked for an event yet.
    pub ready: bool,
    /// Where the executable lies until it runs; then it is needed no more, and gone even if we are killed.
    pub root: Option<TaskRoot>,
    child: Child,
    stdout: Option<Split<BufReader<ChildStdout>>>,
    stderr: Option<Split<BufReader<ChildStderr>>>,
}

/// What can happen to a process.
#[derive(Debug)]
pub enum Happening {
    /// Its runtime said something.
    Said(Said),
    /// It ended.
    Exited(std::io::Result<ExitStatus>),
}

impl Sandbox {
    /// Starts it: the function's own executable if it can run here, else what the options say.
    pub async fn start(world: &Shared, setup: &Setup, log: Log, stream: &str) -> std::io::Result<Self> {
        let api = RuntimeApi::listen().await?;
        let own = setup.bootstrap.as_ref().filter(|bootstrap| code::runs_here(bootstrap));
        let root = own.map(|bootstrap| TaskRoot::new(bootstrap)).transpose()?;
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
    pub async fn happens(&mut self, world: &World) -> Happening {
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

    /// Kills it, and waits until it is gone.
    pub async fn end(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::debug!(%error, "a child had ended before it was killed");
        }
    }

    /// The most memory that the process has had, in MiB.
    pub fn memory_used(&self) -> Option<u64> {
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
