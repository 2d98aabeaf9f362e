//! The live view in the terminal, with what a run wants to know beside.

use std::{cell::OnceCell, pin::pin, time::Duration};

use cacl_event::{Change, Provenance};
use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use tokio::sync::oneshot;

use super::{
    ends::{End, Ends, time_up},
    observer::Observer,
    queue::Queue,
};
use crate::{
    Exit,
    feed::{Before, Feed},
    journal::Keeper,
    screen::{self, Ended, Look, Outside, Scene, task::Outlet},
    signals::{Signals, Stop},
};

/// What a run wants beside the screen.
#[derive(Debug, Default)]
pub struct Beside<'a> {
    /// What is to be known of changes, and done for them.
    pub observer: Observer,
    /// Stop after this time.
    pub timeout: Option<Duration>,
    /// Where the journal will be, once it is known whose it is.
    pub keeper: Option<&'a OnceCell<Keeper>>,
}

/// Why the screen was told to go.
enum Why {
    Ended(End),
    /// Enough was seen, or the feed failed.
    Over(anyhow::Result<()>),
}

/// Shows a feed until the user leaves, and says how that counts. A feed that fails ends it. Whoever leaves in peace waits for the
/// commands that are left, in the normal terminal.
pub async fn show(
    session: &mut screen::Session,
    scene: &Scene,
    look: &Look,
    feed: impl Stream<Item = anyhow::Result<Feed>>,
    beside: Beside<'_>,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    let Beside { mut observer, timeout, keeper } = beside;
    let mut queue = Queue::of(&observer, keeper);
    let deadline = pin!(time_up(timeout));
    let mut ends = Ends { signals, deadline };
    let (over, is_over) = oneshot::channel();
    let mut why = None;
    let stop = async {
        why = Some(tokio::select! {
            biased;
            end = ends.next() => Why::Ended(end),
            Ok(over) = is_over => Why::Over(over),
        });
    };
    let feed = observed(feed, Watcher { observer: &mut observer, queue: &mut queue, before: None }, over);
    let mut outlet = Outlet::stdout();
    let carry_out = |task| outlet.carry_out(task);
    let outside = Outside { input: &mut session.input, stop, now: Timestamp::now, carry_out };
    let ended = screen::watch(&mut session.terminal, scene, look, feed, outside).await?;
    let mut end = match (ended, &why) {
        (Ended::Quit, _) | (Ended::Interrupted, Some(Why::Over(_))) => None,
        (Ended::Interrupted, Some(Why::Ended(end))) => Some(*end),
        // Ctrl-C comes as a key while the terminal is raw, and so does the terminal's end.
        (Ended::Interrupted, None) => Some(End::Stopped(Stop::Interrupt)),
    };
    if queue.left() > 0 {
        session.leave();
        if end.is_none() {
            // Whoever has left does not wait for more changes, so that it is no failure if there were too few.
            end = queue.finish(&mut ends).await.err().filter(|end| *end != End::TimeUp);
        }
        queue.give_up();
    }
    if let Some(Why::Over(Err(error))) = why {
        return Err(error);
    }
    Ok(match end {
        Some(End::Stopped(Stop::Interrupt)) => Exit::Interrupted,
        Some(End::TimeUp) => observer.late()?,
        Some(End::Stopped(Stop::Terminate)) | None => observer.exit(),
    })
}

/// Sees each item before the screen does.
struct Watcher<'a, 'b> {
    observer: &'a mut Observer,
    queue: &'a mut Queue<'b>,
    /// What an earlier run has shown.
    before: Option<Before>,
}

impl Watcher<'_, '_> {
    /// Takes an item in; whether that was enough.
    async fn see(&mut self, item: &Feed) -> bool {
        match item {
            _ if !self.observer.is_needed() => {}
            Feed::Change(change) => self.change(change).await,
            Feed::Snapshot { client, taken, settings } => {
                self.observer.history.snapshot(client.clone(), *taken, settings.as_ref().clone());
            }
            Feed::Before(before) => self.before = Some(before.clone()),
            _ => {}
        }
        self.observer.count.is_some() && self.observer.enough().is_some()
    }

    /// A command is to run for a change that is told, unless an earlier run has shown it.
    async fn change(&mut self, change: &Change) {
        let is_news = self.before.as_ref().is_none_or(|before| before.is_news(change));
        let told = self.observer.take(change.clone()).filter(|_| is_news && self.queue.is_wanted());
        match told.map(|told| told.json()) {
            Some(line) => self.queue.add(change, line),
            // What is remembered can still come from the log.
            None if change.provenance == Provenance::Event => self.queue.pass(change).await,
            None => {}
        }
    }
}

/// The feed as it is; commands run beside what follows their change. When it is over, `over` says so, for the screen to be ended.
fn observed(
    feed: impl Stream<Item = anyhow::Result<Feed>>,
    mut watcher: Watcher<'_, '_>,
    over: oneshot::Sender<anyhow::Result<()>>,
) -> impl Stream<Item = Feed> {
    async_stream::stream! {
        let mut feed = pin!(feed);
        let ended = loop {
            let item = tokio::select! {
                biased;
                ended = watcher.queue.next() => {
                    if let Err(trouble) = ended {
                        yield Feed::Note(trouble);
                    }
                    continue;
                }
                item = feed.next(), if watcher.queue.has_room() => item,
            };
            match item {
                Some(Ok(item)) => {
                    let enough = watcher.see(&item).await;
                    yield item;
                    if enough {
                        break Some(Ok(()));
                    }
                }
                Some(Err(error)) => break Some(Err(error)),
                None => break None,
            }
        };
        if let Some(ended) = ended {
            // The end of the feed would be that of a recording, which stays on the screen.
            let _unheard = over.send(ended);
            std::future::pending::<()>().await;
        }
        while watcher.queue.left() > 0 {
            if let Err(trouble) = watcher.queue.next().await {
                yield Feed::Note(trouble);
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::collections::HashSet;

    use cacl_event::{Decoded, decode};
    use futures_util::stream;

    use super::*;
    use crate::{
        command::queue::ROOM,
        journal::{self, Reader},
    };

    fn change() -> Change {
        match decode(include_str!("../../tests/fixtures/update.json")).pop() {
            Some(Decoded::Change(change)) => *change,
            other => panic!("{other:?}"),
        }
    }

    fn call(id: &str) -> Feed {
        Feed::Change(Box::new(Change { id: id.into(), ..change() }))
    }

    #[tokio::test]
    async fn a_command_runs_for_what_was_not_shown_before() {
        let before = Before { until: change().time, told: HashSet::from(["shown".into()]) };
        // Of what was in the log long before, it is noted only up to when that was read.
        let old = Change { id: "old".into(), time: change().time - jiff::SignedDuration::from_hours(1), ..change() };
        let old = Feed::Change(old.into());
        let items = [Feed::Before(before), old, call("shown"), call("new"), call("new")];
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("lines");
        let exec = Some(format!("cat >> '{}'", file.display()));
        let mut observer = Observer { exec, limit: Duration::from_mins(1), ..Observer::default() };
        let mut queue = Queue::of(&observer, None);
        let watcher = Watcher { observer: &mut observer, queue: &mut queue, before: None };
        let (over, _) = oneshot::channel();
        let told: Vec<_> = observed(stream::iter(items.clone()).map(Ok), watcher, over).collect().await;
        assert_eq!(told, items, "the screen gets all");
        let lines = std::fs::read_to_string(file).expect("written");
        assert!(lines.lines().count() == 1 && lines.contains(r#""id":"new""#), "{lines}");
    }

    #[tokio::test]
    async fn a_command_that_takes_long_holds_nothing_up_until_too_many_wait() {
        let folder = tempfile::tempdir().expect("a folder");
        let (go, lines) = (folder.path().join("go"), folder.path().join("lines"));
        let wait = format!("while ! [ -e '{}' ]; do sleep 0.02; done; cat >> '{}'", go.display(), lines.display());
        let mut observer = Observer { exec: Some(wait), limit: Duration::from_mins(10), ..Observer::default() };
        let mut queue = Queue::of(&observer, None);
        let watcher = Watcher { observer: &mut observer, queue: &mut queue, before: None };
        let (over, _) = oneshot::channel();
        let ids: Vec<String> = (0..ROOM + 4).map(|number| format!("{number:03}")).collect();
        let calls: Vec<_> = ids.iter().map(|id| call(id)).collect();
        let mut feed = pin!(observed(stream::iter(calls.clone()).map(Ok), watcher, over));
        // One runs, the others wait.
        for expected in &calls[..=ROOM] {
            assert_eq!(feed.next().await.as_ref(), Some(expected));
        }
        assert_eq!(futures_util::poll!(feed.next()), std::task::Poll::Pending);
        std::fs::write(go, "").expect("written");
        assert_eq!(feed.collect::<Vec<_>>().await, calls[ROOM + 1..]);
        let lines = std::fs::read_to_string(lines).expect("written");
        let ran =
            lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["id"].clone());
        assert!(ran.eq(ids), "each once, in order");
    }

    #[tokio::test]
    async fn enough_or_a_failure_ends_it() {
        let (one, other) = (|| Ok(call("one")), || Ok(call("other")));
        let cases = [
            (vec![one(), one(), other(), one()], Some(2), Ok(())),
            (vec![one(), Err(anyhow::anyhow!("torn")), other()], Some(2), Err("torn".to_owned())),
            (vec![one(), Err(anyhow::anyhow!("torn"))], None, Err("torn".to_owned())),
        ];
        for (items, count, expected) in cases {
            let mut observer = Observer { count, ..Observer::default() };
            let mut queue = Queue::of(&observer, None);
            let watcher = Watcher { observer: &mut observer, queue: &mut queue, before: None };
            let (over, mut is_over) = oneshot::channel();
            let mut feed = pin!(observed(stream::iter(items), watcher, over));
            while let std::task::Poll::Ready(item) = futures_util::poll!(feed.next()) {
                assert!(item.is_some(), "the end of the feed is not that of the screen");
            }
            let ended = is_over.try_recv().expect("it is over");
            assert_eq!(ended.map_err(|error| error.to_string()), expected);
        }
    }

    #[tokio::test]
    async fn what_the_past_tells_first_is_still_to_be_handed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let keeper = journal::keeper(folder.path().join("journal.jsonl"));
        let cell = OnceCell::from(keeper.clone());
        let past = Feed::Change(Change { provenance: Provenance::History, ..change() }.into());
        let mut observer = Observer { exec: Some("exec sleep 6000".to_owned()), ..Observer::default() };
        let mut queue = Queue::of(&observer, Some(&cell));
        let mut watcher = Watcher { observer: &mut observer, queue: &mut queue, before: None };
        for item in [past, Feed::Change(change().into()), Feed::Change(change().into())] {
            watcher.see(&item).await;
            assert!(!keeper.told(&change().id, Reader::Screen));
        }
        assert_eq!(queue.left(), 1);
    }
}
