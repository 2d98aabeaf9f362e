//! A feed as lines on stdout: what `watch` and `replay` do where there is no terminal to draw in.

use std::{io::Write, time::Duration};

use cacl_aws::{Push, Status};
use cacl_event::Change;
use futures_util::{Stream, StreamExt};

use super::observer::{Observer, exec, time_up};
use crate::{
    Exit,
    failure::{Failure, note},
    feed::{Feed, Past},
    report::{Form, Out, write},
    signals::{Signals, Stop},
};

/// A report as it goes on.
pub struct Headless<W: Write> {
    /// Where to.
    pub out: Out<W>,
    /// In what form.
    pub form: Form,
    /// What else is to be known.
    pub observer: Observer,
    /// Stop after this time.
    pub timeout: Option<Duration>,
}

/// What is known of the source.
#[derive(Default)]
struct Source {
    /// Whether the log has been read at all.
    live: bool,
    /// The trouble that was told last and is not over, less its times.
    told: Option<std::mem::Discriminant<Status>>,
    /// How Live Tail does.
    push: Option<Push>,
    foreign: u64,
}

impl<W: Write> Headless<W> {
    /// Writes every change as it comes, until the feed ends, enough was seen, time is up, or somebody stops it.
    pub async fn run(mut self, feed: impl Stream<Item = Feed>, signals: &mut Signals) -> anyhow::Result<Exit> {
        let mut feed = std::pin::pin!(feed);
        let mut source = Source::default();
        let mut deadline = std::pin::pin!(time_up(self.timeout));
        let exit = loop {
            if let Some(exit) = self.observer.enough() {
                break Ok(exit);
            }
            let item = tokio::select! {
                biased;
                stop = signals.next() => break Ok(stopped(stop)),
                () = &mut deadline => break self.observer.late(),
                item = feed.next() => item,
            };
            match item {
                Some(Feed::Change(change)) => {
                    let Some(line) = self.show(*change)? else { continue };
                    tokio::select! {
                        biased;
                        stop = signals.next() => break Ok(stopped(stop)),
                        () = &mut deadline => break self.observer.late(),
                        () = self.hand_over(&line) => {}
                    }
                }
                Some(Feed::Status(status)) => source.tell(&status)?,
                Some(Feed::Push(push)) => source.push(push),
                Some(Feed::Snapshot { client, taken, settings }) => {
                    self.observer.history.snapshot(client, taken, *settings);
                }
                Some(Feed::Past(Past::Trouble(words))) => note(&words),
                Some(Feed::Foreign { text, .. }) => source.foreign(&text),
                Some(Feed::Past(_) | Feed::Platform(_) | Feed::Caller { .. } | Feed::Armed(_)) => {}
                Some(Feed::End) | None => break Ok(self.observer.exit()),
            }
        };
        source.farewell();
        Ok(exit?)
    }

    /// Writes a change; its JSON line, if it is new and a command wants it.
    fn show(&mut self, change: Change) -> anyhow::Result<Option<String>> {
        let wanted = self.observer.exec.is_some();
        let Some(told) = self.observer.take(change) else { return Ok(None) };
        write(&mut self.out, &self.form, &told)?;
        let line = wanted.then(|| told.json());
        self.out.flush()?;
        Ok(line)
    }

    async fn hand_over(&self, line: &str) {
        if let Some(command) = self.observer.exec.as_deref()
            && let Err(trouble) = exec(command, line, true).await
        {
            note(&trouble);
        }
    }
}

/// Ctrl-C breaks off; the system's request to end is obeyed, and that is no failure.
fn stopped(stop: Stop) -> Exit {
    match stop {
        Stop::Interrupt => Exit::Interrupted,
        Stop::Terminate => Exit::Done,
    }
}

impl Source {
    /// Tells a change of status once. A source that never worked and that waiting will not mend ends the program.
    fn tell(&mut self, status: &Status) -> Result<(), Failure> {
        if matches!(status, Status::Live) {
            if self.told.take().is_some() {
                note("the log can be read again");
            }
            self.live = true;
            return Ok(());
        }
        if !self.live
            && let Some(failure) = hopeless(status)
        {
            return Err(failure);
        }
        let kind = std::mem::discriminant(status);
        if !passing(status) && self.told.replace(kind) != Some(kind) {
            note(&words(status));
        }
        Ok(())
    }

    /// Tells what whoever asked for Live Tail would not expect. That a second had more than it tells is no such thing: the
    /// rest comes by itself.
    fn push(&mut self, push: Push) {
        match &push {
            Push::Open if matches!(self.push, Some(Push::Waiting { .. })) => note("live tail is back"),
            Push::Waiting { .. } | Push::Off { .. } => note(&push.to_string()),
            Push::Open | Push::Sampled => tracing::info!("{push}"),
        }
        self.push = Some(push);
    }

    fn foreign(&mut self, line: &str) {
        self.foreign += 1;
        tracing::info!(line, "a line that is no event");
    }

    fn farewell(&self) {
        if self.foreign > 0 {
            note(&format!(
                "{} of the log, not shown",
                counted(self.foreign, "line that is no event", "lines that are no events")
            ));
        }
    }
}

/// `1 line`, `2 lines`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The failure that a status is, if waiting will not mend it.
pub fn hopeless(status: &Status) -> Option<Failure> {
    match status {
        Status::Missing { .. } => Some(Failure::new(
            Exit::NotFound,
            "there is no such log group: nothing is deployed here",
            "to stand up the pipeline: cacl-tui deploy\nif it stands elsewhere: --region, --profile, --prefix, --log-group",
        )),
        Status::Expired { help, .. } => Some(Failure::new(Exit::Access, "the credentials have expired", help.clone())),
        Status::Credentials { why, help, .. } => {
            Some(Failure::new(Exit::Access, format!("the credentials are no good: {why}"), help.clone()))
        }
        Status::Denied { why, .. } => Some(Failure::new(
            Exit::Access,
            format!("reading the log is not allowed: {why}"),
            "the permission that is missing is logs:FilterLogEvents on the subscriber's log group",
        )),
        Status::Live | Status::Throttled { .. } | Status::Offline { .. } | Status::Failed { .. } => None,
    }
}

/// The quota on reading logs is shared by the account, so being throttled for a moment is nothing to talk about.
fn passing(status: &Status) -> bool {
    matches!(status, Status::Throttled { retry } if *retry < Duration::from_secs(5))
}

/// A status in words.
pub fn words(status: &Status) -> String {
    let again = |retry: &Duration| format!("trying again in {} s", retry.as_secs().max(1));
    match status {
        Status::Live => "live".to_owned(),
        Status::Throttled { retry } => format!("throttled, {}", again(retry)),
        Status::Offline { retry, why } => format!("offline: {why}; {}", again(retry)),
        Status::Expired { retry, help } => format!("the credentials have expired: {help}; {}", again(retry)),
        Status::Credentials { retry, why, .. } => format!("the credentials are no good: {why}; {}", again(retry)),
        Status::Denied { retry, why } => format!("reading the log is not allowed: {why}; {}", again(retry)),
        Status::Missing { retry } => format!("the log group is gone (was the stack torn down?); {}", again(retry)),
        Status::Failed { retry, why } => format!("reading the log failed: {why}; {}", again(retry)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cacl_aws::Status;

    use super::{Source, hopeless, passing};
    use crate::Exit;

    const RETRY: Duration = Duration::from_secs(1);

    fn missing() -> Status {
        Status::Missing { retry: RETRY }
    }

    #[test]
    fn what_never_worked_and_will_not_ends_it() {
        assert_eq!(hopeless(&missing()).map(|failure| failure.exit), Some(Exit::NotFound));
        let expired = Status::Expired { retry: RETRY, help: "aws sso login".to_owned() };
        assert_eq!(hopeless(&expired).map(|failure| failure.exit), Some(Exit::Access));
        let wrong = Status::Credentials { retry: RETRY, why: "no".to_owned(), help: "aws configure".to_owned() };
        assert_eq!(hopeless(&wrong).map(|failure| failure.exit), Some(Exit::Access));
        let denied = Status::Denied { retry: RETRY, why: "no".to_owned() };
        assert_eq!(hopeless(&denied).map(|failure| failure.exit), Some(Exit::Access));
        assert!(hopeless(&Status::Throttled { retry: RETRY }).is_none());
    }

    #[test]
    fn what_worked_once_is_waited_for() {
        let mut source = Source::default();
        assert!(source.tell(&missing()).is_err());
        assert!(source.tell(&Status::Live).is_ok());
        assert!(source.tell(&missing()).is_ok());
        assert!(source.told.is_some());
        assert!(source.tell(&Status::Live).is_ok());
        assert!(source.told.is_none());
    }

    #[test]
    fn only_long_throttling_is_told() {
        let mut source = Source::default();
        for (seconds, told) in [(1, false), (2, false), (8, true)] {
            let status = Status::Throttled { retry: Duration::from_secs(seconds) };
            assert_eq!(passing(&status), !told);
            assert!(source.tell(&status).is_ok());
            assert_eq!(source.told.is_some(), told);
        }
    }
}
