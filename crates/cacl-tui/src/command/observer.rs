//! What a run wants to know of the changes beside showing them: whether one is too bad, whether there were enough, and
//! a command for each.

use std::{io, process::Stdio, time::Duration};

use cacl_event::{
    Change, Filter, History, Provenance, Severity,
    filter::{Gist, Reading, Subject},
};
use jiff::Timestamp;
use tokio::{io::AsyncWriteExt, process::Command};

use crate::{Exit, cli, failure::Failure, report::Told};

/// Keeps the history that the reports are made from.
#[derive(Debug, Default)]
pub struct Observer {
    /// Every change so far.
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
            ..Self::default()
        }
    }

    /// Whether anything was asked that needs changes to be taken in while a screen shows them.
    pub fn is_needed(&self) -> bool {
        self.fail_on.is_some() || self.count.is_some() || self.exec.is_some()
    }

    /// Takes a change in and tells it; `None` if it was told before, or is from the past, which is not told by itself.
    pub fn take(&mut self, change: Change) -> Option<Told<'_>> {
        let id = change.id.clone();
        let told_before = self.history.get(&id).is_some_and(|known| known.provenance == Provenance::Event);
        let news = change.provenance == Provenance::Event && !told_before;
        self.history.insert(change);
        if !news {
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

/// Comes after so long; without a length, never.
pub async fn time_up(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}

/// Runs a command with `sh -c`, a change's JSON line on its stdin; what went wrong, in words. Stdout is ours alone, so the
/// command's output goes to stderr, or nowhere while a screen is drawn.
pub async fn exec(command: &str, line: &str, visible: bool) -> Result<(), String> {
    let (stdout, stderr) =
        if visible { (Stdio::from(io::stderr()), Stdio::inherit()) } else { (Stdio::null(), Stdio::null()) };
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::piped())
        .stdout(stdout)
        .stderr(stderr)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("--exec: cannot start sh: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read its input is none the worse for it.
        let _ = stdin.write_all(format!("{line}\n").as_bytes()).await;
    }
    match child.wait().await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("--exec: {status}")),
        Err(error) => Err(format!("--exec: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use cacl_event::{BaselineKind, Change, Decoded, Provenance, Severity, decode};

    use super::{Observer, exec};
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

    #[cfg(unix)]
    #[tokio::test]
    async fn a_command_gets_the_line_and_its_failure_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("line");
        exec(&format!("cat > '{}'", file.display()), "{\"a\":1}", false).await.expect("runs");
        assert_eq!(std::fs::read_to_string(file).expect("written"), "{\"a\":1}\n");
        exec("true", &"x".repeat(1 << 20), false).await.expect("need not read");
        assert!(exec("exit 3", "", false).await.expect_err("fails").contains('3'));
    }
}
