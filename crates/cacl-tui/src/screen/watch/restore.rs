//! The overlay with the call that undoes the selected change: what it would do first, then the call, wrapped to be read, whole
//! to be copied.

use std::collections::HashSet;

use cacl_event::Class;
use ratatui::{
    Frame,
    layout::{Margin, Rect},
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{Model, list};
use crate::{
    feed::Past,
    restore::{self, Effect, Standing, Undo},
    screen::{
        Task, panel,
        scroll::Pane,
        text::{self, flow, piece},
        theme::{Role, Theme},
    },
};

/// What it shows.
#[derive(Debug)]
pub struct Shown {
    /// The client's name.
    title: String,
    /// Which state that is.
    state: String,
    /// How it stands with what the change took.
    standing: Standing,
    /// The call, or why there is none.
    undo: Result<Undo, String>,
    /// The settings that the change touched, in lower case: they stand out in the call.
    touched: HashSet<String>,
    /// Its lines, for the width it has.
    pub pane: Pane,
}

impl Shown {
    /// For the selected change.
    pub fn of(model: &Model) -> Option<Self> {
        let change = model.change()?;
        let name = model.history.client_name(&change.id).or(change.client_id.as_deref()).unwrap_or("this call");
        let time = text::moment(change.time, &model.zone, "%Y-%m-%d %H:%M:%S");
        let undo = restore::before(&model.history, change, &model.scene.wishes.reach);
        let undo = undo.map_err(|why| match &model.past {
            Some(Past::Reading { .. }) => format!("{why} CloudTrail is still being asked for more."),
            Some(Past::Trouble(words)) => format!("{why} {words}"),
            Some(Past::Read) | None => why,
        });
        let diff = model.history.diff(&change.id);
        let rows = diff.iter().flat_map(|diff| &diff.rows);
        let touched = rows.filter(|row| !matches!(row.class, Class::Unchanged | Class::Defaulted));
        Some(Self {
            touched: touched.filter_map(|row| row.path.split('.').next()).map(str::to_lowercase).collect(),
            title: format!("Restore {name}"),
            state: format!("To the state before {} by {}, {time}", change.event, list::who(change)),
            standing: restore::standing(&model.history, change),
            undo,
            pane: Pane::default(),
        })
    }

    /// To copy the call, with its notes.
    pub fn copy(&self) -> Option<Task> {
        let undo = self.undo.as_ref().ok()?;
        Some(Task::Copy { what: "the restore call".into(), text: undo.call.to_string() })
    }

    /// Lays it out for a screen.
    pub fn settle(&mut self, theme: &Theme, screen: Rect) {
        let room = room(area(screen));
        self.pane.lines = self.lines(theme, room.width.into());
        self.pane.settle(room.height.into());
    }

    fn lines(&self, theme: &Theme, columns: usize) -> Vec<Line<'static>> {
        let says = |words: &str, role| flow(Vec::new(), &[piece(words, theme.style(role))], columns);
        let mut lines = says(&self.state, Role::Strong);
        match &self.undo {
            Err(why) => {
                lines.push(Line::default());
                lines.extend(says(why, Role::Text));
            }
            Ok(undo) => {
                match self.standing {
                    Standing::Open => {}
                    Standing::Nothing => lines.extend(says("The change took nothing away.", Role::Reset)),
                    Standing::Back => lines.extend(says("What the change took away is back already.", Role::Reset)),
                }
                lines.extend(effect(&undo.effect, theme, columns));
                if undo.later > 0 && !undo.effect.is_nothing() {
                    let later = text::count(undo.later, "change", "changes");
                    lines.extend(says(&format!("{later} of the client since then would be undone, too."), Role::Reset));
                }
                if undo.again > 0 {
                    let many = text::count(undo.again, "change", "changes");
                    let words = format!("What {many} took away is back by now, and the call would take it away again.");
                    lines.extend(says(&words, Role::Reset));
                }
                lines.push(Line::default());
                for note in &undo.call.notes {
                    lines.extend(flow(vec![Span::raw("# ")], &[piece(note, theme.style(Role::Medium))], columns));
                }
                let mut role = Role::Text;
                for line in undo.call.command.lines() {
                    // A setting begins at an indent of two.
                    if let Some((name, _)) = line.strip_prefix("  \"").and_then(|rest| rest.split_once('"')) {
                        role = if self.touched.contains(&name.to_lowercase()) { Role::Accent } else { Role::Text };
                    } else if !line.starts_with(' ') {
                        role = Role::Text;
                    }
                    // What is wrapped hangs by two columns more than its own indent.
                    let text = line.trim_start();
                    let head = vec![Span::raw(" ".repeat(line.len() - text.len()))];
                    lines.extend(flow(head, &[piece(text, theme.style(role))], columns));
                }
            }
        }
        lines
    }
}

/// What a call would do. That a client is made anew is a note of the call.
fn effect(effect: &Effect, theme: &Theme, columns: usize) -> Vec<Line<'static>> {
    let words = match effect {
        Effect::Anew => return Vec::new(),
        Effect::Unknown => "What the client is like now is not known, nor what the call would change.",
        Effect::Changes(_) if effect.is_nothing() => "The client is like that already: the call would change nothing.",
        Effect::Changes(_) => "The call changes, from what is known of the client by now:",
    };
    let mut lines = flow(Vec::new(), &[piece(words, theme.style(Role::Text))], columns);
    for change in effect.lines(theme.glyphs) {
        lines.extend(flow(vec![Span::raw("  ")], &[piece(&change, theme.style(Role::Accent))], columns));
    }
    lines
}

/// Where it stands on a screen.
pub fn area(screen: Rect) -> Rect {
    panel::centred(screen, 100, screen.height.saturating_sub(2).max(10))
}

fn room(area: Rect) -> Rect {
    area.inner(Margin::new(2, 1))
}

/// Draws it over what is there.
pub fn draw(theme: &Theme, shown: &Shown, frame: &mut Frame) {
    let area = area(frame.area());
    let block = panel::block(theme, &shown.title, true).title_bottom(panel::more(theme, &shown.pane).right_aligned());
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(shown.pane.visible().to_vec()), room(area));
}
