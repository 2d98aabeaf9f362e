//! The embedded local AWS: just big enough, true to AWS where it matters, on loopback only.
//!
//! One port speaks to any SDK and to the `aws` CLI: STS, S3, CloudFormation, Cognito, CloudTrail, EventBridge, Logs, Lambda, SQS, and
//! as much of SNS and IAM as a stack needs. Signatures are not checked, so any credentials work; the access key id chooses
//! who calls, as STS and `CloudTrail` tell it:
//!
//! | access key id begins with | who |
//! |---|---|
//! | `AKIALOCALROOT` | the account's root user |
//! | `AKIALOCALALICE` | IAM user `alice`, without MFA |
//! | `ASIALOCALKIM` | SSO session `kim@example.org`, permission set `IdentityAdmin`, MFA |
//! | `ASIALOCALCONSOLE` | the same person, signed in to the console |
//! | `ASIALOCALSAM` | SSO session `sam@example.org`, permission set `PowerUser`, MFA |
//! | `ASIALOCALROBIN` | SSO session `robin@example.org`, permission set `ReadOnly`, MFA: changes are denied |
//! | `ASIALOCALCI` | role `deployment`, session `ci-1234`, no MFA |
//! | anything else | IAM user `developer` |
//!
//! Absent on purpose: other accounts and regions (a signature for another region is refused as a regional endpoint of AWS
//! refuses it), signatures, what people may do beyond all or reading (but services are held to the policies of a stack), quotas, and everything that survives the process.

mod cloudformation;
mod cloudtrail;
mod cognito;
mod events;
mod iam;
mod input;
mod lambda;
mod logs;
mod permission;
mod policy;
mod protocol;
mod s3;
mod server;
mod sns;
mod sqs;
mod sts;
mod world;

use std::{ffi::OsString, net::Ipv4Addr, sync::Arc, thread::JoinHandle, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::world::{Clock, World};

/// How long things take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// As on AWS: minutes for a stack, seconds for an event.
    Real,
    /// A few seconds for a stack, under a second for an event.
    #[default]
    Fast,
    /// No waiting.
    Instant,
}

/// What goes wrong on purpose.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults {
    /// Share of `FilterLogEvents` calls answered with `ThrottlingException`, 0 to 1.
    pub throttle: f64,
    /// Share of events delivered late (by seconds), 0 to 1.
    pub late: f64,
    /// Share of events delivered twice, 0 to 1.
    pub duplicate: f64,
    /// Whether deliveries overtake each other.
    pub out_of_order: bool,
    /// A logical id whose creation fails.
    pub fail_resource: Option<String>,
    /// Every call answers `ExpiredTokenException`.
    pub expired_credentials: bool,
    /// Operations that nobody is allowed, e.g. `DescribeRule`; not those of S3.
    pub deny: Vec<String>,
    /// So often a bucket that a stack is to delete has just been written to.
    pub refill: u32,
    /// How long a session of `StartLiveTail` lasts; `None` is three hours, as on AWS.
    pub live_tail_session: Option<Duration>,
}

/// How to run it.
#[derive(Debug, Clone)]
pub struct Options {
    /// 0 is any free port.
    pub port: u16,
    /// Pace.
    pub pace: Pace,
    /// Faults.
    pub faults: Faults,
    /// The command that runs the subscriber when the deployed code cannot run here (program, then arguments).
    pub subscriber: Vec<OsString>,
    /// Region of everything.
    pub region: String,
    /// Seed of ids and faults.
    pub seed: u64,
}

/// A running local AWS, on a thread and a runtime of its own; stops (and ends its children) when dropped.
#[derive(Debug)]
pub struct Local {
    world: world::Shared,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// What can go wrong at the start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port is taken.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// As asked for.
        port: u16,
        /// Why.
        source: std::io::Error,
    },
    /// The system gives no thread, or no event queue.
    #[error("cannot start the local AWS")]
    Start(#[source] std::io::Error),
}

/// The account everything belongs to.
pub const ACCOUNT: &str = "000000000000";

impl Local {
    /// Binds and starts; returns when it answers.
    pub fn start(options: Options) -> Result<Self, Error> {
        let port = options.port;
        let listen = |source| Error::Listen { port, source };
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let world = World::new(options, Clock::System, listener.local_addr().map_err(listen)?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Start)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(listen)?
        };
        let stop = CancellationToken::new();
        let (served, stopped) = (Arc::clone(&world), stop.clone());
        let thread = std::thread::Builder::new()
            .name("cacl-local".to_owned())
            .spawn(move || runtime.block_on(run(listener, served, stopped)))
            .map_err(Error::Start)?;
        Ok(Self { world, stop, thread: Some(thread) })
    }

    /// `http://127.0.0.1:<port>`.
    pub fn endpoint_url(&self) -> String {
        self.world.endpoint_url()
    }

    /// Replaces what goes wrong on purpose, so that trouble can come and go.
    pub fn set_faults(&self, faults: Faults) {
        self.world.set_faults(faults);
    }
}

async fn run(listener: tokio::net::TcpListener, world: world::Shared, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        served = server::serve(listener, Arc::clone(&world)) => {
            if let Err(error) = served {
                tracing::error!(%error, "the local AWS no longer listens");
            }
        }
    }
    lambda::stop(&world).await;
}

impl Drop for Local {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic over there has been reported over there.
            let _ended = thread.join();
        }
    }
}
