//! A bordered pane.

use ratatui::{
    Frame,
    layout::{Margin, Rect},
    text::{Line, Span},
    widgets::{Block, Borders, Paragraph},
};

use super::{
    page::Page,
    scroll::Pane,
    text,
    theme::{Role, Theme},
};

/// A border with a title, if it has one; the one that has the keys is drawn in the accent.
pub fn block(theme: &Theme, title: &str, focused: bool) -> Block<'static> {
    let style = theme.style(if focused { Role::Accent } else { Role::Quiet });
    let block = Block::new().borders(Borders::ALL).border_set(theme.glyphs.border).border_style(style);
    if title.is_empty() {
        return block;
    }
    let title = format!(" {} ", text::fit(title, 120, theme.glyphs.ellipsis));
    block.title(Span::styled(title, theme.title()))
}

/// A place of at most this size in the middle of a screen.
pub fn centred(screen: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (screen.width.min(width), screen.height.min(height));
    Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height }
}

/// `▼ 12 more`, for the foot of a pane that shows only a part.
pub fn more(theme: &Theme, pane: &Pane) -> Line<'static> {
    match pane.below() {
        0 => Line::default(),
        lines => Line::styled(format!(" {} {lines} more ", theme.glyphs.below), theme.style(Role::Quiet)),
    }
}

/// The room for a page inside its border; the column to its left is the cursor's.
pub fn room(area: Rect) -> Rect {
    area.inner(Margin::new(2, 1))
}

/// Draws the lines of a page, and its cursor if the pane has the keys.
pub fn page(theme: &Theme, page: &Page, focused: bool, frame: &mut Frame, area: Rect) {
    let room = room(area);
    frame.render_widget(Paragraph::new(page.pane.visible().to_vec()), room);
    if focused {
        let cursor = Span::styled(theme.glyphs.cursor, theme.style(Role::Accent));
        for line in page.marked().filter_map(|line| u16::try_from(line).ok()).take_while(|line| *line < room.height) {
            frame.render_widget(&cursor, Rect { x: area.x + 1, y: room.y + line, width: 1, height: 1 });
        }
    }
}
