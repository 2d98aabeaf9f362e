//! The whole loop in process, on paused time: keys and changes go in, pictures come out.

use std::{
    cell::RefCell,
    collections::VecDeque,
    convert::Infallible,
    io,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use cacl_aws::Status;
use crossterm::event::Event;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use ratatui::{
    Terminal,
    backend::{Backend, ClearType, TestBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};
use tokio::{
    sync::{mpsc, oneshot},
    task::LocalSet,
    time::{Instant, sleep},
};

use super::{filter::long_story, key, look, now, scene, story, text};
use crate::{
    feed::Feed,
    screen::{Ended, Input, Outside, watch},
};

/// A terminal that the loop draws on and the test looks at.
#[derive(Clone)]
struct Shared {
    inner: Rc<RefCell<TestBackend>>,
    frames: Rc<RefCell<usize>>,
}

type Drawn<T = ()> = Result<T, Infallible>;

impl Backend for Shared {
    type Error = Infallible;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Drawn {
        *self.frames.borrow_mut() += 1;
        self.inner.borrow_mut().draw(content)
    }
    fn hide_cursor(&mut self) -> Drawn {
        self.inner.borrow_mut().hide_cursor()
    }
    fn show_cursor(&mut self) -> Drawn {
        self.inner.borrow_mut().show_cursor()
    }
    fn get_cursor_position(&mut self) -> Drawn<Position> {
        self.inner.borrow_mut().get_cursor_position()
    }
    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Drawn {
        self.inner.borrow_mut().set_cursor_position(position)
    }
    fn clear(&mut self) -> Drawn {
        self.inner.borrow_mut().clear()
    }
    fn clear_region(&mut self, clear_type: ClearType) -> Drawn {
        self.inner.borrow_mut().clear_region(clear_type)
    }
    fn size(&self) -> Drawn<Size> {
        self.inner.borrow().size()
    }
    fn window_size(&mut self) -> Drawn<WindowSize> {
        self.inner.borrow_mut().window_size()
    }
    fn flush(&mut self) -> Drawn {
        self.inner.borrow_mut().flush()
    }
}

/// A keyboard that behaves like crossterm's: it keeps the first waker it is shown until an event comes.
#[derive(Default)]
struct Keyboard {
    events: VecDeque<io::Result<Event>>,
    gone: bool,
    waker: Option<Waker>,
}

impl Keyboard {
    fn poll(&mut self, context: &Context<'_>) -> Poll<Option<io::Result<Event>>> {
        if let Some(event) = self.events.pop_front() {
            return Poll::Ready(Some(event));
        }
        if self.gone {
            return Poll::Ready(None);
        }
        self.waker.get_or_insert_with(|| context.waker().clone());
        Poll::Pending
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// The user: presses keys, makes changes happen, and looks.
struct User {
    screen: Shared,
    keyboard: Rc<RefCell<Keyboard>>,
    feed: mpsc::UnboundedSender<Feed>,
    stop: Option<oneshot::Sender<()>>,
}

impl User {
    fn press(&self, name: &str) {
        self.types(Ok(key(name)));
    }

    fn types(&self, event: io::Result<Event>) {
        let mut keyboard = self.keyboard.borrow_mut();
        keyboard.events.push_back(event);
        keyboard.wake();
    }

    fn hangs_up(&self) {
        let mut keyboard = self.keyboard.borrow_mut();
        keyboard.gone = true;
        keyboard.wake();
    }

    fn happens(&self, item: Feed) {
        self.feed.send(item).expect("the loop listens");
    }

    fn seen(&self) -> String {
        text(self.screen.inner.borrow().buffer())
    }

    fn frames(&self) -> usize {
        *self.screen.frames.borrow()
    }

    /// Time is paused, so this takes none; but it gives the loop every chance.
    #[track_caller]
    fn wait_for(&self, words: &str) -> impl Future<Output = ()> {
        let words = words.to_owned();
        async move {
            for _ in 0..500 {
                if self.seen().contains(&words) {
                    return;
                }
                sleep(Duration::from_millis(10)).await;
            }
            panic!("{words:?} never came up in\n{}", self.seen());
        }
    }
}

/// Runs the loop beside a script of the user's, as tasks of their own: what wakes the one does not wake the other.
async fn play<F: Future<Output = ()>>(script: impl FnOnce(User) -> F) -> Ended {
    let screen = Shared { inner: Rc::new(RefCell::new(TestBackend::new(120, 40))), frames: Rc::default() };
    let Ok(mut terminal) = Terminal::new(screen.clone());
    let keyboard = Rc::new(RefCell::new(Keyboard::default()));
    let typed = Rc::clone(&keyboard);
    let mut input: Input = Box::pin(stream::poll_fn(move |context| typed.borrow_mut().poll(context)));
    let (feed, mut items) = mpsc::unbounded_channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let watching = async move {
        let began = Instant::now();
        let clock = || now() + SignedDuration::try_from(began.elapsed()).expect("a test is short");
        let feed = stream::poll_fn(move |context| items.poll_recv(context));
        let stop = async { drop(stopped.await) };
        let carry_out = |_| Ok(String::new());
        watch(&mut terminal, &scene(), &look(), feed, Outside { input: &mut input, stop, now: clock, carry_out }).await
    };
    let tasks = LocalSet::new();
    let watching = tasks.spawn_local(watching);
    tasks.run_until(script(User { screen, keyboard, feed, stop: Some(stop) })).await;
    let ended = tasks.run_until(watching).await.expect("the loop does not panic");
    ended.expect("a backend in memory does not fail")
}

fn change(nth: usize) -> Feed {
    Feed::Change(story().swap_remove(nth).into())
}

#[tokio::test(start_paused = true)]
async fn a_person_watches_and_quits() {
    let ended = play(|user| async move {
        user.wait_for("Connecting").await;
        user.happens(Feed::Status(Status::Live));
        user.wait_for("Nothing has changed since the pipeline was armed at 10:02:11").await;
        for nth in 0..8 {
            user.happens(change(nth));
        }
        user.wait_for("8 of 8").await;
        user.press("k");
        user.wait_for("7 of 8").await;
        user.happens(change(8));
        user.wait_for("▼ 1 new · 1 critical  G resumes").await;
        user.press("G");
        user.wait_for("9 of 9").await;
        user.press("?");
        user.wait_for("Help").await;
        user.press("esc");
        user.press("q");
        // The loop holds the other ends of the channels until it has ended.
        sleep(Duration::from_millis(50)).await;
    })
    .await;
    assert_eq!(ended, Ended::Quit);
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_comes_before_any_answer() {
    play(|user| async move {
        sleep(Duration::from_millis(1)).await;
        assert_eq!(user.frames(), 1, "{}", user.seen());
        user.press("q");
        sleep(Duration::from_millis(50)).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn each_key_is_answered_at_once() {
    play(|user| async move {
        for nth in 0..10 {
            user.happens(change(nth));
        }
        user.happens(Feed::Status(Status::Live));
        user.wait_for("10 of 10").await;
        for position in (1..10).rev() {
            sleep(Duration::from_millis(100)).await;
            user.press("k");
            sleep(Duration::from_millis(1)).await;
            assert!(user.seen().contains(&format!(" {position} of 10")), "{}", user.seen());
        }
        user.press("q");
        sleep(Duration::from_millis(50)).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_drawn_while_nothing_changes() {
    play(|user| async move {
        user.happens(change(0));
        user.happens(Feed::Status(Status::Live));
        user.wait_for("live").await;
        let drawn = user.frames();
        for _ in 0..50 {
            // The tail reports every second that all is well; the change is an hour old.
            sleep(Duration::from_secs(1)).await;
            user.happens(Feed::Status(Status::Live));
        }
        assert!(user.frames() <= drawn + 1, "{} frames for one minute that passed", user.frames() - drawn);
        user.press("q");
        sleep(Duration::from_millis(50)).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn without_news_the_live_mark_grows_old() {
    play(|user| async move {
        user.happens(Feed::Status(Status::Live));
        user.wait_for("● live").await;
        sleep(Duration::from_secs(5)).await;
        user.wait_for("● live 5 s ago").await;
        user.happens(Feed::Status(Status::Throttled { retry: Duration::from_secs(4) }));
        user.wait_for("◐ throttled, retry in 4 s").await;
        user.wait_for("◐ throttled, retry in 3 s").await;
        user.press("q");
        sleep(Duration::from_millis(50)).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_drawn_in_few_frames() {
    play(|user| async move {
        user.wait_for("Connecting").await;
        let drawn = user.frames();
        let story: Vec<_> = story().into_iter().map(|change| Feed::Change(change.into())).collect();
        for item in story.iter().cycle().take(5000) {
            user.happens(item.clone());
        }
        user.wait_for("10 of 10").await;
        assert!(user.frames() - drawn <= 2, "{} frames", user.frames() - drawn);
        user.press("q");
        sleep(Duration::from_millis(50)).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn signals_and_a_lost_terminal_end_it() {
    let by_signal = play(|user| async move {
        // All of the user stays until the end of the script.
        let mut user = user;
        let stop = user.stop.take().expect("not stopped yet");
        stop.send(()).expect("the loop listens");
        sleep(Duration::from_millis(50)).await;
    })
    .await;
    assert_eq!(by_signal, Ended::Interrupted);
    let by_hangup = play(|user| async move {
        user.wait_for("Connecting").await;
        user.hangs_up();
        sleep(Duration::from_millis(50)).await;
    })
    .await;
    assert_eq!(by_hangup, Ended::Interrupted);
    let by_error = play(|user| async move {
        user.wait_for("Connecting").await;
        user.types(Err(io::ErrorKind::BrokenPipe.into()));
        sleep(Duration::from_millis(50)).await;
    })
    .await;
    assert_eq!(by_error, Ended::Interrupted);
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_heeded_even_while_the_feed_never_rests() {
    let Ok(mut terminal) = Terminal::new(TestBackend::new(80, 24));
    let (scene, look) = (scene(), look());
    let feed = stream::iter(story().into_iter().map(|change| Feed::Change(change.into())).cycle());
    let mut input: Input = Box::pin(stream::pending());
    // Time is paused, so only the loop itself can let another task have its turn.
    let stop = async { tokio::task::yield_now().await };
    let ended = watch(
        &mut terminal,
        &scene,
        &look,
        feed,
        Outside { input: &mut input, stop, now: Timestamp::now, carry_out: |_| Ok(String::new()) },
    )
    .await;
    assert_eq!(ended.expect("a backend in memory does not fail"), Ended::Interrupted);
}

#[tokio::test(start_paused = true)]
async fn a_filter_is_typed_while_changes_come_in() {
    play(|user| async move {
        let types = |text: &str| text.chars().for_each(|letter| user.press(&letter.to_string()));
        for change in long_story(2_000) {
            user.happens(Feed::Change(change.into()));
        }
        user.happens(Feed::Status(Status::Live));
        user.wait_for("2000 of 2000").await;
        types("/path:callbackURLs");
        user.wait_for("/ path:callbackURLs").await;
        user.happens(change(7));
        types(" -kim");
        // Nobody has to do anything for the rest to be looked at.
        user.wait_for("Changes matching path:callbackURLs … · 600 of 2001").await;
        user.press("enter");
        user.wait_for("Esc lift").await;
        user.press("esc");
        user.wait_for("2001 of 2001").await;
        user.press("q");
        sleep(Duration::from_millis(50)).await;
    })
    .await;
}
