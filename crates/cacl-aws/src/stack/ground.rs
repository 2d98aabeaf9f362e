//! The ground that a deployment is built on: nothing, or a stack at rest that can be updated.

use async_stream::try_stream;
use aws_sdk_cloudformation::types::ChangeSetType;
use futures_util::{Stream, StreamExt as _};

use super::{
    Obstacle, Progress,
    delete::{Deleting, delete},
    describe::find,
    follow::{Follow, Followed},
};
use crate::{Error, Names, Reason, Session, explain::Explain as _};

/// So many obstacles in a row mean that somebody else is at work on the same stack.
const OBSTACLES: usize = 6;

/// What clearing the ground yields.
pub(super) enum Ground {
    /// On the way.
    Progress(Progress),
    /// The last item: create or update, and whether an operation under way changed the stack meanwhile.
    Clear(ChangeSetType, bool),
}

impl Ground {
    fn step(text: String) -> Self {
        Self::Progress(Progress::Step(text))
    }
}

/// Clears the ground.
pub(super) fn clear(session: Session, names: Names) -> impl Stream<Item = Result<Ground, Error>> + Send {
    try_stream! {
        let mut changed = false;
        let name = names.stack.clone();
        for obstacles in 0.. {
            let Some(found) = find(&session, &name).await? else {
                yield Ground::Clear(ChangeSetType::Create, changed);
                break;
            };
            found.must_be_ours(&name)?;
            if obstacles == OBSTACLES {
                Err(Error::new(Reason::StackFailed, format!("the stack {name} does not come to rest"))
                    .advise("see who else is changing it, then run the same command again"))?;
            }
            let (arn, status) = (found.stack.arn, found.stack.status);
            let follow = match Obstacle::of(&status) {
                Obstacle::None => {
                    yield Ground::Clear(ChangeSetType::Update, changed);
                    break;
                }
                Obstacle::Wreck => {
                    yield Ground::step(format!("the stack is in {status} and can only be deleted; deleting it first"));
                    let mut deleting = Box::pin(delete(session.clone(), names.clone(), arn));
                    while let Some(item) = deleting.next().await {
                        match item? {
                            Deleting::Progress(progress) => yield Ground::Progress(progress),
                            Deleting::Ended(ended) if ended.is_good() => {}
                            Deleting::Ended(ended) => Err(ended.error(&name))?,
                        }
                    }
                    continue;
                }
                Obstacle::Stuck => {
                    yield Ground::step(format!("the stack is in {status}; going on with its rollback first"));
                    let follow = Follow::before(&session, &arn).await?;
                    go_on_rolling_back(&session, &name, &arn).await?;
                    follow
                }
                Obstacle::Moving => {
                    yield Ground::step(format!("an operation is under way ({status}); following it first"));
                    changed = true;
                    Follow::joining(&session, &arn)
                }
            };
            let expected = if status == "UPDATE_ROLLBACK_FAILED" { "UPDATE_ROLLBACK_COMPLETE" } else { "" };
            let mut followed = Box::pin(follow.run());
            while let Some(item) = followed.next().await {
                match item? {
                    Followed::Event(event) => yield Ground::Progress(Progress::Event(event)),
                    Followed::Trouble(text) => yield Ground::step(text),
                    Followed::Ended(ended) if ended.is_good() || ended.status == expected => {}
                    Followed::Ended(ended) => Err(ended.error(&name))?,
                }
            }
        }
    }
}

async fn go_on_rolling_back(session: &Session, name: &str, arn: &str) -> Result<(), Error> {
    let go_on = session.cloudformation().continue_update_rollback().stack_name(arn);
    go_on.client_request_token(super::deploy::token()).send().await.map(drop).explain(
        session,
        "cloudformation:ContinueUpdateRollback",
        || format!("cannot roll back the stack {name}"),
    )
}
