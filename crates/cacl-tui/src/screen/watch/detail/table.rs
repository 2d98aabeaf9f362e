//! Rows below each other: names in one column, values in another.

use std::collections::HashSet;

use cacl_event::{Class, Diff, Kind, Row, Settings, clean, settings::display};
use ratatui::text::{Line, Span};
use serde_json::Value;

use super::Look;
use crate::screen::{
    page::{Draft, Pointed},
    text::{Piece, flow, width},
    theme::Role,
};

/// What rows are drawn with.
pub struct Table<'a> {
    pub look: &'a Look,
    pub kind: Kind,
    pub before: Settings,
    pub after: Settings,
    /// The width of the names' column.
    pub names: usize,
    /// Units of validities that were not sent, by the paths of the validities.
    unsent_units: HashSet<&'a str>,
}

/// A value beside its name wants at least so many columns; with fewer it goes below.
const VALUE: usize = 24;

/// The widest name that others make room for.
const NAME: usize = 26;

impl<'a> Table<'a> {
    /// For some rows of a diff.
    pub fn of(rows: &[&Row], kind: Kind, diff: &'a Diff, look: &'a Look) -> Self {
        let settings = |value: fn(&Row) -> &Option<Value>| {
            let known = diff.rows.iter().filter_map(|row| Some((&row.path, value(row).clone()?)));
            known.collect::<Settings>()
        };
        let names = rows.iter().map(|row| width(&row.path)).max().unwrap_or(0).min(NAME);
        let sent = diff.rows.iter().filter(|row| !matches!(row.class, Class::Reset));
        let unsent_units = sent.filter(|row| diff.unit_of(row).is_some_and(|unit| unit.class == Class::Reset));
        let unsent_units = unsent_units.map(|row| &*row.path).collect();
        Self { look, kind, before: settings(|row| &row.before), after: settings(|row| &row.after), names, unsent_units }
    }

    /// `↺ accessTokenValidity`.
    pub fn name(&self, row: &Row) -> Vec<Span<'static>> {
        let theme = &self.look.theme;
        let (glyph, role) = theme.class(row.class);
        let style = match role {
            Role::Reset => theme.loud(role),
            Role::Quiet => theme.style(role),
            _ => theme.style(Role::Text),
        };
        vec![Span::styled(format!("{glyph} "), theme.style(role)), Span::styled(clean(&row.path).into_owned(), style)]
    }

    /// Adds a row: its value beside its name, or below where that is wide.
    pub fn row(&self, row: &Row, draft: &mut Draft) {
        let mut head = self.name(row);
        let used: usize = head.iter().map(Span::width).sum();
        let column = 2 + self.names + 2;
        let beside = column + VALUE <= self.look.width;
        let values = self.values(row);
        let mut lines = Vec::new();
        if beside && used + 2 <= column {
            head.push(Span::raw(" ".repeat(column - used)));
        } else if let [value] = &values[..]
            && used + 2 + value.width() <= self.look.width
        {
            head.push(Span::raw("  "));
        } else {
            lines.push(Line::from(std::mem::take(&mut head)));
        }
        for value in values {
            if head.is_empty() {
                head.push(Span::raw(" ".repeat(if beside { column } else { 4 })));
            }
            head.extend(value.sign);
            lines.extend(flow(std::mem::take(&mut head), &value.pieces, self.look.width));
            draft.spot(std::mem::take(&mut lines), Pointed::at(&row.path, value.means.as_ref()));
        }
    }

    /// The lines of a row's value.
    fn values(&self, row: &Row) -> Vec<Part> {
        if is_list(row) {
            return self.list(row);
        }
        let lost = matches!(row.class, Class::Reset | Class::Removed);
        let means = if lost { row.before.clone() } else { row.after.clone() };
        vec![Part { sign: None, pieces: self.scalar(row), means }]
    }

    fn scalar(&self, row: &Row) -> Vec<Piece> {
        let look = self.look;
        let (_, role) = look.theme.class(row.class);
        let before = |role| look.piece(&self.had(row), role);
        let after = |role| look.piece(&self.has(row), role);
        let arrow = || look.piece(&format!(" {} ", look.theme.glyphs.arrow), Role::Quiet);
        match row.class {
            Class::Reset => vec![before(Role::Text), arrow(), after(role), gap(look), self.not_sent(row)],
            Class::Changed => vec![before(Role::Quiet), arrow(), after(role)],
            Class::Removed if self.kind == Kind::Delete => vec![before(Role::Text)],
            Class::Removed => vec![before(role), arrow(), after(Role::Text)],
            Class::Added | Class::Set => vec![after(role)],
            Class::Defaulted | Class::Unchanged => vec![after(Role::Quiet)],
        }
    }

    /// One line for each element: gained, lost, kept; then where a lost list went.
    fn list(&self, row: &Row) -> Vec<Part> {
        let glyphs = self.look.theme.glyphs;
        let (_, role) = self.look.theme.class(row.class);
        let Elements { gained, lost, kept } = Elements::of(row);
        let deleted = self.kind == Kind::Delete;
        let empty = gained.is_empty() && kept.is_empty();
        let all = |role| {
            [&gained, &lost, &kept].into_iter().flatten().map(move |element| self.element("", row, element, role))
        };
        let mut parts: Vec<Part> = match row.class {
            Class::Set | Class::Unchanged | Class::Defaulted => all(role).collect(),
            Class::Added if lost.is_empty() && kept.is_empty() => all(role).collect(),
            Class::Removed if deleted => all(Role::Text).collect(),
            Class::Added | Class::Changed | Class::Removed | Class::Reset => {
                let gained = gained.iter().map(|element| self.element(glyphs.added, row, element, Role::Added));
                let lost = lost.iter().map(|element| self.element(glyphs.removed, row, element, loss(row)));
                let kept = kept.iter().map(|element| self.element(" ", row, element, Role::Quiet));
                gained.chain(lost).chain(kept).collect()
            }
        };
        if matches!(row.class, Class::Reset | Class::Removed) && empty && !deleted {
            let sign = Span::styled(format!("{} ", glyphs.arrow), self.look.theme.style(Role::Quiet));
            let pieces = vec![self.look.piece(&self.has(row), Role::Text)];
            parts.push(Part { sign: Some(sign), pieces, means: row.before.clone() });
        }
        if let (Class::Reset, Some(last)) = (row.class, parts.last_mut()) {
            last.pieces.extend([gap(self.look), self.not_sent(row)]);
        }
        if parts.is_empty() {
            parts.push(Part { sign: None, pieces: vec![self.look.piece("none", Role::Quiet)], means: None });
        }
        parts
    }

    fn element(&self, sign: &str, row: &Row, element: &Value, role: Role) -> Part {
        let sign = (!sign.is_empty()).then(|| Span::styled(format!("{sign} "), self.look.theme.style(role)));
        Part { sign, pieces: vec![self.shown(row, element, role)], means: Some(element.clone()) }
    }

    /// An element of a list.
    pub fn shown(&self, row: &Row, element: &Value, role: Role) -> Piece {
        self.look.piece(&display(&row.path, Some(element), &Settings::default()), role)
    }

    /// What held before.
    pub fn had(&self, row: &Row) -> String {
        display(&row.path, row.before.as_ref(), &self.before)
    }

    /// What holds now: the value after, else what the service assumes without one.
    pub fn has(&self, row: &Row) -> String {
        display(&row.path, row.after.as_ref(), &self.after)
    }

    /// Why it is lost.
    pub fn not_sent(&self, row: &Row) -> Piece {
        let unit = self.unsent_units.contains(&*row.path);
        self.look.whole(if unit { "unit not sent" } else { "not sent" }, Role::Quiet)
    }
}

/// Whether a value is shown element by element.
pub fn is_list(row: &Row) -> bool {
    [&row.before, &row.after].into_iter().flatten().any(Value::is_array)
}

/// How an element that is gone is drawn.
pub fn loss(row: &Row) -> Role {
    if row.class == Class::Reset { Role::Reset } else { Role::Removed }
}

/// Between a value and the remark on it.
pub fn gap(look: &Look) -> Piece {
    look.piece("  ", Role::Quiet)
}

/// A line of a value: the sign of a list's element, the text that hangs behind it, and the value it stands for.
struct Part {
    sign: Option<Span<'static>>,
    pieces: Vec<Piece>,
    means: Option<Value>,
}

impl Part {
    fn width(&self) -> usize {
        self.sign.as_ref().map_or(0, Span::width) + self.pieces.iter().map(Piece::width).sum::<usize>()
    }
}

/// The elements of a list by what became of them.
pub struct Elements {
    pub gained: Vec<Value>,
    pub lost: Vec<Value>,
    /// What is on both sides, be it that the service assumes it on one of them.
    pub kept: Vec<Value>,
}

impl Elements {
    /// What the diff tells; where that tells of no elements, as of what is hidden on one side, what is on either side.
    pub fn of(row: &Row) -> Self {
        let [before, after] = [row.before.as_ref(), row.after.as_ref()].map(elements);
        let without = |all: &[Value], other: &[Value]| {
            let other = keys(other);
            all.iter().filter(|element| !other.contains(&element.to_string())).cloned().collect()
        };
        if let (Some(gained), Some(lost)) = (&row.added, &row.removed) {
            let kept = if row.after.is_some() { without(&after, gained) } else { without(&before, lost) };
            Self { gained: gained.clone(), lost: lost.clone(), kept }
        } else {
            let gained = without(&after, &before);
            Self { lost: without(&before, &after), kept: without(&after, &gained), gained }
        }
    }
}

/// The elements of a list; anything else counts as a list of itself.
fn elements(value: Option<&Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(elements)) => elements.clone(),
        Some(Value::Null) | None => Vec::new(),
        Some(other) => vec![other.clone()],
    }
}

/// To look elements up quickly: a hostile list may be very long.
fn keys(elements: &[Value]) -> HashSet<String> {
    elements.iter().map(Value::to_string).collect()
}
