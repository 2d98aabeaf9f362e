//! What CloudTrail remembers: `LookupEvents` over the calls that settle a client's state, newest first.
//!
//! It goes back 90 days, needs no trail, and costs nothing of Cognito's quotas. But it takes one attribute a query, 50 events
//! a page and two calls a second in an account and region, and it learns of a call only some minutes after it was made. So
//! there is one query for each kind of call and each span of time not read before, and the one that has come least far back
//! is asked next: at any time everything since `back_to` has been told. What has been read is told after every page, so
//! that whoever keeps it can break off and go on another day.
//!
//! Deliberately absent: any understanding of the records, and errors. Whoever may not look back sees changes all the
//! same, so trouble is a note and the end.

mod looked;

use std::{cmp::Reverse, time::Duration};

use async_stream::stream;
use futures_util::Stream;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use crate::{
    Reason, Session,
    call::{CLOUDTRAIL, json},
    explain::Failure,
    tail::Backoff,
};
pub use looked::{Looked, Read};

/// The calls that make, replace and delete a client. Updates tell the most, so they are asked for first.
const CALLS: [&str; 3] = ["UpdateUserPoolClient", "CreateUserPoolClient", "DeleteUserPoolClient"];

/// CloudTrail tells of a call some minutes after it was made. This is later than it ever is, so what is younger has not been
/// read for good.
const LATE: SignedDuration = SignedDuration::from_mins(20);

/// As long as CloudTrail remembers.
const MEMORY: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Between two calls: the quota is two a second, and is shared with everybody in the account and region.
const PACE: Duration = Duration::from_millis(500);

/// So many failures in a row are more than a busy quota or a lost packet: some minutes of them.
const TRIES: u32 = 12;

/// What looking back yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PastItem {
    /// A record, as the text that `CloudTrailEvent` has.
    Record(String),
    /// How far it has come; after each page.
    Progress {
        /// Everything since then has been told.
        back_to: Timestamp,
        /// Calls made so far.
        calls: u32,
    },
    /// What has been read for good, after the records in it.
    Read(Read),
    /// It ends before its time, in words.
    Note(String),
}

/// Looks back to all that was not read before, at most 90 days; ends there.
pub fn past(session: Session, looked: &Looked) -> impl Stream<Item = PastItem> + Send + 'static {
    let now = Timestamp::now();
    let start = now - MEMORY;
    let mut queries: Vec<_> = CALLS.into_iter().flat_map(|call| Query::all(call, looked, start, now)).collect();
    // On the heap, for the states of such a stream are large.
    Box::pin(stream! {
        // The SDK's own retries would not keep to the pace. Without them nobody signs anew when the clock was too wrong, so the
        // first refusal may be that.
        let session = session.without_retries();
        let mut backoff = Backoff::new(2 * PACE);
        let mut calls = 0;
        let mut next = Instant::now();
        while let Some((at, query)) = queries.iter_mut().enumerate().min_by_key(|(_, query)| Reverse(query.back_to)) {
            sleep_until(next).await;
            next = Instant::now() + PACE;
            calls += 1;
            match query.ask(&session, now).await {
                Ok(Page { records, more }) => {
                    backoff.reset();
                    for record in records {
                        yield PastItem::Record(record);
                    }
                    let began = now.saturating_add(session.clock().ahead()).unwrap_or(now);
                    yield PastItem::Read(query.read(more, began - LATE));
                    if !more {
                        queries.remove(at);
                    }
                    let back_to = queries.iter().map(|query| query.back_to).max().unwrap_or(start);
                    yield PastItem::Progress { back_to, calls };
                }
                Err(failure) if failure.reason.is_transient() && backoff.failures() < TRIES => {
                    next += backoff.next();
                }
                Err(_) if calls == 1 && session.is_skewed() => {}
                Err(failure) => {
                    yield PastItem::Note(words(&failure));
                    return;
                }
            }
        }
    })
}

/// A span of the past of one kind of call.
#[derive(Clone)]
struct Query {
    call: &'static str,
    from: Timestamp,
    to: Timestamp,
    token: Option<String>,
    /// The time of the oldest event so far.
    back_to: Timestamp,
}

struct Page {
    records: Vec<String>,
    /// Whether there is another one.
    more: bool,
}

impl Query {
    /// For all that was not read before.
    fn all(call: &'static str, looked: &Looked, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Self> + use<> {
        let gaps = looked.gaps(call, from, to).into_iter();
        gaps.map(move |(from, to)| Self { call, from, to, token: None, back_to: to })
    }

    /// Asks for the next page.
    async fn ask(&mut self, session: &Session, now: Timestamp) -> Result<Page, Failure> {
        let mut input = json!({
            "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": self.call}],
            "StartTime": self.from.as_second(),
            "MaxResults": 50,
        });
        // By a slow clock of ours, what has just been done would lie behind the end.
        if self.to.as_second() < now.as_second() {
            input["EndTime"] = self.to.as_second().into();
        }
        if let Some(token) = &self.token {
            input["NextToken"] = token.as_str().into();
        }
        let answer = json(session, CLOUDTRAIL, "LookupEvents", input).await?;
        let events = answer["Events"].as_array().map_or(&[][..], Vec::as_slice);
        if let Some(oldest) = events.iter().filter_map(time).min() {
            self.back_to = self.back_to.min(oldest);
        }
        let token = answer["NextToken"].as_str().filter(|token| !token.is_empty()).map(str::to_owned);
        // A token that leads to itself leads nowhere.
        let more = token.is_some() && token != self.token;
        self.token = token;
        let records = events.iter().filter_map(|event| event["CloudTrailEvent"].as_str()).map(str::to_owned);
        Ok(Page { records: records.collect(), more })
    }

    /// What has been read for good. A second may go on on the next page, so the oldest one does not count.
    fn read(&self, more: bool, settled: Timestamp) -> Read {
        let from = if more { looked::later(self.back_to) } else { self.from };
        Read { call: self.call.to_owned(), from, to: self.to.min(settled) }
    }
}

/// `EventTime`, seconds since 1970; fractions do not matter.
fn time(event: &Value) -> Option<Timestamp> {
    let time = &event["EventTime"];
    #[expect(clippy::cast_possible_truncation, reason = "a time, and what is none is out of Timestamp's range")]
    let seconds = time.as_i64().or_else(|| time.as_f64().map(|seconds| seconds as i64))?;
    Timestamp::from_second(seconds).ok()
}

fn words(failure: &Failure) -> String {
    let why = match failure.reason {
        Reason::Permission => "it needs the permission cloudtrail:LookupEvents",
        _ => &failure.why,
    };
    format!("CloudTrail's event history cannot be read, so some changes have nothing to be compared with: {why}")
}

#[cfg(test)]
mod tests;
