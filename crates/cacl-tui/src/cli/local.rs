//! Options of what runs on this machine alone.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{SourceOptions, ViewOptions, values};

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// How long things take
    #[arg(long, value_enum, default_value_t, value_name = "PACE")]
    pub pace: Pace,
    /// Where it has what it shows from.
    #[command(flatten)]
    pub source: SourceOptions,
    /// How it shows it.
    #[command(flatten)]
    pub view: ViewOptions,
}

/// How long things take in the local AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Pace {
    /// As on AWS: minutes for a stack
    Real,
    /// Seconds
    #[default]
    Fast,
    /// No waiting
    Instant,
}

impl From<Pace> for cacl_local::Pace {
    fn from(pace: Pace) -> Self {
        match pace {
            Pace::Real => Self::Real,
            Pace::Fast => Self::Fast,
            Pace::Instant => Self::Instant,
        }
    }
}

/// Options of `local`.
#[derive(Debug, Args)]
pub struct Local {
    /// Port on 127.0.0.1; 0 is any free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// How long things take
    #[arg(long, value_enum, default_value_t, value_name = "PACE")]
    pub pace: Pace,
    /// What goes wrong.
    #[command(flatten)]
    pub faults: FaultOptions,
}

/// What goes wrong on purpose.
#[derive(Debug, Args)]
#[command(next_help_heading = "Faults")]
pub struct FaultOptions {
    /// Share of log reads that are throttled, 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = values::share)]
    pub throttle: f64,
    /// Share of events that come late, 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = values::share)]
    pub late: f64,
    /// Share of events that come twice, 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = values::share)]
    pub duplicate: f64,
    /// Let events overtake each other
    #[arg(long)]
    pub out_of_order: bool,
    /// Logical id of a resource that cannot be created
    #[arg(long, value_name = "ID")]
    pub fail_resource: Option<String>,
    /// Answer every call with expired credentials
    #[arg(long)]
    pub expired: bool,
    /// An operation that nobody is allowed, e.g. `DescribeRule` (not of S3)
    #[arg(long, value_name = "OPERATION")]
    pub deny: Vec<String>,
    /// Write into a bucket before a stack can delete it, so often
    #[arg(long, value_name = "TIMES", default_value = "0")]
    pub refill: u32,
    /// How long sessions of Live Tail last [default: 3h, as on AWS]
    #[arg(long, value_name = "TIME", value_parser = values::length)]
    pub live_tail_session: Option<Duration>,
}

impl From<FaultOptions> for cacl_local::Faults {
    fn from(options: FaultOptions) -> Self {
        Self {
            throttle: options.throttle,
            late: options.late,
            duplicate: options.duplicate,
            out_of_order: options.out_of_order,
            fail_resource: options.fail_resource,
            expired_credentials: options.expired,
            deny: options.deny,
            refill: options.refill,
            live_tail_session: options.live_tail_session,
        }
    }
}
