//! The stream around the cursor: asks, waits, and tells how it is doing.

use std::time::Duration;

use async_stream::stream;
use aws_sdk_cloudwatchlogs::{Client, types::FilteredLogEvent};
use futures_util::Stream;
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

use super::{LogLine, Status, Tail, TailItem, backoff::Backoff, cursor::Cursor};
use crate::{
    Reason, Session,
    explain::{Failing as _, Failure},
};

/// How often to look for a group that is not there: somebody may be deploying it.
const MISSING: Duration = Duration::from_secs(3);

/// Follows. Polls only when asked for the next item.
pub fn tail(session: Session, tail: Tail) -> impl Stream<Item = TailItem> + Send + 'static {
    // On the heap, for the states of such a stream are large.
    Box::pin(stream! {
        // Each trouble is to be shown, and waited for here.
        let client = session.without_retries().logs();
        let mut cursor = Cursor::new(tail.since.as_millisecond(), tail.overlap);
        let mut backoff = Backoff::new(tail.poll);
        let mut token: Option<String> = None;
        let mut began = Instant::now();
        let mut restarted = false;
        loop {
            let again = match page(&client, &tail.group, cursor.start(), token.clone()).await {
                Ok(page) => {
                    backoff.reset();
                    for line in page.lines {
                        if cursor.take(line.timestamp.as_millisecond(), &line.id) {
                            yield TailItem::Line(line);
                        }
                    }
                    // A token that leads to itself leads nowhere; some emulators give one.
                    let more = page.next.filter(|next| token.as_ref() != Some(next));
                    token = more;
                    if token.is_some() {
                        continue;
                    }
                    restarted = false;
                    cursor.complete(began.elapsed(), Timestamp::now().as_millisecond());
                    let again = Instant::now() + tail.poll;
                    yield TailItem::Status(Status::Live);
                    again
                }
                // The token has had its 24 hours: the poll begins anew, once without a word.
                Err(failure) if token.is_some() && failure.reason == Reason::Invalid && !restarted => {
                    (token, restarted) = (None, true);
                    continue;
                }
                Err(failure) => {
                    if failure.reason == Reason::Invalid {
                        token = None;
                    }
                    let retry = if failure.reason == Reason::NotFound { MISSING } else { backoff.next() };
                    let again = Instant::now() + retry;
                    yield TailItem::Status(trouble(&session, failure, retry));
                    again
                }
            };
            sleep_until(again).await;
            if token.is_none() {
                began = Instant::now();
            }
        }
    })
}

struct Page {
    lines: Vec<LogLine>,
    next: Option<String>,
}

async fn page(client: &Client, group: &str, start: i64, token: Option<String>) -> Result<Page, Failure> {
    let filter = client.filter_log_events().log_group_name(group).start_time(start).set_next_token(token);
    let answer = filter.send().await.failure()?;
    let lines = answer.events.unwrap_or_default().into_iter().map(line).collect();
    Ok(Page { lines, next: answer.next_token.filter(|token| !token.is_empty()) })
}

/// A line; where an emulator gives no event id, one is made from what is there.
fn line(event: FilteredLogEvent) -> LogLine {
    let millis = event.timestamp.unwrap_or_default();
    let stream = event.log_stream_name.unwrap_or_default();
    let message = event.message.unwrap_or_default();
    let id = event.event_id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("{stream}/{millis}/{message}"));
    let time = |millis| Timestamp::from_millisecond(millis).ok();
    LogLine {
        id,
        timestamp: time(millis).unwrap_or_default(),
        ingested: event.ingestion_time.and_then(time),
        stream,
        message,
    }
}

fn trouble(session: &Session, failure: Failure, retry: Duration) -> Status {
    let why = failure.why;
    match failure.reason {
        Reason::Throttled => Status::Throttled { retry },
        Reason::Offline => Status::Offline { retry, why },
        Reason::Expired => Status::Expired { retry, help: session.sign_in_again() },
        Reason::Permission => Status::Denied { retry, why },
        Reason::NotFound => Status::Missing { retry },
        _ => Status::Failed { retry, why },
    }
}
