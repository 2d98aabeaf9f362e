//! Roles and glyphs, and what they look like; the only place where colours are named.
//!
//! Only the 16 ANSI colours are used, and of those only the ones that stay readable on a light and on a dark background;
//! plain text keeps the terminal's own colour. Every role has a glyph as well, so nothing rests on colour alone.

use cacl_event::{Class, Severity};
use ratatui::{
    style::{Color, Modifier, Style},
    symbols::border,
};

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Plain.
    Text,
    /// What a line is about; at most one a line.
    Strong,
    /// Borders, labels, what did not change.
    Quiet,
    /// The selection, the focused pane, the live mark.
    Accent,
    /// Gained.
    Added,
    /// Lost on purpose.
    Removed,
    /// Different.
    Changed,
    /// Lost by omission: the loudest of the four.
    Reset,
    /// Severity low and below.
    Low,
    /// Severity medium.
    Medium,
    /// Severity high, and anything that failed.
    High,
    /// Severity critical.
    Critical,
}

/// How roles and glyphs are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    color: bool,
    /// The glyphs in use.
    pub glyphs: &'static Glyphs,
}

impl Theme {
    /// With or without colour (`NO_COLOR`), in Unicode or ASCII.
    pub fn new(color: bool, ascii: bool) -> Self {
        Self { color, glyphs: if ascii { &ASCII } else { &UNICODE } }
    }

    /// What a role looks like.
    pub fn style(&self, role: Role) -> Style {
        if self.color { colored(role) } else { plain(role) }
    }

    /// The same, bold.
    pub fn loud(&self, role: Role) -> Style {
        self.style(role).add_modifier(Modifier::BOLD)
    }

    /// The same, marked as what was looked for.
    pub fn marked(&self, style: Style) -> Style {
        style.remove_modifier(Modifier::DIM).add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
    }

    /// A title that stands in a border: bold even where the border is dimmed.
    pub fn title(&self) -> Style {
        self.style(Role::Strong).remove_modifier(Modifier::DIM)
    }

    /// Glyph and role of a row's class.
    pub fn class(&self, class: Class) -> (&'static str, Role) {
        let glyphs = self.glyphs;
        match class {
            Class::Reset => (glyphs.reset, Role::Reset),
            Class::Changed => (glyphs.changed, Role::Changed),
            Class::Added => (glyphs.added, Role::Added),
            Class::Removed => (glyphs.removed, Role::Removed),
            Class::Set => (glyphs.set, Role::Changed),
            Class::Defaulted => (glyphs.defaulted, Role::Quiet),
            Class::Unchanged => (glyphs.unchanged, Role::Quiet),
        }
    }

    /// Glyph and role of a severity.
    pub fn severity(&self, severity: Severity) -> (&'static str, Role) {
        let glyphs = self.glyphs;
        match severity {
            Severity::Info => (" ", Role::Quiet),
            Severity::Low => (glyphs.low, Role::Low),
            Severity::Medium => (glyphs.medium, Role::Medium),
            Severity::High => (glyphs.high, Role::High),
            Severity::Critical => (glyphs.critical, Role::Critical),
        }
    }
}

/// The name of a severity, as an English word in capitals.
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "INFO",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

fn colored(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Text | Role::Low => style,
        Role::Strong => style.add_modifier(Modifier::BOLD),
        // Dimmed rather than grey: bright black is invisible in some palettes, dimmed text never is.
        Role::Quiet => style.add_modifier(Modifier::DIM),
        Role::Accent | Role::Changed => style.fg(Color::Cyan),
        Role::Added => style.fg(Color::Green),
        Role::Removed | Role::High => style.fg(Color::Red),
        Role::Reset => style.fg(Color::Magenta),
        Role::Medium => style.fg(Color::Yellow),
        Role::Critical => style.fg(Color::Red).add_modifier(Modifier::BOLD | Modifier::REVERSED),
    }
}

fn plain(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Text | Role::Low | Role::Medium | Role::Added | Role::Changed | Role::Removed => style,
        Role::Strong | Role::Accent | Role::High => style.add_modifier(Modifier::BOLD),
        Role::Quiet => style.add_modifier(Modifier::DIM),
        Role::Reset => style.add_modifier(Modifier::UNDERLINED),
        Role::Critical => style.add_modifier(Modifier::BOLD | Modifier::REVERSED),
    }
}

/// Everything that is drawn and is no word. All but `arrow`, `ellipsis`, `ok` and `unproven` are one column wide.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names say it, and the values show it")]
pub struct Glyphs {
    pub added: &'static str,
    pub removed: &'static str,
    pub changed: &'static str,
    pub reset: &'static str,
    pub set: &'static str,
    pub defaulted: &'static str,
    pub unchanged: &'static str,
    pub critical: &'static str,
    pub high: &'static str,
    pub medium: &'static str,
    pub low: &'static str,
    pub live: &'static str,
    pub trouble: &'static str,
    pub down: &'static str,
    pub ended: &'static str,
    pub ok: &'static str,
    pub failed: &'static str,
    pub unproven: &'static str,
    pub done: &'static str,
    pub running: &'static str,
    pub waiting: &'static str,
    pub arrow: &'static str,
    pub ellipsis: &'static str,
    pub dot: &'static str,
    pub dash: &'static str,
    pub below: &'static str,
    pub cursor: &'static str,
    pub mark: &'static str,
    /// Before a row that came while nobody watched.
    pub unseen: &'static str,
    pub full: &'static str,
    pub empty: &'static str,
    pub enter: &'static str,
    pub up: &'static str,
    pub down_key: &'static str,
    pub left: &'static str,
    pub right: &'static str,
    pub bell: &'static str,
    pub border: border::Set<'static>,
}

const UNICODE: Glyphs = Glyphs {
    added: "+",
    removed: "−",
    changed: "~",
    reset: "↺",
    set: ">",
    defaulted: "*",
    unchanged: "=",
    critical: "‼",
    high: "▲",
    medium: "◆",
    low: "·",
    live: "●",
    trouble: "◐",
    down: "○",
    ended: "■",
    ok: "✓",
    failed: "✗",
    unproven: "·",
    done: "✓",
    running: "◐",
    waiting: "·",
    arrow: "→",
    ellipsis: "…",
    dot: "·",
    dash: "─",
    below: "▼",
    cursor: "▌",
    mark: "»",
    unseen: "•",
    full: "█",
    empty: "░",
    enter: "⏎",
    up: "↑",
    down_key: "↓",
    left: "←",
    right: "→",
    bell: "♪",
    border: border::ROUNDED,
};

const ASCII: Glyphs = Glyphs {
    added: "+",
    removed: "-",
    changed: "~",
    reset: "R",
    set: ">",
    defaulted: "*",
    unchanged: "=",
    critical: "#",
    high: "!",
    medium: "o",
    low: ".",
    live: "*",
    trouble: "o",
    down: "x",
    ended: "#",
    ok: "ok",
    failed: "x",
    unproven: "?",
    done: "+",
    running: "*",
    waiting: ".",
    arrow: "->",
    ellipsis: "..",
    dot: "|",
    dash: "-",
    below: "v",
    cursor: ">",
    mark: "m",
    unseen: "*",
    full: "#",
    empty: ".",
    enter: "Enter",
    up: "Up",
    down_key: "Down",
    left: "Left",
    right: "Right",
    bell: "bell",
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
};

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;

    const ROLES: [Role; 12] = [
        Role::Text,
        Role::Strong,
        Role::Quiet,
        Role::Accent,
        Role::Added,
        Role::Removed,
        Role::Changed,
        Role::Reset,
        Role::Low,
        Role::Medium,
        Role::High,
        Role::Critical,
    ];

    #[test]
    fn without_colour_there_is_none_and_what_matters_still_stands_out() {
        let theme = Theme::new(false, false);
        for role in ROLES {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
        for role in [Role::Reset, Role::High, Role::Critical] {
            assert_ne!(theme.style(role), theme.style(Role::Text), "{role:?}");
        }
    }

    #[test]
    fn colours_are_readable_on_light_and_dark() {
        let theme = Theme::new(true, false);
        for role in ROLES {
            let style = theme.style(role);
            assert!(
                !matches!(style.fg, Some(Color::Black | Color::White | Color::Gray | Color::DarkGray | Color::Blue)),
                "{role:?} would vanish on one of the two backgrounds"
            );
            assert_eq!(style.bg, None, "{role:?}");
        }
    }

    #[test]
    fn ascii_is_ascii() {
        let glyphs = format!("{ASCII:?}");
        assert!(glyphs.is_ascii(), "{glyphs}");
    }
}
