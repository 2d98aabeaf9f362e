//! A deployment from beginning to end.

use std::collections::BTreeMap;

use async_stream::try_stream;
use aws_sdk_cloudformation::types::ChangeSetType;
use futures_util::{Stream, StreamExt as _};

use super::{
    DeployRequest, Done, Progress,
    change_set::{self, Made, Wanted},
    delete::delete,
    describe::describe,
    follow::{Follow, Followed},
    ground::{self, Ground},
};
use crate::{Error, Reason, Session, artifact, template};

/// Creates or updates. Follows one that is already under way; deletes one that can only be deleted (`ROLLBACK_COMPLETE`) first.
/// Errors: `Reason::StackFailed` carries the first failure as its cause.
pub fn deploy(
    session: Session,
    request: DeployRequest,
) -> impl Stream<Item = Result<Progress, Error>> + Send + 'static {
    // On the heap, for the states of such a stream are large.
    Box::pin(try_stream! {
        let names = request.names.clone();
        let parameters = with_code(&request);
        let planned = template::planned(&request.template, &parameters)?;
        yield Progress::Step(upload(&session, &request).await?);

        let mut told = false;
        let mut cleared = None;
        let mut clearing = Box::pin(ground::clear(session.clone(), names.clone()));
        while let Some(item) = clearing.next().await {
            match item? {
                Ground::Progress(progress) => {
                    if matches!(progress, Progress::Event(_)) && !std::mem::replace(&mut told, true) {
                        yield Progress::Resources(planned.clone());
                    }
                    yield progress;
                }
                Ground::Clear(kind, changed) => cleared = Some((kind, changed)),
            }
        }
        let Some((kind, changed)) = cleared else { return };

        let token = token();
        let wanted =
            Wanted { names: &names, template: &request.template, parameters: &parameters, kind: kind.clone(), token: &token };
        let made = match change_set::make(&session, &wanted).await {
            Ok(made) => made,
            Err(error) => {
                if kind == ChangeSetType::Create {
                    take_back(&session, &request).await;
                }
                Err(error)?
            }
        };
        let change_set = match made {
            Made::Ready(change_set) => change_set,
            Made::Nothing => {
                yield Progress::Done(Done::Deployed { changed, outputs: outputs(&session, &names.stack).await? });
                return;
            }
        };
        if !told {
            let touches = kind == ChangeSetType::Update && !change_set.touches.is_empty();
            yield Progress::Resources(if touches { change_set.touches } else { planned });
        }
        let follow = Follow::before(&session, &change_set.stack).await?;
        change_set::execute(&session, &names.stack, &change_set.id, &token).await?;
        let mut followed = Box::pin(follow.run());
        while let Some(item) = followed.next().await {
            match item? {
                Followed::Event(event) => yield Progress::Event(event),
                Followed::Trouble(text) => yield Progress::Step(text),
                Followed::Ended(ended) if ended.is_good() => {
                    let outputs = outputs(&session, &change_set.stack).await?;
                    yield Progress::Done(Done::Deployed { changed: true, outputs });
                }
                Followed::Ended(ended) => Err(ended.error(&names.stack))?,
            }
        }
    })
}

/// Marks one operation; CloudFormation wants a letter first, then letters, digits and hyphens.
pub(super) fn token() -> String {
    format!("cacl-{:016x}", fastrand::u64(..))
}

/// The request's parameters and those of the code.
fn with_code(request: &DeployRequest) -> BTreeMap<String, String> {
    let mut parameters = request.parameters.clone();
    parameters.extend([
        ("SubscriberBucket".to_owned(), request.names.deployment_bucket()),
        ("SubscriberKey".to_owned(), request.artifact.key()),
        ("SubscriberArchitecture".to_owned(), request.artifact.architecture.as_str().to_owned()),
    ]);
    parameters
}

async fn upload(session: &Session, request: &DeployRequest) -> Result<String, Error> {
    let bucket = request.names.deployment_bucket();
    let uploaded = artifact::upload(session, &request.names, &request.artifact).await?;
    let size = request.artifact.zip.len().div_ceil(1024);
    let what = if request.artifact.stand_in { "the subscriber's stand-in" } else { "the subscriber" };
    Ok(if uploaded {
        format!("uploaded {what} ({size} KiB) to {bucket}")
    } else {
        format!("{what} ({size} KiB) is in {bucket} already")
    })
}

/// A change set that failed leaves an empty stack under review, which would be in everybody's way.
async fn take_back(session: &Session, request: &DeployRequest) {
    let review = describe(session, &request.names.stack).await.ok().flatten();
    let Some(review) = review.filter(|stack| stack.status == "REVIEW_IN_PROGRESS") else { return };
    let mut deleting = Box::pin(delete(session.clone(), request.names.clone(), review.arn));
    while let Some(item) = deleting.next().await {
        if let Err(error) = item {
            tracing::debug!(%error, "a stack under review stays");
        }
    }
}

async fn outputs(session: &Session, stack: &str) -> Result<BTreeMap<String, String>, Error> {
    match describe(session, stack).await? {
        Some(stack) => Ok(stack.outputs),
        None => Err(Error::new(Reason::StackFailed, format!("the stack {stack} is gone"))
            .because("somebody deleted it while it was deployed")),
    }
}
