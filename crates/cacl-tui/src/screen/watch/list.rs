//! The list of changes.
//!
//! ```text
//! ╭ Changes ─────────────────────────────────────────╮
//! │ 10:39:55 · ci-runner    deploy     terraform  ~2 │
//! │▌10:41:07 ▲ web-shop     kim@…      console +1 ↺3 │
//! ╰────────────────────── ▼ 12 new · 2 high  G resumes ╯
//! ```
//!
//! Columns keep their width while following; only the rows that are visible are looked at.

use cacl_event::{Change, Kind, Origin};
use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    Model,
    model::Focus,
    rows::{Counts, Row, Summary},
    times::Stamps,
};
use crate::screen::{
    panel, text,
    theme::{Role, Theme},
};

/// Draws the list with its border.
pub fn draw(model: &Model, frame: &mut Frame, area: Rect) {
    let block = panel::block(&model.theme, "Changes", model.focus == Focus::List)
        .title_bottom(foot(model).right_aligned())
        .title_bottom(time_format(model));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let columns = Columns::of(inner.width.into(), stamps(model, inner.width.into()));
    let lines: Vec<_> = model
        .rows
        .slice(model.offset, inner.height.into())
        .map(|(number, row)| line(model, &columns, number, row))
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// How the times of rows are told.
fn stamps(model: &Model, columns: usize) -> Stamps {
    let at = |position: usize| model.rows.at(position).and_then(|number| model.rows.row(number)).map(|row| row.time);
    let (oldest, newest) = (at(0), at(model.rows.len().saturating_sub(1)));
    Stamps::of(model, oldest.zip(newest), columns < 66)
}

/// `following`, `paused`, or what waits.
fn foot(model: &Model) -> Line<'static> {
    let theme = &model.theme;
    let quiet = theme.style(Role::Quiet);
    let Some(paused) = model.paused else {
        let word = if model.source.ended { "end" } else { "following" };
        return Line::styled(format!(" {word} "), quiet);
    };
    if paused.new == 0 {
        return Line::styled(" paused ", quiet);
    }
    let mut spans =
        vec![Span::styled(format!(" {} {} new", theme.glyphs.below, paused.new), theme.style(Role::Accent))];
    if paused.high > 0 {
        let high = format!(" {} {} high", theme.glyphs.dot, paused.high);
        spans.push(Span::styled(high, theme.style(Role::High)));
    }
    spans.push(Span::styled(if model.focus == Focus::List { "  G resumes " } else { " " }, quiet));
    Line::from(spans)
}

/// How times are told, unless it goes without saying.
pub fn time_format(model: &Model) -> Line<'static> {
    let word = model.time_format.word().map_or_else(String::new, |word| format!(" {word} "));
    Line::styled(word, model.theme.style(Role::Quiet))
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
    /// As many as fit, in the order of importance.
    pub fn of(width: usize, stamps: Stamps) -> Self {
        let (event, origin, summary) = match width {
            84.. => (6, 9, 11),
            46.. => (0, 9, 8),
            _ => (0, 0, 6),
        };
        // A cursor, a severity, and a gap after each column.
        let fixed = 1 + stamps.width + 1 + 1 + 1 + gap(event) + gap(origin) + summary + 1;
        let rest = width.saturating_sub(fixed);
        let client = (rest * 4 / 7).min(32);
        let who = rest.saturating_sub(client).min(32);
        Self { stamps, event, client, who, origin, summary }
    }
}

fn gap(column: usize) -> usize {
    if column == 0 { 0 } else { column + 1 }
}

fn line(model: &Model, columns: &Columns, number: u32, row: &Row) -> Line<'static> {
    let theme = &model.theme;
    let selected = model.selected == Some(number);
    let (glyph, role) = theme.severity(row.severity);
    let quiet = theme.style(Role::Quiet);
    let mut spans = vec![
        Span::styled(if selected { theme.glyphs.cursor } else { " " }, theme.style(Role::Accent)),
        Span::styled(columns.stamps.text(row.time), if selected { theme.style(Role::Accent) } else { quiet }),
        mark(model, &row.id),
        Span::styled(glyph, theme.style(role)),
        Span::raw(" "),
    ];
    if let Some(change) = model.history.get(&row.id) {
        let ellipsis = theme.glyphs.ellipsis;
        if columns.event > 0 {
            spans.push(Span::styled(format!("{:<1$} ", event(change), columns.event), quiet));
        }
        let client = text::fill(client(model, change), columns.client.saturating_sub(1), ellipsis);
        spans.push(Span::styled(client, if selected { theme.style(Role::Strong) } else { Style::new() }));
        spans.push(Span::raw(" "));
        let who = text::person(who(change), columns.who.saturating_sub(1), ellipsis);
        let style = if selected { theme.style(Role::Strong) } else { Style::new() };
        spans.push(Span::styled(text::fill(&who, columns.who, ellipsis), style));
        if columns.origin > 0 {
            let text = format!("{:<1$} ", origin(change.origin), columns.origin);
            spans.push(Span::styled(text, if selected { Style::new() } else { quiet }));
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
    name.or(change.client_id.as_deref()).or(change.user_pool_id.as_deref()).unwrap_or(&change.event)
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

/// The summary, right-aligned; where not all of it fits, losses stay longest.
pub fn summary(theme: &Theme, change: &Change, summary: Summary, columns: usize) -> Vec<Span<'static>> {
    let word =
        |text: &str, role| vec![Span::styled(text::fit(text, columns, theme.glyphs.ellipsis), theme.style(role))];
    let mut spans = match summary {
        Summary::Created => word("new", Role::Added),
        Summary::Deleted => word("del", Role::Removed),
        Summary::Failed => word(theme.glyphs.failed, Role::High),
        Summary::Call => word(&change.event, Role::Quiet),
        Summary::Counts(counts) => tokens(theme, counts, columns),
    };
    let used: usize = spans.iter().map(Span::width).sum();
    spans.insert(0, Span::raw(" ".repeat(columns.saturating_sub(used))));
    spans
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
