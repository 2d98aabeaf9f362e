//! The live view in the terminal, with what a run wants to know beside.

use std::{
    cell::{Cell, RefCell},
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
/// item waits for it: the log keeps what is not asked for.
fn observed(feed: impl Stream<Item = anyhow::Result<Feed>>, beside: &Beside) -> impl Stream<Item = Feed> {
    async_stream::stream! {
        let needed = beside.observer.borrow().is_needed();
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
                _ => None,
            };
            yield item;
            let Some(change) = change else { continue };
            let (line, command, limit, done) = {
                let mut observer = beside.observer.borrow_mut();
                let (command, limit) = (observer.exec.clone(), observer.limit);
                let line = observer.take(change).map(|told| told.json());
                (line, command, limit, observer.count.is_some() && observer.enough().is_some())
            };
            if let (Some(line), Some(command)) = (line, command)
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
