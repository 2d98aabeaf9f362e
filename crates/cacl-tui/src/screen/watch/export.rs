//! The overlay that writes changes to a file.
//!
//! ```text
//! ╭ Export ────────────────────────────────────────────────────╮
//! │ ▌format   [CSV]  JSON lines  Markdown                      │
//! │  changes  [all 14 shown]  the selected one                 │
//! │  file     cacl-cognito-api-calls-20261001T084640Z.csv      │
//! │                                                            │
//! │ A line a change, for a spreadsheet. For your eyes: 0600.   │
//! ╰────────────────────────────────────────────────────────────╯
//! ```
//!
//! Writing goes on in idle moments, some changes at a time, so that keys are heard however many there are.

use cacl_event::{Text, clean};
use crossterm::event::Event;
use jiff::Timestamp;
use ratatui::{
    Frame,
    layout::{Margin, Position, Rect},
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};
use tui_input::{Input, InputRequest, backend::crossterm::EventHandler};

use super::{Model, model::Overlay, rows::Row};
use crate::{
    report::{File, Overview, Told},
    screen::{
        Task,
        keys::Action,
        panel,
        run::Effect,
        task::Step,
        text::{self, flow, piece},
        theme::{Role, Theme},
    },
};

/// How many changes are written between two looks at the keyboard: some milliseconds' worth.
const SLICE: usize = 100;

/// What is to be written, and where to.
#[derive(Debug)]
pub struct Form {
    format: File,
    /// All rows, or the selected one.
    all: bool,
    file: Input,
    field: Field,
    running: Option<Running>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Format,
    Changes,
    File,
}

const FIELDS: [Field; 3] = [Field::Format, Field::Changes, Field::File];

/// A file on its way.
#[derive(Debug)]
struct Running {
    ids: Vec<Text>,
    /// How many of them are written.
    done: usize,
    /// What comes first in the file, until it is written.
    head: String,
    /// A step is being taken.
    asked: bool,
}

impl Form {
    /// For all rows, to a file named after the stack and the time.
    pub fn new(stack: &str, now: Timestamp) -> Self {
        // A recording's name is its path; of that the last part.
        let stack = stack.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || "-_".contains(letter) { letter } else { '-' };
        let stack: String = stack.chars().take(60).map(plain).collect();
        let stack = if stack.starts_with("cacl-") { stack } else { format!("cacl-{stack}") };
        let file = format!("{stack}-{}.{}", now.strftime("%Y%m%dT%H%M%SZ"), File::Csv.extension());
        Self { format: File::Csv, all: true, file: file.into(), field: Field::Format, running: None }
    }

    /// Whether a file is on its way.
    pub fn busy(&self) -> bool {
        self.running.is_some()
    }

    /// Takes what is typed or pasted into the name.
    pub fn typed(&mut self, event: &Event) -> bool {
        if self.field != Field::File || self.busy() {
            return false;
        }
        match event {
            Event::Paste(text) => {
                // No folder takes a name that long.
                for letter in text.chars().filter(|letter| !letter.is_control()).take(4096) {
                    self.file.handle(InputRequest::InsertChar(letter));
                }
                true
            }
            event => self.file.handle_event(event).is_some(),
        }
    }

    /// Whether left and right move in the name.
    pub fn edits(&self) -> bool {
        self.field == Field::File
    }

    fn turn(&mut self, action: Action) {
        let at = FIELDS.iter().position(|field| *field == self.field).unwrap_or(0);
        let step = if action == Action::NextField { 1 } else { FIELDS.len() - 1 };
        self.field = FIELDS[(at + step) % FIELDS.len()];
    }

    fn choose(&mut self, action: Action) {
        match self.field {
            Field::Format => {
                let at = File::ALL.iter().position(|format| *format == self.format).unwrap_or(0);
                let step = if action == Action::Right { 1 } else { File::ALL.len() - 1 };
                let format = File::ALL[(at + step) % File::ALL.len()];
                // The name goes along as long as it is the one that was made up.
                if let Some(stem) = self.file.value().strip_suffix(&format!(".{}", self.format.extension())) {
                    self.file = format!("{stem}.{}", format.extension()).into();
                }
                self.format = format;
            }
            Field::Changes => self.all = !self.all,
            Field::File => {}
        }
    }
}

impl Model {
    /// Opens the form.
    pub fn export(&mut self) {
        self.overlay = Some(Overlay::Export(Form::new(&self.scene.stack, self.now)));
    }

    /// What a key does in the form.
    pub fn fill_in<E>(&mut self, action: Action) -> Option<Effect<Task, E>> {
        let Some(Overlay::Export(form)) = &mut self.overlay else { return None };
        match action {
            Action::Back => {
                let cancelled = form.running.take().is_some();
                self.overlay = None;
                return cancelled.then_some(Effect::Do(Task::Export(Step::Cancel)));
            }
            _ if form.busy() => {}
            Action::NextField | Action::PreviousField => form.turn(action),
            Action::Left | Action::Right => form.choose(action),
            Action::Write => return self.begin(),
            _ => {}
        }
        None
    }

    fn begin<E>(&mut self) -> Option<Effect<Task, E>> {
        let Some(Overlay::Export(form)) = &mut self.overlay else { return None };
        let path = form.file.value().trim();
        if path.is_empty() {
            return None;
        }
        let begin = Effect::Do(Task::Export(Step::Begin(path.into())));
        let rows = self.rows.slice(0, usize::MAX);
        let rows: Vec<&Row> =
            rows.filter(|(number, _)| form.all || self.selected == Some(*number)).map(|(_, row)| row).collect();
        let mut severities = [0; 5];
        for row in &rows {
            severities[row.severity() as usize] += 1;
        }
        let overview = Overview {
            of: &self.scene.stack,
            account: &self.scene.account,
            region: &self.scene.region,
            made: self.now,
            span: rows.first().zip(rows.last()).map(|(first, last)| (first.time, last.time)),
            severities,
        };
        let head = form.format.head(&overview);
        let ids = rows.into_iter().map(|row| row.id.clone()).collect();
        form.running = Some(Running { ids, done: 0, head, asked: true });
        Some(begin)
    }

    /// Writes the next slice, in an idle moment.
    pub fn write_on<E>(&mut self) -> Option<Effect<Task, E>> {
        let Some(Overlay::Export(Form { running: Some(running), format, .. })) = &mut self.overlay else { return None };
        running.asked = true;
        let slice = &running.ids[running.done..];
        let slice = &slice[..slice.len().min(SLICE)];
        if slice.is_empty() && running.head.is_empty() {
            let what = text::count(running.ids.len(), "change", "changes");
            return Some(Effect::Do(Task::Export(Step::Finish(what))));
        }
        let mut text = std::mem::take(&mut running.head);
        // One that was forgotten meanwhile is left out.
        text.extend(slice.iter().filter_map(|id| Told::of(&self.history, id)).map(|told| format.entry(&told)));
        running.done += slice.len();
        self.stale.frame = true;
        Some(Effect::Do(Task::Export(Step::Write(text))))
    }

    /// How a step went: after trouble the form can be mended, after the last one it is done with.
    pub fn exported(&mut self, told: &Result<String, String>) {
        let Some(Overlay::Export(form)) = &mut self.overlay else { return };
        // What else was carried out meanwhile, such as a ring, is none of its business.
        if !form.running.as_mut().is_some_and(|running| std::mem::take(&mut running.asked)) {
            return;
        }
        match told {
            Err(_) => form.running = None,
            Ok(words) if !words.is_empty() => self.overlay = None,
            Ok(_) => {}
        }
    }
}

/// Where it stands on a screen.
pub fn area(screen: Rect) -> Rect {
    panel::centred(screen, 76, 8)
}

/// Draws it over what is there; `rows` is how many there are to choose from.
pub fn draw(theme: &Theme, form: &Form, rows: usize, frame: &mut Frame) {
    let area = area(frame.area());
    frame.render_widget(Clear, area);
    frame.render_widget(panel::block(theme, "Export", true), area);
    let room = area.inner(Margin::new(1, 1));
    let formats = File::ALL.map(|format| (format.name().to_owned(), format == form.format));
    let changes = [(format!("all {rows} shown"), form.all), ("the selected one".to_owned(), !form.all)];
    let mut lines = vec![
        choice(theme, form, Field::Format, "format", &formats),
        choice(theme, form, Field::Changes, "changes", &changes),
        label(theme, form, Field::File, "file"),
        Line::default(),
    ];
    if let Some(running) = &form.running {
        lines.push(progress(theme, running, room.width.into()));
    } else {
        let words = format!("{} Only you may read the file.", form.format.does());
        lines.extend(flow(vec![Span::raw(" ")], &[piece(&words, theme.style(Role::Quiet))], room.width.into()));
    }
    frame.render_widget(Paragraph::new(lines), room);
    name(theme, form, frame, room);
}

const LABEL: u16 = 10;

fn label(theme: &Theme, form: &Form, field: Field, name: &str) -> Line<'static> {
    let here = form.field == field && !form.busy();
    let cursor = if here { theme.glyphs.cursor } else { " " };
    let role = if here { Role::Accent } else { Role::Quiet };
    Line::from(vec![
        Span::styled(cursor, theme.style(Role::Accent)),
        Span::styled(format!("{name:<0$}", usize::from(LABEL) - 1), theme.style(role)),
    ])
}

fn choice(theme: &Theme, form: &Form, field: Field, name: &str, options: &[(String, bool)]) -> Line<'static> {
    let mut line = label(theme, form, field, name);
    for (option, chosen) in options {
        let (text, role) =
            if *chosen { (format!("[{option}]"), Role::Strong) } else { (format!(" {option} "), Role::Quiet) };
        line.push_span(Span::styled(text, theme.style(role)));
        line.push_span(Span::raw(" "));
    }
    line
}

/// The file's name; the part around the cursor if it is long.
fn name(theme: &Theme, form: &Form, frame: &mut Frame, room: Rect) {
    let place = Rect { x: room.x + LABEL, y: room.y + 2, width: room.width.saturating_sub(LABEL), height: 1 };
    let place = place.intersection(room);
    if place.is_empty() {
        return;
    }
    let scroll = form.file.visual_scroll(usize::from(place.width) - 1);
    let columns = |columns: usize| u16::try_from(columns).unwrap_or(u16::MAX);
    let text = Span::styled(clean(form.file.value()).into_owned(), theme.style(Role::Text));
    frame.render_widget(Paragraph::new(Line::from(text)).scroll((0, columns(scroll))), place);
    if form.field == Field::File && !form.busy() {
        let x = place.x + columns(form.file.visual_cursor().saturating_sub(scroll)).min(place.width - 1);
        frame.set_cursor_position(Position { x, y: place.y });
    }
}

fn progress(theme: &Theme, running: &Running, columns: usize) -> Line<'static> {
    let all = running.ids.len().max(1);
    let width = (columns / 2).max(1);
    let full = running.done * width / all;
    let bar = |glyph: &str, many: usize, role| Span::styled(glyph.repeat(many), theme.style(role));
    Line::from(vec![
        Span::raw(" "),
        bar(theme.glyphs.full, full, Role::Accent),
        bar(theme.glyphs.empty, width - full, Role::Quiet),
        Span::raw(format!("  {} of {}", running.done, running.ids.len())),
    ])
}
