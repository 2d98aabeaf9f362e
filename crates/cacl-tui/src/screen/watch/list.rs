//! The list of changes.
//!
//! ```text
//! ╭ Changes ─────────────────────────────────────────╮
//! │ 10:39:55 · ci-runner    deploy     terraform  ~2 │
//! │▌10:41:07 ▲ web-shop     kim@…      console +1 ↺3 │
//! ╰────────────────────── ▼ 12 new · 2 high  G resumes ╯
//! ```
//!
//! Columns are as wide as what has been seen in them, and do not shrink; only the rows that are visible are looked at.

use cacl_event::{Change, Kind, Origin};
use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Paragraph},
};

use super::{
    Model,
    find::{Find, News, marked},
    model::Focus,
    rows::{Counts, Row, Summary},
    times::Stamps,
};
use crate::{
    screen::{
        panel, text,
        theme::{Role, Theme},
    },
    severe::Severe,
};

/// Draws the list with its border.
pub fn draw(model: &Model, frame: &mut Frame, area: Rect) {
    let block = block(model, foot(model, area.width.into()), area).title_bottom(time_format(model));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let columns = Columns::of(inner.width.into(), stamps(model, inner.width.into()), model.widths);
    let words = Find::words(&model.rows);
    let lines: Vec<_> = model
        .rows
        .slice(model.offset, inner.height.into())
        .map(|(number, row)| line(model, &columns, &words, number, row))
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The border, which says what is listed.
pub fn block(model: &Model, foot: Line<'static>, area: Rect) -> Block<'static> {
    let focused = model.focus == Focus::List && model.find.line.is_none();
    panel::block(&model.theme, &title(model, area.width.saturating_sub(4).into()), focused)
        .title_bottom(foot.right_aligned())
}

/// `Changes matching sev>=high · 3 of 214`; what there is too little room for goes from the filter's text.
fn title(model: &Model, columns: usize) -> String {
    let Some(filter) = model.rows.filter() else { return "Changes".into() };
    let (dot, all) = (model.theme.glyphs.dot, model.rows.all());
    let count = match model.rows.sifting() {
        Some(looked) => format!(" {dot} {} so far, {} % looked at", model.rows.len(), looked * 100 / all.max(1)),
        None => format!(" {dot} {} of {all}", model.rows.len()),
    };
    let what = if columns < 50 { "" } else { "Changes matching " };
    let room = columns.saturating_sub(text::width(what) + text::width(&count));
    format!("{what}{}{count}", text::fit(&filter.to_string(), room, model.theme.glyphs.ellipsis))
}

/// How the times of rows are told.
fn stamps(model: &Model, columns: usize) -> Stamps {
    let at = |position: usize| model.rows.at(position).and_then(|number| model.rows.row(number)).map(|row| row.time);
    let (oldest, newest) = (at(0), at(model.rows.len().saturating_sub(1)));
    Stamps::of(model, oldest.zip(newest), columns < 66)
}

/// `following`, `paused`, or what waits; and what the filter keeps from being seen.
pub fn foot(model: &Model, columns: usize) -> Line<'static> {
    let theme = &model.theme;
    let quiet = theme.style(Role::Quiet);
    let dot = || Span::styled(format!(" {} ", theme.glyphs.dot), quiet);
    let severe =
        |severe: Severe| severe.words().flat_map(|words| [dot(), Span::styled(words, theme.style(Role::High))]);
    let mut spans = vec![Span::raw(" ")];
    match model.paused {
        None => spans.push(Span::styled(if model.source.ended { "end" } else { "following" }, quiet)),
        Some(News { new: 0, .. }) => spans.push(Span::styled("paused", quiet)),
        Some(paused) => {
            let new = format!("{} {} new", theme.glyphs.below, paused.new);
            spans.push(Span::styled(new, theme.style(Role::Accent)));
            spans.extend(severe(paused.severe));
        }
    }
    if let Some(hidden) = model.hidden() {
        let words = if columns < 70 { "hidden" } else { "more hidden by the filter" };
        spans.extend([dot(), Span::styled(format!("{} {words}", hidden.new), quiet)]);
        spans.extend(severe(hidden.severe));
    }
    let waits = model.paused.is_some_and(|paused| paused.new > 0) && model.focus == Focus::List;
    spans.push(Span::styled(if waits { "  G resumes " } else { " " }, quiet));
    Line::from(spans)
}

/// How times are told, unless it goes without saying.
pub fn time_format(model: &Model) -> Line<'static> {
    let word = model.time_format.word().map_or_else(String::new, |word| format!(" {word} "));
    Line::styled(word, model.theme.style(Role::Quiet))
}

/// How wide the texts are that have been seen in some columns. They only grow, so that columns keep their place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Widths {
    client: usize,
    /// Names of people in full,
    who: usize,
    /// and as short as they are still told apart.
    who_short: usize,
    origin: usize,
    summary: usize,
}

/// The widths with those of the rows that are in view.
pub fn grown(model: &Model) -> Widths {
    let theme = &model.theme;
    let mut widths = model.widths;
    for (_, row) in model.rows.slice(model.offset, model.height) {
        let Some(change) = model.history.get(&row.id) else { continue };
        let name = who(change);
        let short = text::width(&text::person(name, 8, theme.glyphs.ellipsis));
        let summary: usize = told(theme, change, row.summary, 11).iter().map(Span::width).sum();
        for (known, seen) in [
            (&mut widths.client, step(text::width(&text::fit(client(model, change), 32, "")))),
            (&mut widths.who, step(text::width(&text::fit(name, 32, "")))),
            (&mut widths.who_short, short),
            (&mut widths.origin, origin(change.origin).len()),
            (&mut widths.summary, summary),
        ] {
            *known = seen.max(*known);
        }
    }
    widths
}

/// In steps, so that a name that is a little longer moves nothing.
fn step(width: usize) -> usize {
    (width + 1).next_multiple_of(4) - 1
}

/// The columns' widths; a width of 0 leaves the column out.
#[derive(Debug, Clone)]
pub struct Columns {
    stamps: Stamps,
    event: usize,
    client: usize,
    who: usize,
    origin: usize,
    summary: usize,
}

impl Columns {
    /// As many as fit, in the order of importance; clients in full before people.
    pub fn of(width: usize, stamps: Stamps, widths: Widths) -> Self {
        let (event, origin, summary) = match width {
            84.. => (6, 9, 11),
            46.. => (0, 9, 8),
            _ => (0, 0, 6),
        };
        let (origin, summary) = (widths.origin.min(origin), widths.summary.clamp(4, summary));
        // A cursor, a severity, and a gap after each column.
        let fixed = 1 + stamps.width + 1 + 1 + 1 + gap(event) + gap(origin) + summary + 1;
        let rest = width.saturating_sub(fixed);
        let wants = widths.client.max(7) + 1;
        let client = match rest.checked_sub(wants + widths.who + 1) {
            // What is left over keeps names apart.
            Some(more) => wants + more / 2,
            None => wants.min(rest.saturating_sub((widths.who_short + 1).min(rest * 3 / 7))),
        };
        Self { stamps, event, client, who: rest - client, origin, summary }
    }
}

fn gap(column: usize) -> usize {
    if column == 0 { 0 } else { column + 1 }
}

fn line(model: &Model, columns: &Columns, words: &[String], number: u32, row: &Row) -> Line<'static> {
    let theme = &model.theme;
    let selected = model.selected == Some(number);
    let (glyph, role) = theme.severity(row.severity());
    let quiet = theme.style(Role::Quiet);
    let unseen = if model.away.has(&row.id) { theme.glyphs.unseen } else { " " };
    let cursor = if selected { theme.glyphs.cursor } else { unseen };
    let mut spans = vec![
        Span::styled(cursor, theme.style(Role::Accent)),
        Span::styled(columns.stamps.text(row.time), if selected { theme.style(Role::Accent) } else { quiet }),
        mark(model, &row.id),
        Span::styled(glyph, theme.style(role)),
        Span::raw(" "),
    ];
    if let Some(change) = model.history.get(&row.id) {
        let ellipsis = theme.glyphs.ellipsis;
        let name = if selected { theme.style(Role::Strong) } else { Style::new() };
        let mut put = |text: String, style| spans.extend(marked(Span::styled(text, style), words, theme));
        if columns.event > 0 {
            put(format!("{:<1$} ", event(change), columns.event), quiet);
        }
        put(text::fill(client(model, change), columns.client.saturating_sub(1), ellipsis), name);
        put(" ".into(), Style::new());
        let who = text::person(who(change), columns.who.saturating_sub(1), ellipsis);
        put(text::fill(&who, columns.who, ellipsis), name);
        if columns.origin > 0 {
            let text = format!("{:<1$} ", origin(change.origin), columns.origin);
            put(text, if selected { Style::new() } else { quiet });
        }
        spans.extend(summary(theme, change, row.summary, columns.summary));
    }
    Line::from(spans)
}

fn event(change: &Change) -> &'static str {
    match change.kind {
        Kind::Create => "create",
        Kind::Update => "update",
        Kind::Delete => "delete",
        Kind::Other => "other",
    }
}

fn client<'a>(model: &'a Model, change: &'a Change) -> &'a str {
    let name = model.history.client_name(&change.id);
    name.or(change.client_id.as_deref()).unwrap_or(match change.kind {
        Kind::Other => change.user_pool_id.as_deref().unwrap_or(&change.event),
        Kind::Create | Kind::Update | Kind::Delete => "(unknown)",
    })
}

/// The name of whoever made a call.
pub fn who(change: &Change) -> &str {
    let actor = &change.actor;
    let arn = || actor.arn.as_deref().and_then(|arn| arn.rsplit(['/', ':']).next());
    actor.name.as_deref().or(actor.role.as_deref()).or_else(arn).unwrap_or("unknown")
}

/// An origin in a word.
pub fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Console => "console",
        Origin::Cli => "cli",
        Origin::Sdk => "sdk",
        Origin::CloudFormation => "cfn",
        Origin::Terraform => "terraform",
        Origin::Cdk => "cdk",
        Origin::Service => "service",
        Origin::Unknown => "",
    }
}

/// Whether a change is the one that others are compared with.
pub fn mark(model: &Model, id: &str) -> Span<'static> {
    let marked = model.mark.as_deref() == Some(id);
    Span::styled(if marked { model.theme.glyphs.mark } else { " " }, model.theme.style(Role::Accent))
}

/// The summary, right-aligned.
pub fn summary(theme: &Theme, change: &Change, summary: Summary, columns: usize) -> Vec<Span<'static>> {
    let mut spans = told(theme, change, summary, columns);
    let used: usize = spans.iter().map(Span::width).sum();
    spans.insert(0, Span::raw(" ".repeat(columns.saturating_sub(used))));
    spans
}

/// The summary; where not all of it fits, losses stay longest.
fn told(theme: &Theme, change: &Change, summary: Summary, columns: usize) -> Vec<Span<'static>> {
    let word =
        |text: &str, role| vec![Span::styled(text::fit(text, columns, theme.glyphs.ellipsis), theme.style(role))];
    match summary {
        Summary::Created => word("new", Role::Added),
        Summary::Deleted => word("del", Role::Removed),
        Summary::Failed => word(theme.glyphs.failed, Role::High),
        Summary::Call => word(&change.event, Role::Quiet),
        Summary::Counts(counts) => tokens(theme, counts, columns),
    }
}

fn tokens(theme: &Theme, counts: Counts, columns: usize) -> Vec<Span<'static>> {
    let glyphs = theme.glyphs;
    // In the order of display, each with its rank when room is short.
    let all = [
        (2, glyphs.added, counts.added, Role::Added),
        (1, glyphs.removed, counts.removed, Role::Removed),
        (3, glyphs.changed, counts.changed, Role::Changed),
        (4, glyphs.set, counts.set, Role::Changed),
        (0, glyphs.reset, counts.reset, Role::Reset),
    ];
    let mut tokens: Vec<_> = all.into_iter().filter(|(_, _, count, _)| *count > 0).collect();
    let texts = |tokens: &[(u8, &str, u32, Role)]| {
        tokens.iter().map(|(_, glyph, count, role)| (format!("{glyph}{count}"), *role)).collect::<Vec<_>>()
    };
    let wide = |tokens: &[_]| texts(tokens).iter().map(|(text, _)| text::width(text) + 1).sum::<usize>() > columns + 1;
    while tokens.len() > 1 && wide(&tokens) {
        let least = tokens.iter().map(|token| token.0).max();
        tokens.retain(|token| Some(token.0) != least);
    }
    if tokens.is_empty() {
        return vec![Span::styled(glyphs.unchanged, theme.style(Role::Quiet))];
    }
    let spans: Vec<_> = texts(&tokens)
        .into_iter()
        .map(|(text, role)| {
            vec![Span::styled(
                text::fit(&text, columns, ""),
                if role == Role::Reset { theme.loud(role) } else { theme.style(role) },
            )]
        })
        .collect();
    spans.join(&Span::raw(" "))
}
