//! The line, what is said about it, and what it could go on with.
//!
//! ```text
//!                     ╭──────────────────────────────────╮
//!                     │▌sev>=     how bad it is          │
//!                     │ since:    not before a time, …   │
//!                     ╰──────────────────────────────────╯
//!  / client:web sve>=high
//!               ^^^ there is no key sve: did you mean sev:?
//! ```

use cacl_event::FilterError;
use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::Style,
    text::{Line as Text, Span},
    widgets::{Clear, Paragraph},
};
use unicode_segmentation::UnicodeSegmentation;

use super::{Line, Model};
use crate::screen::{
    footer,
    layout::Areas,
    panel,
    text::{self, flow, piece},
    theme::{Role, Theme},
};

/// How many rows it takes at the foot: the line, and what is said about it.
pub const ROWS: u16 = 2;

/// How many completions are seen at once, at most.
const MOST: u16 = 8;

/// Before the text.
const PROMPT: u16 = 3;

/// A part of the line that is in view.
struct Window {
    /// Columns of the text to the left of it.
    from: usize,
    /// How many it has.
    columns: usize,
}

impl Window {
    /// So that the cursor is in it.
    fn of(line: &Line, area: Rect) -> Self {
        let columns = usize::from(area.width.saturating_sub(PROMPT + 1)).max(1);
        let cursor = text::width(&line.text()[..line.cursor()]);
        Self { from: (cursor + 1).saturating_sub(columns), columns }
    }

    /// Where a byte of the text stands in it, or would at its edge.
    fn column(&self, line: &Line, at: usize) -> u16 {
        let column = text::width(&line.text()[..at]).saturating_sub(self.from).min(self.columns);
        u16::try_from(column).unwrap_or(u16::MAX)
    }

    /// The text in it, what is wrong set off from the rest.
    fn text(&self, line: &Line, theme: &Theme) -> Text<'static> {
        let wrong = line.error.as_ref().filter(|_| !line.is_unfinished()).map(|error| error.at.clone());
        let mut spans = Vec::new();
        let mut column = 0;
        for (at, grapheme) in line.text().grapheme_indices(true) {
            let (start, end) = (column, column + text::width(grapheme));
            column = end;
            if end <= self.from {
                continue;
            }
            if end > self.from + self.columns {
                break;
            }
            // Of a wide character that the edge cuts there is a blank.
            let shown = if start < self.from { " " } else { grapheme };
            let role = if wrong.as_ref().is_some_and(|wrong| wrong.contains(&at)) { Role::High } else { Role::Text };
            spans.push(Span::styled(shown.to_owned(), theme.style(role)));
        }
        Text::from(spans)
    }
}

/// Draws it at the foot, and what is chosen from above.
pub fn draw(model: &Model, line: &Line, frame: &mut Frame, areas: &Areas) {
    let theme = &model.theme;
    let [first, second] = [0, 1].map(|row| Rect { y: areas.footer.y + row, height: 1, ..areas.footer });
    let window = Window::of(line, first);
    frame.render_widget(Span::styled(" / ", theme.style(Role::Accent)), first);
    let room = Rect { x: first.x + PROMPT, width: first.width.saturating_sub(PROMPT), ..first };
    frame.render_widget(window.text(line, theme), room);
    let column = room.x + window.column(line, line.cursor());
    let mut said_in_full = false;
    match &line.error {
        Some(error) => {
            let at = PROMPT + window.column(line, error.at.start);
            let wide = window.column(line, error.at.end).saturating_sub(window.column(line, error.at.start)).max(1);
            let wrong = wrong(line, error, theme, (at.into(), wide.into()), second.width.into());
            said_in_full = wrong.to_string().contains(&said(error));
            frame.render_widget(wrong, second);
        }
        None => footer::draw(theme, model.place(), |action| model.valid(action), "", frame, second),
    }
    if !said_in_full || !line.completions.is_empty() {
        popup(line, theme, frame, areas, column);
    }
    frame.set_cursor_position(Position { x: column, y: first.y });
}

/// What is wrong, and what to do about it.
fn said(error: &FilterError) -> String {
    // Of what ends in a colon itself one is enough.
    format!("{}: {}", error.message.trim_end_matches(':'), error.help)
}

/// The caret under the place, and the message on the side where there is room for it.
fn wrong(line: &Line, error: &FilterError, theme: &Theme, at: (usize, usize), columns: usize) -> Text<'static> {
    let (start, wide) = at;
    let role = if line.is_unfinished() { Role::Quiet } else { Role::High };
    let caret = Span::styled("^".repeat(wide.min(columns.saturating_sub(start))), theme.style(role));
    let full = said(error);
    let (after, before) = (columns.saturating_sub(start + wide + 2), start.saturating_sub(2));
    let message = [&full, &error.message].into_iter().find(|text| text::width(text) <= after.max(before));
    let message =
        message.map_or_else(|| text::fit(&error.message, after.max(before), theme.glyphs.ellipsis), Clone::clone);
    let used = text::width(&message);
    let message = Span::styled(message, theme.style(if line.is_unfinished() { Role::Quiet } else { Role::Text }));
    if used <= after {
        Text::from(vec![Span::raw(" ".repeat(start)), caret, Span::raw(" "), message])
    } else {
        let gap = start.saturating_sub(used + 1);
        Text::from(vec![Span::raw(" ".repeat(gap)), message, Span::raw(" "), caret])
    }
}

/// What it could go on with; else, if something is wrong, what to do about it.
fn popup(line: &Line, theme: &Theme, frame: &mut Frame, areas: &Areas, column: u16) {
    // Beside the list, whose rows are being chosen; where there is but one pane, over its end.
    let side = if areas.second.y == areas.first.y && !areas.first.is_empty() { areas.second } else { Rect::ZERO };
    let right = areas.footer.right();
    let room = right.saturating_sub(side.x).min(76);
    let body = areas.footer.y.saturating_sub(areas.header.bottom());
    let rows = MOST.min(body / 2);
    if rows == 0 || room < 12 {
        return;
    }
    let inner = usize::from(room - 2);
    let lines = match &line.error {
        _ if !line.completions.is_empty() => ways(line, theme, inner, rows.into()),
        Some(error) => {
            let pieces = [piece(&said(error), theme.style(Role::Text))];
            flow(vec![Span::raw(" ")], &pieces, inner.saturating_sub(1)).into_iter().take(rows.into()).collect()
        }
        None => return,
    };
    let wide = lines.iter().map(Text::width).max().unwrap_or(0);
    let width = u16::try_from(wide + 3).unwrap_or(room).min(room);
    let height = u16::try_from(lines.len()).unwrap_or(rows) + 2;
    let x = column.clamp(side.x, right.saturating_sub(width).max(side.x));
    let area = Rect { x, y: areas.footer.y.saturating_sub(height), width, height };
    frame.render_widget(Clear, area);
    let block = panel::block(theme, "", true);
    let block = match line.completions.len() {
        more if more > lines.len() => {
            let count = format!(" {} of {more} ", line.chosen.map_or(lines.len(), |chosen| chosen + 1));
            block.title_bottom(Text::styled(count, theme.style(Role::Quiet)).right_aligned())
        }
        _ => block,
    };
    let inside = block.inner(area);
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inside);
}

/// The completions around the chosen one, each with what it means.
fn ways(line: &Line, theme: &Theme, columns: usize, rows: usize) -> Vec<Text<'static>> {
    let ellipsis = theme.glyphs.ellipsis;
    let first = line.chosen.map_or(0, |chosen| (chosen + 1).saturating_sub(rows));
    let shown = || line.completions.iter().enumerate().skip(first).take(rows);
    let widest = shown().map(|(_, completion)| text::width(&completion.text)).max().unwrap_or(0);
    let column = widest.min(columns.saturating_sub(2)).min(if columns < 50 { columns / 2 } else { 40 });
    let way = |(nth, completion): (usize, &cacl_event::filter::Completion)| {
        let chosen = line.chosen == Some(nth);
        let style = if chosen { theme.style(Role::Strong) } else { Style::new() };
        let cursor = if chosen { theme.glyphs.cursor } else { " " };
        let mut spans = vec![Span::styled(cursor, theme.style(Role::Accent))];
        if completion.about.is_empty() {
            spans.push(Span::styled(text::fit(&completion.text, columns.saturating_sub(2), ellipsis), style));
        } else {
            let about = text::fit(completion.about, columns.saturating_sub(column + 4), ellipsis);
            spans.push(Span::styled(text::fill(&completion.text, column, ellipsis), style));
            spans.push(Span::styled(format!("  {about}"), theme.style(Role::Quiet)));
        }
        Text::from(spans)
    };
    shown().map(way).collect()
}
