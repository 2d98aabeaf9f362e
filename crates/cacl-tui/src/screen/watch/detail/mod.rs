//! A change in full: why it matters, who did it and how, and what it did.
//!
//! ```text
//! ▲ HIGH   3 settings were reset: the call did not send them
//!          callback URL added over plain http
//!          r shows the call that puts it back
//!
//! who      kim@example.org · IdentityAdmin · MFA
//! how      console · 198.51.100.7
//! when     2026-10-01 10:41:07 +02:00 · on screen after 9.4 s
//! client   3k1v9s0abcd7efgh2ijkl5mn in eu-west-1_Zq4TrPm9K
//!
//! request parameters, against 10:28:11 by deploy (terraform)
//! ↺ logoutURLs                   https://shop.example.org/out
//!                                → none          not sent
//! = 11 unchanged
//!
//! lambda +6.1 s ─ log +0.2 s ─ ingested +1.9 s ─ here +1.2 s
//! ```
//!
//! In a low pane how, when and where come after the parameters, so that what was lost is seen without scrolling.

use cacl_event::{ActorType, Change, Diff, History, Kind, Origin, Outcome, Reason, Severity, Text};
use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use super::{Model, list, model::Style, times::Times};
use crate::{
    feed::Past,
    restore,
    screen::{
        keys::{self, Action},
        page::{Draft, Pointed},
        text::{self, Piece, flow, piece, whole},
        theme::{self, Role, Theme},
    },
};

mod compare;
mod diff;
mod sides;
mod table;

pub use compare::page as comparison;
pub use sides::LEAST as SIDES;

/// How to lay it out.
#[derive(Debug, Clone)]
pub struct Look {
    /// Styles and glyphs.
    pub theme: Theme,
    /// How times are told.
    pub times: Times,
    /// Columns.
    pub width: usize,
    /// Whether before and after stand beside each other.
    pub sides: bool,
    /// Whether there are too few lines for all of it.
    pub dense: bool,
    /// Whether unchanged settings are shown.
    pub unfolded: bool,
    /// The change to compare with.
    pub mark: Option<Text>,
    /// Why less is known of earlier states than could be.
    pub blind: Option<String>,
}

impl Look {
    /// The model's.
    pub fn of(model: &Model, room: Rect) -> Self {
        let blind = match &model.past {
            Some(Past::Trouble(words)) => Some(words.clone()),
            _ => None,
        };
        Self {
            theme: model.theme,
            times: Times::of(model),
            width: room.width.into(),
            dense: room.height < AMPLE,
            sides: model.style == Style::Sides,
            unfolded: model.unfolded,
            mark: model.mark.clone(),
            blind,
        }
    }

    /// A piece that may be broken between words.
    pub fn piece(&self, text: &str, role: Role) -> Piece {
        piece(text, self.theme.style(role))
    }

    /// A piece that stays on one line.
    pub fn whole(&self, text: &str, role: Role) -> Piece {
        whole(text, self.theme.style(role))
    }

    /// ` · `
    fn dot(&self) -> Piece {
        self.piece(&format!(" {} ", self.theme.glyphs.dot), Role::Quiet)
    }
}

/// With fewer lines than this none is left empty, and what matters most comes first.
pub const AMPLE: u16 = 16;

/// The width of the labels.
const LABEL: usize = 9;

/// A change that the history knows, in full; with a mark on another one of its client, how the two differ.
pub fn page(history: &History, change: &Change, look: &Look) -> Draft {
    let mut draft = Draft::default();
    if let Some(mark) = look.mark.as_deref().and_then(|id| history.get(id)) {
        if let Some(page) = compare::page(history, mark, change, look) {
            return page;
        }
        let hint = compare::hint(history, mark, change, look);
        draft.plain(flow(Vec::new(), &[look.piece(&hint, Role::Accent)], look.width));
        if !look.dense {
            draft.gap();
        }
    }
    draft.times.push(change.time);
    let Some((diff, judgement)) = history.read(&change.id) else { return draft };
    let reasons: Vec<Reason> = judgement.reasons.into_iter().map(|reason| in_short(reason, &diff)).collect();
    let column = badges(&reasons);
    draft.plain(why(change, &reasons, column, look));
    let way_back = way_back(history, change, &diff, column, look);
    let mut facts = facts(change, look).into_iter();
    if look.dense {
        // Who did it and what was lost come first; the rest is found further down.
        put(facts.next(), &mut draft);
        diff::put(history, change, &diff, look, &mut draft);
        draft.plain(way_back);
        put(facts, &mut draft);
        draft.plain(hops(change, look));
        return draft;
    }
    draft.plain(way_back);
    if !reasons.is_empty() {
        gap(&mut draft);
    }
    put(facts, &mut draft);
    gap(&mut draft);
    diff::put(history, change, &diff, look, &mut draft);
    let hops = hops(change, look);
    if !hops.is_empty() {
        gap(&mut draft);
    }
    draft.plain(hops);
    draft
}

/// Lines that can be pointed at.
type Spot = (Vec<Line<'static>>, Pointed);

fn put(spots: impl IntoIterator<Item = Spot>, draft: &mut Draft) {
    for (lines, pointed) in spots {
        draft.spot(lines, pointed);
    }
}

/// Between two parts.
fn gap(draft: &mut Draft) {
    if !draft.lines.is_empty() {
        draft.gap();
    }
}

/// The column in which reasons begin, after their severities.
fn badges(reasons: &[Reason]) -> usize {
    // Two for the glyph, one for the gap.
    let widest = reasons.iter().map(|reason| theme::severity_name(reason.severity).len() + 3).max();
    LABEL.max(widest.unwrap_or(0))
}

/// How to put back what was lost unasked for, or with its client.
fn way_back(history: &History, change: &Change, diff: &Diff, column: usize, look: &Look) -> Vec<Line<'static>> {
    let lost = diff.summary().reset > 0 || (change.kind == Kind::Delete && !diff.rows.is_empty());
    if !diff.applied || !lost {
        return Vec::new();
    }
    let key = keys::name_of(Action::Restore, look.theme.glyphs);
    let indent = " ".repeat(if look.dense || look.width < 30 { 0 } else { column });
    let (head, words) = if restore::is_back(history, change) {
        (vec![Span::raw(indent)], "by now the client is again as it was before")
    } else {
        let key = Span::styled(format!("{key} "), look.theme.style(Role::Accent));
        (vec![Span::raw(indent), key], "shows the call that puts it back")
    };
    flow(head, &[look.piece(words, Role::Quiet)], look.width)
}

/// What was reset is told below, each with its value, so that here a number is enough.
fn in_short(reason: Reason, diff: &Diff) -> Reason {
    if reason.rule != "settings-reset" {
        return reason;
    }
    let many = diff.summary().reset;
    let (settings, them) = if many == 1 { ("setting was", "it") } else { ("settings were", "them") };
    Reason { text: format!("{many} {settings} reset: the call did not send {them}"), ..reason }
}

/// Who, first, then how, when, and to what; whoever points at a line means the first thing it says.
fn facts(change: &Change, look: &Look) -> Vec<Spot> {
    let id = change.client_id.as_deref().or(change.user_pool_id.as_deref()).unwrap_or_default();
    let when = change.time.to_string();
    [
        ("who", who(change, look), change.actor.arn.as_deref().unwrap_or(list::who(change))),
        ("how", how(change, look), change.source_ip.as_deref().unwrap_or(list::origin(change.origin))),
        ("when", when_made(change, look), &when),
        ("client", client(change, look), id),
    ]
    .into_iter()
    .filter(|(_, pieces, _)| !pieces.is_empty())
    .map(|(label, pieces, value)| {
        let pointed = Pointed { what: label.into(), text: cacl_event::clean(value).into_owned() };
        (labelled(label, &pieces, look), pointed)
    })
    .collect()
}

fn labelled(label: &str, pieces: &[Piece], look: &Look) -> Vec<Line<'static>> {
    let label = if look.width < 30 { format!("{label} ") } else { format!("{label:<LABEL$}") };
    flow(vec![Span::styled(label, look.theme.style(Role::Quiet))], pieces, look.width)
}

/// The failure, if it is one, and the reasons, each severity said once for all the reasons that share it.
fn why(change: &Change, reasons: &[Reason], column: usize, look: &Look) -> Vec<Line<'static>> {
    let mut last = None;
    let mut badge = |severity: Severity| {
        let (glyph, role) = look.theme.severity(severity);
        let text = format!("{glyph} {}", theme::severity_name(severity));
        let known = last.replace(severity) == Some(severity);
        let (text, gap) =
            if known { (String::new(), column) } else { (text.clone(), column.saturating_sub(text::width(&text))) };
        vec![Span::styled(text, look.theme.style(role)), Span::raw(" ".repeat(gap))]
    };
    // That a call failed or was denied is said by the failure itself, which tells more.
    let (failed, others): (Vec<_>, Vec<_>) =
        reasons.iter().partition(|reason| matches!(reason.rule, "denied-attempt" | "failed-attempt"));
    let head = failed.first().map_or_else(Vec::new, |reason| badge(reason.severity));
    let mut lines = failure(change, head, look);
    for (nth, reason) in others.iter().enumerate() {
        let text = reason.text.replace('→', look.theme.glyphs.arrow);
        let role = if nth == 0 && lines.is_empty() { Role::Strong } else { Role::Text };
        lines.extend(flow(badge(reason.severity), &[look.piece(&text, role)], look.width));
    }
    lines
}

fn failure(change: &Change, mut head: Vec<Span<'static>>, look: &Look) -> Vec<Line<'static>> {
    let Outcome::Failed { code, message } = &change.outcome else { return Vec::new() };
    let style = look.theme.style(Role::High);
    head.push(Span::styled(format!("{} ", look.theme.glyphs.failed), style));
    let indent: usize = head.iter().map(Span::width).sum();
    let mut lines = flow(head, &[piece(code, style), look.piece(": attempted, not applied", Role::Strong)], look.width);
    if let Some(message) = message {
        lines.extend(flow(vec![Span::raw(" ".repeat(indent))], &[look.piece(message, Role::Quiet)], look.width));
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
    // Only people have a second factor: a role that a program assumes is always without.
    let person = change.origin == Origin::Console || matches!(actor.kind, ActorType::Root | ActorType::IamUser);
    match actor.mfa {
        Some(true) => add("MFA", Role::Text),
        Some(false) if person => add("no MFA", Role::Medium),
        Some(false) | None => {}
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
    // Partners of AWS put their network's name first.
    let program = agent.split(' ').find(|word| !word.starts_with("APN/") && !word.starts_with("HashiCorp/"))?;
    (change.source_ip.as_deref() != Some(agent) && !program.starts_with("Mozilla/") && !program.is_empty())
        .then_some(program)
}

fn when_made(change: &Change, look: &Look) -> Vec<Piece> {
    let mut pieces =
        vec![look.whole(&text::moment(change.time, &look.times.zone, "%Y-%m-%d %H:%M:%S %:z"), Role::Text)];
    if look.times.relative {
        pieces.extend([look.dot(), look.whole(&look.times.clock(change.time, change.time), Role::Text)]);
    }
    if let Some(screen) = change.hops.screen {
        let after = text::span(screen.duration_since(change.time));
        pieces.push(look.dot());
        pieces.push(look.piece(&format!("on screen after {after}"), Role::Quiet));
    }
    pieces
}

/// `3k1v9s0abcd7efgh2ijkl5mn in eu-west-1_Zq4TrPm9K`, as far as known.
fn client(change: &Change, look: &Look) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = change.client_id.iter().map(|client| look.whole(client, Role::Text)).collect();
    if let Some(pool) = &change.user_pool_id {
        // A call that was denied is recorded without its parameters.
        let words = if pieces.is_empty() { "not recorded, in " } else { " in " };
        pieces.push(look.piece(words, Role::Quiet));
        pieces.push(look.whole(pool, Role::Text));
    }
    pieces
}

/// `lambda +6.1 s ─ log +0.2 s ─ ingested +1.9 s ─ here +1.2 s`, as far as known.
fn hops(change: &Change, look: &Look) -> Vec<Line<'static>> {
    let hops = &change.hops;
    let stations = [("lambda", hops.lambda), ("log", hops.log), ("ingested", hops.ingested), ("here", hops.screen)];
    let link = format!(" {} ", look.theme.glyphs.dash);
    let mut pieces = Vec::new();
    let mut before = change.time;
    for (name, time) in stations {
        let Some(time) = time else { continue };
        if !pieces.is_empty() {
            pieces.push(look.piece(&link, Role::Quiet));
        }
        pieces.push(look.whole(&format!("{name} +{}", text::span(time.duration_since(before))), Role::Quiet));
        before = time;
    }
    if pieces.is_empty() { Vec::new() } else { flow(Vec::new(), &pieces, look.width) }
}
