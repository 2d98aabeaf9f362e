//! The last line: the keys that are valid now, as many as fit.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    bar::{Bar, Item},
    keys::{self, Action, Entry, Place},
    text,
    theme::{Role, Theme},
};

/// Draws the keys of a place; what leaves the screen stands at the right. `remark` follows the key that leaves.
/// `valid` says which actions make sense now.
pub fn draw(theme: &Theme, place: Place, valid: impl Fn(Action) -> bool, remark: &str, frame: &mut Frame, area: Rect) {
    let valid = |entry: &&Entry| !entry.word.is_empty() && entry.actions.iter().any(|(action, _)| valid(*action));
    let (leave, stay): (Vec<_>, Vec<_>) =
        keys::entries(place).filter(valid).partition(|entry| does(entry, &[Action::Quit, Action::Detach]));
    // Whoever does not find a key here needs the help, so that one stays longest.
    let rank = |entry: &Entry, nth| if does(entry, &[Action::Help]) { 0 } else { nth };
    let left =
        stay.into_iter().zip(1..).map(|(entry, nth)| Item { rank: rank(entry, nth), spans: spans(theme, entry) });
    let mut right: Vec<_> = leave.into_iter().flat_map(|entry| spans(theme, entry)).collect();
    let remark = format!(" ({})", cacl_event::clean(remark));
    if remark.len() > 3 && text::width(&remark) + 24 <= area.width.into() {
        right.push(Span::styled(remark, theme.style(Role::Quiet)));
    }
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    frame.render_widget(Bar { left: left.collect(), right: Line::from(right), gap: 2 }, area);
}

fn does(entry: &Entry, any: &[Action]) -> bool {
    entry.actions.iter().any(|(action, _)| any.contains(action))
}

fn spans(theme: &Theme, entry: &Entry) -> Vec<Span<'static>> {
    vec![
        Span::styled(entry.main_keys(theme.glyphs), theme.style(Role::Accent)),
        Span::styled(format!(" {}", entry.word), theme.style(Role::Quiet)),
    ]
}
