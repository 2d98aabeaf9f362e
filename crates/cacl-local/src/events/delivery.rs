//! One event to one target: tried, tried again, and in the end put to the dead letters.
//!
//! As on AWS, a target that is gone or that does not let EventBridge in is not tried again.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::Value;

use super::{target::Target, transform};
use crate::{
    lambda,
    policy::Source,
    sns, sqs,
    world::{AwsError, Shared},
};

/// The name under which EventBridge calls others.
const SERVICE: &str = "events.amazonaws.com";

/// An event on its way.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The rule that took it.
    pub rule_arn: String,
    /// Where it goes.
    pub target: Target,
    /// The envelope.
    pub event: Arc<Value>,
}

impl Delivery {
    /// In whose name targets and queues are asked.
    fn source(&self) -> Source<'_> {
        Source { service: SERVICE, arn: &self.rule_arn }
    }
}

/// Why a delivery ended without success.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Given {
    up: AwsError,
    retries: i64,
    exhausted: Option<&'static str>,
}

/// Delivers after a while.
pub async fn deliver_later(world: Shared, delivery: Delivery, delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if let Err(given) = deliver(&world, &delivery).await {
        dead_letter(&world, &delivery, &given);
    }
}

async fn deliver(world: &Shared, delivery: &Delivery) -> Result<(), Given> {
    let payload = transform::payload(&delivery.target, &delivery.event, &delivery.rule_arn);
    let since = world.now();
    let mut retries = 0;
    loop {
        let Err(error) = attempt(world, delivery, &payload) else { return Ok(()) };
        let exhausted = if retries >= delivery.target.most_retries() {
            Some("MaximumRetryAttempts")
        } else if world.now().duration_since(since).as_secs() >= delivery.target.longest() {
            Some("MaximumEventAgeInSeconds")
        } else {
            None
        };
        if exhausted.is_some() || !is_passing(&error) {
            return Err(Given { up: error, retries, exhausted });
        }
        retries += 1;
        let factor = u32::try_from(retries.min(6)).unwrap_or(6);
        world.pause(Duration::from_secs(1 << factor), Duration::from_millis(50 << factor)).await;
    }
}

fn attempt(world: &Shared, delivery: &Delivery, payload: &str) -> Result<(), AwsError> {
    let arn = delivery.target.arn();
    let by = delivery.source();
    match arn.split(':').nth(2) {
        Some("lambda") => lambda::invoke_for_service(world, arn, &by, Bytes::from(payload.to_owned())),
        Some("sqs") => sqs::send_for_service(world, arn, by, payload.to_owned(), &[]),
        Some("sns") => sns::publish(world, arn, by, payload.to_owned()),
        _ => Err(AwsError::bad("ResourceNotFoundException", "The target does not exist.")),
    }
}

/// Whether trying again may help.
fn is_passing(error: &AwsError) -> bool {
    matches!(error.code.as_ref(), "TooManyRequestsException" | "ServiceException") || error.status >= 500
}

fn dead_letter(world: &Shared, delivery: &Delivery, given: &Given) {
    let target = delivery.target.arn();
    tracing::debug!(target, code = %given.up.code, message = given.up.message, "an event could not be delivered");
    let Some(queue) = delivery.target.dead_letters() else { return };
    let code = match given.up.code.as_ref() {
        "AccessDenied" | "AccessDeniedException" | "AuthorizationError" => "NO_PERMISSIONS",
        "TooManyRequestsException" => "THROTTLING",
        "ServiceException" => "SDK_CLIENT_ERROR",
        _ => "NO_RESOURCE",
    };
    let mut attributes = vec![
        ("RULE_ARN", delivery.rule_arn.clone()),
        ("TARGET_ARN", target.to_owned()),
        ("ERROR_CODE", code.to_owned()),
        ("ERROR_MESSAGE", given.up.message.clone()),
        ("RETRY_ATTEMPTS", given.retries.to_string()),
    ];
    if let Some(condition) = given.exhausted {
        attributes.push(("EXHAUSTED_RETRY_CONDITION", condition.to_owned()));
    }
    if let Err(error) = sqs::send_for_service(world, queue, delivery.source(), delivery.event.to_string(), &attributes)
    {
        tracing::debug!(queue, code = %error.code, "a dead letter is lost");
    }
}
