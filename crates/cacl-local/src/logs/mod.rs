//! CloudWatch Logs: groups, streams and their lines, which come in at times of their own, and are found by filtering or
//! told live.
//!
//! Absent: metric filters, subscriptions, insights, encryption and the end of what retention says is too old.

mod filter;
mod group;
mod live;
mod pattern;
mod read;
mod resource;
mod write;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

pub use self::{
    live::start as live_tail,
    resource::{SCHEMAS, create, delete, update},
    write::append,
};
use crate::{
    input::text,
    world::{AwsError, Caller, Shared},
};

/// What it remembers.
#[derive(Debug, Default)]
pub struct State {
    groups: BTreeMap<String, Group>,
    /// How many sessions of Live Tail are open.
    live_tails: usize,
}

/// A log group.
#[derive(Debug)]
struct Group {
    arn: String,
    /// Milliseconds since 1970, as all times here.
    created: i64,
    retention: Option<i64>,
    tags: BTreeMap<String, String>,
    streams: BTreeMap<Arc<str>, Stream>,
    /// In the order of [`Line::key`].
    lines: Vec<Line>,
    stored_bytes: usize,
    next_sequence: u64,
}

/// A log stream.
#[derive(Debug, Default)]
struct Stream {
    created: i64,
    first: Option<i64>,
    last: Option<i64>,
    ingested: Option<i64>,
}

/// A line, which AWS calls an event.
#[derive(Debug, Clone)]
struct Line {
    stream: Arc<str>,
    timestamp: i64,
    ingested: i64,
    /// The how-manieth line to come into its group.
    sequence: u64,
    message: String,
}

impl Line {
    /// Lines are sorted by time, then by their coming in.
    fn key(&self) -> (i64, u64) {
        (self.timestamp, self.sequence)
    }

    /// 56 digits, growing with the time, as on AWS.
    fn id(&self) -> String {
        let time = u128::from(self.timestamp.unsigned_abs());
        format!("3{:018}{:037}", time, self.sequence)
    }
}

impl State {
    /// A group by its name or ARN.
    fn group(&mut self, id: &str) -> Result<&mut Group, AwsError> {
        self.groups.get_mut(name_of(id)).ok_or_else(no_group)
    }

    /// The group that a request names, in one of two ways.
    fn group_of(&mut self, input: &Value) -> Result<&mut Group, AwsError> {
        let id = text(input, "logGroupName").or_else(|| text(input, "logGroupIdentifier"));
        self.group(id.ok_or_else(|| invalid("Either logGroupName or logGroupIdentifier must be specified."))?)
    }
}

/// The name of a group out of its name, its ARN or its ARN with `:*`.
fn name_of(id: &str) -> &str {
    id.split_once(":log-group:").map_or(id, |(_, name)| name.strip_suffix(":*").unwrap_or(name))
}

fn no_group() -> AwsError {
    AwsError::bad("ResourceNotFoundException", "The specified log group does not exist.")
}

fn no_stream() -> AwsError {
    AwsError::bad("ResourceNotFoundException", "The specified log stream does not exist.")
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::bad("InvalidParameterException", message)
}

/// Answers an operation of the JSON protocol.
pub fn handle(world: &Shared, _: &Caller, operation: &str, input: &Value) -> Result<Value, AwsError> {
    match operation {
        "CreateLogGroup" => group::create(world, input),
        "DeleteLogGroup" => group::delete(world, input),
        "DescribeLogGroups" => group::describe(world, input),
        "PutRetentionPolicy" => group::put_retention(world, input),
        "DeleteRetentionPolicy" => group::delete_retention(world, input),
        "TagResource" => group::tag(world, input),
        "UntagResource" => group::untag(world, input),
        "ListTagsForResource" => group::tags(world, input),
        "CreateLogStream" => group::create_stream(world, input),
        "DeleteLogStream" => group::delete_stream(world, input),
        "DescribeLogStreams" => group::describe_streams(world, input),
        "PutLogEvents" => write::put(world, input),
        "GetLogEvents" => read::get(world, input),
        "FilterLogEvents" => filter::filter(world, input),
        _ => Err(AwsError::unknown_operation()),
    }
}

/// The texts of a group's lines in order, for tests of those who write them.
#[cfg(test)]
pub fn texts(world: &Shared, group: &str) -> Vec<String> {
    let mut state = crate::world::lock(&world.logs);
    state
        .group(group)
        .map_or_else(|_| Vec::new(), |group| group.lines.iter().map(|line| line.message.clone()).collect())
}

/// Whether a group is there, for tests.
#[cfg(test)]
pub fn has(world: &Shared, group: &str) -> bool {
    crate::world::lock(&world.logs).groups.contains_key(group)
}
