//! The help overlay: the key table, and what the glyphs mean.

use cacl_event::{Class, Severity, filter::Key};
use ratatui::{
    Frame,
    layout::{Margin, Rect},
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{
    keys::{self, Entry, Place},
    panel,
    scroll::Pane,
    text::{self, flow, piece},
    theme::{self, Role, Theme},
};

/// Where the overlay stands on a screen.
pub fn area(screen: Rect) -> Rect {
    panel::centred(screen, 76, 40)
}

/// The room inside its border.
pub fn inner(screen: Rect) -> Rect {
    area(screen).inner(Margin::new(2, 1))
}

/// Draws it over what is there.
pub fn draw(theme: &Theme, pane: &Pane, frame: &mut Frame) {
    let screen = frame.area();
    let block = panel::block(theme, "Help", true).title_bottom(panel::more(theme, pane).right_aligned());
    frame.render_widget(Clear, area(screen));
    frame.render_widget(block, area(screen));
    frame.render_widget(Paragraph::new(pane.visible().to_vec()), inner(screen));
}

/// Its lines, for so many columns; what there is to try comes first, then the keys of the place it is asked for.
pub fn lines(theme: &Theme, hint: Option<&str>, asked: Place, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(hint) = hint {
        lines.push(Line::styled("To try", theme.style(Role::Strong)));
        for line in hint.lines() {
            lines.extend(flow(vec![Span::raw("  ")], &[piece(line, theme.style(Role::Text))], columns));
        }
        lines.push(Line::default());
    }
    let mut places = [
        ("In the list", Place::List),
        ("In the detail", Place::Detail),
        ("In the timeline", Place::Timeline),
        ("In this help", Place::Help),
    ];
    places.sort_by_key(|(_, place)| *place != asked);
    for (nth, (title, place)) in places.into_iter().enumerate() {
        // What means the same as in an earlier section is not said again.
        let new = |entry: &Entry| places[..nth].iter().all(|(_, earlier)| !entry.places.contains(earlier));
        lines.extend(section(theme, title, keys::entries(place).filter(|entry| new(entry)), columns));
    }
    lines.extend(filters(theme, columns));
    lines.push(Line::styled("Signs", theme.style(Role::Strong)));
    for (class, means) in CLASSES {
        let (glyph, role) = theme.class(class);
        lines.extend(sign(theme, glyph, role, means, columns));
    }
    for severity in [Severity::Low, Severity::Medium, Severity::High, Severity::Critical] {
        let (glyph, role) = theme.severity(severity);
        lines.extend(sign(theme, glyph, role, &theme::severity_name(severity).to_lowercase(), columns));
    }
    for (glyph, role, means) in [
        (theme.glyphs.ok, Role::Added, "this hop of the pipeline was seen at work"),
        (theme.glyphs.unproven, Role::Quiet, "not seen at work yet: that takes a first change"),
    ] {
        lines.extend(sign(theme, glyph, role, means, columns));
    }
    lines
}

/// The language of filters.
fn filters(theme: &Theme, columns: usize) -> Vec<Line<'static>> {
    let text = |words: &str| piece(words, theme.style(Role::Text));
    let rules = "all terms must hold: words that stand anywhere in what is said of a call, and keys with values, several after \
                 commas; - before a term turns it around, quotes keep blanks together, = asks for the whole";
    let mut lines = vec![Line::styled("In a filter", theme.style(Role::Strong))];
    lines.extend(flow(vec![Span::raw("  ")], &[text(rules)], columns));
    for key in Key::ALL {
        let opening = text::fill(&key.opening(), KEYS, theme.glyphs.ellipsis);
        let head = vec![Span::styled(format!("  {opening} "), theme.style(Role::Accent))];
        lines.extend(flow(head, &[text(key.about())], columns));
    }
    lines.push(Line::default());
    lines
}

const CLASSES: [(Class, &str); 7] = [
    (Class::Reset, "reset: the call did not send the setting, so it fell back to its default"),
    (Class::Removed, "removed, or sent empty"),
    (Class::Added, "added"),
    (Class::Changed, "changed"),
    (Class::Set, "set by the request; no earlier state is known to compare with"),
    (Class::Defaulted, "filled in by the service"),
    (Class::Unchanged, "unchanged"),
];

const KEYS: usize = 20;

fn section<'a>(
    theme: &Theme,
    title: &'static str,
    entries: impl Iterator<Item = &'a Entry>,
    columns: usize,
) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(title, theme.style(Role::Strong))];
    for entry in entries {
        let keys = text::fill(&entry.all_keys(theme.glyphs), KEYS, theme.glyphs.ellipsis);
        lines.extend(flow(
            vec![Span::styled(format!("  {keys} "), theme.style(Role::Accent))],
            &[piece(entry.does, theme.style(Role::Text))],
            columns,
        ));
    }
    lines.push(Line::default());
    lines
}

fn sign(theme: &Theme, glyph: &str, role: Role, means: &str, columns: usize) -> Vec<Line<'static>> {
    let head = vec![Span::raw("  "), Span::styled(text::fill(glyph, 3, ""), theme.style(role))];
    flow(head, &[piece(means, theme.style(Role::Text))], columns)
}
