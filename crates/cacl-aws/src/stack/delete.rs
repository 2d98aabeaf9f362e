//! Takes a stack away: its trails stopped, its buckets emptied, and again as often as a bucket fills up meanwhile.

use async_stream::try_stream;
use futures_util::{Stream, StreamExt as _};
use serde_json::json;

use super::{
    Progress,
    describe::{Resource, resources},
    follow::{Ended, Follow, Followed},
};
use crate::{
    Error, Names, Reason, Session, bucket,
    call::{self, CLOUDTRAIL},
    explain::Explain as _,
};

/// How often a deletion is begun.
const TRIES: usize = 5;

/// A big bucket reports in steps of so many objects.
const REPORT_EVERY: usize = 10_000;

/// What deleting yields.
pub(crate) enum Deleting {
    /// On the way.
    Progress(Progress),
    /// The last item: how it ended, whether or not the stack is gone.
    Ended(Ended),
}

impl Deleting {
    fn step(text: impl Into<String>) -> Self {
        Self::Progress(Progress::Step(text.into()))
    }
}

/// Deletes a stack by ARN. Ends in an error only when AWS does not let us try.
pub(crate) fn delete(
    session: Session,
    names: Names,
    arn: String,
) -> impl Stream<Item = Result<Deleting, Error>> + Send {
    try_stream! {
        for again in 1.. {
            let standing: Vec<Resource> =
                resources(&session, &arn).await?.into_iter().filter(|resource| !resource.is_deleted()).collect();
            for trail in of_type(&standing, "AWS::CloudTrail::Trail") {
                if stop_logging(&session, &trail).await? {
                    yield Deleting::step(format!("stopped the trail {trail}"));
                }
            }
            for bucket in of_type(&standing, "AWS::S3::Bucket") {
                let mut emptied = Box::pin(emptied(session.clone(), names.clone(), bucket));
                while let Some(step) = emptied.next().await {
                    yield Deleting::step(step?);
                }
            }
            let follow = Follow::before(&session, &arn).await?;
            begin(&session, &names, &arn).await?;
            let mut followed = Box::pin(follow.run());
            let mut ended = None;
            while let Some(item) = followed.next().await {
                match item? {
                    Followed::Event(event) => yield Deleting::Progress(Progress::Event(event)),
                    Followed::Trouble(text) => yield Deleting::step(text),
                    Followed::Ended(end) => ended = Some(end),
                }
            }
            let Some(ended) = ended else { break };
            match refilled(&ended) {
                Some(what) if again < TRIES => {
                    yield Deleting::step(format!("{what} was filled again meanwhile; emptying it once more"));
                }
                _ => {
                    yield Deleting::Ended(ended);
                    break;
                }
            }
        }
    }
}

async fn begin(session: &Session, names: &Names, arn: &str) -> Result<(), Error> {
    let delete = session.cloudformation().delete_stack().stack_name(arn);
    let token = super::deploy::token();
    delete
        .client_request_token(token)
        .send()
        .await
        .map(drop)
        .explain(session, "cloudformation:DeleteStack", || format!("cannot delete the stack {}", names.stack))
}

/// The physical ids of a kind of resource.
fn of_type(resources: &[Resource], kind: &str) -> Vec<String> {
    let of_type = resources.iter().filter(|resource| resource.kind == kind);
    of_type.filter_map(|resource| resource.physical_id.clone()).collect()
}

/// Whether it had to. A trail that goes on writing fills its bucket as fast as we empty it; one that we may not stop, or
/// that an emulator does not know, is deleted with the stack anyway.
async fn stop_logging(session: &Session, trail: &str) -> Result<bool, Error> {
    match call::json(session, CLOUDTRAIL, "StopLogging", json!({"Name": trail})).await {
        Ok(_) => Ok(true),
        Err(failure) if matches!(failure.reason, Reason::NotFound | Reason::Permission) => Ok(false),
        Err(failure) if failure.is_unsupported() => Ok(false),
        Err(failure) => {
            Err(failure).explain(session, "cloudtrail:StopLogging", || format!("cannot stop the trail {trail}"))
        }
    }
}

/// Empties a bucket and tells so; says nothing about one that is empty.
fn emptied(session: Session, names: Names, bucket: String) -> impl Stream<Item = Result<String, Error>> + Send {
    try_stream! {
        let mut batches = Box::pin(bucket::empty(session, names, bucket.clone()));
        let (mut total, mut told) = (0, 0);
        while let Some(deleted) = batches.next().await {
            total += deleted?;
            if total - told >= REPORT_EVERY {
                told = total;
                yield format!("deleted {} from {bucket}, and going on", bucket::objects(total));
            }
        }
        if total > 0 {
            yield format!("emptied {bucket} ({})", bucket::objects(total));
        }
    }
}

/// The bucket that kept the stack from being deleted because it is not empty.
fn refilled(ended: &Ended) -> Option<String> {
    let cause = ended.cause.as_ref().filter(|_| ended.status == "DELETE_FAILED")?;
    let not_empty = cause.reason.as_deref().unwrap_or_default().contains("not empty");
    (cause.resource_type == "AWS::S3::Bucket" && not_empty)
        .then(|| cause.physical_id.clone().unwrap_or_else(|| cause.logical_id.clone()))
}
