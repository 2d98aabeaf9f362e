//! A change in full: why it matters, who did it and how, and what it did.
//!
//! ```text
//! ▲ HIGH   3 settings were reset: the call did not send them
//!          callback URL added over plain http
//!
//! who      kim@example.org · IdentityAdmin · MFA
//! how      console · 198.51.100.7
//! when     2026-10-01 10:41:07 +02:00 · on screen after 9.4 s
//! pool     eu-west-1_Zq4TrPm9K · client 3k1v9s0abcd7efgh2ijkl5mn
//!
//! request parameters, against 10:28:11 by deploy (terraform)
//! ↺ logoutURLs                   https://shop.example.org/out
//!                                → none          not sent
//! = 11 unchanged
//!
//! event 0 s ─ lambda +6.1 s ─ log +0.2 s ─ ingested +1.9 s ─ here +1.2 s
//! ```

use cacl_event::{ActorType, Change, History, Outcome, Reason};
use jiff::tz::TimeZone;
use ratatui::text::{Line, Span};

use super::{Model, list};
use crate::screen::{
    text::{self, Piece, flow, piece, whole},
    theme::{self, Role, Theme},
};

mod diff;

/// How to lay it out.
#[derive(Debug, Clone)]
pub struct Look {
    /// Styles and glyphs.
    pub theme: Theme,
    /// The zone of times.
    pub zone: TimeZone,
    /// Columns.
    pub width: usize,
    /// Whether unchanged settings are shown.
    pub unfolded: bool,
}

impl Look {
    /// The model's.
    pub fn of(model: &Model, width: usize) -> Self {
        Self { theme: model.theme, zone: model.zone.clone(), width, unfolded: model.unfolded }
    }

    fn piece(&self, text: &str, role: Role) -> Piece {
        piece(text, self.theme.style(role))
    }

    fn whole(&self, text: &str, role: Role) -> Piece {
        whole(text, self.theme.style(role))
    }

    /// ` · `
    fn dot(&self) -> Piece {
        self.piece(&format!(" {} ", self.theme.glyphs.dot), Role::Quiet)
    }
}

/// The width of the labels.
const LABEL: usize = 9;

/// All lines of a change that the history knows.
pub fn lines(history: &History, change: &Change, look: &Look) -> Vec<Line<'static>> {
    let mut lines = reasons(history, change, look);
    lines.extend(failure(change, look));
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    for (label, pieces) in [
        ("who", who(change, look)),
        ("how", how(change, look)),
        ("when", when(change, look)),
        ("pool", pool(change, look)),
    ] {
        if !pieces.is_empty() {
            lines.extend(labelled(label, &pieces, look));
        }
    }
    lines.push(Line::default());
    lines.extend(diff::lines(history, change, look));
    lines.push(Line::default());
    lines.extend(hops(change, look));
    lines
}

fn labelled(label: &str, pieces: &[Piece], look: &Look) -> Vec<Line<'static>> {
    let label = if look.width < 30 { format!("{label} ") } else { format!("{label:<LABEL$}") };
    flow(vec![Span::styled(label, look.theme.style(Role::Quiet))], pieces, look.width)
}

fn reasons(history: &History, change: &Change, look: &Look) -> Vec<Line<'static>> {
    let reasons = history.judge(&change.id).map_or_else(Vec::new, |judgement| judgement.reasons);
    let mut last = None;
    let mut lines = Vec::new();
    for Reason { severity, text, .. } in reasons {
        let (glyph, role) = look.theme.severity(severity);
        let style = look.theme.style(role);
        let name = theme::severity_name(severity);
        let wide = LABEL.max(name.len() + 4);
        // The severity is said once for all the reasons that share it.
        let head = if last == Some(severity) {
            vec![Span::raw(" ".repeat(wide))]
        } else {
            let badge = if glyph == " " { name.to_owned() } else { format!("{glyph} {name}") };
            let rest = wide.saturating_sub(text::width(&badge));
            vec![Span::styled(badge, style), Span::raw(" ".repeat(rest))]
        };
        let role = if last.is_none() { Role::Strong } else { Role::Text };
        lines.extend(flow(head, &[look.piece(&text, role)], look.width));
        last = Some(severity);
    }
    lines
}

fn failure(change: &Change, look: &Look) -> Vec<Line<'static>> {
    let Outcome::Failed { code, message } = &change.outcome else { return Vec::new() };
    let high = look.theme.style(Role::High);
    let head = vec![Span::styled(format!("{} ", look.theme.glyphs.failed), high)];
    let mut lines = flow(head, &[piece(code, high), look.piece(": attempted, not applied", Role::Text)], look.width);
    if let Some(message) = message {
        lines.extend(flow(vec![Span::raw("  ")], &[look.piece(message, Role::Quiet)], look.width));
    }
    lines
}

fn who(change: &Change, look: &Look) -> Vec<Piece> {
    let actor = &change.actor;
    let name = list::who(change);
    let root = actor.kind == ActorType::Root;
    let mut pieces = vec![look.whole(name, if root { Role::High } else { Role::Strong })];
    let mut add = |text: &str, role| {
        pieces.push(look.dot());
        pieces.push(look.whole(text, role));
    };
    if let Some(role) = actor.role.as_deref().filter(|role| *role != name) {
        add(role, Role::Text);
    }
    match actor.mfa {
        Some(true) => add("MFA", Role::Text),
        Some(false) => add("no MFA", Role::Medium),
        None => {}
    }
    if let Some(account) = actor.account.as_deref().filter(|account| change.account.as_deref() != Some(account)) {
        add(&format!("account {account}"), Role::Medium);
    }
    pieces
}

fn how(change: &Change, look: &Look) -> Vec<Piece> {
    let origin = list::origin(change.origin);
    let mut pieces = vec![look.whole(if origin.is_empty() { "unknown" } else { origin }, Role::Text)];
    // A service calls from itself; naming it twice tells nothing.
    for more in [change.source_ip.as_deref(), agent(change)].into_iter().flatten() {
        pieces.push(look.dot());
        pieces.push(look.whole(more, Role::Text));
    }
    pieces
}

/// The program, without the long tail of its user agent; the record has it all.
fn agent(change: &Change) -> Option<&str> {
    let agent = change.user_agent.as_deref()?.trim_start_matches('[').trim_end_matches(']');
    let program = agent.split(' ').next()?;
    (change.source_ip.as_deref() != Some(agent) && !program.starts_with("Mozilla/") && !program.is_empty())
        .then_some(program)
}

fn when(change: &Change, look: &Look) -> Vec<Piece> {
    let mut pieces = vec![look.whole(&text::moment(change.time, &look.zone, "%Y-%m-%d %H:%M:%S %:z"), Role::Text)];
    if let Some(screen) = change.hops.screen {
        let after = text::span(screen.duration_since(change.time));
        pieces.push(look.dot());
        pieces.push(look.piece(&format!("on screen after {after}"), Role::Quiet));
    }
    pieces
}

fn pool(change: &Change, look: &Look) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = change.user_pool_id.iter().map(|pool| look.whole(pool, Role::Text)).collect();
    if let Some(client) = &change.client_id {
        if !pieces.is_empty() {
            pieces.push(look.dot());
        }
        pieces.push(look.piece("client ", Role::Quiet));
        pieces.push(look.whole(client, Role::Text));
    }
    pieces
}

/// `event 0 s ─ lambda +6.1 s ─ log +0.2 s ─ ingested +1.9 s ─ here +1.2 s`, as far as known.
fn hops(change: &Change, look: &Look) -> Vec<Line<'static>> {
    let hops = &change.hops;
    let stations = [("lambda", hops.lambda), ("log", hops.log), ("ingested", hops.ingested), ("here", hops.screen)];
    let link = format!(" {} ", look.theme.glyphs.dash);
    let mut pieces = vec![look.whole("event 0 s", Role::Quiet)];
    let mut before = change.time;
    for (name, time) in stations {
        let Some(time) = time else { continue };
        pieces.push(look.piece(&link, Role::Quiet));
        pieces.push(look.whole(&format!("{name} +{}", text::span(time.duration_since(before))), Role::Quiet));
        before = time;
    }
    if pieces.len() == 1 { Vec::new() } else { flow(Vec::new(), &pieces, look.width) }
}
