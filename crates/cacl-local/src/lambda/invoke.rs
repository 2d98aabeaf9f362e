//! Invocations: answered at once, or queued and retried.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::{
    State,
    environment::{self, Handle, Invocation, Outcome, Setup},
};
use crate::{
    input::text,
    policy::{Source, Wish, allows},
    sqs,
    world::{AwsError, Shared, lock},
};

/// Asynchronous invocations are tried twice more.
const RETRIES: u32 = 2;

/// Leave to invoke: the queue, and a place in it.
#[derive(Debug)]
struct Admitted {
    invocations: mpsc::Sender<Invocation>,
    room: OwnedSemaphorePermit,
    dead_letters: Option<String>,
}

/// Invokes and waits for the outcome.
pub async fn invoke(world: &Shared, id: &str, payload: Bytes) -> Result<Outcome, AwsError> {
    let admitted = admit(world, id, None)?;
    let request_id = world.ids.uuid();
    attempt(&admitted.invocations, &request_id, payload).await.ok_or_else(stopped)
}

/// Queues an invocation; whatever becomes of it, the caller is done.
pub fn invoke_later(world: &Shared, id: &str, payload: Bytes) -> Result<(), AwsError> {
    let admitted = admit(world, id, None)?;
    tokio::spawn(see_through(Arc::clone(world), id.to_owned(), admitted, payload));
    Ok(())
}

/// The same for another service, which needs a permission in the function's policy.
pub fn invoke_for_service(world: &Shared, id: &str, by: &Source, payload: Bytes) -> Result<(), AwsError> {
    let admitted = admit(world, id, Some(by))?;
    tokio::spawn(see_through(Arc::clone(world), id.to_owned(), admitted, payload));
    Ok(())
}

fn admit(world: &Shared, id: &str, by: Option<&Source>) -> Result<Admitted, AwsError> {
    let mut state = lock(&world.lambda);
    let function = state.function(id)?;
    let wish = Wish { by: by.copied(), action: "lambda:InvokeFunction", resource: &function.arn };
    if let Some(by) = by.filter(|_| !allows(&function.policy, &wish)) {
        let message = format!(
            "User: {} is not authorized to perform: lambda:InvokeFunction on resource: {} because no resource-based \
             policy allows the lambda:InvokeFunction action",
            by.service, function.arn
        );
        return Err(AwsError::new(403, "AccessDeniedException", message));
    }
    let room = Arc::clone(&function.room)
        .try_acquire_owned()
        .map_err(|_| AwsError::new(429, "TooManyRequestsException", "Rate Exceeded."))?;
    let config = serde_json::Value::Object(function.settings.clone());
    let dead_letters = text(&config["DeadLetterConfig"], "TargetArn").map(str::to_owned);
    Ok(Admitted { invocations: environment_of(world, &mut state, id)?, room, dead_letters })
}

/// The queue of the function's environment, which is begun if there is none.
fn environment_of(world: &Shared, state: &mut State, id: &str) -> Result<mpsc::Sender<Invocation>, AwsError> {
    if state.stop.is_cancelled() {
        return Err(stopped());
    }
    let stop = state.stop.child_token();
    let function = state.function(id)?;
    if let Some(environment) = function.environment.as_ref().filter(|environment| !environment.invocations.is_closed())
    {
        return Ok(environment.invocations.clone());
    }
    let (invocations, receiver) = mpsc::channel(1);
    let setup = Setup::of(function);
    function.environment = Some(Handle { invocations: invocations.clone(), stop: stop.clone() });
    state.environments.retain(|task| !task.is_finished());
    state.environments.push(tokio::spawn(environment::run(Arc::clone(world), setup, receiver, stop)));
    Ok(invocations)
}

fn stopped() -> AwsError {
    AwsError::new(500, "ServiceException", "The execution environment has been stopped.")
}

/// None if the environment ended before it came to this.
async fn attempt(invocations: &mpsc::Sender<Invocation>, request_id: &str, payload: Bytes) -> Option<Outcome> {
    let (done, outcome) = oneshot::channel();
    invocations.send(Invocation { request_id: request_id.to_owned(), payload, done }).await.ok()?;
    outcome.await.ok()
}

/// Tries until it succeeds or has been tried often enough; then it is for the function's dead letters. An event whose
/// function has gone is dropped.
async fn see_through(world: Shared, id: String, admitted: Admitted, payload: Bytes) {
    let Admitted { mut invocations, room, dead_letters } = admitted;
    let request_id = world.ids.uuid();
    for retry in 0..=RETRIES {
        if retry > 0 {
            world.pause(Duration::from_mins(u64::from(retry)), Duration::from_millis(300)).await;
        }
        let mut outcome = attempt(&invocations, &request_id, payload.clone()).await;
        if outcome.is_none() {
            let Ok(current) = environment_of(&world, &mut lock(&world.lambda), &id) else { return };
            invocations = current;
            outcome = attempt(&invocations, &request_id, payload.clone()).await;
        }
        match outcome {
            Some(Outcome::Response(_)) | None => return,
            Some(Outcome::Error(error)) if retry == RETRIES => {
                if let Some(queue) = &dead_letters {
                    dead_letter(&world, queue, &request_id, &payload, &error);
                }
            }
            Some(Outcome::Error(_)) => {}
        }
    }
    drop(room);
}

fn dead_letter(world: &Shared, queue: &str, request_id: &str, payload: &Bytes, error: &Bytes) {
    let message = serde_json::from_slice::<serde_json::Value>(error).ok();
    let message = message.as_ref().and_then(|error| text(error, "errorMessage")).unwrap_or("Unhandled");
    let attributes =
        [("RequestID", request_id.to_owned()), ("ErrorCode", "200".to_owned()), ("ErrorMessage", message.to_owned())];
    if let Err(error) = sqs::send(world, queue, String::from_utf8_lossy(payload).into_owned(), &attributes) {
        tracing::debug!(queue, code = %error.code, "a dead letter is lost");
    }
}
