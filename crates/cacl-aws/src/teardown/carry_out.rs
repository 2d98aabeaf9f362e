//! The deletion itself.

use async_stream::try_stream;
use futures_util::{Stream, StreamExt as _};

use super::{TeardownPlan, verify};
use crate::{
    Error, Progress, Session, bucket,
    stack::{self, Deleting, Follow, Followed},
};

/// Carries the plan out. The stream ends with `Done::Removed`, which tells what was looked for and what is left; it is an
/// error only if AWS does not let us go on.
pub fn teardown(session: Session, plan: TeardownPlan) -> impl Stream<Item = Result<Progress, Error>> + Send + 'static {
    // On the heap, for the states of such a stream are large.
    Box::pin(try_stream! {
        let names = plan.names.clone();
        yield Progress::Resources(plan.resources.clone());
        let mut record = Vec::new();
        if let Some(arn) = &plan.stack {
            record = stack::resources(&session, arn).await?;
            let under_way = under_way(&session, arn).await?;
            if let Some(status) = &under_way {
                yield Progress::Step(format!("an operation is under way ({status}); following it first"));
                let mut followed = Box::pin(Follow::joining(&session, arn).run());
                while let Some(item) = followed.next().await {
                    match item? {
                        Followed::Event(event) => yield Progress::Event(event),
                        Followed::Trouble(text) => yield Progress::Step(text),
                        Followed::Ended(_) => {}
                    }
                }
            }
            if stands(&session, arn).await? {
                let mut deleting = Box::pin(stack::delete(session.clone(), names.clone(), arn.clone()));
                while let Some(item) = deleting.next().await {
                    match item? {
                        Deleting::Progress(progress) => yield progress,
                        // What is left of it is found out below.
                        Deleting::Ended(_) => {}
                    }
                }
            }
        }
        for (bucket, _) in &plan.buckets {
            let of_stack = record.iter().any(|resource| resource.physical_id.as_ref() == Some(bucket));
            if of_stack {
                continue;
            }
            let mut deleting = Box::pin(bucket::delete(session.clone(), names.clone(), bucket.clone()));
            let mut total = 0;
            while let Some(deleted) = deleting.next().await {
                total += deleted?;
            }
            yield Progress::Step(format!("deleted the bucket {bucket} ({})", bucket::objects(total)));
        }
        let mut verifying = Box::pin(verify::verify(session.clone(), plan.clone(), record));
        while let Some(item) = verifying.next().await {
            yield item?;
        }
    })
}

/// The status of an operation that has to end before the stack can be deleted.
async fn under_way(session: &Session, arn: &str) -> Result<Option<String>, Error> {
    let status = stack::find(session, arn).await?.map(|found| found.stack.status).unwrap_or_default();
    Ok(Some(status).filter(|status| !stack::is_at_rest(status) && status != "CREATE_IN_PROGRESS"))
}

async fn stands(session: &Session, arn: &str) -> Result<bool, Error> {
    Ok(stack::find(session, arn).await?.is_some_and(|found| found.stack.status != "DELETE_COMPLETE"))
}
