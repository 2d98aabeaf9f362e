//! The settings of a client at a moment, below whoever gave them the values that they have, the latest first.

use std::collections::BTreeMap;

use cacl_event::{
    ClientKey, History, Kind, Settings, Text,
    history::{FieldOrigin, How, Moment},
    settings::{display, unit_of},
};
use jiff::Timestamp;
use ratatui::text::Span;
use serde_json::Value;

use crate::screen::{
    page::{Draft, Pointed},
    text::{Piece, flow, width},
    theme::Role,
    watch::{detail::Look, list},
};

/// All of them.
pub fn page(history: &History, client: &ClientKey, at: Moment<'_>, look: &Look) -> Draft {
    let fields = history.settings_of(client, at);
    let settings: Settings = fields.iter().filter_map(|field| Some((&field.path, field.value.clone()?))).collect();
    let mut draft = Draft::default();
    if fields.is_empty() {
        draft.plain(flow(Vec::new(), &nothing(history, client, at, look), look.width));
        return draft;
    }
    let groups = grouped(folded(fields));
    let names =
        groups.iter().flat_map(|(_, fields)| fields).map(|field| width(&field.path)).max().unwrap_or(0).min(NAME);
    let table = Table { look, settings: &settings, names };
    for (nth, (from, fields)) in groups.iter().enumerate() {
        draft.times.extend(from.since.0);
        if nth > 0 && !look.dense {
            draft.gap();
        }
        let stated = fields.iter().all(|field| field.how == How::Stated);
        draft.plain(flow(Vec::new(), &heading(history, from, stated, look), look.width));
        for field in fields {
            table.field(field, &mut draft);
        }
    }
    draft
}

/// Why there are no settings.
fn nothing(history: &History, client: &ClientKey, at: Moment<'_>, look: &Look) -> Vec<Piece> {
    let state = match at {
        Moment::After(id) => history.after(id),
        Moment::Now | Moment::Described(_) => None,
    };
    let quiet = |words: &str| look.piece(words, Role::Quiet);
    match state.and_then(|state| state.from).and_then(|id| history.get(&id)) {
        Some(change) if change.kind == Kind::Delete => vec![
            look.piece("deleted", Role::Removed),
            quiet(" "),
            look.whole(&look.times.clock(change.time, look.times.now), Role::Text),
            quiet(" by "),
            look.whole(list::who(change), Role::Strong),
            quiet(": nothing is set any more"),
        ],
        _ if history.of_client(client).len() == 0 => vec![quiet("nothing is known of this client")],
        _ => vec![quiet("what was set then is not known")],
    }
}

/// Whom settings come from: the latest first, what nobody is known to have set last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct From {
    since: std::cmp::Reverse<Option<Timestamp>>,
    by: Option<Text>,
}

fn grouped(fields: Vec<FieldOrigin>) -> Vec<(From, Vec<FieldOrigin>)> {
    let mut groups: BTreeMap<From, Vec<FieldOrigin>> = BTreeMap::new();
    for field in fields {
        // Of what was always so it does not matter who found it.
        let unknown = field.how == How::Unknown;
        let (since, by) = if unknown { (None, None) } else { (field.since, field.by.clone()) };
        groups.entry(From { since: std::cmp::Reverse(since), by }).or_default().push(field);
    }
    for fields in groups.values_mut() {
        fields.sort_by_key(|field| rank(field.how));
    }
    groups.into_iter().collect()
}

/// What was lost comes first, what nobody cared for last.
fn rank(how: How) -> u8 {
    match how {
        How::Reset => 0,
        How::Sent => 1,
        How::Stated => 2,
        How::Described => 3,
        How::Unknown => 4,
        How::Default => 5,
    }
}

/// Units stand with their validities; what was done last to either was done to both.
fn folded(fields: Vec<FieldOrigin>) -> Vec<FieldOrigin> {
    let origins: BTreeMap<String, FieldOrigin> =
        fields.into_iter().map(|field| (field.path.to_string(), field)).collect();
    let units: Vec<&str> = origins.keys().filter_map(|path| unit_of(path)).collect();
    let shown = origins.values().filter(|field| !units.contains(&&*field.path));
    let with_unit = shown.map(|field| {
        let unit = unit_of(&field.path).and_then(|unit| origins.get(unit));
        match unit.filter(|unit| unit.since > field.since) {
            Some(unit) => FieldOrigin { path: field.path.clone(), value: field.value.clone(), ..unit.clone() },
            None => field.clone(),
        }
    });
    with_unit.collect()
}

/// `10:41:07 by kim@example.org (console)`.
fn heading(history: &History, from: &From, stated: bool, look: &Look) -> Vec<Piece> {
    let quiet = |text: &str| look.piece(text, Role::Quiet);
    let time = |time: Timestamp| look.whole(&look.times.clock(time, look.times.now), Role::Text);
    match (from.by.as_deref().and_then(|id| history.get(id)), from.since.0) {
        (Some(change), _) => {
            let origin = list::origin(change.origin);
            let origin = if origin.is_empty() { String::new() } else { format!(" ({origin})") };
            let before = if stated { ", or before" } else { "" };
            vec![
                time(change.time),
                quiet(" by "),
                look.whole(list::who(change), Role::Strong),
                quiet(&origin),
                quiet(before),
            ]
        }
        (None, Some(taken)) => vec![quiet("described so "), time(taken), quiet("; by no call that is known")],
        (None, None) => vec![quiet("so before all that is known")],
    }
}

/// A value beside its name wants at least so many columns; with fewer it goes below.
const VALUE: usize = 20;

/// The widest name that others make room for.
const NAME: usize = 26;

struct Table<'a> {
    look: &'a Look,
    settings: &'a Settings,
    names: usize,
}

impl Table<'_> {
    fn field(&self, field: &FieldOrigin, draft: &mut Draft) {
        let theme = &self.look.theme;
        let glyphs = theme.glyphs;
        let (glyph, role) = match field.how {
            How::Reset => (glyphs.reset, Role::Reset),
            How::Sent | How::Stated => (glyphs.set, Role::Changed),
            How::Default => (glyphs.defaulted, Role::Quiet),
            How::Described | How::Unknown => (glyphs.unchanged, Role::Quiet),
        };
        let name = cacl_event::clean(&field.path).into_owned();
        let style = if field.how == How::Reset { theme.loud(role) } else { theme.style(Role::Text) };
        let mut head = vec![Span::styled(format!("{glyph} "), theme.style(role)), Span::styled(name, style)];
        let used: usize = head.iter().map(Span::width).sum();
        let column = 2 + self.names + 2;
        let beside = column + VALUE <= self.look.width;
        let mut lines = Vec::new();
        if beside && used + 2 <= column {
            head.push(Span::raw(" ".repeat(column - used)));
        } else {
            lines.push(std::mem::take(&mut head).into());
        }
        for (value, pieces) in self.values(field) {
            if head.is_empty() {
                head.push(Span::raw(" ".repeat(if beside { column } else { 4 })));
            }
            lines.extend(flow(std::mem::take(&mut head), &pieces, self.look.width));
            draft.spot(std::mem::take(&mut lines), Pointed::at(&field.path, value.as_ref()));
        }
    }

    /// Each line of a value: of a list an element each.
    fn values(&self, field: &FieldOrigin) -> Vec<(Option<Value>, Vec<Piece>)> {
        let look = self.look;
        let role = if field.how == How::Default { Role::Quiet } else { Role::Text };
        let shown = |value: Option<&Value>| vec![look.piece(&display(&field.path, value, self.settings), role)];
        let mut values: Vec<_> = match &field.value {
            Some(Value::Array(elements)) if !elements.is_empty() => {
                elements.iter().map(|element| (Some(element.clone()), shown(Some(element)))).collect()
            }
            value => vec![(value.clone(), shown(value.as_ref()))],
        };
        let remark = match field.how {
            How::Reset => "not sent",
            How::Default => "default",
            How::Sent | How::Stated | How::Described | How::Unknown => return values,
        };
        if let Some((_, pieces)) = values.last_mut() {
            pieces.extend([look.piece("  ", Role::Quiet), look.whole(remark, Role::Quiet)]);
        }
        values
    }
}
