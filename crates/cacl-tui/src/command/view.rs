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
    exec::exec,
    observer::{Observer, time_up},
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

/// Shows a feed until the user leaves, and says how that counts. A feed that fails ends it.
pub async fn show(
    session: &mut screen::Session,
    scene: &Scene,
    look: &Look,
    feed: impl Stream<Item = anyhow::Result<Feed>>,
    observer: Observer,
    timeout: Option<Duration>,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    let beside = Beside { observer: observer.into(), failure: None.into(), over: Notify::new() };
    let why = Cell::new(None);
    let stop = async {
        why.set(Some(tokio::select! {
            stop = signals.next() => Why::Signal(stop),
            () = beside.over.notified() => Why::Over,
            () = time_up(timeout) => Why::TimeUp,
        }));
    };
    let feed = observed(feed, &beside);
    let mut outlet = Outlet::stdout();
    let carry_out = |task| outlet.carry_out(task);
    let outside = Outside { input: &mut session.input, stop, now: Timestamp::now, carry_out };
    let ended = screen::watch(&mut session.terminal, scene, look, feed, outside).await?;
    if let Some(error) = beside.failure.take() {
        return Err(error);
    }
    let observer = beside.observer.borrow();
    Ok(match (ended, why.get()) {
        (Ended::Quit, _) | (_, Some(Why::Over | Why::Signal(Stop::Terminate))) => observer.exit(),
        (Ended::Interrupted, Some(Why::TimeUp)) => observer.late()?,
        // Ctrl-C comes as a key while the terminal is raw, and so does the terminal's end.
        (Ended::Interrupted, Some(Why::Signal(Stop::Interrupt)) | None) => Exit::Interrupted,
    })
}

/// The feed as it is; the observer sees each change on its way. A command runs after its change was handed on, and the next
/// item waits for it: the log keeps what is not asked for. It does not run again for what an earlier run has shown.
fn observed(feed: impl Stream<Item = anyhow::Result<Feed>>, beside: &Beside) -> impl Stream<Item = Feed> {
    async_stream::stream! {
        let needed = beside.observer.borrow().is_needed();
        let mut shown = HashSet::new();
        let mut feed = pin!(feed);
        while let Some(item) = feed.next().await {
            let item = match item {
                Ok(item) => item,
                Err(error) => {
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
            let (line, command, limit, done) = {
                let mut observer = beside.observer.borrow_mut();
                let (command, limit) = (observer.exec.clone(), observer.limit);
                let line = observer.take(change).map(|told| told.json());
                (line, command, limit, observer.count.is_some() && observer.enough().is_some())
            };
            if is_new
                && let (Some(line), Some(command)) = (line, command)
                && let Err(trouble) = exec(&command, &line, false, limit).await
            {
                yield Feed::Note(trouble);
            }
            if done {
                beside.over.notify_one();
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use cacl_event::{Change, Decoded, decode};
    use futures_util::stream;

    use super::*;
    use crate::feed::Before;

    #[tokio::test]
    async fn a_command_runs_for_what_was_not_shown_before() {
        let Some(Decoded::Change(change)) = decode(include_str!("../../tests/fixtures/update.json")).pop() else {
            panic!("a change")
        };
        let call = |id: &str| Feed::Change(Box::new(Change { id: id.into(), ..(*change).clone() }));
        let before = Before { until: change.time, told: HashSet::from(["shown".into()]) };
        let items = [Feed::Before(before), call("shown"), call("new"), call("new")];
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("lines");
        let exec = Some(format!("cat >> '{}'", file.display()));
        let observer = Observer { exec, limit: Duration::from_mins(1), ..Observer::default() };
        let beside = Beside { observer: observer.into(), failure: None.into(), over: Notify::new() };
        let told: Vec<_> = observed(stream::iter(items.clone()).map(Ok), &beside).collect().await;
        assert_eq!(told, items, "the screen gets all");
        let lines = std::fs::read_to_string(file).expect("written");
        assert!(lines.lines().count() == 1 && lines.contains(r#""id":"new""#), "{lines}");
    }
}
