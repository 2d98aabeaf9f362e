//! Draws the timeline and the settings.

use cacl_event::{Change, Provenance};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{Entry, Timeline};
use crate::screen::{
    layout::Areas,
    panel, text,
    theme::Role,
    watch::{
        Model, list,
        model::Focus,
        times::{Stamps, Times},
    },
};

/// Draws both panes.
pub fn draw(model: &Model, timeline: &Timeline, frame: &mut Frame, areas: &Areas) {
    if !areas.first.is_empty() {
        life(model, timeline, frame, areas.first);
    }
    if !areas.second.is_empty() {
        settings(model, timeline, frame, areas.second);
    }
}

fn life(model: &Model, timeline: &Timeline, frame: &mut Frame, area: Rect) {
    let theme = &model.theme;
    let title = format!("{} {} {}", name(model, timeline), theme.glyphs.dot, counted(timeline));
    let place = format!(" {} of {} ", timeline.at + 1, timeline.entries.len());
    let block = panel::block(theme, &title, model.focus == Focus::List)
        .title_bottom(list::time_format(model))
        .title_bottom(Line::styled(place, theme.style(Role::Quiet)).right_aligned());
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let columns = Columns::of(model, timeline, inner.width.into());
    let window = timeline.entries.iter().enumerate().skip(timeline.offset).take(inner.height.into());
    let lines: Vec<_> = window.map(|(at, entry)| line(model, timeline, &columns, at, entry)).collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// `5 changes, 1 description`: together as many as there are lines.
fn counted(timeline: &Timeline) -> String {
    let changes = text::count(timeline.changes, "change", "changes");
    match timeline.entries.len() - timeline.changes {
        0 => changes,
        described => format!("{changes}, {}", text::count(described, "description", "descriptions")),
    }
}

/// The client's name as last known, else its id.
fn name<'a>(model: &'a Model, timeline: &'a Timeline) -> &'a str {
    let mut changes = timeline.entries.iter().rev().filter_map(|entry| match entry {
        Entry::Change(id) => model.history.client_name(id),
        Entry::Described(_) => None,
    });
    changes.next().unwrap_or(&timeline.client.client)
}

struct Columns {
    stamps: Stamps,
    who: usize,
    origin: usize,
    summary: usize,
    past: usize,
}

impl Columns {
    fn of(model: &Model, timeline: &Timeline, width: usize) -> Self {
        let stamps = model.timeline_stamps(timeline, width);
        let past = if timeline.past { 5 } else { 0 };
        let (origin, summary) = if width < 46 { (0, 6) } else { (10, 11) };
        // A cursor, the mark, a severity, two gaps, and one at the end.
        let fixed = 1 + stamps.width + 4 + origin + summary + past + 1;
        Self { stamps, who: width.saturating_sub(fixed), origin, summary, past }
    }
}

fn line(model: &Model, timeline: &Timeline, columns: &Columns, at: usize, entry: &Entry) -> Line<'static> {
    let theme = &model.theme;
    let selected = at == timeline.at;
    let cursor = Span::styled(if selected { theme.glyphs.cursor } else { " " }, theme.style(Role::Accent));
    let role = if selected { Role::Accent } else { Role::Quiet };
    let stamp = |time| Span::styled(columns.stamps.text(time), theme.style(role));
    match entry {
        Entry::Described(taken) => {
            let words = Span::styled("   as Cognito described it", theme.style(Role::Quiet));
            Line::from(vec![cursor, stamp(*taken), words])
        }
        Entry::Change(id) => {
            let Some(change) = model.history.get(id) else { return Line::from(cursor) };
            let mut spans = vec![cursor, stamp(change.time), list::mark(model, id)];
            spans.extend(told(model, timeline, columns, change, selected));
            Line::from(spans)
        }
    }
}

/// Severity, who, origin, summary, and whether it is known from the past only.
fn told(model: &Model, timeline: &Timeline, columns: &Columns, change: &Change, selected: bool) -> Vec<Span<'static>> {
    let theme = &model.theme;
    let quiet = theme.style(Role::Quiet);
    let past = change.provenance != Provenance::Event;
    let style = match (selected, past) {
        (true, _) => theme.style(Role::Strong),
        (false, true) => quiet,
        (false, false) => theme.style(Role::Text),
    };
    let row = timeline.rows.get(&change.id);
    let (glyph, role) = row.map_or((" ", Role::Quiet), |row| theme.severity(row.severity()));
    let ellipsis = theme.glyphs.ellipsis;
    let who = text::person(list::who(change), columns.who.saturating_sub(1), ellipsis);
    let origin = text::fill(list::origin(change.origin), columns.origin, ellipsis);
    let mut spans = vec![
        Span::styled(glyph, theme.style(role)),
        Span::raw(" "),
        Span::styled(text::fill(&who, columns.who, ellipsis), style),
        Span::styled(origin, quiet),
    ];
    if let Some(row) = row {
        spans.extend(list::summary(theme, change, row.summary, columns.summary));
    }
    if past && columns.past > 0 {
        spans.push(Span::styled(" past", quiet));
    }
    spans
}

fn settings(model: &Model, timeline: &Timeline, frame: &mut Frame, area: Rect) {
    let theme = &model.theme;
    let times = Times::of(model);
    let compared = model.is_compared();
    let title = match timeline.entries.get(timeline.at) {
        _ if compared => "Comparison".into(),
        Some(Entry::Change(id)) if timeline.at + 1 < timeline.entries.len() => {
            let time = model.history.get(id).map_or(model.now, |change| change.time);
            format!("Settings after {}", times.clock(time, model.now))
        }
        Some(Entry::Described(taken)) if timeline.at + 1 < timeline.entries.len() => {
            format!("Settings at {}", times.clock(*taken, model.now))
        }
        _ => "Settings now, and since when".into(),
    };
    let focused = model.focus == Focus::Detail;
    let block =
        panel::block(theme, &title, focused).title_bottom(panel::more(theme, &timeline.fields.pane).right_aligned());
    frame.render_widget(block, area);
    panel::page(theme, &timeline.fields, focused, frame, area);
}
