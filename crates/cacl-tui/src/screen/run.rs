//! The loop that drives a screen: wait for something, apply all that is ready, draw once.
//!
//! It draws at most every [`FRAME`], and only if what is visible has changed; when nothing happens it sleeps, without a timer
//! unless a visible text depends on the clock. Input goes before the feed, and the wish to stop before both.

use std::{future::Future, io, pin::pin, task::Poll, time::Duration};

use crossterm::event::Event;
use futures_util::{Stream, StreamExt, future, stream};
use jiff::Timestamp;
use ratatui::{Frame, Terminal, backend::Backend, layout::Size};
use tokio::time::{Instant, sleep_until};

use super::Input;

/// The shortest time between two frames.
pub const FRAME: Duration = Duration::from_millis(33);

/// What a screen is told.
#[derive(Debug)]
pub enum Msg<I> {
    /// What the time is; comes before anything else.
    Clock(Timestamp),
    /// The user did something.
    Input(Event),
    /// The feed gave something.
    Item(I),
    /// The feed is at its end.
    End,
    /// A frame of this size is about to be drawn.
    Frame(Size),
    /// Nothing else waits: time for a slice of the work that the screen has set itself (see [`Screen::busy`]).
    Idle,
    /// How a task went, in words for the user; none if there is nothing worth telling.
    Told(Result<String, String>),
    /// Time to leave: a signal, or the terminal went away.
    Gone,
}

/// What a screen has around it, beside its feed.
#[expect(missing_debug_implementations, reason = "futures and closures have none")]
pub struct Outside<'a, Stop, Now, CarryOut> {
    /// What the user does.
    pub input: &'a mut Input,
    /// Comes when it is time to leave.
    pub stop: Stop,
    /// The time.
    pub now: Now,
    /// Carries a task out; what was done, or why not, in words for the user.
    pub carry_out: CarryOut,
}

/// What an update asks of the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect<T, E> {
    /// To carry out a task, and to go on.
    Do(T),
    /// To end.
    End(E),
}

/// A model with its update and its view.
pub trait Screen {
    /// What its feed gives.
    type Item;
    /// What it wants done outside.
    type Task;
    /// How it ends.
    type End;

    /// Takes a message in. Synchronous and total.
    fn update(&mut self, message: Msg<Self::Item>) -> Option<Effect<Self::Task, Self::End>>;
    /// Whether there is work left for idle moments, which must be cut into slices of a few milliseconds.
    fn busy(&self) -> bool {
        false
    }
    /// Draws, and does nothing else.
    fn view(&self, frame: &mut Frame);
    /// Whether what is visible has changed since the last [`Msg::Frame`].
    fn stale(&self) -> bool;
    /// How long, at the last [`Msg::Clock`], what is visible stays true if nothing happens.
    fn holds(&self) -> Option<Duration>;
}

/// Runs a screen until it ends. Tasks are carried out between messages, and say how they went.
pub async fn run<S, B>(
    terminal: &mut Terminal<B>,
    screen: &mut S,
    feed: impl Stream<Item = S::Item>,
    outside: Outside<
        '_,
        impl Future<Output = ()>,
        impl Fn() -> Timestamp,
        impl FnMut(S::Task) -> Result<String, String>,
    >,
) -> anyhow::Result<S::End>
where
    S: Screen,
    B: Backend,
    B::Error: Send + Sync + 'static,
{
    let Outside { input, stop, now, mut carry_out } = outside;
    let feed = feed.map(Msg::Item).chain(stream::once(future::ready(Msg::End))).chain(stream::pending());
    let (mut feed, mut stop) = (pin!(feed), pin!(stop));
    let mut earliest = Instant::now();
    loop {
        if let Some(end) = tell(screen, Msg::Clock(now()), &mut carry_out) {
            return Ok(end);
        }
        if screen.stale() && earliest <= Instant::now() {
            draw(terminal, screen)?;
            earliest = Instant::now() + FRAME;
        }
        let due = if screen.stale() { Some(earliest) } else { screen.holds().map(|holds| Instant::now() + holds) };
        let mut message = tokio::select! {
            biased;
            message = next(stop.as_mut(), input, feed.as_mut()) => Some(message),
            () = at(due) => None,
            () = future::ready(()), if screen.busy() => Some(Msg::Idle),
        };
        if let Some(end) = tell(screen, Msg::Clock(now()), &mut carry_out) {
            return Ok(end);
        }
        let enough = Instant::now() + FRAME;
        while let Some(something) = message {
            if let Some(end) = tell(screen, something, &mut carry_out) {
                return Ok(end);
            }
            if enough <= Instant::now() {
                break;
            }
            message = if_ready(next(stop.as_mut(), input, feed.as_mut())).await;
        }
        // A feed that always has more must not keep the runtime from noticing signals.
        tokio::task::yield_now().await;
    }
}

/// Tells the screen something, carries out what it wants done because of it, and tells it how that went.
fn tell<S: Screen>(
    screen: &mut S,
    message: Msg<S::Item>,
    carry_out: &mut impl FnMut(S::Task) -> Result<String, String>,
) -> Option<S::End> {
    let mut effect = screen.update(message);
    while let Some(Effect::Do(task)) = effect {
        effect = screen.update(Msg::Told(carry_out(task)));
    }
    match effect {
        Some(Effect::End(end)) => Some(end),
        Some(Effect::Do(_)) | None => None,
    }
}

fn draw<S, B>(terminal: &mut Terminal<B>, screen: &mut S) -> Result<(), B::Error>
where
    S: Screen,
    B: Backend,
{
    screen.update(Msg::Frame(terminal.size()?));
    terminal.draw(|frame| screen.view(frame)).map(drop)
}

/// The next message. May be dropped at any time without losing one.
async fn next<I>(
    stop: impl Future<Output = ()>,
    input: &mut Input,
    mut feed: impl Stream<Item = Msg<I>> + Unpin,
) -> Msg<I> {
    tokio::select! {
        biased;
        () = stop => Msg::Gone,
        event = input.next() => heard(event),
        message = feed.next() => message.unwrap_or(Msg::End),
    }
}

fn heard<I>(event: Option<io::Result<Event>>) -> Msg<I> {
    match event {
        Some(Ok(event)) => Msg::Input(event),
        Some(Err(_)) | None => Msg::Gone,
    }
}

/// The result of a future that is ready now. Polls in the name of this task: crossterm's event stream keeps the first waker it
/// is shown until an event comes, so that a poll in nobody's name, as `now_or_never` makes, would leave the next key unnoticed.
async fn if_ready<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    future::poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => future::pending().await,
    }
}
