//! A bordered pane.

use ratatui::{
    text::{Line, Span},
    widgets::{Block, Borders},
};

use super::{
    scroll::Pane,
    text,
    theme::{Role, Theme},
};

/// A border with a title; the one that has the keys is drawn in the accent.
pub fn block(theme: &Theme, title: &str, focused: bool) -> Block<'static> {
    let style = theme.style(if focused { Role::Accent } else { Role::Quiet });
    let title = format!(" {} ", text::fit(title, 120, theme.glyphs.ellipsis));
    Block::new()
        .borders(Borders::ALL)
        .border_set(theme.glyphs.border)
        .border_style(style)
        .title(Span::styled(title, theme.title()))
}

/// `▼ 12 more`, for the foot of a pane that shows only a part.
pub fn more(theme: &Theme, pane: &Pane) -> Line<'static> {
    match pane.below() {
        0 => Line::default(),
        lines => Line::styled(format!(" {} {lines} more ", theme.glyphs.below), theme.style(Role::Quiet)),
    }
}
