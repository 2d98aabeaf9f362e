//! The screens, tested without a terminal: scripts of messages, pictures of frames, and the whole loop on paused time.

mod filter;
mod frames;
mod hostile;
mod keeping;
mod leaving;
mod live_tail;
mod order;
mod progress;
mod reading;
mod running;
mod scripts;

use cacl_aws::Status;
use cacl_event::{Change, Decoded, decode};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use jiff::{
    SignedDuration, Timestamp,
    tz::{TimeZone, offset},
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, layout::Size};

use super::{
    Ended, Look, Scene, Task, Wishes,
    run::{Effect, Msg, Screen},
    watch::Model,
};
use crate::feed::Feed;

/// When the story is told.
fn now() -> Timestamp {
    "2026-10-01T08:46:40Z".parse().expect("a timestamp")
}

/// Ten calls in the order of their making, as the log group has them.
fn story() -> Vec<Change> {
    include_str!("story.jsonl").lines().map(told).collect()
}

fn told(line: &str) -> Change {
    let Some(Decoded::Change(mut change)) = decode(line).into_iter().next() else { panic!("no change: {line}") };
    let lambda = change.hops.lambda.expect("the line says when it was received");
    change.hops.log = Some(lambda + SignedDuration::from_millis(200));
    change.hops.ingested = Some(lambda + SignedDuration::from_millis(2100));
    change.hops.screen = Some(lambda + SignedDuration::from_millis(3300));
    *change
}

fn scene() -> Scene {
    Scene {
        stack: "cacl-cognito-api-calls".into(),
        recorded: false,
        account: "123456789012".into(),
        region: "eu-west-1".into(),
        who: "IdentityAdmin kim@example.org".into(),
        armed: Some("2026-10-01T08:02:11Z".parse().expect("a timestamp")),
        hint: None,
        wishes: Wishes::default(),
        filter: None,
    }
}

fn look() -> Look {
    Look { color: true, ascii: false, time_zone: TimeZone::fixed(offset(2)) }
}

fn key(name: &str) -> Event {
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    Event::Key(match name {
        "enter" => plain(KeyCode::Enter),
        "esc" => plain(KeyCode::Esc),
        "tab" => plain(KeyCode::Tab),
        "pgdn" => plain(KeyCode::PageDown),
        "pgup" => plain(KeyCode::PageUp),
        "down" => plain(KeyCode::Down),
        "up" => plain(KeyCode::Up),
        "home" => plain(KeyCode::Home),
        "end" => plain(KeyCode::End),
        "left" => plain(KeyCode::Left),
        "right" => plain(KeyCode::Right),
        "backspace" => plain(KeyCode::Backspace),
        name => match name.strip_prefix('^').and_then(|rest| rest.chars().next()) {
            Some(letter) => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL),
            None => plain(KeyCode::Char(name.chars().next().expect("a key has a name"))),
        },
    })
}

/// The watch screen on a terminal of its own.
struct Stage {
    model: Model,
    terminal: Terminal<TestBackend>,
    ended: Option<Ended>,
    /// What was asked to be carried out.
    tasks: Vec<Task>,
    /// How it went.
    answer: Result<String, String>,
}

impl Stage {
    fn new(width: u16, height: u16) -> Self {
        Self::with(width, height, &scene(), &look())
    }

    fn with(width: u16, height: u16, scene: &Scene, look: &Look) -> Self {
        let mut model = Model::new(scene, look);
        assert!(model.update(Msg::Clock(now())).is_none());
        let Ok(terminal) = Terminal::new(TestBackend::new(width, height));
        Self { model, terminal, ended: None, tasks: Vec::new(), answer: Ok("done".into()) }
    }

    /// Live, with the whole story told.
    fn told(width: u16, height: u16) -> Self {
        let mut stage = Self::new(width, height);
        stage.feed(story().into_iter().map(|change| Feed::Change(change.into())));
        stage.feed([Feed::Status(Status::Live)]);
        stage
    }

    fn tell(&mut self, message: Msg<Feed>) {
        let mut effect = self.model.update(message);
        while let Some(Effect::Do(task)) = effect {
            self.tasks.push(task);
            effect = self.model.update(Msg::Told(self.answer.clone()));
        }
        if let Some(Effect::End(ended)) = effect {
            self.ended.get_or_insert(ended);
        }
    }

    fn feed(&mut self, items: impl IntoIterator<Item = Feed>) -> &mut Self {
        items.into_iter().for_each(|item| self.tell(Msg::Item(item)));
        self
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        for name in keys.split_whitespace() {
            // As in the loop, a frame is drawn before the user can answer it.
            self.draw();
            self.tell(Msg::Input(key(name)));
        }
        self
    }

    /// A click, or a notch of the wheel, on the first place where a text stands.
    fn mouse(&mut self, kind: MouseEventKind, on: &str) -> &mut Self {
        let frame = self.frame();
        let place = frame.lines().zip(0..).find_map(|(line, row)| {
            let before = &line[..line.find(on)?];
            Some((u16::try_from(super::text::width(before)).expect("a column"), row))
        });
        let (column, row) = place.unwrap_or_else(|| panic!("{on:?} is not in\n{frame}"));
        self.tell(Msg::Input(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })));
        self
    }

    fn after(&mut self, seconds: i64) -> &mut Self {
        let time = now() + SignedDuration::from_secs(seconds);
        self.tell(Msg::Clock(time));
        self
    }

    fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.terminal.backend_mut().resize(width, height);
        self.tell(Msg::Input(Event::Resize(width, height)));
        self
    }

    fn draw(&mut self) -> &Buffer {
        let Ok(Size { width, height }) = self.terminal.size();
        let now = self.model.now;
        self.tell(Msg::Clock(now));
        self.tell(Msg::Frame(Size { width, height }));
        let Ok(_) = self.terminal.draw(|frame| self.model.view(frame));
        self.terminal.backend().buffer()
    }

    /// The frame as text.
    fn frame(&mut self) -> String {
        text(self.draw())
    }

    /// The lines that contain a text.
    fn lines(&mut self, containing: &str) -> Vec<String> {
        self.frame().lines().filter(|line| line.contains(containing)).map(str::to_owned).collect()
    }

    fn shows(&mut self, text: &str) -> bool {
        self.frame().contains(text)
    }

    #[track_caller]
    fn assert_shows(&mut self, text: &str) {
        let frame = self.frame();
        assert!(frame.contains(text), "{text:?} is not in\n{frame}");
    }

    /// The id of the selected change.
    fn selected(&mut self) -> String {
        self.draw();
        self.model.change().map_or_else(String::new, |change| change.id.to_string())
    }
}

/// A buffer as lines of text. The cell behind a wide character is left out, as on a terminal.
fn text(buffer: &Buffer) -> String {
    let mut lines = String::new();
    for row in buffer.content().chunks(buffer.area.width.max(1).into()) {
        let mut line = String::new();
        let mut covered = 0;
        for cell in row {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            line.push_str(cell.symbol());
            covered = super::text::width(cell.symbol()).saturating_sub(1);
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}

/// The styles of a buffer: each run of cells that is not plain, by line.
fn styles(buffer: &Buffer) -> String {
    let mut lines = String::new();
    for (y, row) in buffer.content().chunks(buffer.area.width.max(1).into()).enumerate() {
        for run in row.chunk_by(|one, two| one.style() == two.style()) {
            let words: String = run.iter().map(ratatui::buffer::Cell::symbol).collect();
            let look = described(&run[0]);
            if !look.is_empty() && !words.trim().is_empty() {
                lines.extend([format!("{y:>2} {look:<30} {}\n", words.trim_end())]);
            }
        }
    }
    lines
}

fn described(cell: &ratatui::buffer::Cell) -> String {
    let mut words = Vec::new();
    if cell.fg != ratatui::style::Color::Reset {
        words.push(cell.fg.to_string());
    }
    if cell.bg != ratatui::style::Color::Reset {
        words.push(format!("on {}", cell.bg));
    }
    if !cell.modifier.is_empty() {
        words.push(format!("{:?}", cell.modifier));
    }
    words.join(" ")
}
