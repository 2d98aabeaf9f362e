//! An operation, followed by the stack's ARN: a deleted stack is found no other way.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use async_stream::try_stream;
use aws_sdk_cloudformation::types::StackEvent as SdkEvent;
use cacl_event::clean::clean;
use futures_util::Stream;
use tokio::time::sleep;

use super::{
    StackEvent,
    describe::{find, time},
};
use crate::{
    Error, Reason, Session,
    explain::{Explain as _, Failing as _, after_stack_failure},
    tail::Backoff,
};

/// A stack that is at rest and tells nothing for so many looks has ended, even if its last event never came.
const QUIET: u32 = 5;

/// So many failed looks in a row end the following; the operation itself goes on.
const PATIENCE: u32 = 20;

const STACK: &str = "AWS::CloudFormation::Stack";

/// What following yields.
#[derive(Debug)]
pub(crate) enum Followed {
    /// An event of the stack, oldest first, each once.
    Event(StackEvent),
    /// Trouble on the way, for people; following goes on.
    Trouble(String),
    /// The operation is over; the last item.
    Ended(Ended),
}

/// How an operation ended.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// The stack's status; `DELETE_COMPLETE` as well if it is not found any more.
    pub status: String,
    /// The first resource that failed, in time.
    pub cause: Option<StackEvent>,
}

impl Ended {
    /// Whether the operation did what it was to do.
    pub fn is_good(&self) -> bool {
        self.status.ends_with("_COMPLETE") && !self.status.contains("ROLLBACK")
    }

    /// The error of an operation that went wrong, with the first failure as its cause.
    pub fn error(&self, stack: &str) -> Error {
        let what = format!("the stack {stack} failed and is now in {}", self.status);
        let error = Error::new(Reason::StackFailed, what);
        let Some(cause) = &self.cause else {
            return error.advise(after_stack_failure(""));
        };
        let reason = cause.reason.as_deref().unwrap_or("no reason given");
        error
            .because(format!("{} ({}) {}: {reason}", cause.logical_id, cause.resource_type, cause.status))
            .advise(after_stack_failure(reason))
    }
}

/// What is known of an operation while it is followed.
pub(crate) struct Follow {
    session: Session,
    arn: String,
    seen: HashSet<String>,
    /// What each resource did last.
    doing: HashMap<String, String>,
    /// The oldest event is the operation's first, not the stack's.
    joining: bool,
    /// The stack's own last word was seen.
    concluded: bool,
    cause: Option<StackEvent>,
}

impl Follow {
    /// An operation about to begin: what the stack tells already is old.
    pub async fn before(session: &Session, arn: &str) -> Result<Self, Error> {
        let mut follow = Self::at(session, arn, false);
        follow.poll().await?;
        (follow.cause, follow.concluded) = (None, false);
        follow.doing.clear();
        Ok(follow)
    }

    /// An operation under way, from its beginning.
    pub fn joining(session: &Session, arn: &str) -> Self {
        Self::at(session, arn, true)
    }

    fn at(session: &Session, arn: &str, joining: bool) -> Self {
        let (session, arn) = (session.clone(), arn.to_owned());
        Self { session, arn, seen: HashSet::new(), doing: HashMap::new(), joining, concluded: false, cause: None }
    }

    /// Follows to the end.
    pub fn run(mut self) -> impl Stream<Item = Result<Followed, Error>> + Send {
        try_stream! {
            let pace = self.session.pace();
            let mut backoff = Backoff::new(pace);
            let mut quiet = 0;
            loop {
                let look = async {
                    // The status first: what the stack told before it came to rest is then surely among the events.
                    let status = self.status().await?;
                    Ok::<_, Error>((status, self.poll().await?))
                };
                let (status, events) = match look.await {
                    Ok(looked) => looked,
                    Err(error) if error.reason.is_transient() && backoff.failures() < PATIENCE => {
                        let wait = backoff.next();
                        yield Followed::Trouble(trouble(&error));
                        sleep(wait).await;
                        continue;
                    }
                    Err(error) => Err(goes_on(error))?,
                };
                backoff.reset();
                quiet = if events.is_empty() { quiet + 1 } else { 0 };
                for event in events {
                    yield Followed::Event(event);
                }
                if is_at_rest(&status) && (self.concluded || quiet >= QUIET) {
                    sleep(Duration::from_millis(100)).await;
                    for event in self.poll().await.unwrap_or_default() {
                        yield Followed::Event(event);
                    }
                    yield Followed::Ended(Ended { status, cause: self.cause.take() });
                    break;
                }
                sleep(pace).await;
            }
        }
    }

    async fn status(&self) -> Result<String, Error> {
        let found = find(&self.session, &self.arn).await?;
        Ok(found.map_or_else(|| "DELETE_COMPLETE".to_owned(), |found| found.stack.status))
    }

    /// The events not seen yet, oldest first. AWS gives the newest first, so this reads back to the first known one.
    async fn poll(&mut self) -> Result<Vec<StackEvent>, Error> {
        let client = self.session.cloudformation();
        let mut pages = client.describe_stack_events().stack_name(&self.arn).into_paginator().send();
        let mut fresh = Vec::new();
        'pages: while let Some(page) = pages.next().await {
            let page = match page.failure() {
                Ok(page) => page,
                // Some emulators forget the events with the stack.
                Err(failure) if failure.reason == Reason::NotFound => break,
                Err(failure) => {
                    let permission = "cloudformation:DescribeStackEvents";
                    return Err(failure).explain(&self.session, permission, || "cannot follow the stack");
                }
            };
            for event in page.stack_events.unwrap_or_default().into_iter().map(event) {
                let (begins, known) = (self.begins(&event), self.seen.contains(&event.id));
                if known || (self.joining && event.status == "REVIEW_IN_PROGRESS") {
                    break 'pages;
                }
                fresh.push(event);
                if self.joining && begins {
                    break 'pages;
                }
            }
        }
        fresh.reverse();
        for event in &fresh {
            self.note(event);
        }
        fresh.retain(|event| self.is_news(event));
        Ok(fresh)
    }

    fn note(&mut self, event: &StackEvent) {
        self.seen.insert(event.id.clone());
        if self.is_own(event) {
            self.concluded = is_at_rest(&event.status);
        } else if self.cause.is_none() && is_failure(event) {
            self.cause = Some(event.clone());
        }
    }

    /// CloudFormation tells again that it is making a resource once that has a name ("Resource creation Initiated"), and once
    /// more while it looks after it ("Eventual consistency check initiated"). Other reasons are worth the line.
    fn is_news(&mut self, event: &StackEvent) -> bool {
        let before = self.doing.insert(event.logical_id.clone(), event.status.clone());
        let goes_on = event.reason.as_deref().is_none_or(|reason| reason.to_lowercase().ends_with(" initiated"));
        before.is_none_or(|before| before != event.status || !event.status.ends_with("_IN_PROGRESS") || !goes_on)
    }

    /// Of the stack itself, not of one of its resources.
    fn is_own(&self, event: &StackEvent) -> bool {
        event.resource_type == STACK && event.physical_id.as_deref().is_none_or(|id| id == self.arn)
    }

    fn begins(&self, event: &StackEvent) -> bool {
        let first = matches!(event.status.as_str(), "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" | "DELETE_IN_PROGRESS");
        first && self.is_own(event)
    }
}

/// Nothing is going on. A stack under review waits for somebody to go on.
pub(crate) fn is_at_rest(status: &str) -> bool {
    !status.ends_with("_IN_PROGRESS") || status == "REVIEW_IN_PROGRESS"
}

/// A failure of its own; those that were cancelled because of another one are none.
fn is_failure(event: &StackEvent) -> bool {
    let cancelled = event.reason.as_deref().is_some_and(|reason| {
        let reason = reason.to_lowercase();
        reason.contains("cancelled") || reason.contains("canceled")
    });
    event.status.ends_with("_FAILED") && !cancelled
}

fn event(sdk: SdkEvent) -> StackEvent {
    let time = sdk.timestamp.as_ref().and_then(time).unwrap_or_default();
    let logical_id = sdk.logical_resource_id.unwrap_or_default();
    let status = sdk.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default();
    let id = sdk.event_id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("{logical_id}/{status}/{time}"));
    StackEvent {
        id,
        time,
        logical_id,
        resource_type: sdk.resource_type.unwrap_or_default(),
        physical_id: sdk.physical_resource_id.filter(|id| !id.is_empty()),
        status,
        reason: sdk
            .resource_status_reason
            .filter(|reason| !reason.is_empty())
            .map(|reason| clean(&reason).into_owned()),
    }
}

fn trouble(error: &Error) -> String {
    let why = error.why.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
    format!("{error}{why}; trying again")
}

/// The operation does not depend on us.
fn goes_on(error: Error) -> Error {
    let first = error.help.clone().map(|help| format!("{help}; ")).unwrap_or_default();
    error.advise(format!("{first}the operation goes on in AWS: run the same command again to follow it"))
}
