//! What a run wants to know of the changes beside showing them: whether one is too bad, whether there were enough, and
//! a command for each.

use std::time::Duration;

use cacl_event::{
    Change, Filter, History, Inserted, Provenance, Severity,
    filter::{Gist, Reading, Subject},
};
use jiff::Timestamp;

use crate::{Exit, cli, failure::Failure, report::Told};

/// So many changes are remembered; of older ones only what later ones are compared with. A late one, out of order, has a day.
const REMEMBERED: usize = 20_000;

/// What a command gets unless it was said otherwise.
const LIMIT: Duration = Duration::from_mins(1);

/// Keeps the history that the reports are made from.
#[derive(Debug, Default)]
pub struct Observer {
    /// The changes so far, the oldest forgotten.
    pub history: History,
    /// How many changes there were.
    pub seen: u64,
    /// Stop at a change that is as bad as this.
    pub fail_on: Option<Severity>,
    /// Stop after so many.
    pub count: Option<u64>,
    /// Run this for every change.
    pub exec: Option<String>,
    /// Count, run and judge only what matches, if not everything; the rest is known for the sake of baselines.
    pub filter: Option<Filter>,
    /// For so long at most.
    pub limit: Duration,
    /// Whether there was one.
    pub failed: bool,
}

impl Observer {
    /// With the wishes of `watch`.
    pub fn new(options: &cli::Watch) -> Self {
        Self {
            fail_on: options.fail_on.map(Severity::from),
            count: options.count,
            exec: options.exec.clone(),
            filter: options.filter.filter.clone(),
            limit: options.exec_timeout.unwrap_or(LIMIT),
            ..Self::default()
        }
    }

    /// Whether anything was asked that needs changes to be taken in while a screen shows them.
    pub fn is_needed(&self) -> bool {
        self.fail_on.is_some() || self.count.is_some() || self.exec.is_some()
    }

    /// Takes a change in and tells it; `None` if it was told before, or is from the past, which is not told by itself.
    pub fn take(&mut self, change: Change) -> Option<Told<'_>> {
        // Before, so that one that comes late is not forgotten at once.
        if self.history.len() > 2 * REMEMBERED {
            self.history.forget(REMEMBERED);
        }
        let id = change.id.clone();
        let told_before = self.history.get(&id).is_some_and(|known| known.provenance == Provenance::Event);
        let news = change.provenance == Provenance::Event && !told_before;
        // One that was forgotten is known all the same.
        if self.history.insert(change) == Inserted::Known || !news {
            return None;
        }
        let told = Told::of(&self.history, &id).filter(|told| self.wants(told))?;
        self.seen += 1;
        self.failed |= self.is_too_bad(&told);
        Some(told)
    }

    /// Whether a change is to be told.
    pub fn wants(&self, told: &Told<'_>) -> bool {
        self.filter.as_ref().is_none_or(|filter| {
            let reading = Reading::from((&told.diff, &told.judgement));
            let now = Timestamp::now();
            let client_name = told.client_name;
            let subject = Subject { change: told.change, client_name, gist: Some(Gist::from(&reading)), now };
            filter.matches(&subject, || Some(reading))
        })
    }

    /// Whether a change is what `--fail-on` is for.
    pub fn is_too_bad(&self, told: &Told<'_>) -> bool {
        self.fail_on.is_some_and(|bad| told.judgement.severity >= bad)
    }

    /// How it ends, if it need not go on.
    pub fn enough(&self) -> Option<Exit> {
        if self.failed {
            Some(Exit::FailOn)
        } else {
            self.count.is_some_and(|count| self.seen >= count).then_some(Exit::Done)
        }
    }

    /// How it ends when time is up.
    pub fn late(&self) -> Result<Exit, Failure> {
        match self.count.filter(|count| self.seen < *count) {
            Some(count) => Err(Failure::new(
                Exit::Failed,
                format!("time is up, and there were {} of {count} changes", self.seen),
                "wait longer, with --timeout, or for fewer, with --count",
            )),
            None => Ok(self.exit()),
        }
    }

    /// How it ended, if nothing else was amiss.
    pub fn exit(&self) -> Exit {
        if self.failed { Exit::FailOn } else { Exit::Done }
    }
}

#[cfg(test)]
mod tests {
    use cacl_event::{BaselineKind, Change, Decoded, Provenance, Severity, decode};

    use super::Observer;
    use crate::Exit;

    fn change() -> Change {
        match decode(include_str!("../../tests/fixtures/update.json")).into_iter().next() {
            Some(Decoded::Change(change)) => *change,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_change_is_told_once() {
        let mut observer = Observer { count: Some(2), ..Observer::default() };
        assert!(observer.take(change()).is_some());
        assert!(observer.take(change()).is_none());
        assert_eq!((observer.seen, observer.enough()), (1, None));
        assert!(observer.take(Change { id: "other".into(), ..change() }).is_some());
        assert_eq!(observer.enough(), Some(Exit::Done));
    }

    #[test]
    fn the_past_is_a_baseline_and_not_told() {
        let mut observer = Observer { fail_on: Some(Severity::Info), ..Observer::default() };
        let past = Change { provenance: Provenance::History, ..change() };
        assert!(observer.take(past.clone()).is_none());
        assert_eq!((observer.seen, observer.enough()), (0, None));
        let later = Change { id: "later".into(), time: past.time + jiff::SignedDuration::from_secs(5), ..change() };
        let told = observer.take(later).expect("new");
        assert_eq!(told.diff.baseline, BaselineKind::History);
        assert!(observer.take(change()).is_some(), "what was remembered can still happen to come from the log");
        assert!(observer.take(change()).is_none());
    }

    #[test]
    fn a_bad_change_ends_it() {
        let mut observer = Observer { fail_on: Some(Severity::Info), count: Some(1), ..Observer::default() };
        assert_eq!(observer.enough(), None);
        assert!(observer.take(change()).is_some());
        assert_eq!((observer.enough(), observer.exit()), (Some(Exit::FailOn), Exit::FailOn));
    }
}
