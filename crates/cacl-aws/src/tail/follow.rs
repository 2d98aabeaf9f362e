//! The stream around the cursor: asks, waits, and tells how it is doing.

use std::time::Duration;

use async_stream::stream;
use aws_sdk_cloudwatchlogs::{Client, types::FilteredLogEvent};
use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{LogLine, Since, Status, Tail, TailItem, backoff::Backoff, cursor::Cursor, pace, pace::Pace};
use crate::{
    Reason, Session,
    explain::{Failing as _, Failure},
};

/// How often to look for a group that is not there: somebody may be deploying it.
const MISSING: Duration = Duration::from_secs(3);

/// Follows. Polls only when asked for the next item.
pub fn tail(session: Session, tail: Tail) -> impl Stream<Item = TailItem> + Send + 'static {
    // Each trouble is to be shown, and waited for here.
    let client = session.without_retries().logs();
    let (_, paced) = watch::channel(Pace::every(tail.poll));
    polls(session, client, tail, paced).map(|(item, _)| item)
}

/// The same at any pace; with each item comes from when on lines may still come, in milliseconds since 1970.
pub(super) fn polls(
    session: Session,
    client: Client,
    tail: Tail,
    mut paced: watch::Receiver<Pace>,
) -> impl Stream<Item = (TailItem, i64)> + Send + 'static {
    // "Ago" is from here on, however long it takes until somebody asks for an item.
    let start = Timestamp::now();
    // On the heap, for the states of such a stream are large.
    Box::pin(stream! {
        let mut answered = paced.borrow().asked;
        let from = |now| Cursor::new(tail.since.resolve(now).as_millisecond(), tail.overlap);
        let mut cursor = from(start);
        let mut dated = matches!(tail.since, Since::At(_));
        let mut backoff = Backoff::new(tail.poll);
        let mut token: Option<String> = None;
        let mut began = Began::now();
        let mut excused = false;
        loop {
            let again = match page(&client, &tail.group, cursor.start(), token.clone()).await {
                Ok(page) => {
                    backoff.reset();
                    // "Ago" is meant by AWS's clock, and only an answer tells it. By a fast clock of ours, what happens next
                    // would count as before it.
                    if !std::mem::replace(&mut dated, true) && !session.clock().ahead().is_zero() {
                        cursor = from(start.saturating_add(session.clock().ahead()).unwrap_or(start));
                        (token, began) = (None, Began::now());
                        continue;
                    }
                    for line in page.lines {
                        if cursor.take(line.timestamp.as_millisecond(), &line.id) {
                            yield (TailItem::Line(line), cursor.floor());
                        }
                    }
                    // A token that leads to itself leads nowhere; some emulators give one.
                    let more = page.next.filter(|next| token.as_ref() != Some(next));
                    token = more;
                    if token.is_some() {
                        continue;
                    }
                    excused = false;
                    cursor.complete(began.elapsed(), session.now().as_millisecond());
                    let ended = Instant::now();
                    yield (TailItem::Status(Status::Live), cursor.floor());
                    if pace::rest(&mut paced, answered, ended).await {
                        cursor.deepen();
                    }
                    ended
                }
                // Once without a word: the token has had its 24 hours, and the poll begins anew.
                Err(failure) if !excused && token.is_some() && failure.reason == Reason::Invalid => {
                    (token, excused) = (None, true);
                    continue;
                }
                // The same: our clock was too wrong, and the next request is signed by AWS's.
                Err(failure) if !excused && session.is_skewed() && is_refusal(&failure) => {
                    excused = true;
                    continue;
                }
                Err(failure) => {
                    if failure.reason == Reason::Invalid {
                        token = None;
                    }
                    let retry = if failure.reason == Reason::NotFound { MISSING } else { backoff.next() };
                    let again = Instant::now() + retry;
                    yield (TailItem::Status(trouble(&session, failure, retry)), cursor.floor());
                    again
                }
            };
            sleep_until(again).await;
            if token.is_none() {
                began = Began::now();
                answered = paced.borrow().asked;
            }
        }
    })
}

/// When a poll began, by two clocks: the one that nobody sets stands still while the machine sleeps.
struct Began {
    awake: Instant,
    wall: Timestamp,
}

impl Began {
    fn now() -> Self {
        Self { awake: Instant::now(), wall: Timestamp::now() }
    }

    /// How long ago, rather too long than too short: the cursor looks back by it.
    fn elapsed(&self) -> Duration {
        let wall = Timestamp::now().duration_since(self.wall);
        self.awake.elapsed().max(Duration::try_from(wall).unwrap_or_default())
    }
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

/// What a request gets that is signed by a wrong clock, among others.
fn is_refusal(failure: &Failure) -> bool {
    matches!(failure.reason, Reason::Credentials | Reason::Permission)
}

fn trouble(session: &Session, failure: Failure, retry: Duration) -> Status {
    let why = failure.why(session, "logs:FilterLogEvents");
    match failure.reason {
        Reason::Throttled => Status::Throttled { retry },
        Reason::Offline => Status::Offline { retry, why },
        Reason::Expired => Status::Expired { retry, help: session.sign_in_again() },
        Reason::Credentials => {
            let help = failure.clone().explain(session, "logs:FilterLogEvents", "").help.unwrap_or_default();
            Status::Credentials { retry, why: failure.why, help }
        }
        Reason::Permission => Status::Denied { retry, why },
        Reason::NotFound => Status::Missing { retry },
        _ => Status::Failed { retry, why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_poll_takes_as_long_as_the_clock_that_went_further_says() {
        let hour = Duration::from_hours(1);
        let slept = Began { wall: Timestamp::now() - hour, ..Began::now() };
        assert!(slept.elapsed() >= hour);
        let set_back = Began { wall: Timestamp::now() + hour, ..Began::now() };
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(set_back.elapsed(), Duration::from_secs(5));
    }
}
