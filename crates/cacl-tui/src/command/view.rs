//! The live view in the terminal, with what a run wants to know beside.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    pin::pin,
    time::Duration,
};

use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use tokio::sync::Notify;

use super::{
    observer::{Observer, time_up},
    queue::Queue,
};
use crate::{
    Exit,
    feed::Feed,
    screen::{self, Ended, Look, Outside, Scene, task::Outlet},
    signals::{Signals, Stop},
};

/// Why the screen was told to go.
#[derive(Clone, Copy)]
enum Why {
    Signal(Stop),
    Over,
    TimeUp,
}

/// What there is beside the screen.
struct Beside {
    observer: RefCell<Observer>,
    /// What broke the feed off.
    failure: RefCell<Option<anyhow::Error>>,
    /// There is nothing more to show.
    over: Notify,
}

/// Shows a feed until the user leaves, and says how that counts. A feed that fails ends it. Whoever leaves in peace waits for the
/// commands that are left, in the normal terminal.
pub async fn show(
    session: &mut screen::Session,
    scene: &Scene,
    look: &Look,
    feed: impl Stream<Item = anyhow::Result<Feed>>,
    observer: Observer,
    timeout: Option<Duration>,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    let mut queue = Queue::of(&observer);
    let beside = Beside { observer: observer.into(), failure: None.into(), over: Notify::new() };
    let why = Cell::new(None);
    let stop = async {
        why.set(Some(tokio::select! {
            stop = signals.next() => Why::Signal(stop),
            () = beside.over.notified() => Why::Over,
            () = time_up(timeout) => Why::TimeUp,
        }));
    };
    let feed = observed(feed, &beside, &mut queue);
    let mut outlet = Outlet::stdout();
    let carry_out = |task| outlet.carry_out(task);
    let outside = Outside { input: &mut session.input, stop, now: Timestamp::now, carry_out };
    let ended = screen::watch(&mut session.terminal, scene, look, feed, outside).await?;
    let why = why.get();
    if queue.left() > 0 {
        session.leave();
        if matches!((ended, why), (Ended::Quit, _) | (_, Some(Why::Over))) {
            queue.finish(signals).await;
        }
        queue.give_up();
    }
    if let Some(error) = beside.failure.take() {
        return Err(error);
    }
    let observer = beside.observer.borrow();
    Ok(match (ended, why) {
        (Ended::Quit, _) | (_, Some(Why::Over | Why::Signal(Stop::Terminate))) => observer.exit(),
        (Ended::Interrupted, Some(Why::TimeUp)) => observer.late()?,
        // Ctrl-C comes as a key while the terminal is raw, and so does the terminal's end.
        (Ended::Interrupted, Some(Why::Signal(Stop::Interrupt)) | None) => Exit::Interrupted,
    })
}

/// The feed as it is; the observer sees each change on its way. A command runs after its change was handed on, beside what follows.
/// It does not run again for what an earlier run has shown.
fn observed(
    feed: impl Stream<Item = anyhow::Result<Feed>>,
    beside: &Beside,
    queue: &mut Queue,
) -> impl Stream<Item = Feed> {
    async_stream::stream! {
        let needed = beside.observer.borrow().is_needed();
        let mut shown = HashSet::new();
        let mut feed = pin!(feed);
        loop {
            let item = tokio::select! {
                biased;
                ended = queue.next() => {
                    if let Err(trouble) = ended {
                        yield Feed::Note(trouble);
                    }
                    continue;
                }
                item = feed.next(), if queue.has_room() => item,
            };
            let item = match item {
                None => break,
                Some(Ok(item)) => item,
                Some(Err(error)) => {
                    beside.failure.replace(Some(error));
                    beside.over.notify_one();
                    // The end of the feed is for recordings; this is the end of the screen.
                    std::future::pending().await
                }
            };
            let change = match &item {
                Feed::Change(change) if needed => Some(change.as_ref().clone()),
                Feed::Snapshot { client, taken, settings } if needed => {
                    let mut observer = beside.observer.borrow_mut();
                    observer.history.snapshot(client.clone(), *taken, settings.as_ref().clone());
                    None
                }
                Feed::Before(before) if needed => {
                    shown.clone_from(&before.told);
                    None
                }
                _ => None,
            };
            yield item;
            let Some(change) = change else { continue };
            let is_new = !shown.contains(&change.id);
            let mut observer = beside.observer.borrow_mut();
            let told = observer.take(change).filter(|_| is_new && queue.is_wanted());
            if let Some(line) = told.map(|told| told.json()) {
                queue.add(line);
            }
            if observer.count.is_some() && observer.enough().is_some() {
                beside.over.notify_one();
            }
        }
        while queue.left() > 0 {
            if let Err(trouble) = queue.next().await {
                yield Feed::Note(trouble);
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use cacl_event::{Change, Decoded, decode};
    use futures_util::stream;

    use super::*;
    use crate::{command::queue::ROOM, feed::Before};

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
        let items = [Feed::Before(before), call("shown"), call("new"), call("new")];
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("lines");
        let exec = Some(format!("cat >> '{}'", file.display()));
        let observer = Observer { exec, limit: Duration::from_mins(1), ..Observer::default() };
        let mut queue = Queue::of(&observer);
        let beside = Beside { observer: observer.into(), failure: None.into(), over: Notify::new() };
        let told: Vec<_> = observed(stream::iter(items.clone()).map(Ok), &beside, &mut queue).collect().await;
        assert_eq!(told, items, "the screen gets all");
        let lines = std::fs::read_to_string(file).expect("written");
        assert!(lines.lines().count() == 1 && lines.contains(r#""id":"new""#), "{lines}");
    }

    #[tokio::test]
    async fn a_command_that_takes_long_holds_nothing_up_until_too_many_wait() {
        let folder = tempfile::tempdir().expect("a folder");
        let (go, lines) = (folder.path().join("go"), folder.path().join("lines"));
        let wait = format!("while ! [ -e '{}' ]; do sleep 0.02; done; cat >> '{}'", go.display(), lines.display());
        let observer = Observer { exec: Some(wait), limit: Duration::from_mins(10), ..Observer::default() };
        let mut queue = Queue::of(&observer);
        let beside = Beside { observer: observer.into(), failure: None.into(), over: Notify::new() };
        let ids: Vec<String> = (0..ROOM + 4).map(|number| format!("{number:03}")).collect();
        let calls: Vec<_> = ids.iter().map(|id| call(id)).collect();
        let mut feed = pin!(observed(stream::iter(calls.clone()).map(Ok), &beside, &mut queue));
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
}
