//! Follow a log group with `StartLiveTail`, and with `FilterLogEvents` for all that it leaves out.
//!
//! Live Tail pushes what is ingested, within a second or so; it says nothing of what was before, samples what is much, gives no
//! ids, and ends after three hours. So the log is polled, too: until a session is open as [`tail`](super::tail) does it,
//! then slowly, and at once when a session opens, ends, or leaves something out. `session` is one session, `ledger` knows
//! what was yielded, and here is decided what is done next.
//!
//! AWS bills Live Tail by the minute of an open session. One is open for as long as this is read from.

mod ledger;
mod session;

use std::{fmt, pin::Pin, time::Duration};

use async_stream::stream;
use futures_util::{Stream, StreamExt as _};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use self::{
    ledger::{Ledger, Pushed},
    session::{End, Heard, listen},
};
use super::{Backoff, LogLine, Status, Tail, TailItem, follow::polls, pace::Pace};
use crate::{Reason, Session};

/// The pause between polls beside an open session. They are there for what is never pushed, if there is such a thing.
const SLOW: Duration = Duration::from_secs(30);

/// After so long without a poll that came to its end, what is pushed does not tell that nothing was left out: whoever reads took
/// their time, and a session waits for nobody.
const UNSURE: Duration = Duration::from_mins(2);

/// How Live Tail is doing, beside the polls that close its gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Push {
    /// A session is open: lines come as they are ingested.
    Open,
    /// There was too much for an update of a session; what was left out is read.
    Sampled,
    /// There is no session for the moment, and the log is polled.
    Waiting {
        /// In words.
        why: String,
    },
    /// There will be no session, and the log is polled.
    Off {
        /// In words.
        why: String,
    },
}

impl fmt::Display for Push {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => formatter.write_str("live tail"),
            Self::Sampled => formatter.write_str("live tail, sampled: the rest is read"),
            Self::Waiting { why } => write!(formatter, "polling until live tail is back: {why}"),
            Self::Off { why } => write!(formatter, "polling, with no live tail: {why}"),
        }
    }
}

type Pushes = Pin<Box<dyn Stream<Item = Result<Heard, End>> + Send>>;

/// Follows. Listens and polls only when asked for the next item.
pub fn live(session: Session, tail: Tail) -> impl Stream<Item = TailItem> + Send + 'static {
    let client = session.without_retries().logs();
    let (sender, pace) = watch::channel(Pace::every(tail.poll));
    let mut pulls = Box::pin(polls(session.clone(), client.clone(), tail.clone(), pace));
    Box::pin(stream! {
        let mut pushes: Option<Pushes> = None;
        let mut live = Live::new(session.clone(), tail.poll, sender);
        loop {
            let items = tokio::select! {
                // What is pushed lies about ready; a poll has to be waited for.
                biased;
                heard = next(&mut pushes) => match heard {
                    Some(Ok(heard)) => live.hear(heard),
                    Some(Err(end)) => {
                        pushes = None;
                        live.end(end)
                    }
                    None => {
                        pushes = None;
                        continue;
                    }
                },
                () = due(live.again), if pushes.is_none() => {
                    let opened = listen(session.without_retries(), client.clone(), tail.group.clone());
                    pushes = Some(Box::pin(opened));
                    continue;
                }
                Some((item, floor)) = pulls.next() => live.pull(item, floor),
            };
            for item in items {
                yield item;
            }
        }
    })
}

/// What an open session tells next; without one, nothing ever.
async fn next(pushes: &mut Option<Pushes>) -> Option<Result<Heard, End>> {
    match pushes {
        Some(pushes) => pushes.next().await,
        None => std::future::pending().await,
    }
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// What is known, and what is to be done.
struct Live {
    session: Session,
    ledger: Ledger,
    /// The pause between polls without a session.
    poll: Duration,
    pace: watch::Sender<Pace>,
    /// When to open the next session; never, if `None`.
    again: Option<Instant>,
    backoff: Backoff,
    /// How often in a row no session was opened.
    refusals: u32,
    /// How polling does; unknown at first.
    status: Option<Status>,
    /// When the log was last read to its end.
    ended: Instant,
    said: Option<Push>,
}

impl Live {
    fn new(session: Session, poll: Duration, pace: watch::Sender<Pace>) -> Self {
        Self {
            session,
            ledger: Ledger::new(),
            poll,
            pace,
            again: None,
            backoff: Backoff::new(poll),
            refusals: 0,
            status: None,
            ended: Instant::now(),
            said: None,
        }
    }

    /// Takes in what was polled. The first session is opened when the log has been read to its end, and so is there.
    fn pull(&mut self, item: TailItem, floor: i64) -> Vec<TailItem> {
        match &item {
            TailItem::Line(line) if !self.ledger.pull(line) => return Vec::new(),
            TailItem::Status(status) => {
                if *status == Status::Live {
                    self.ledger.settle(floor);
                    self.ended = Instant::now();
                    if self.said.is_none() && self.again.is_none() {
                        self.again = Some(Instant::now());
                    }
                }
                self.status = Some(status.clone());
            }
            _ => {}
        }
        vec![item]
    }

    /// Takes in what was pushed.
    fn hear(&mut self, heard: Heard) -> Vec<TailItem> {
        match heard {
            Heard::Open => {
                self.refusals = 0;
                // What came in between the last poll and now was told by neither.
                self.pace.send_modify(|pace| *pace = Pace { pause: SLOW, deep: true, asked: pace.asked + 1 });
                self.say(Push::Open).into_iter().collect()
            }
            Heard::Update { lines, sampled } => self.update(lines, sampled),
        }
    }

    fn update(&mut self, lines: Vec<LogLine>, sampled: bool) -> Vec<TailItem> {
        self.backoff.reset();
        let mut left_out = sampled;
        let mut items = Vec::with_capacity(lines.len() + 2);
        for line in lines {
            match self.ledger.push(&line) {
                Pushed::New => items.push(TailItem::Line(line)),
                Pushed::Known => {}
                Pushed::Doubtful => left_out = true,
            }
        }
        if left_out {
            self.pace.send_modify(|pace| pace.asked += 1);
        }
        items.extend(self.say(if sampled { Push::Sampled } else { Push::Open }));
        // While polls fail there may be gaps, and that is what has to be seen.
        let sure = self.ended.elapsed() < UNSURE;
        items.extend(self.status.clone().filter(|status| sure && *status == Status::Live).map(TailItem::Status));
        items
    }

    /// The session is over: polls, and perhaps opens another.
    fn end(&mut self, end: End) -> Vec<TailItem> {
        self.pace.send_modify(|pace| *pace = Pace { asked: pace.asked + 1, ..Pace::every(self.poll) });
        let push = match end {
            End::Timeout => {
                self.again = Some(Instant::now());
                Push::Waiting { why: "the session has had its time".to_owned() }
            }
            End::Refused { reason, why } if self.is_final(reason) => {
                self.again = None;
                Push::Off { why }
            }
            End::Broken(why) | End::Refused { why, .. } => {
                self.again = Some(Instant::now() + self.backoff.next());
                Push::Waiting { why }
            }
        };
        self.say(push).into_iter().collect()
    }

    /// Whether a refusal will be repeated however often one asks. The first may be due to a wrong clock of this machine,
    /// and the next request is signed by AWS's.
    fn is_final(&mut self, reason: Reason) -> bool {
        self.refusals += 1;
        matches!(reason, Reason::Permission | Reason::Invalid) && !(self.refusals == 1 && self.session.is_skewed())
    }

    /// Says how it is, if it was otherwise before.
    fn say(&mut self, push: Push) -> Option<TailItem> {
        if self.said.as_ref() == Some(&push) {
            return None;
        }
        self.said = Some(push.clone());
        Some(TailItem::Push(push))
    }
}

#[cfg(test)]
mod tests;
