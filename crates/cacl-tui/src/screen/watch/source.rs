//! How the feed is doing, and which hops of the pipeline have been seen at work.

use std::time::Duration;

use cacl_aws::Status;
use cacl_event::Change;
use jiff::{SignedDuration, Timestamp};

use crate::screen::{
    text::{self, Ticking},
    theme::{Glyphs, Role},
};

/// The feed's state.
#[derive(Debug, Default)]
pub struct Source {
    status: Option<(Status, Timestamp)>,
    /// The log has been read to its end at least once: what comes from now on is new.
    pub live: bool,
    /// The feed is known to be a recording from the start.
    pub recorded: bool,
    /// The feed has ended: it was a recording.
    pub ended: bool,
    /// A change has come all the way since the program started looking, or a line of the platform shows that the function ran.
    proven: (bool, bool),
}

/// A hop of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hop {
    /// Seen at work.
    Ok,
    /// Not seen yet.
    Unproven,
    /// Known not to work.
    Broken,
}

impl Source {
    /// Nothing heard yet.
    pub fn new(recorded: bool) -> Self {
        Self { recorded, ..Self::default() }
    }

    /// Whether this is a recording, as far as is known.
    pub fn is_recording(&self) -> bool {
        self.recorded || self.ended
    }

    /// Takes a status in.
    pub fn status(&mut self, status: Status, now: Timestamp) {
        self.live |= status == Status::Live;
        self.status = Some((status, now));
    }

    /// Takes note that a change came through.
    pub fn change(&mut self, change: &Change) {
        self.proven.0 |= change.hops.lambda.is_some();
    }

    /// Takes note that the function ran.
    pub fn platform(&mut self) {
        self.proven.1 = true;
    }

    /// The hops before this screen, by name.
    pub fn hops(&self) -> [(&'static str, Hop); 4] {
        let (all, lambda) = self.proven;
        let seen = |proven| if proven { Hop::Ok } else { Hop::Unproven };
        let log = match self.status.as_ref().map(|(status, _)| status) {
            Some(Status::Missing { .. } | Status::Denied { .. }) => Hop::Broken,
            _ => seen(self.live),
        };
        [("trail", seen(all)), ("rule", seen(all)), ("lambda", seen(all || lambda)), ("log", log)]
    }

    /// The live state: glyph, role, and words that depend on the clock.
    pub fn state(&self, now: Timestamp, glyphs: &Glyphs) -> (&'static str, Role, Ticking) {
        let forever = |text: &str| Ticking { text: text.into(), holds: SignedDuration::MAX };
        if self.ended {
            return (glyphs.ended, Role::Quiet, forever("read to the end"));
        }
        let Some((status, since)) = &self.status else {
            return (glyphs.down, Role::Quiet, forever(if self.recorded { "reading" } else { "connecting" }));
        };
        let since = now.duration_since(*since);
        let retry = |what: &str, retry: Duration| ticking_retry(what, retry, since);
        match status {
            Status::Live => (glyphs.live, Role::Accent, live(since)),
            Status::Throttled { retry: after } => (glyphs.trouble, Role::Medium, retry("throttled", *after)),
            Status::Offline { retry: after, .. } => (glyphs.down, Role::High, retry("offline", *after)),
            Status::Expired { retry: after, .. } => (glyphs.down, Role::High, retry("credentials expired", *after)),
            Status::Credentials { retry: after, .. } => (glyphs.down, Role::High, retry("no good credentials", *after)),
            Status::Denied { retry: after, .. } => (glyphs.down, Role::High, retry("not permitted", *after)),
            Status::Missing { retry: after } => (glyphs.down, Role::High, retry("no log group", *after)),
            Status::Failed { retry: after, .. } => (glyphs.trouble, Role::High, retry("cannot read the log", *after)),
        }
    }

    /// Why there is trouble, or what to do about it.
    pub fn trouble(&self) -> Option<&str> {
        match &self.status.as_ref()?.0 {
            _ if self.ended => None,
            Status::Live | Status::Throttled { .. } => None,
            Status::Missing { .. } => Some("the log group is not there: the stack is not deployed, or was torn down"),
            Status::Expired { help: words, .. }
            | Status::Credentials { help: words, .. }
            | Status::Offline { why: words, .. }
            | Status::Denied { why: words, .. }
            | Status::Failed { why: words, .. } => Some(words),
        }
    }
}

/// A poll a second is as live as it gets; only when one is overdue does the age matter.
fn live(since: SignedDuration) -> Ticking {
    let overdue = SignedDuration::from_secs(3);
    if since < overdue {
        return Ticking { text: "live".into(), holds: overdue - since };
    }
    Ticking { text: format!("live {} ago", text::seconds(since)), holds: next_second(since) }
}

fn ticking_retry(what: &str, after: Duration, since: SignedDuration) -> Ticking {
    let day = SignedDuration::from_hours(24);
    let left = SignedDuration::try_from(after).unwrap_or(day).min(day).saturating_sub(since);
    if left <= SignedDuration::ZERO {
        return Ticking { text: format!("{what}, trying again"), holds: SignedDuration::MAX };
    }
    // Rounded up, so that the last second reads "1 s" and not "0 s".
    let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
    let holds = left - SignedDuration::from_secs(seconds - 1);
    Ticking { text: format!("{what}, retry in {}", text::seconds(SignedDuration::from_secs(seconds))), holds }
}

/// Until the duration reaches its next whole second.
pub fn next_second(since: SignedDuration) -> SignedDuration {
    SignedDuration::from_secs(since.as_secs() + 1) - since
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::theme::Theme;

    #[test]
    fn every_status_has_words_and_a_time_until_they_change() {
        let (retry, why) = (Duration::from_secs(8), || "because".to_owned());
        let cases = [
            (Status::Live, 0, "live", Some(3000)),
            (Status::Live, 4200, "live 4 s ago", Some(800)),
            (Status::Throttled { retry }, 0, "throttled, retry in 8 s", Some(1000)),
            (Status::Throttled { retry }, 7500, "throttled, retry in 1 s", Some(500)),
            (Status::Throttled { retry }, 8000, "throttled, trying again", None),
            (Status::Offline { retry, why: why() }, 0, "offline, retry in 8 s", Some(1000)),
            (Status::Expired { retry, help: why() }, 0, "credentials expired, retry in 8 s", Some(1000)),
            (
                Status::Credentials { retry, why: why(), help: why() },
                0,
                "no good credentials, retry in 8 s",
                Some(1000),
            ),
            (Status::Denied { retry, why: why() }, 0, "not permitted, retry in 8 s", Some(1000)),
            (Status::Missing { retry }, 0, "no log group, retry in 8 s", Some(1000)),
            (Status::Failed { retry, why: why() }, 0, "cannot read the log, retry in 8 s", Some(1000)),
        ];
        let glyphs = Theme::new(true, false).glyphs;
        for (status, millis, words, holds) in cases {
            let start = Timestamp::UNIX_EPOCH;
            let mut source = Source::default();
            source.status(status, start);
            let (_, _, ticking) = source.state(start + SignedDuration::from_millis(millis), glyphs);
            assert_eq!(ticking.text, words);
            let expected = holds.map_or(SignedDuration::MAX, SignedDuration::from_millis);
            assert_eq!(ticking.holds, expected, "{words}");
        }
    }
}
