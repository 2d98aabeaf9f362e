//! Events coming in: envelopes, from `CloudTrail` and from `PutEvents`, and which rules and targets they go to.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{delivery, delivery::Delivery, rule::on_default_bus};
use crate::{
    ACCOUNT, Pace,
    input::{list, text, time},
    world::{AwsError, Shared, World, lock},
};

/// The envelope in which EventBridge passes a `CloudTrail` record on.
pub fn envelope_of_record(world: &World, record: &Value) -> Value {
    let source = text(record, "eventSource").and_then(|source| source.split('.').next()).unwrap_or_default();
    let kind = if record["eventType"] == "AwsServiceEvent" { "AWS Service Event" } else { "AWS API Call" };
    json!({
        "version": "0",
        "id": world.ids.uuid(),
        "detail-type": format!("{kind} via CloudTrail"),
        "source": format!("aws.{source}"),
        "account": ACCOUNT,
        "time": record["eventTime"],
        "region": world.region,
        "resources": [],
        "detail": record,
    })
}

/// Sends an event to the targets of every rule that takes it; each delivery is a task of its own.
pub fn put(world: &Shared, event: &Value) {
    let deliveries: Vec<Delivery> = lock(&world.events)
        .rules
        .values()
        .filter(|rule| rule.takes(event))
        .flat_map(|rule| rule.targets.iter().map(|target| (rule.arn.clone(), target.clone())))
        .map(|(rule_arn, target)| Delivery { rule_arn, target, event: Arc::new(event.clone()) })
        .collect();
    for delivery in deliveries {
        let copies = if world.ids.share() < world.faults().duplicate { 2 } else { 1 };
        for _ in 0..copies {
            tokio::spawn(delivery::deliver_later(Arc::clone(world), delivery.clone(), fault_delay(world)));
        }
    }
}

/// How long a fault holds a delivery back: seconds when late, fractions of one when deliveries shall overtake each other.
fn fault_delay(world: &World) -> Duration {
    let faults = world.faults();
    let late = world.ids.share() < faults.late;
    let seconds = match (late, world.pace) {
        (false, _) => 0.0,
        (true, Pace::Real) => 20.0 + 40.0 * world.ids.share(),
        (true, _) => 2.0 + 2.0 * world.ids.share(),
    };
    let jitter = if faults.out_of_order { 0.5 * world.ids.share() } else { 0.0 };
    Duration::from_secs_f64(seconds + jitter)
}

/// `PutEvents`: up to ten entries, each taken or refused by itself.
pub fn put_events(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let entries = list(input, "Entries");
    if entries.is_empty() || entries.len() > 10 {
        let message = "1 validation error detected: Value at 'entries' failed to satisfy constraint: \
                       Member must have length between 1 and 10";
        return Err(AwsError::bad("ValidationException", message));
    }
    let results: Vec<Value> = entries.iter().map(|entry| put_entry(world, entry)).collect();
    let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
    Ok(json!({"FailedEntryCount": failed, "Entries": results}))
}

fn put_entry(world: &Shared, entry: &Value) -> Value {
    match own_envelope(world, entry) {
        Ok(event) => {
            put(world, &event);
            json!({"EventId": event["id"]})
        }
        Err((code, message)) => json!({"ErrorCode": code, "ErrorMessage": message}),
    }
}

fn own_envelope(world: &World, entry: &Value) -> Result<Value, (&'static str, String)> {
    let part = |name: &'static str| {
        let missing = || format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
        text(entry, name).filter(|text| !text.is_empty()).ok_or_else(|| ("InvalidArgument", missing()))
    };
    let (source, detail_type, detail) = (part("Source")?, part("DetailType")?, part("Detail")?);
    on_default_bus(entry).map_err(|error| ("InvalidArgument", error.message))?;
    if source.starts_with("aws.") {
        return Err(("NotAuthorizedForSourceException", "Not authorized for the source.".to_owned()));
    }
    let detail = serde_json::from_str::<Value>(detail)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| ("MalformedDetail", "Detail is malformed.".to_owned()))?;
    let at = time(entry, "Time").unwrap_or_else(|| world.now());
    Ok(json!({
        "version": "0",
        "id": world.ids.uuid(),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": world.region,
        "resources": list(entry, "Resources"),
        "detail": detail,
    }))
}
