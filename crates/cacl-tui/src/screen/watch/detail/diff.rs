//! The parameters of a change against what was there before: what is compared with what, and the rows below that.

use cacl_event::{BaselineKind, Change, Class, Diff, History, Kind, Outcome, Row};
use ratatui::text::Line;

use super::{Look, list, sides, table::Table};
use crate::screen::{
    page::Draft,
    text::{Piece, flow},
    theme::Role,
};

/// Adds the heading and the rows.
pub fn put(history: &History, change: &Change, diff: &Diff, look: &Look, draft: &mut Draft) {
    draft.times.extend(baseline(history, change).map(|earlier| earlier.time));
    // With neither an earlier state nor parameters there is nothing to head.
    let bare = diff.rows.is_empty() && change.kind == Kind::Update;
    // The heads of columns tell the same.
    let told = sides::fit(look) && change.kind == Kind::Update && diff.baseline != BaselineKind::None;
    if !bare && !told {
        draft.plain(heading(history, change, diff, look));
    }
    if diff.rows.is_empty() {
        draft.plain(flow(Vec::new(), &[look.piece(nothing(change), Role::Quiet)], look.width));
    } else {
        let heads = [before(history, change, diff, look), after(change, diff, look)];
        rows(diff, change.kind, &heads, look, draft);
    }
}

/// The rows of a diff, below each other or side by side, under heads of what is compared; what did not change is folded into one.
pub fn rows(diff: &Diff, kind: Kind, heads: &[String; 2], look: &Look, draft: &mut Draft) {
    let all = diff.folded();
    let shown: Vec<&Row> = all.iter().filter(|row| look.unfolded || row.class != Class::Unchanged).collect();
    let table = Table::of(&shown, kind, diff, look);
    if sides::fit(look) && !shown.is_empty() {
        sides::put(&table, &shown, heads, draft);
    } else {
        for row in &shown {
            table.row(row, draft);
        }
    }
    let unchanged = all.len() - shown.len();
    if unchanged > 0 {
        let folded = format!("{} {unchanged} unchanged", look.theme.glyphs.unchanged);
        draft.plain([Line::styled(folded, look.theme.style(Role::Quiet))]);
    }
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
        (Kind::Delete, _) if failed && diff.rows.is_empty() => vec![quiet("it would have been deleted")],
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
    let Some(earlier) = baseline(history, change) else {
        let words = match kind {
            BaselineKind::Snapshot => "the settings as described",
            _ if change.known.is_some() => "what was there before, as the file tells",
            _ => "what was there before",
        };
        return vec![look.piece(words, Role::Quiet)];
    };
    let mut pieces = vec![
        look.whole(&look.times.clock(earlier.time, change.time), Role::Quiet),
        look.piece(" by ", Role::Quiet),
        look.whole(list::who(earlier), Role::Quiet),
    ];
    let origin = list::origin(earlier.origin);
    if !origin.is_empty() {
        pieces.push(look.whole(&format!(" ({origin})"), Role::Quiet));
    }
    pieces
}

/// The change that a change is compared with.
fn baseline<'a>(history: &'a History, change: &Change) -> Option<&'a Change> {
    history.get(&history.before(&change.id)?.from?)
}

/// `before: 10:28:11 by deploy`, for the head of a column.
fn before(history: &History, change: &Change, diff: &Diff, look: &Look) -> String {
    match (change.kind, diff.baseline, baseline(history, change)) {
        (Kind::Create, ..) => "before: nothing".into(),
        (_, BaselineKind::None, _) => "before: not known".into(),
        (_, BaselineKind::Snapshot, _) => "before: as described".into(),
        (_, _, Some(earlier)) => {
            format!("before: {} by {}", look.times.clock(earlier.time, change.time), list::who(earlier))
        }
        (_, _, None) => "before".into(),
    }
}

fn after(change: &Change, diff: &Diff, look: &Look) -> String {
    let word = match (diff.applied, change.kind) {
        (false, _) => "attempted",
        (true, Kind::Delete) => "deleted",
        (true, _) => "after",
    };
    format!("{word}: {} by {}", look.times.clock(change.time, change.time), list::who(change))
}
