//! A change in words: one line for pipes, or a few for eyes.

use cacl_event::{Actor, Change, Class, Kind, Origin, Outcome, Severity, clean};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::backend::IntoCrossterm;

use super::{
    Told,
    rows::{Sides, summary},
};
use crate::screen::{
    Look,
    theme::{Role, Theme, severity_name},
};

/// How text is set.
#[derive(Debug, Clone)]
pub struct Style {
    /// Without colour there is no escape sequence at all: the text may be for a file.
    color: bool,
    theme: Theme,
    /// For a block; a line always has UTC, so that lines of many machines sort together.
    time_zone: TimeZone,
}

impl From<Look> for Style {
    fn from(look: Look) -> Self {
        Self { color: look.color, theme: Theme::new(look.color, look.ascii), time_zone: look.time_zone }
    }
}

impl Style {
    /// A severity with its sign, as wide as any other.
    pub fn severity(&self, severity: Severity) -> String {
        let (mark, role) = self.theme.severity(severity);
        paint(&format!("{mark} {:<8}", severity.as_str()), role, self)
    }
}

/// One line: time, severity, call, client, actor, origin, summary, reasons, outcome, rows.
pub fn line(told: &Told<'_>, style: &Style) -> String {
    let change = told.change;
    let (mark, role) = style.theme.severity(told.judgement.severity);
    let mut columns = vec![
        change.time.to_string(),
        format!("{mark} {:<8}", severity_name(told.judgement.severity).to_lowercase()),
        clean(&change.event).into_owned(),
        client(told),
        who(&change.actor),
        how(change),
    ];
    columns.push(summary(&told.diff, &style.theme));
    let reasons: Vec<_> = told.judgement.reasons.iter().map(|reason| clean(&reason.text)).collect();
    if !reasons.is_empty() {
        columns.push(format!("[{}]", reasons.join("; ")));
    }
    columns.push(fate(told, style).unwrap_or_default());
    let sides = Sides::of(&told.diff, style.theme.glyphs);
    let folded = told.diff.folded();
    let rows = folded.iter().filter(|row| matters(row.class));
    let rows =
        rows.map(|row| format!("{} {}: {}", style.theme.class(row.class).0, clean(&row.path), sides.describe(row)));
    columns.push(rows.collect::<Vec<_>>().join("; "));
    columns.retain(|column| !column.is_empty());
    paint(&columns.join("  "), role, style)
}

/// A few lines: what and how bad, who, how, why, then the rows that say something.
pub fn block(told: &Told<'_>, style: &Style) -> String {
    let change = told.change;
    let severity = told.judgement.severity;
    let (mark, role) = style.theme.severity(severity);
    let head = format!("{mark} {}  {}  {}", severity_name(severity), clean(&change.event), client(told));
    let mut lines = vec![paint(&head, role, style)];
    lines.push(format!("    when  {}", local(change.time, &style.time_zone)));
    lines.push(format!("    who   {}", who(&change.actor)));
    lines.push(format!("    how   {}", how(change)));
    for (index, reason) in told.judgement.reasons.iter().enumerate() {
        lines.push(format!("    {}   {}", if index == 0 { "why" } else { "   " }, clean(&reason.text)));
    }
    lines.extend(fate(told, style).map(|fate| format!("    {fate}")));
    lines.extend(rows(told, style));
    lines.push(String::new());
    lines.join("\n")
}

fn rows(told: &Told<'_>, style: &Style) -> Vec<String> {
    let sides = Sides::of(&told.diff, style.theme.glyphs);
    let all = told.diff.folded();
    let shown: Vec<_> = all.iter().filter(|row| matters(row.class)).collect();
    let width = shown.iter().map(|row| clean(&row.path).chars().count()).max().unwrap_or(0);
    let mut lines: Vec<String> = shown
        .iter()
        .map(|row| {
            let (sign, role) = style.theme.class(row.class);
            let line = format!("    {sign} {:width$}  {}", clean(&row.path), sides.describe(row));
            paint(&line, role, style)
        })
        .collect();
    let unchanged = all.iter().filter(|row| row.class == Class::Unchanged).count();
    if unchanged > 0 {
        lines.push(format!("    {} {unchanged} unchanged", style.theme.glyphs.unchanged));
    }
    lines
}

/// What is folded away: the same as before, and filled in by the service.
pub fn matters(class: Class) -> bool {
    !matches!(class, Class::Unchanged | Class::Defaulted)
}

/// The client's name, else its id, else whose it would be.
pub fn client(told: &Told<'_>) -> String {
    match (told.client_name.or(told.change.client_id.as_deref()), &told.change.user_pool_id) {
        (Some(client), _) => clean(client).into_owned(),
        (None, Some(pool)) => format!("(unknown, in {})", clean(pool)),
        (None, None) => "(unknown)".into(),
    }
}

fn who(actor: &Actor) -> String {
    let name = actor.name.as_deref().or(actor.arn.as_deref()).unwrap_or("(unknown)");
    let mut details: Vec<String> = actor.role.iter().map(|role| clean(role).into_owned()).collect();
    if let Some(mfa) = actor.mfa {
        details.push(if mfa { "MFA" } else { "no MFA" }.to_owned());
    }
    let name = clean(name);
    if details.is_empty() { name.into_owned() } else { format!("{name} ({})", details.join(", ")) }
}

fn how(change: &Change) -> String {
    let origin = match change.origin {
        Origin::Console => "console",
        Origin::Cli => "cli",
        Origin::Sdk => "sdk",
        Origin::CloudFormation => "cloudformation",
        Origin::Terraform => "terraform",
        Origin::Cdk => "cdk",
        Origin::Service => "service",
        Origin::Unknown => "unknown",
    };
    change.source_ip.as_deref().map_or_else(|| origin.to_owned(), |ip| format!("{origin} {}", clean(ip)))
}

/// What one must know to read the rows.
fn fate(told: &Told<'_>, style: &Style) -> Option<String> {
    let cross = style.theme.glyphs.failed;
    match &told.change.outcome {
        Outcome::Failed { code, message } => {
            let message = message.as_deref().unwrap_or("attempted, not applied");
            Some(format!("{cross} {}: {}", clean(code), clean(message)))
        }
        Outcome::Succeeded if told.change.kind == Kind::Delete => Some(if told.diff.rows.is_empty() {
            "deleted; what it had is not known".to_owned()
        } else {
            "deleted; it had:".to_owned()
        }),
        Outcome::Succeeded if told.diff.rows.iter().any(|row| row.class == Class::Set) => {
            Some("no earlier state known, the request sets:".to_owned())
        }
        Outcome::Succeeded => None,
    }
}

fn local(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn paint(text: &str, role: Role, style: &Style) -> String {
    if style.color { style.theme.style(role).into_crossterm().apply(text).to_string() } else { text.to_owned() }
}
