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
    let (_, mut bar) = bar(theme, place, valid);
    let remark = format!(" ({})", cacl_event::clean(remark));
    if remark.len() > 3 && text::width(&remark) + 24 <= area.width.into() {
        bar.right.push_span(Span::styled(remark, theme.style(Role::Quiet)));
    }
    if !area.is_empty() {
        frame.render_widget(bar, inner(area));
    }
}

/// What the key does that stands in a column of this footer; of keys that belong together the first.
pub fn hit(theme: &Theme, place: Place, valid: impl Fn(Action) -> bool, area: Rect, column: u16) -> Option<Action> {
    let (entries, mut bar) = bar(theme, place, &valid);
    let area = inner(area);
    let column = usize::from(column.checked_sub(area.x)?);
    let first = |entry: &Entry| entry.actions.iter().map(|(action, _)| *action).find(|action| valid(*action));
    let right = usize::from(area.width).checked_sub(bar.right.width())?;
    if column >= right {
        return keys::entries(place).find(|entry| leaves(entry)).and_then(first);
    }
    let mut from = 0;
    for (item, at) in bar.fit(area.width.into()).into_iter().enumerate() {
        let to = from + bar.left[item].width();
        if (from..to).contains(&column) {
            return first(entries[at]);
        }
        from = to + bar.gap;
    }
    None
}

fn inner(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

/// The keys at the left, and all of them as they are drawn.
fn bar(theme: &Theme, place: Place, valid: impl Fn(Action) -> bool) -> (Vec<&'static Entry>, Bar) {
    let valid = |entry: &&Entry| !entry.word.is_empty() && entry.actions.iter().any(|(action, _)| valid(*action));
    let (leave, stay): (Vec<_>, Vec<_>) = keys::entries(place).filter(valid).partition(|entry| leaves(entry));
    // Whoever does not find a key here needs the help, and whoever sees a loss needs the way back: these stay longest.
    let rank = |entry: &Entry, nth| match entry {
        _ if does(entry, &[Action::Help]) => 0,
        _ if does(entry, &[Action::Restore]) => 1,
        _ => nth,
    };
    let left = stay.iter().zip(2..).map(|(entry, nth)| Item { rank: rank(entry, nth), spans: spans(theme, entry) });
    let left = left.collect();
    let right: Vec<_> = leave.into_iter().flat_map(|entry| spans(theme, entry)).collect();
    (stay, Bar { left, right: Line::from(right), gap: 2 })
}

fn leaves(entry: &Entry) -> bool {
    does(entry, &[Action::Quit, Action::Detach])
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
