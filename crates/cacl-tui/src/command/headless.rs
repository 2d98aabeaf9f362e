//! A feed as lines on stdout: what `watch` and `replay` do where there is no terminal to draw in.

use std::time::Duration;

use cacl_aws::{Push, Status};
use cacl_event::{Change, Provenance, Severity};
use futures_util::{Stream, StreamExt};

use super::{
    ends::{End, Ends, time_up},
    exec::exec,
    observer::Observer,
};
use crate::{
    Exit,
    failure::{Closed, Failure, note},
    feed::{Before, Feed, Past},
    journal::{Keeper, Reader},
    report::{Form, Lines, words as report},
    severe::Severe,
    signals::{Signals, Stop},
};

/// A report as it goes on.
#[derive(Debug)]
pub struct Headless {
    /// Where to.
    pub out: Lines,
    /// In what form.
    pub form: Form,
    /// What else is to be known.
    pub observer: Observer,
    /// Stop after this time.
    pub timeout: Option<Duration>,
    /// Keeps what was told.
    pub keeper: Option<Keeper>,
    /// The log that is read.
    pub sought: Sought,
}

/// What a log is called, and how one is stood up, for whoever finds none.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// The log group.
    pub group: String,
    /// The command.
    pub deploy: String,
}

/// What is known of the source.
#[derive(Default)]
struct Source {
    sought: Sought,
    /// Whether the log has been read at all.
    live: bool,
    /// The trouble that was told last and is not over, less its times.
    told: Option<std::mem::Discriminant<Status>>,
    /// How Live Tail does.
    push: Option<Push>,
    foreign: u64,
    /// What an earlier run told.
    before: Option<Before>,
    /// How bad the changes are that it did not.
    away: Vec<Severity>,
}

impl Headless {
    /// Writes every change as it comes, until the feed ends, enough was seen, time is up, or somebody stops it.
    pub async fn run(mut self, feed: impl Stream<Item = Feed>, signals: &mut Signals) -> anyhow::Result<Exit> {
        let mut source = Source { sought: std::mem::take(&mut self.sought), ..Source::default() };
        let deadline = std::pin::pin!(time_up(self.timeout));
        let mut ends = Ends { signals, deadline };
        let ended = self.until(feed, &mut source, &mut ends).await?;
        source.farewell();
        Ok(match ended {
            Ok(exit) => exit,
            Err(End::Stopped(stop)) => stopped(stop),
            Err(End::TimeUp) => {
                let exit = self.observer.late()?;
                if source.live { exit } else { return Err(unread(&source.sought).into()) }
            }
        })
    }

    async fn until(
        &mut self,
        feed: impl Stream<Item = Feed>,
        source: &mut Source,
        ends: &mut Ends<'_>,
    ) -> anyhow::Result<Result<Exit, End>> {
        let mut feed = std::pin::pin!(feed);
        loop {
            if let Some(exit) = self.observer.enough() {
                return Ok(Ok(exit));
            }
            let next = async {
                tokio::select! {
                    biased;
                    item = feed.next() => Ok(item),
                    () = self.out.closed() => Err(Closed),
                }
            };
            let item = match ends.or(next).await {
                Ok(Ok(Some(item))) => item,
                Ok(Ok(None)) => return Ok(Ok(self.observer.exit())),
                Ok(Err(closed)) => return Err(closed.into()),
                Err(end) => return Ok(Err(end)),
            };
            match item {
                Feed::Change(change) => {
                    if let Err(end) = self.show(*change, source, ends).await? {
                        return Ok(Err(end));
                    }
                }
                Feed::Snapshot { client, taken, settings } => {
                    self.observer.history.snapshot(client, taken, *settings);
                }
                Feed::End => return Ok(Ok(self.observer.exit())),
                other => source.take(other)?,
            }
        }
    }

    /// Writes a change that is new, and hands it over to a command that wants it. What was written whole, and for which the command
    /// has ended, is kept as told.
    async fn show(
        &mut self,
        change: Change,
        source: &mut Source,
        ends: &mut Ends<'_>,
    ) -> anyhow::Result<Result<(), End>> {
        let command = self.observer.exec.clone();
        let kept = self.keeper.as_ref().filter(|_| change.provenance == Provenance::Event).map(|_| change.clone());
        let Some(told) = self.observer.take(change) else {
            // What is filtered out need not be told another time, either.
            self.keep(kept).await;
            return Ok(Ok(()));
        };
        source.away(told.change, told.judgement.severity);
        let line = command.is_some().then(|| told.json());
        let text = report(&self.form, &told);
        match ends.or(self.out.line(&text)).await {
            Ok(written) => written?,
            Err(end) => return Ok(Err(end)),
        }
        if let (Some(command), Some(line)) = (command, line) {
            match ends.or(exec(&command, &line, true, self.observer.limit)).await {
                Ok(Ok(())) => {}
                Ok(Err(trouble)) => note(&trouble),
                Err(end) => return Ok(Err(end)),
            }
        }
        self.keep(kept).await;
        Ok(Ok(()))
    }

    async fn keep(&self, change: Option<Change>) {
        if let (Some(keeper), Some(change)) = (&self.keeper, change) {
            keeper.change(&change, Some(Reader::Lines)).await;
        }
    }
}

/// A log that nobody has read says nothing, and must not be taken for one in which nothing happened.
fn unread(sought: &Sought) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("time is up, and {} has not been read to its end yet", sought.group),
        "wait longer, with --timeout",
    )
}

/// Ctrl-C breaks off; the system's request to end is obeyed, and that is no failure.
pub fn stopped(stop: Stop) -> Exit {
    match stop {
        Stop::Interrupt => Exit::Interrupted,
        Stop::Terminate => Exit::Done,
    }
}

impl Source {
    /// What is no change.
    fn take(&mut self, item: Feed) -> Result<(), Failure> {
        match item {
            Feed::Status(status) => self.tell(&status)?,
            Feed::Push(push) => self.push(push),
            Feed::Past(Past::Trouble(words)) | Feed::Note(words) => note(&words),
            Feed::Foreign { text, .. } => self.foreign(&text),
            Feed::Before(before) => self.before = Some(before),
            _ => {}
        }
        Ok(())
    }

    /// A change was told: perhaps one that came while nobody watched.
    fn away(&mut self, change: &Change, severity: Severity) {
        if !self.live && self.before.as_ref().is_some_and(|before| before.is_news(change)) {
            self.away.push(severity);
        }
    }

    /// Tells a change of status once. A source that never worked and that waiting will not mend ends the program.
    fn tell(&mut self, status: &Status) -> Result<(), Failure> {
        if matches!(status, Status::Live) {
            if self.told.take().is_some() {
                note("the log can be read again");
            }
            if !std::mem::replace(&mut self.live, true) && !self.away.is_empty() {
                note(&away(&std::mem::take(&mut self.away)));
            }
            return Ok(());
        }
        if !self.live
            && let Some(failure) = hopeless(status, &self.sought)
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

/// `while you were away: 7 changes, 2 high`.
pub fn away(changes: &[Severity]) -> String {
    let all = counted(changes.len() as u64, "change", "changes");
    let severe = Severe::of(changes.iter().copied()).words();
    format!("while you were away: {}", std::iter::once(all).chain(severe).collect::<Vec<_>>().join(", "))
}

/// `1 line`, `2 lines`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The failure that a status is, if waiting will not mend it.
pub fn hopeless(status: &Status, sought: &Sought) -> Option<Failure> {
    match status {
        Status::Missing { .. } => Some(Failure::new(
            Exit::NotFound,
            format!("there is no log group {}", sought.group),
            format!(
                "to stand up the pipeline: {}\nif it stands elsewhere: --region, --profile, --prefix, --log-group",
                sought.deploy
            ),
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
    use futures_util::{StreamExt as _, stream};

    use super::{Headless, Observer, Sought, Source, hopeless, passing};
    use crate::{
        Exit,
        failure::exit_of,
        feed::Feed,
        report::{Form, Lines},
        signals::Signals,
    };

    const RETRY: Duration = Duration::from_secs(1);

    fn missing() -> Status {
        Status::Missing { retry: RETRY }
    }

    #[test]
    fn what_never_worked_and_will_not_ends_it() {
        assert_eq!(hopeless(&missing(), &Sought::default()).map(|failure| failure.exit), Some(Exit::NotFound));
        let expired = Status::Expired { retry: RETRY, help: "aws sso login".to_owned() };
        assert_eq!(hopeless(&expired, &Sought::default()).map(|failure| failure.exit), Some(Exit::Access));
        let wrong = Status::Credentials { retry: RETRY, why: "no".to_owned(), help: "aws configure".to_owned() };
        assert_eq!(hopeless(&wrong, &Sought::default()).map(|failure| failure.exit), Some(Exit::Access));
        let denied = Status::Denied { retry: RETRY, why: "no".to_owned() };
        assert_eq!(hopeless(&denied, &Sought::default()).map(|failure| failure.exit), Some(Exit::Access));
        assert!(hopeless(&Status::Throttled { retry: RETRY }, &Sought::default()).is_none());
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

    #[tokio::test(start_paused = true)]
    async fn the_silence_of_a_log_that_was_not_read_is_a_failure() {
        for (items, expected) in [(vec![], Exit::Failed), (vec![Feed::Status(Status::Live)], Exit::Done)] {
            let headless = Headless {
                out: Lines::stdout(),
                form: Form::Jsonl,
                observer: Observer::default(),
                timeout: Some(RETRY),
                keeper: None,
                sought: Sought::default(),
            };
            let feed = stream::iter(items).chain(stream::pending());
            let ended = headless.run(feed, &mut Signals::listen().expect("signals")).await;
            assert_eq!(ended.unwrap_or_else(|error| exit_of(&error)), expected);
        }
    }
}
