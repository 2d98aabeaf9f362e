//! The progress screen as a whole.
//!
//! ```text
//! Deploying cacl-cognito-api-calls   123456789012   eu-west-1             1 min 12 s of about 2 min
//! ███████████████████████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░  9 of 14
//! ╭ Resources ─────────────────────────────────╮╭ Events ─────────────────────────────────────────╮
//! │ ✓ SubscriberLogGroup  Logs::LogGroup   2 s ││ 10:01:02 UserPool          CREATE_COMPLETE      │
//! │ ◐ Trail               CloudTrail::Trail 6 s ││ 10:01:05 Trail             CREATE_IN_PROGRESS   │
//! │ · Rule                Events::Rule   waits ││                                                 │
//! ╰────────────────────────────────────────────╯╰─────────────────────────────────────────────────╯
//! ```

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Margin, Rect},
    text::{Line, Span},
    widgets::{Paragraph, Widget},
};

use super::{
    Model,
    model::{Entry, Focus},
    resource::{Direction, Resource, State, Step},
};
use crate::screen::{
    bar::{Bar, Item},
    footer,
    keys::Place,
    panel,
    scroll::Pane,
    text::{self, flow, piece},
    theme::Role,
};

/// Draws everything.
pub fn draw(model: &Model, frame: &mut Frame) {
    let alert = alert(model, frame.area().width.into());
    let Some(areas) = model.areas(frame.area(), alert.len()) else {
        return tiny(model, frame);
    };
    let [first, second] = Layout::vertical([Constraint::Length(1); 2]).areas(areas.header);
    frame.render_widget(heading(model, first.width), first);
    frame.render_widget(bar(model, second.width.into()), second);
    frame.render_widget(Paragraph::new(alert), areas.alert);
    pane(model, "Resources", &model.table, model.focus == Focus::Table, frame, areas.first);
    pane(model, "Events", &model.log, model.focus == Focus::Log, frame, areas.second);
    footer::draw(&model.theme, Place::Progress, |_| true, &model.heading.detach_hint, frame, areas.footer);
}

/// The room inside a pane's border.
pub fn room(area: Rect) -> Rect {
    area.inner(Margin::new(2, 1))
}

fn pane(model: &Model, title: &str, pane: &Pane, focused: bool, frame: &mut Frame, area: Rect) {
    if area.is_empty() {
        return;
    }
    let block =
        panel::block(&model.theme, title, focused).title_bottom(panel::more(&model.theme, pane).right_aligned());
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(pane.visible().to_vec()), room(area));
}

fn heading(model: &Model, columns: u16) -> Bar {
    let (theme, heading) = (&model.theme, &model.heading);
    let fact = |rank, text: &str, role| {
        Item::new(rank, Span::styled(text::fit(text, 120, theme.glyphs.ellipsis), theme.style(role)))
    };
    let left = vec![
        fact(0, &format!("{} {}", heading.verb, heading.stack), Role::Strong),
        fact(2, &heading.account, Role::Quiet),
        fact(1, &heading.region, Role::Quiet),
    ];
    Bar { left, right: Line::raw(model.elapsed(columns >= 60)), gap: 3 }
}

/// The bar with its numbers; before anything is known, the step that is being taken.
fn bar(model: &Model, columns: usize) -> Line<'static> {
    let theme = &model.theme;
    let all = model.resources.len();
    if all == 0 {
        let step = model.step.as_deref().unwrap_or("asking AWS what there is");
        return Line::styled(text::fit(step, columns, theme.glyphs.ellipsis), theme.style(Role::Quiet));
    }
    let done = model.done();
    let label = format!("  {done} of {all}");
    let undoing = if model.direction == Direction::Back { "   taking everything back" } else { "" };
    let width = columns.saturating_sub(text::width(&label) + text::width(undoing)).min(70);
    let full = width * done / all;
    Line::from(vec![
        Span::styled(theme.glyphs.full.repeat(full), theme.style(Role::Accent)),
        Span::styled(theme.glyphs.empty.repeat(width - full), theme.style(Role::Quiet)),
        Span::raw(label),
        Span::styled(undoing, theme.style(Role::High)),
    ])
}

/// The first failure, in words, with what happens now; empty while all goes well.
pub fn alert(model: &Model, columns: usize) -> Vec<Line<'static>> {
    let Some(failure) = &model.failure else { return Vec::new() };
    let theme = &model.theme;
    let high = theme.style(Role::High);
    let indent = || vec![Span::raw("  ")];
    let what = format!("{} could not be {}", failure.id, failure.verb);
    let kind = format!(" ({})", failure.kind);
    let head = vec![Span::styled(format!("{} ", theme.glyphs.failed), high)];
    let mut lines = flow(head, &[piece(&what, high), piece(&kind, theme.style(Role::Quiet))], columns);
    lines.extend(flow(indent(), &[piece(&failure.reason, theme.style(Role::Strong))], columns));
    let now = if model.direction == Direction::Away {
        "The rest is still being deleted. Whatever is in the way is removed, and the deletion tried again."
    } else {
        "CloudFormation takes everything back, so nothing half-done stays. Then mend the cause and deploy again."
    };
    lines.extend(flow(indent(), &[piece(now, theme.style(Role::Quiet))], columns));
    lines
}

/// The widths of the table's columns; one of 0 is left out.
struct Columns {
    all: usize,
    name: usize,
    kind: usize,
    /// Only the service is shown; the name tells the rest.
    short: bool,
    age: usize,
}

impl Columns {
    fn of(resources: &[Resource], all: usize) -> Self {
        let widest = |width: fn(&Resource) -> usize| resources.iter().map(width).max().unwrap_or(0);
        let age = 10;
        // A glyph and its gap.
        let room = all.saturating_sub(2 + age);
        let name = widest(|resource| text::width(&resource.id)).min(room.saturating_sub(1));
        let kind = room.saturating_sub(name + 2);
        let short = widest(|resource| text::width(type_of(resource, false))) > kind;
        Self { all, name, kind: if kind < 8 { 0 } else { kind }, short, age }
    }
}

/// `Cognito::UserPoolClient`, or in short `Cognito`.
fn type_of(resource: &Resource, short: bool) -> &str {
    let name = resource.kind.strip_prefix("AWS::").unwrap_or(&resource.kind);
    if short { name.split("::").next().unwrap_or(name) } else { name }
}

/// The lines of the table of resources.
pub fn table(model: &Model, columns: usize) -> Vec<Line<'static>> {
    let columns = Columns::of(&model.resources, columns);
    model.resources.iter().flat_map(|resource| row(model, resource, &columns)).collect()
}

fn row(model: &Model, resource: &Resource, columns: &Columns) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let glyphs = theme.glyphs;
    let (glyph, role, word) = match resource.state {
        State::Waiting => (glyphs.waiting, Role::Quiet, Role::Quiet),
        State::Running => (glyphs.running, Role::Accent, Role::Text),
        State::Done => (glyphs.done, Role::Added, Role::Text),
        State::Failed => (glyphs.failed, Role::High, Role::High),
        State::Undone => (glyphs.reset, Role::Reset, Role::Quiet),
    };
    let mut spans = vec![
        Span::styled(format!("{glyph} "), theme.style(role)),
        Span::styled(text::fill(&resource.id, columns.name, glyphs.ellipsis), theme.style(word)),
    ];
    if columns.kind > 0 {
        let kind = type_of(resource, columns.short);
        spans.push(Span::styled(
            format!("  {}", text::fill(kind, columns.kind, glyphs.ellipsis)),
            theme.style(Role::Quiet),
        ));
    }
    let text = resource.age(model.now).map_or_else(|| "waits".into(), text::seconds);
    let used: usize = spans.iter().map(Span::width).sum();
    let text = text::fit(&text, columns.age, "");
    let rest = columns.all.saturating_sub(used + text::width(&text));
    spans.push(Span::raw(" ".repeat(rest)));
    spans
        .push(Span::styled(text, theme.style(if resource.state == State::Running { Role::Text } else { Role::Quiet })));
    let mut lines = vec![Line::from(spans)];
    // The first failure stands above the tables already.
    let told = model.failure.as_ref().is_some_and(|failure| failure.id == resource.id);
    if let (State::Failed, Some(reason), false) = (resource.state, &resource.reason, told) {
        lines.extend(flow(vec![Span::raw("    ")], &[piece(reason, theme.style(Role::Quiet))], columns.all));
    }
    lines
}

/// The lines of the log of steps and events.
pub fn log(model: &Model, columns: usize) -> Vec<Line<'static>> {
    let statuses = model.entries.iter().filter_map(|entry| match entry {
        Entry::Event(event) => Some(text::width(&event.status)),
        Entry::Step(..) => None,
    });
    let status = statuses.max().unwrap_or(0).min(columns / 2);
    model.entries.iter().flat_map(|entry| logged(model, entry, columns, status)).collect()
}

fn logged(model: &Model, entry: &Entry, columns: usize, status: usize) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let quiet = theme.style(Role::Quiet);
    let time = |time: jiff::Timestamp| {
        let time = text::moment(time, &model.zone, "%H:%M:%S ");
        vec![Span::styled(time, quiet)]
    };
    let event = match entry {
        Entry::Step(at, step) => return flow(time(*at), &[piece(step, theme.style(Role::Text))], columns),
        Entry::Event(event) => event,
    };
    let name = columns.saturating_sub(9 + 1 + status);
    let role = match Step::of(&event.status) {
        Step::Failed => Role::High,
        Step::Complete => Role::Text,
        Step::Begun => Role::Quiet,
    };
    let mut line = time(event.time);
    line.push(Span::raw(text::fill(&event.logical_id, name, theme.glyphs.ellipsis)));
    line.push(Span::raw(" "));
    line.push(Span::styled(text::fit(&event.status, status, theme.glyphs.ellipsis), theme.style(role)));
    let mut lines = vec![Line::from(line)];
    // That a resource is being made "was initiated" is what its status says.
    let told = |reason: &&String| Step::of(&event.status) != Step::Begun || !reason.ends_with("nitiated");
    if let Some(reason) = event.reason.as_ref().filter(told) {
        lines.extend(flow(vec![Span::raw(" ".repeat(9))], &[piece(reason, quiet)], columns));
    }
    lines
}

/// Too small for panes: one honest line.
fn tiny(model: &Model, frame: &mut Frame) {
    let failed = if model.failure.is_some() { "failed, " } else { "" };
    let line = format!("{failed}{} of {}; needs 40x10", model.done(), model.resources.len());
    let area = Rect { height: frame.area().height.min(1), ..frame.area() };
    Line::raw(text::fit(&line, area.width.into(), model.theme.glyphs.ellipsis)).render(area, frame.buffer_mut());
}
