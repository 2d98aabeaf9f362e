//! The header.
//!
//! ```text
//! cacl-cognito-api-calls   IdentityAdmin kim@example.org   eu-west-1   123456789012           ● live
//! trail ✓ ── rule ✓ ── lambda ✓ ── log ✓ ── you   14 changes · 3 high   last one 2 min ago
//! ```

use std::time::Duration;

use jiff::SignedDuration;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};

use super::{Model, source::Hop};
use crate::{
    feed::Past,
    screen::{
        bar::{Bar, Item},
        text::{self, Ticking},
        theme::Role,
    },
};

/// At most so many columns for what there is to say of Live Tail.
const PUSH_COLUMNS: usize = 50;

/// The texts that depend on the clock.
#[derive(Debug, Default)]
pub struct Clock {
    /// The live state.
    pub live: String,
    /// How long ago the newest change was made; empty without one.
    pub last: String,
    /// How long ago recording began; empty if that is not shown.
    pub armed: String,
    /// How long all of them stay true.
    pub holds: Option<Duration>,
}

impl Clock {
    /// What they are now.
    pub fn of(model: &Model) -> Self {
        let ago = |time| text::ago(model.now.duration_since(time));
        let live = model.source.state(model.now, model.theme.glyphs).2;
        let last = model.rows.newest().filter(|_| !model.source.is_recording()).map(|row| ago(row.time));
        let armed = model.scene.armed.filter(|_| model.rows.all() == 0).map(ago);
        let texts = [Some(live), last, armed];
        let holds = texts.iter().flatten().map(|text| text.holds).min().filter(|holds| *holds < SignedDuration::MAX);
        let [live, last, armed] = texts.map(|text| text.map_or_else(String::new, |Ticking { text, .. }| text));
        Self { live, last, armed, holds: holds.map(|holds| holds.try_into().unwrap_or(Duration::ZERO)) }
    }

    /// Whether the reader would see no difference.
    pub fn reads_as(&self, other: &Self) -> bool {
        (&self.live, &self.last, &self.armed) == (&other.live, &other.last, &other.armed)
    }
}

/// Draws both lines.
pub fn draw(model: &Model, frame: &mut Frame, area: Rect) {
    let [first, second] = Layout::vertical([Constraint::Length(1); 2]).areas(area);
    frame.render_widget(facts(model, first.width.into()), first);
    frame.render_widget(state(model, second.width.into()), second);
}

fn facts(model: &Model, columns: usize) -> Bar {
    let theme = &model.theme;
    let scene = &model.scene;
    let items = [
        (0, &scene.stack, Role::Strong),
        (3, &scene.account, Role::Quiet),
        (2, &scene.region, Role::Quiet),
        (1, &scene.who, Role::Quiet),
    ];
    let bell = model.alarm.from.map(|from| {
        let words = format!("{} {}", theme.glyphs.bell, from.as_str());
        Item::new(4, Span::styled(words, theme.style(Role::Quiet)))
    });
    let left = items.into_iter().filter(|(_, text, _)| !text.is_empty()).map(|(rank, fact, role)| {
        Item::new(rank, Span::styled(text::fit(fact, columns, theme.glyphs.ellipsis), theme.style(role)))
    });
    Bar { left: left.chain(bell).collect(), right: live(model), gap: 3 }
}

/// The live state, with its glyph.
fn live(model: &Model) -> Line<'static> {
    let (glyph, role, _) = model.source.state(model.now, model.theme.glyphs);
    let style = model.theme.style(role);
    Line::from(vec![Span::styled(format!("{glyph} "), style), Span::styled(model.clock.live.clone(), style)])
}

fn state(model: &Model, columns: usize) -> Bar {
    let theme = &model.theme;
    let mut left = Vec::new();
    if let Some(trouble) = model.source.trouble() {
        let words = text::fit(trouble, columns, theme.glyphs.ellipsis);
        left.push(Item::new(0, Span::styled(words, theme.style(Role::High))));
    } else if model.source.is_recording() {
        left.push(Item::new(2, Span::styled("recorded events", theme.style(Role::Quiet))));
    } else {
        left.push(Item { rank: 2, spans: strip(model) });
    }
    left.push(Item { rank: 1, spans: counts(model) });
    if model.gone > 0 {
        let words = format!("{} older let go", model.gone);
        left.push(Item::new(3, Span::styled(words, theme.style(Role::Quiet))));
    }
    if !model.clock.last.is_empty() {
        left.push(Item::new(3, Span::styled(format!("last one {}", model.clock.last), theme.style(Role::Quiet))));
    }
    if let Some(push) = &model.push {
        let words = text::fit(&push.to_string(), PUSH_COLUMNS, theme.glyphs.ellipsis);
        left.push(Item::new(3, Span::styled(words, theme.style(Role::Quiet))));
    }
    if let Some(past) = past(model) {
        left.push(Item::new(4, Span::styled(past, theme.style(Role::Quiet))));
    }
    if model.lines.all > 0 {
        let lines = text::count(model.lines.all, "other line", "other lines");
        left.push(Item::new(4, Span::styled(format!("{lines} (o)"), theme.style(Role::Quiet))));
    }
    Bar { left, right: Line::default(), gap: 3 }
}

/// `read back to 2026-10-01, 350 calls`, while that takes longer than a moment; or that it cannot be.
pub fn past(model: &Model) -> Option<String> {
    /// As many as it takes where little happens.
    const FEW: u32 = 3;
    match &model.past {
        Some(Past::Reading { back_to, calls }) if *calls > FEW => {
            Some(format!("read back to {}, {calls} calls", text::moment(*back_to, &model.zone, "%Y-%m-%d")))
        }
        // Why, and what that means, stands with the changes that it concerns.
        Some(Past::Trouble(_)) => Some("no CloudTrail history".to_owned()),
        _ => None,
    }
}

/// `trail ✓ ── rule ✓ ── lambda ✓ ── log ✓ ── you`: what has been seen at work.
fn strip(model: &Model) -> Vec<Span<'static>> {
    let theme = &model.theme;
    let quiet = theme.style(Role::Quiet);
    let link = Span::styled(format!(" {} ", theme.glyphs.dash.repeat(2)), quiet);
    let mut spans = Vec::new();
    for (name, hop) in model.source.hops() {
        let (glyph, role) = match hop {
            Hop::Ok => (theme.glyphs.ok, Role::Added),
            Hop::Unproven => (theme.glyphs.unproven, Role::Quiet),
            Hop::Broken => (theme.glyphs.failed, Role::High),
        };
        spans.push(Span::styled(format!("{name} "), quiet));
        spans.push(Span::styled(glyph, theme.style(role)));
        spans.push(link.clone());
    }
    spans.push(Span::styled("you", quiet));
    spans
}

/// `14 changes · 1 critical · 3 high`.
fn counts(model: &Model) -> Vec<Span<'static>> {
    let theme = &model.theme;
    let mut spans = vec![Span::raw(text::count(model.rows.all(), "change", "changes"))];
    for words in model.severe().words() {
        spans.push(Span::styled(format!(" {} ", theme.glyphs.dot), theme.style(Role::Quiet)));
        // Bold rather than reversed: a number here is a fact, not an alarm.
        spans.push(Span::styled(words, theme.style(Role::High)));
    }
    spans
}
