//! The embedded local AWS: just big enough, true to AWS where it matters, on loopback only.

mod cloudformation;
mod cloudtrail;
mod cognito;
mod events;
mod iam;
mod lambda;
mod logs;
mod s3;
mod sns;
mod sqs;
mod sts;
mod world;

use std::{ffi::OsString, net::SocketAddr};

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
    address: SocketAddr,
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
}

/// The account everything belongs to.
pub const ACCOUNT: &str = "000000000000";

impl Local {
    /// Binds and starts; returns when it answers.
    pub fn start(options: Options) -> Result<Self, Error> {
        let _ = options;
        todo!()
    }
    /// `http://127.0.0.1:<port>`.
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }
}
