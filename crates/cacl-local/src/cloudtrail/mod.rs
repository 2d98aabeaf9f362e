//! `CloudTrail`: the record of every mutating call, trails that write them into a bucket, and the way to EventBridge,
//! which is open only while a trail logs.
//!
//! Absent: read and data events, insights, digests, encryption, organisation trails, event data stores. Only Cognito's
//! calls are recorded.

mod bucket_policy;
mod files;
mod lookup;
mod record;
mod resource;
#[cfg(test)]
mod tests;
mod trail;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use serde_json::Value;

pub use self::{
    record::Call,
    resource::{SCHEMAS, create, delete, update},
    trail::Trail,
};
use crate::{
    events,
    world::{AwsError, Caller, Shared, lock},
};

/// As many records `LookupEvents` can find; on AWS it is those of 90 days. Each takes some 10 KB.
const REMEMBERED: usize = 10_000;

/// Records above this size never reach EventBridge.
const LARGEST_EVENT: usize = 256 * 1024;

/// What it remembers.
#[derive(Debug, Default)]
pub struct State {
    trails: Vec<Trail>,
    /// Oldest first.
    history: VecDeque<Arc<Value>>,
}

/// Puts a call on record: `LookupEvents` finds it at once, trails write it down, and if one of them logs, EventBridge
/// hears of it later.
pub fn record(world: &Shared, caller: &Caller, call: &Call) {
    let record = Arc::new(record::record(world, caller, call));
    let mut state = lock(&world.cloudtrail);
    if state.history.len() == REMEMBERED {
        state.history.pop_front();
    }
    state.history.push_back(Arc::clone(&record));
    let mut heard = false;
    for trail in state.trails.iter_mut().filter(|trail| trail.takes_writes()) {
        heard = true;
        if trail.add(Arc::clone(&record)) {
            tokio::spawn(files::write_later(Arc::clone(world), trail.name.clone()));
        }
    }
    drop(state);
    if heard {
        tokio::spawn(tell_event_bridge(Arc::clone(world), record));
    }
}

/// On AWS an event takes some seconds to arrive; nothing is promised.
async fn tell_event_bridge(world: Shared, record: Arc<Value>) {
    if record.to_string().len() > LARGEST_EVENT {
        return;
    }
    let share = world.ids.share();
    world.pause(Duration::from_secs_f64(1.0 + 4.0 * share), Duration::from_secs_f64(0.1 + 0.2 * share)).await;
    let envelope = events::envelope_of_record(&world, &record);
    events::put(&world, &envelope);
}

/// Answers an operation of the JSON protocol.
pub fn handle(world: &Shared, _: &Caller, operation: &str, input: &Value) -> Result<Value, AwsError> {
    match operation {
        "CreateTrail" => trail::create(world, input),
        "UpdateTrail" => trail::update(world, input),
        "DeleteTrail" => trail::delete(world, input),
        "DescribeTrails" => Ok(trail::describe(world, input)),
        "GetTrail" => trail::get(world, input),
        "GetTrailStatus" => trail::status(world, input),
        "ListTrails" => Ok(trail::list_all(world)),
        "GetEventSelectors" => trail::selectors(world, input),
        "PutEventSelectors" => trail::put_selectors(world, input),
        "StartLogging" => trail::start(world, input),
        "StopLogging" => trail::stop(world, input),
        "LookupEvents" => lookup::lookup(world, input),
        _ => Err(AwsError::unknown_operation()),
    }
}
