//! Every screen at every size, with rubbish on it and somebody at the keys who has no plan.
//!
//! The screens are driven as a terminal drives them, through their public loop, on a clock that only moves when nothing is
//! left to do. What is drawn is looked at cell by cell.

use std::{cell::RefCell, io, pin::pin, rc::Rc, time::Duration};

use cacl_aws::{Progress, Push, StackEvent, Status};
use cacl_event::{Decoded, Severity, decode};
use cacl_tui::{
    feed::{Feed, Past},
    screen::{self, Heading, Look, Outside, Scene, Wishes},
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use fastrand::Rng;
use futures_util::{Stream, StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{
    Terminal,
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};
use tokio::{sync::mpsc, time::sleep};

use super::{
    Done, Failure, Options,
    check::harmful,
    guarded,
    rubbish::{self, Source},
};

/// The largest size.
const LARGEST: (u16, u16) = (500, 200);
/// Frames of one stay on a screen.
const STAY: usize = 500;
/// A little more than the shortest time between two frames.
const FRAME: Duration = Duration::from_millis(40);

pub fn run(options: &Options, done: &mut Done, show: &mut impl FnMut(&str)) -> Result<(), Failure> {
    let mut rng = Rng::with_seed(options.seed ^ 0x5C4EE);
    let sizes = sizes(options.every, &mut rng);
    let source = Source::new();
    for (stay, sizes) in sizes.chunks(STAY).enumerate() {
        let seed = rng.u64(..);
        done.frames += guarded(&(seed, sizes.first()), || watch(&source, &mut Rng::with_seed(seed), sizes))?;
        done.frames +=
            guarded(&(seed, sizes.first()), || progress(&mut Rng::with_seed(seed), &sizes[..STAY.min(sizes.len())]))?;
        done.sizes += sizes.len();
        if stay % 20 == 19 {
            show(&format!("{} sizes, {} frames", done.sizes, done.frames));
        }
    }
    Ok(())
}

/// Every how-manieth size, in no order: the next one is smaller or larger by any amount.
fn sizes(every: usize, rng: &mut Rng) -> Vec<Size> {
    let all = (1..=LARGEST.1).flat_map(|height| (1..=LARGEST.0).map(move |width| Size { width, height }));
    let mut sizes: Vec<Size> = all.step_by(every).collect();
    rng.shuffle(&mut sizes);
    sizes
}

/// A terminal that looks at what it is given.
#[derive(Debug, Clone)]
struct Canvas(Rc<RefCell<Looked>>);

#[derive(Debug, Default)]
struct Looked {
    size: Size,
    frames: usize,
    found: Option<String>,
}

impl Canvas {
    fn new() -> Self {
        Self(Rc::new(RefCell::new(Looked { size: Size { width: 80, height: 24 }, ..Looked::default() })))
    }

    fn verdict(&self) -> Result<usize, String> {
        let mut looked = self.0.borrow_mut();
        looked.found.take().map_or(Ok(looked.frames), Err)
    }
}

impl Backend for Canvas {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        let mut looked = self.0.borrow_mut();
        looked.frames += 1;
        for (x, y, cell) in content {
            if cell.symbol().chars().any(harmful) || x >= looked.size.width || y >= looked.size.height {
                looked.found = Some(format!("{:?} is drawn at {x}, {y} of {}", cell.symbol(), looked.size));
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, _: P) -> io::Result<()> {
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.0.borrow().size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whoever sits before the screen: what happens to it, one frame after the other.
struct Somebody<T> {
    canvas: Canvas,
    keys: mpsc::UnboundedSender<io::Result<Event>>,
    items: mpsc::UnboundedSender<T>,
}

fn received<T>(receiver: mpsc::UnboundedReceiver<T>) -> impl Stream<Item = T> {
    stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|item| (item, receiver)) })
}

impl<T> Somebody<T> {
    /// At each size: something comes, something is pressed, and there is a frame.
    async fn at_each(&self, sizes: &[Size], rng: &mut Rng, item: impl Fn(&mut Rng) -> Option<T>) {
        for size in sizes {
            self.canvas.0.borrow_mut().size = *size;
            let resize = Event::Resize(size.width, size.height);
            // Whoever has left the screen gets no more keys.
            let _left = self.keys.send(Ok(resize));
            for _ in 0..rng.u8(0..4) {
                if let Some(item) = item(rng) {
                    let _left = self.items.send(item);
                }
            }
            for _ in 0..rng.u8(0..4) {
                let _left = self.keys.send(Ok(event(rng, *size)));
            }
            sleep(FRAME).await;
        }
    }
}

fn event(rng: &mut Rng, size: Size) -> Event {
    let key = |code| Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
    match rng.u8(0..12) {
        // `q` and Ctrl-C would leave. They are tested elsewhere.
        0..=5 => key(KeyCode::Char(loop {
            let letter = rng.char('!'..='~');
            if letter != 'q' {
                break letter;
            }
        })),
        6 => Event::Key(KeyEvent::new(
            KeyCode::Char(['d', 'u', 'f', 'b', 'w', 'a', 'e'][rng.usize(..7)]),
            KeyModifiers::CONTROL,
        )),
        7 => Event::Paste(rubbish::text(rng)),
        8 => {
            let kinds = [MouseEventKind::ScrollDown, MouseEventKind::ScrollUp, MouseEventKind::Down(MouseButton::Left)];
            let (column, row) = (rng.u16(..size.width.saturating_add(9)), rng.u16(..size.height.saturating_add(9)));
            Event::Mouse(MouseEvent { kind: kinds[rng.usize(..3)], column, row, modifiers: KeyModifiers::NONE })
        }
        9 => key(KeyCode::Char(rng.char(..))),
        _ => {
            use KeyCode::{
                BackTab, Backspace, Delete, Down, End, Enter, Esc, Home, Left, PageDown, PageUp, Right, Tab, Up,
            };
            let codes =
                [Enter, Esc, Tab, BackTab, Up, Down, Left, Right, PageUp, PageDown, Home, End, Backspace, Delete];
            key(codes[rng.usize(..codes.len())])
        }
    }
}

/// On a clock of its own, which goes on when nothing is left to do.
fn on_paused_time<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.map_err(|error| error.to_string())?.block_on(work)
}

fn look(rng: &mut Rng) -> Look {
    Look { color: rng.bool(), ascii: rng.bool(), time_zone: TimeZone::UTC }
}

fn clock() -> impl Fn() -> Timestamp {
    let began = tokio::time::Instant::now();
    let start = Timestamp::from_second(1_790_002_000).unwrap_or_default();
    move || start + SignedDuration::try_from(began.elapsed()).unwrap_or_default()
}

fn watch(source: &Source, rng: &mut Rng, sizes: &[Size]) -> Result<usize, String> {
    let (look, canvas) = (look(rng), Canvas::new());
    let scene = Scene {
        recorded: rng.bool(),
        stack: rubbish::text(rng),
        account: rubbish::text(rng),
        region: rubbish::text(rng),
        who: rubbish::text(rng),
        armed: rng.bool().then_some(Timestamp::UNIX_EPOCH),
        hint: rng.bool().then(|| rubbish::text(rng)),
        filter: None,
        wishes: Wishes {
            bell: rng.bool().then_some(Severity::Low),
            keep: rng.bool().then(|| rng.usize(..60)),
            ..Wishes::default()
        },
    };
    let (keys, input) = mpsc::unbounded_channel();
    let (items, feed) = mpsc::unbounded_channel();
    on_paused_time(async {
        let mut terminal = Terminal::new(canvas.clone()).map_err(|error| error.to_string())?;
        let mut input: screen::Input = Box::pin(received(input));
        // What it wants done is not done here: it might be to write a file.
        let carry_out = |_| Ok("done \u{1b}[2J".to_owned());
        let outside = Outside { input: &mut input, stop: std::future::pending(), now: clock(), carry_out };
        let shown = pin!(screen::watch(&mut terminal, &scene, &look, received(feed), outside));
        let somebody = Somebody { canvas: canvas.clone(), keys, items };
        let mut seed = rng.fork();
        tokio::select! {
            ended = shown => Err(format!("it ended by itself: {ended:?}")),
            () = somebody.at_each(sizes, &mut seed, |rng| fed(source, rng)) => canvas.verdict(),
        }
    })
}

fn fed(source: &Source, rng: &mut Rng) -> Option<Feed> {
    let retry = Duration::from_secs(rng.u64(..100_000));
    Some(match rng.u8(0..20) {
        0 => Feed::Status(Status::Live),
        1 => Feed::Status(Status::Throttled { retry }),
        2 => Feed::Status(Status::Offline { retry, why: rubbish::text(rng) }),
        3 => Feed::Status(Status::Expired { retry, help: rubbish::text(rng) }),
        4 => Feed::Status(Status::Denied { retry, why: rubbish::text(rng) }),
        5 => Feed::Push(Push::Waiting { why: rubbish::text(rng) }),
        6 => Feed::Past(Past::Trouble(rubbish::text(rng))),
        7 => Feed::Caller { account: rubbish::text(rng), name: rubbish::text(rng) },
        8 => Feed::Foreign { time: None, text: rubbish::text(rng).into() },
        _ => match decode(&source.line(rng)).into_iter().next()? {
            Decoded::Change(change) => Feed::Change(change),
            Decoded::Platform(platform) => Feed::Platform(platform),
            Decoded::Foreign(text) => Feed::Foreign { time: None, text },
        },
    })
}

fn progress(rng: &mut Rng, sizes: &[Size]) -> Result<usize, String> {
    let (look, canvas) = (look(rng), Canvas::new());
    let heading = Heading {
        verb: rubbish::text(rng),
        stack: rubbish::text(rng),
        account: rubbish::text(rng),
        region: rubbish::text(rng),
        expected: rng.bool().then(|| Duration::from_secs(rng.u64(..))),
        started: Timestamp::from_second(1_790_001_000).unwrap_or_default(),
        detach_hint: rubbish::text(rng),
    };
    let (keys, input) = mpsc::unbounded_channel();
    let (items, feed) = mpsc::unbounded_channel();
    on_paused_time(async {
        let mut terminal = Terminal::new(canvas.clone()).map_err(|error| error.to_string())?;
        let mut input: screen::Input = Box::pin(received(input));
        let carry_out = |task| match task {};
        let outside = Outside { input: &mut input, stop: std::future::pending(), now: clock(), carry_out };
        let shown = pin!(screen::progress(&mut terminal, &heading, &look, received(feed).map(Ok), outside));
        let somebody = Somebody { canvas: canvas.clone(), keys, items };
        let mut seed = rng.fork();
        tokio::select! {
            ended = shown => Err(format!("it ended by itself: {ended:?}")),
            () = somebody.at_each(sizes, &mut seed, |rng| Some(stack_event(rng))) => canvas.verdict(),
        }
    })
}

fn stack_event(rng: &mut Rng) -> Progress {
    let states = ["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_FAILED", "DELETE_FAILED", "ROLLBACK_IN_PROGRESS"];
    Progress::Event(StackEvent {
        id: rubbish::text(rng),
        time: Timestamp::from_second(1_790_001_000 + rng.i64(..4_000)).unwrap_or_default(),
        logical_id: if rng.bool() { format!("Resource{}", rng.u8(..30)) } else { rubbish::text(rng) },
        resource_type: rubbish::text(rng),
        physical_id: rng.bool().then(|| rubbish::text(rng)),
        status: if rng.bool() { states[rng.usize(..5)].to_owned() } else { rubbish::text(rng) },
        reason: rng.bool().then(|| rubbish::text(rng)),
    })
}
