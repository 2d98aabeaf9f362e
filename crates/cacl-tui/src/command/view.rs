//! The live view in the terminal, with what a run wants to know beside.

use std::{cell::RefCell, pin::pin, rc::Rc, time::Duration};

use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use tokio::sync::Notify;

use super::observer::{Observer, exec};
use crate::{
    Exit,
    feed::Feed,
    screen::{self, Ended, Look, Scene},
    signals::Signals,
};

/// Shows a feed until the user leaves, and says how that counts.
pub async fn show(
    session: &mut screen::Session,
    scene: &Scene,
    look: &Look,
    feed: impl Stream<Item = Feed>,
    observer: Observer,
    timeout: Option<Duration>,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    let observer = Rc::new(RefCell::new(observer));
    let enough = Rc::new(Notify::new());
    let feed = observed(feed, Rc::clone(&observer), Rc::clone(&enough));
    let stop = async {
        tokio::select! {
            _ = signals.next() => Some(Exit::Interrupted),
            () = enough.notified() => None,
            () = sleep(timeout) => None,
        }
    };
    let (why, stop) = remembered(stop);
    let ended =
        screen::watch(&mut session.terminal, scene, look, feed, &mut session.input, stop, Timestamp::now).await?;
    let verdict = observer.borrow().exit();
    Ok(match (ended, why.take()) {
        (Ended::Quit, _) | (Ended::Interrupted, Some(None)) => verdict,
        (Ended::Interrupted, Some(Some(exit))) => exit,
        // Ctrl-C comes as a key while the terminal is raw, and so does the terminal's end.
        (Ended::Interrupted, None) => Exit::Interrupted,
    })
}

async fn sleep(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}

/// A future that gives nothing, and the place where its result can be read afterwards.
fn remembered<T>(future: impl Future<Output = T>) -> (Rc<RefCell<Option<T>>>, impl Future<Output = ()>) {
    let place = Rc::new(RefCell::new(None));
    let result = Rc::clone(&place);
    (place, async move {
        let output = future.await;
        *result.borrow_mut() = Some(output);
    })
}

/// The feed as it is; the observer sees each change on its way. A command runs after its change was handed on, and the next
/// item waits for it: the log keeps what is not asked for.
fn observed(
    feed: impl Stream<Item = Feed>,
    observer: Rc<RefCell<Observer>>,
    enough: Rc<Notify>,
) -> impl Stream<Item = Feed> {
    async_stream::stream! {
        let needed = observer.borrow().is_needed();
        let mut feed = pin!(feed);
        while let Some(item) = feed.next().await {
            let change = match &item {
                Feed::Change(change) if needed => Some(change.as_ref().clone()),
                Feed::Snapshot { client, taken, settings } if needed => {
                    observer.borrow_mut().history.snapshot(client.clone(), *taken, settings.as_ref().clone());
                    None
                }
                _ => None,
            };
            yield item;
            let Some(change) = change else { continue };
            let (line, command, done) = {
                let mut observer = observer.borrow_mut();
                let command = observer.exec.clone();
                let line = observer.take(change).map(|told| told.json());
                (line, command, observer.count.is_some() && observer.enough().is_some())
            };
            if let (Some(line), Some(command)) = (line, command)
                && let Err(trouble) = exec(&command, &line, false).await
            {
                tracing::warn!("{trouble}");
            }
            if done {
                enough.notify_one();
            }
        }
    }
}
