//! Follow a log group with `FilterLogEvents`, losing nothing and yielding nothing twice; on request, and at a price, with
//! `StartLiveTail` beside it (`live`).
//!
//! The order of things: `cursor` knows what was seen and where to look again (pure), `follow` asks AWS and waits,
//! `backoff` says how long. Deliberately absent: any buffer. A consumer that asks less makes the tail poll less, and the
//! lines stay with CloudWatch until they are asked for.

mod backoff;
mod cursor;
mod follow;
mod live;
mod pace;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{Error, Session, explain::Explain as _};

pub use follow::tail;
pub use live::{Push, live};

pub(crate) use backoff::Backoff;

/// What to follow.
#[derive(Debug, Clone)]
pub struct Tail {
    /// Log group name.
    pub group: String,
    /// From when on.
    pub since: Since,
    /// Pause between polls when live (default 1 s).
    pub poll: Duration,
    /// How late a line may be ingested and still be found (default 2 min).
    pub overlap: Duration,
}

/// A moment: so long ago, or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// That long before now, by AWS's clock.
    Ago(SignedDuration),
    /// That moment.
    At(Timestamp),
}

impl Since {
    /// The moment meant.
    pub fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(duration) => now.checked_sub(duration).unwrap_or(Timestamp::UNIX_EPOCH),
            Self::At(moment) => moment,
        }
    }
}

impl Tail {
    /// With the default pause and overlap.
    pub fn new(group: impl Into<String>, since: Since) -> Self {
        Self { group: group.into(), since, poll: Duration::from_secs(1), overlap: Duration::from_mins(2) }
    }
}

/// A line of the log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Unique in the group.
    pub id: String,
    /// The log event's timestamp.
    pub timestamp: Timestamp,
    /// When CloudWatch took it in.
    pub ingested: Option<Timestamp>,
    /// Log stream name.
    pub stream: String,
    /// The line.
    pub message: String,
}

/// How the tail is doing; trouble is an item, not an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// A poll has succeeded and the log is read to its end.
    Live,
    /// Throttled; retrying.
    Throttled {
        /// Until the next try.
        retry: Duration,
    },
    /// The network or the endpoint is away; retrying.
    Offline {
        /// Until the next try.
        retry: Duration,
        /// In words.
        why: String,
    },
    /// Credentials have expired; retrying.
    Expired {
        /// Until the next try.
        retry: Duration,
        /// What to do, e.g. `aws sso login`.
        help: String,
    },
    /// There are no credentials, or they are wrong; retrying.
    Credentials {
        /// Until the next try.
        retry: Duration,
        /// In words.
        why: String,
        /// What to do, e.g. look at the profile.
        help: String,
    },
    /// `logs:FilterLogEvents` is denied; retrying.
    Denied {
        /// Until the next try.
        retry: Duration,
        /// In words.
        why: String,
    },
    /// The log group is not there: not deployed, or torn down; retrying.
    Missing {
        /// Until the next try.
        retry: Duration,
    },
    /// Anything else; retrying.
    Failed {
        /// Until the next try.
        retry: Duration,
        /// In words.
        why: String,
    },
}

/// What the tail yields; it never ends by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TailItem {
    /// A new line.
    Line(LogLine),
    /// A change (or, for `Live`, a renewal) of status.
    Status(Status),
    /// A change in how Live Tail is doing; from [`live`] only.
    Push(Push),
}

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its ARN.
    pub arn: String,
    /// When it was made.
    pub created: Option<Timestamp>,
}

/// Whether the log group is there, by `logs:DescribeLogGroups`.
pub async fn exists(session: &Session, group: &str) -> Result<bool, Error> {
    Ok(self::group(session, group).await?.is_some())
}

/// The log group of this name, by `logs:DescribeLogGroups`.
pub async fn group(session: &Session, name: &str) -> Result<Option<Group>, Error> {
    let mut pages = session.logs().describe_log_groups().log_group_name_prefix(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page =
            page.explain(session, "logs:DescribeLogGroups", || format!("cannot look for the log group {name}"))?;
        if let Some(found) = page.log_groups().iter().find(|found| found.log_group_name() == Some(name)) {
            let created = found.creation_time().and_then(|millis| Timestamp::from_millisecond(millis).ok());
            return Ok(Some(Group { arn: found.arn().unwrap_or_default().to_owned(), created }));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
