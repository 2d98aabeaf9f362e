//! Whether everything is gone: each thing is looked for at its own service, for CloudFormation's word is not enough (a log
//! group comes back when a last invocation writes to it, and a retained resource counts as deleted).

use std::time::Duration;

use async_stream::try_stream;
use futures_util::Stream;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::TeardownPlan;
use crate::{
    Error, Progress, Reason, Session,
    call::{self, CLOUDTRAIL, COGNITO, EVENTBRIDGE, SQS},
    explain::{Explain as _, Failing as _, Failure},
    stack::{self, Done, Resource},
    tail,
};

/// How long a thing may still be seen after its deletion: services forget with a delay, SQS within a minute.
const LINGERS: Duration = Duration::from_secs(10);
const QUEUE_LINGERS: Duration = Duration::from_secs(75);

/// A thing to look for.
struct Thing {
    /// For people, e.g. `log group`.
    kind: &'static str,
    /// Name or id.
    name: String,
}

/// Looks for everything; the last item is `Done::Removed`. What cannot be looked for keeps nothing else from being.
pub(super) fn verify(
    session: Session,
    plan: TeardownPlan,
    record: Vec<Resource>,
) -> impl Stream<Item = Result<Progress, Error>> + Send {
    try_stream! {
        let (mut checked, mut left, mut unchecked) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(arn) = &plan.stack {
            match stack_left(&session, &plan, arn).await {
                Ok(still) => {
                    checked.push("stack".to_owned());
                    left.extend(still);
                }
                Err(error) => unchecked.push(error),
            }
        }
        for thing in things(&plan, &record) {
            let gone = match thing.kind {
                "log group" => log_group_gone(&session, &thing.name).await,
                _ => gone(&session, &plan, &thing).await,
            };
            match gone {
                Ok(Some(true)) => {}
                Ok(Some(false)) => left.push(format!("{} {}", thing.kind, thing.name)),
                Ok(None) => {
                    yield Progress::Step(format!("nobody here knows of a {}: {} was not looked for", thing.kind, thing.name));
                    continue;
                }
                Err(error) => {
                    unchecked.push(error);
                    continue;
                }
            }
            if !checked.iter().any(|kind| kind == thing.kind) {
                checked.push(thing.kind.to_owned());
            }
        }
        if let Some(arn) = &plan.stack {
            match by_record(&session, arn).await {
                Ok((kinds, still)) => {
                    checked.extend(kinds);
                    left.extend(still);
                }
                Err(error) => unchecked.push(error),
            }
        }
        yield Progress::Done(Done::Removed { checked, left, unchecked });
    }
}

/// What is looked for: all that the stack's record names, and what our names say even if the stack was gone before. Not the
/// trail, though: `<prefix>-main` may be anybody's.
fn things(plan: &TeardownPlan, record: &[Resource]) -> Vec<Thing> {
    let names = &plan.names;
    let mut things = vec![
        Thing { kind: "rule", name: names.rule() },
        Thing { kind: "function", name: names.function() },
        Thing { kind: "log group", name: names.log_group() },
    ];
    let of_record = record.iter().filter_map(|resource| {
        let name = resource.physical_id.clone()?;
        Some(Thing { kind: kind(&resource.kind)?, name })
    });
    let of_plan = plan.buckets.iter().map(|(bucket, _)| Thing { kind: "bucket", name: bucket.clone() });
    for thing in of_record.chain(of_plan) {
        if !things.iter().any(|known| (known.kind, &known.name) == (thing.kind, &thing.name)) {
            things.push(thing);
        }
    }
    things
}

/// What is looked for at its own service.
fn kind(resource_type: &str) -> Option<&'static str> {
    Some(match resource_type {
        "AWS::CloudTrail::Trail" => "trail",
        "AWS::Cognito::UserPool" => "user pool",
        "AWS::Events::Rule" => "rule",
        "AWS::Lambda::Function" => "function",
        "AWS::Logs::LogGroup" => "log group",
        "AWS::S3::Bucket" => "bucket",
        "AWS::SQS::Queue" => "queue",
        _ => return None,
    })
}

/// Whether a thing is gone, with patience; `None` where there is no such service, as with some emulators.
async fn gone(session: &Session, plan: &TeardownPlan, thing: &Thing) -> Result<Option<bool>, Error> {
    let patience = if thing.kind == "queue" { QUEUE_LINGERS } else { LINGERS };
    let until = Instant::now() + patience;
    loop {
        match is_there(session, plan, thing).await {
            Ok(false) => return Ok(Some(true)),
            Ok(true) if Instant::now() >= until => return Ok(Some(false)),
            Ok(true) => sleep(session.pace()).await,
            Err(failure) if failure.is_unsupported() => return Ok(None),
            Err(failure) => {
                let what = || format!("cannot look for the {} {}", thing.kind, thing.name);
                return Err(failure).explain(session, permission(thing.kind), what);
            }
        }
    }
}

async fn is_there(session: &Session, plan: &TeardownPlan, thing: &Thing) -> Result<bool, Failure> {
    let name = thing.name.as_str();
    let answer = match thing.kind {
        "trail" => {
            let answer = call::json(session, CLOUDTRAIL, "DescribeTrails", json!({"trailNameList": [name]})).await;
            answer.map(|answer| answer["trailList"].as_array().is_some_and(|trails| !trails.is_empty()))
        }
        "rule" => there(call::json(session, EVENTBRIDGE, "DescribeRule", json!({"Name": name})).await),
        "function" => there(call::get_function(session, name).await),
        "user pool" => there(call::json(session, COGNITO, "DescribeUserPool", json!({"UserPoolId": name})).await),
        "queue" => {
            let queue = name.rsplit('/').next().unwrap_or(name);
            there(call::json(session, SQS, "GetQueueUrl", json!({"QueueName": queue})).await)
        }
        _ => {
            let head = session.s3().head_bucket().bucket(name).expected_bucket_owner(&plan.names.account);
            there(head.send().await.failure())
        }
    };
    match answer {
        Err(failure) if failure.reason == Reason::NotFound => Ok(false),
        answer => answer,
    }
}

fn there<T>(answer: Result<T, Failure>) -> Result<bool, Failure> {
    answer.map(|_| true)
}

fn permission(kind: &str) -> &'static str {
    match kind {
        "trail" => "cloudtrail:DescribeTrails",
        "rule" => "events:DescribeRule",
        "function" => "lambda:GetFunction",
        "user pool" => "cognito-idp:DescribeUserPool",
        "queue" => "sqs:GetQueueUrl",
        _ => "s3:ListBucket",
    }
}

/// A group that a last invocation brought back belongs to nobody any more; it is deleted like the first one.
async fn log_group_gone(session: &Session, group: &str) -> Result<Option<bool>, Error> {
    for _ in 0..3 {
        if !tail::exists(session, group).await? {
            return Ok(Some(true));
        }
        match session.logs().delete_log_group().log_group_name(group).send().await.failure() {
            Ok(_) => {}
            Err(failure) if failure.reason == Reason::NotFound => {}
            // It is there, and stays.
            Err(_) => return Ok(Some(false)),
        }
        sleep(session.pace()).await;
    }
    Ok(Some(!tail::exists(session, group).await?))
}

/// The stack, if it is still there.
async fn stack_left(session: &Session, plan: &TeardownPlan, arn: &str) -> Result<Option<String>, Error> {
    let status = stack::find(session, arn).await?.map(|found| found.stack.status);
    let status = status.filter(|status| status != "DELETE_COMPLETE");
    Ok(status.map(|status| format!("stack {} ({status})", plan.names.stack)))
}

/// Kinds that are not looked for at their service (a role, a policy, a topic) are taken from the stack's own record.
async fn by_record(session: &Session, arn: &str) -> Result<(Vec<String>, Vec<String>), Error> {
    let rest: Vec<Resource> =
        stack::resources(session, arn).await?.into_iter().filter(|r| kind(&r.kind).is_none()).collect();
    let mut kinds = Vec::new();
    if rest.iter().any(|resource| resource.kind == "AWS::IAM::Role") {
        kinds.push("role".to_owned());
    }
    let left = rest.iter().filter(|resource| !resource.is_deleted() && resource.physical_id.is_some());
    let left = left.map(|resource| {
        let reason = resource.reason.as_deref().map(|reason| format!(": {}", cacl_event::clean::clean(reason)));
        format!("{} ({}{})", resource.logical_id, resource.status, reason.unwrap_or_default())
    });
    Ok((kinds, left.collect()))
}
