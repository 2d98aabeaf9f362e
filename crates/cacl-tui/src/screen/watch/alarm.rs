//! When to ring: at once for the first bad change of somebody, and once more for all that follow closely upon it.
//!
//! Whoever runs Terraform over forty clients rings twice: at the first, and when there has been quiet for a while, for the
//! others together. Only what happens while somebody watches rings, never the past and never a recording.

use std::{collections::VecDeque, time::Duration};

use cacl_event::{Change, Origin, Severity};
use jiff::{SignedDuration, Timestamp};

use super::{Model, list};
use crate::screen::{Task, run::Effect, text, theme::severity_name};

/// After so long without another one a run is over.
const QUIET: SignedDuration = SignedDuration::from_secs(30);

/// After so long it is told in any case: a stream of alarms that never ends must not be a silent one.
const LONGEST: SignedDuration = SignedDuration::from_mins(5);

/// So many runs are told apart. Names are the callers' to choose, and must not be a way to ring without end.
const RUNS: usize = 8;

/// From which severity on `b` rings, if nothing else was said.
const USUAL: Severity = Severity::High;

/// The bell.
#[derive(Debug)]
pub struct Alarm {
    /// From which severity on it rings; `None` while it is off.
    pub from: Option<Severity>,
    usual: Severity,
    runs: Vec<Run>,
    due: VecDeque<String>,
}

/// Bad changes by one actor in one way, close upon each other.
#[derive(Debug)]
struct Run {
    who: String,
    origin: Origin,
    began: Timestamp,
    last: Timestamp,
    /// The worst that rang.
    worst: Severity,
    /// How many did not ring, by severity.
    gathered: [usize; 5],
}

impl Run {
    fn over(&self) -> Timestamp {
        (self.last + QUIET).min(self.began + LONGEST)
    }

    /// `12 more by deploy (terraform), 3 high`.
    fn told(&self) -> Option<String> {
        let many: usize = self.gathered.iter().sum();
        let alarming = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
        let count = |severity: &Severity| self.gathered[*severity as usize];
        let worst = alarming.iter().find(|severity| count(severity) > 0);
        let worst = worst.map(|severity| format!(", {} {}", count(severity), severity.as_str()));
        (many > 0).then(|| format!("{many} more by {}{}", by(&self.who, self.origin), worst.unwrap_or_default()))
    }
}

impl Alarm {
    /// On from a severity, or off.
    pub fn new(from: Option<Severity>) -> Self {
        Self { from, usual: from.unwrap_or(USUAL), runs: Vec::new(), due: VecDeque::new() }
    }

    /// On or off; in words.
    pub fn toggle(&mut self) -> String {
        *self = Self { from: self.from.is_none().then_some(self.usual), usual: self.usual, ..Self::new(None) };
        match self.from {
            Some(from) => format!("bell on: rings and notifies at new changes from {} on", from.as_str()),
            None => "bell off".into(),
        }
    }

    /// A live change turned out to be this bad. `why` says so in a line.
    fn hear(&mut self, change: &Change, severity: Severity, now: Timestamp, why: impl FnOnce() -> String) {
        if self.from.is_none_or(|from| severity < from) {
            return;
        }
        let (mut who, mut origin) = (list::who(change), change.origin);
        let known = |run: &Run, who: &str, origin| run.who == who && run.origin == origin;
        if self.runs.len() >= RUNS && !self.runs.iter().any(|run| known(run, who, origin)) {
            (who, origin) = ("others", Origin::Unknown);
        }
        match self.runs.iter_mut().find(|run| known(run, who, origin)) {
            // What is worse than all that rang before does not wait.
            Some(run) if severity <= run.worst => {
                run.gathered[severity as usize] += 1;
                run.last = now;
            }
            Some(run) => {
                (run.worst, run.last) = (severity, now);
                self.due.push_back(why());
            }
            None => {
                let gathered = [0; 5];
                self.runs.push(Run { who: who.into(), origin, began: now, last: now, worst: severity, gathered });
                self.due.push_back(why());
            }
        }
    }

    /// What is to be told now.
    fn due(&mut self, now: Timestamp) -> Option<String> {
        let over = self.runs.extract_if(.., |run| run.over() <= now);
        self.due.extend(over.filter_map(|run| run.told()));
        self.due.pop_front()
    }

    /// How long there is nothing to tell if nothing happens.
    pub fn holds(&self, now: Timestamp) -> Option<Duration> {
        let next = self.runs.iter().map(Run::over).min();
        let next = if self.due.is_empty() { next } else { Some(now) };
        next.map(|next| next.duration_since(now).try_into().unwrap_or(Duration::ZERO))
    }
}

impl Model {
    /// A row was put: new, or anew with what it was before. One that was live and is bad now, and was not, rings.
    pub fn heed(&mut self, id: &str, before: Option<Severity>, now: Severity) {
        let Some(change) = self.history.get(id).filter(|change| change.hops.screen.is_some()) else { return };
        if before.is_none_or(|before| before < now && self.alarm.from.is_some_and(|from| before < from)) {
            let (history, alarm) = (&self.history, &mut self.alarm);
            alarm.hear(change, now, self.now, || {
                let name = history.client_name(id).or(change.client_id.as_deref()).unwrap_or("a call");
                let reason = history.judge(id).and_then(|judgement| judgement.reasons.into_iter().next());
                let reason = reason.map(|reason| format!(": {}", reason.text)).unwrap_or_default();
                let who = by(list::who(change), change.origin);
                format!("{} {name}, {} by {who}{reason}", severity_name(now), change.event)
            });
        }
    }

    /// Rings, if it is time to.
    pub fn ring<E>(&mut self) -> Option<Effect<Task, E>> {
        let words = self.alarm.due(self.now)?;
        Some(Effect::Do(Task::Ring { words: text::fit(&words, usize::MAX, "") }))
    }
}

/// `deploy (terraform)`.
fn by(who: &str, origin: Origin) -> String {
    match list::origin(origin) {
        "" => who.into(),
        origin => format!("{who} ({origin})"),
    }
}
