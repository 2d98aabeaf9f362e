//! The parameters of a change against what was there before.

use std::collections::HashSet;

use cacl_event::{BaselineKind, Change, Class, Diff, History, Kind, Outcome, Row, Settings, clean, settings::display};
use jiff::Timestamp;
use ratatui::text::{Line, Span};
use serde_json::Value;

use super::{Look, list};
use crate::screen::{
    text::{self, Piece, flow, width},
    theme::Role,
};

/// The heading and the rows.
pub fn lines(history: &History, change: &Change, look: &Look) -> Vec<Line<'static>> {
    let Some(diff) = history.diff(&change.id) else { return Vec::new() };
    // With neither an earlier state nor parameters there is nothing to head.
    let bare = diff.rows.is_empty() && change.kind == Kind::Update;
    let mut lines = if bare { Vec::new() } else { heading(history, change, &diff, look) };
    let rows: Vec<&Row> = diff.rows.iter().filter(|row| look.unfolded || row.class != Class::Unchanged).collect();
    let table = Table::of(&rows, change, &diff, look);
    lines.extend(rows.iter().flat_map(|row| table.row(row)));
    let unchanged = diff.rows.len() - rows.len();
    if diff.rows.is_empty() {
        lines.extend(flow(Vec::new(), &[look.piece(nothing(change), Role::Quiet)], look.width));
    } else if unchanged > 0 {
        let folded = format!("{} {unchanged} unchanged", look.theme.glyphs.unchanged);
        lines.push(Line::styled(folded, look.theme.style(Role::Quiet)));
    }
    lines
}

/// Why there are no rows.
fn nothing(change: &Change) -> &'static str {
    match (&change.sent, &change.outcome) {
        (None, Outcome::Failed { .. }) => "the record tells no parameters: AWS leaves them out of calls that it denies",
        _ if change.kind == Kind::Delete => "nothing is known of what it had",
        (None, Outcome::Succeeded) => "the record tells no parameters",
        (Some(_), _) => "no parameters but the ids",
    }
}

fn heading(history: &History, change: &Change, diff: &Diff, look: &Look) -> Vec<Line<'static>> {
    let quiet = |text: &str| look.piece(text, Role::Quiet);
    let failed = matches!(change.outcome, Outcome::Failed { .. });
    let mut pieces = match (change.kind, diff.baseline) {
        (Kind::Create, _) if failed => vec![quiet("it would have been created with")],
        (Kind::Create, _) => vec![quiet("created with")],
        (Kind::Delete, _) if failed => vec![quiet("it would have lost")],
        (Kind::Delete, BaselineKind::None) => {
            vec![look.piece("deleted", Role::Removed), quiet("; no earlier state known")]
        }
        (Kind::Delete, _) => vec![look.piece("deleted", Role::Removed), quiet("; it had:")],
        (Kind::Other, _) => vec![quiet("request parameters")],
        (Kind::Update, BaselineKind::None) => vec![quiet("no earlier state known: what the request sets")],
        (Kind::Update, _) => vec![quiet("request parameters, against ")],
    };
    if change.kind == Kind::Update && diff.baseline != BaselineKind::None {
        pieces.extend(against(history, change, diff.baseline, look));
    }
    let mut lines = flow(Vec::new(), &pieces, look.width);
    let blind = diff.baseline == BaselineKind::None && change.kind != Kind::Other;
    if let Some(why) = look.blind.as_deref().filter(|_| blind) {
        lines.extend(flow(Vec::new(), &[quiet(why)], look.width));
    }
    lines
}

/// `10:28:11 by deploy (terraform)`.
fn against(history: &History, change: &Change, kind: BaselineKind, look: &Look) -> Vec<Piece> {
    let from = history.before(&change.id).and_then(|baseline| baseline.from);
    let Some(earlier) = from.and_then(|id| history.get(&id)) else {
        let words = if kind == BaselineKind::Snapshot { "the settings as described" } else { "what was there before" };
        return vec![look.piece(words, Role::Quiet)];
    };
    let mut pieces = vec![
        look.whole(&moment(earlier.time, change.time, look), Role::Quiet),
        look.piece(" by ", Role::Quiet),
        look.whole(list::who(earlier), Role::Quiet),
    ];
    let origin = list::origin(earlier.origin);
    if !origin.is_empty() {
        pieces.push(look.whole(&format!(" ({origin})"), Role::Quiet));
    }
    pieces
}

/// The time of an earlier change; with its date if that is another.
fn moment(earlier: Timestamp, later: Timestamp, look: &Look) -> String {
    let date = |time| look.zone.to_datetime(time).date();
    let format = if date(earlier) == date(later) { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
    text::moment(earlier, &look.zone, format)
}

/// Names in one column, values in another.
struct Table<'a> {
    look: &'a Look,
    kind: Kind,
    before: Settings,
    after: Settings,
    names: usize,
}

/// A value beside its name wants at least so many columns; with fewer it goes below.
const VALUE: usize = 24;

impl<'a> Table<'a> {
    fn of(rows: &[&Row], change: &Change, diff: &Diff, look: &'a Look) -> Self {
        let settings = |value: fn(&Row) -> &Option<Value>| {
            let known = diff.rows.iter().filter_map(|row| Some((&row.path, value(row).clone()?)));
            known.collect::<Settings>()
        };
        let names = rows.iter().map(|row| width(&row.path)).max().unwrap_or(0).min(26);
        Self { look, kind: change.kind, before: settings(|row| &row.before), after: settings(|row| &row.after), names }
    }

    fn row(&self, row: &Row) -> Vec<Line<'static>> {
        let theme = &self.look.theme;
        let (glyph, role) = theme.class(row.class);
        let name = clean(&row.path).into_owned();
        let name_style = match role {
            Role::Reset => theme.loud(role),
            Role::Quiet => theme.style(role),
            _ => theme.style(Role::Text),
        };
        let mut head = vec![Span::styled(format!("{glyph} "), theme.style(role)), Span::styled(name, name_style)];
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
        }
        lines
    }

    /// The lines of a row's value.
    fn values(&self, row: &Row) -> Vec<Part> {
        let is_list = |value: &Option<Value>| value.as_ref().is_some_and(Value::is_array);
        if is_list(&row.before) || is_list(&row.after) {
            self.list(row)
        } else {
            vec![Part { sign: None, pieces: self.scalar(row) }]
        }
    }

    fn scalar(&self, row: &Row) -> Vec<Piece> {
        let look = self.look;
        let (_, role) = look.theme.class(row.class);
        let before = |role| look.piece(&display(&row.path, row.before.as_ref(), &self.before), role);
        let after = |role| look.piece(&display(&row.path, row.after.as_ref(), &self.after), role);
        let arrow = || look.piece(&format!(" {} ", look.theme.glyphs.arrow), Role::Quiet);
        match row.class {
            Class::Reset => {
                vec![before(Role::Text), arrow(), look.piece(&self.fallen_to(row), role), gap(look), self.not_sent()]
            }
            Class::Changed => vec![before(Role::Quiet), arrow(), after(role)],
            Class::Removed if self.kind == Kind::Delete => vec![before(Role::Text)],
            Class::Removed => vec![before(role), arrow(), look.piece(&self.fallen_to(row), Role::Text)],
            Class::Added | Class::Set => vec![after(role)],
            Class::Defaulted | Class::Unchanged => vec![after(Role::Quiet)],
        }
    }

    /// One line for each element: gained, lost, kept; then where a lost list went.
    fn list(&self, row: &Row) -> Vec<Part> {
        let glyphs = self.look.theme.glyphs;
        let (_, role) = self.look.theme.class(row.class);
        let [before, after] = [row.before.as_ref(), row.after.as_ref()].map(elements);
        let (had, has) = (keys(&before), keys(&after));
        let deleted = self.kind == Kind::Delete;
        let mut parts: Vec<Part> = match row.class {
            Class::Set | Class::Added | Class::Unchanged | Class::Defaulted => {
                after.iter().map(|element| self.element("", row, element, role)).collect()
            }
            Class::Removed if deleted => {
                before.iter().map(|element| self.element("", row, element, Role::Text)).collect()
            }
            Class::Changed | Class::Removed | Class::Reset => {
                let minus = if row.class == Class::Reset { Role::Reset } else { Role::Removed };
                let gained = after.iter().filter(|element| !had.contains(&element.to_string()));
                let lost = before.iter().filter(|element| !has.contains(&element.to_string()));
                let kept = after.iter().filter(|element| had.contains(&element.to_string()));
                let gained = gained.map(|element| self.element(glyphs.added, row, element, Role::Added));
                let lost = lost.map(|element| self.element(glyphs.removed, row, element, minus));
                gained.chain(lost).chain(kept.map(|element| self.element(" ", row, element, Role::Quiet))).collect()
            }
        };
        if matches!(row.class, Class::Reset | Class::Removed) && after.is_empty() && !deleted {
            let arrow = self.look.piece(&format!("{} ", glyphs.arrow), Role::Quiet);
            parts.push(Part { sign: None, pieces: vec![arrow, self.look.piece(&self.fallen_to(row), Role::Text)] });
        }
        if let (Class::Reset, Some(last)) = (row.class, parts.last_mut()) {
            last.pieces.extend([gap(self.look), self.not_sent()]);
        }
        if parts.is_empty() {
            parts.push(Part { sign: None, pieces: vec![self.look.piece("none", Role::Quiet)] });
        }
        parts
    }

    fn element(&self, sign: &str, row: &Row, element: &Value, role: Role) -> Part {
        let sign = (!sign.is_empty()).then(|| Span::styled(format!("{sign} "), self.look.theme.style(role)));
        Part { sign, pieces: vec![self.look.piece(&display(&row.path, Some(element), &Settings::default()), role)] }
    }

    /// What holds now: the value after, else what the service assumes without one.
    fn fallen_to(&self, row: &Row) -> String {
        display(&row.path, row.after.as_ref(), &self.after)
    }

    fn not_sent(&self) -> Piece {
        self.look.whole("not sent", Role::Quiet)
    }
}

/// Between a value and the remark on it.
fn gap(look: &Look) -> Piece {
    look.piece("  ", Role::Quiet)
}

/// A line of a value: the sign of a list's element, and the text that hangs behind it.
struct Part {
    sign: Option<Span<'static>>,
    pieces: Vec<Piece>,
}

impl Part {
    fn width(&self) -> usize {
        self.sign.as_ref().map_or(0, Span::width) + self.pieces.iter().map(Piece::width).sum::<usize>()
    }
}

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
