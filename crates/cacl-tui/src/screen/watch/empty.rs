//! What the list says while it is empty.

use cacl_event::Filter;
use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::{Model, list};
use crate::screen::{
    text::{self, flow, piece},
    theme::Role,
};

/// Draws the empty list, explained.
pub fn draw(model: &Model, frame: &mut Frame, area: Rect) {
    let block = list::block(model, list::foot(model, area.width.into()), area);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let columns = inner.width.saturating_sub(2).min(76);
    let lines = lines(model, columns.into());
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(inner.height);
    let place = Rect {
        x: inner.x + (inner.width - columns) / 2,
        y: inner.y + (inner.height - height) / 3,
        width: columns,
        height,
    };
    frame.render_widget(Paragraph::new(lines), place);
}

fn lines(model: &Model, columns: usize) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let (text, quiet) = (theme.style(Role::Text), theme.style(Role::Quiet));
    if let Some(filter) = model.rows.filter().filter(|_| model.rows.all() > 0) {
        return nothing_matches(model, filter, columns);
    }
    let mut lines = flow(Vec::new(), &[piece(&what(model), text)], columns);
    let advice = match &model.scene.hint {
        _ if model.source.trouble().is_some() => return lines,
        Some(hint) => hint.as_str(),
        None if model.source.ended => return lines,
        None => "Try it: remove a scope from an app client in the Cognito console.",
    };
    lines.push(Line::default());
    for line in advice.lines() {
        lines.extend(flow(Vec::new(), &[piece(line, quiet)], columns));
    }
    lines
}

/// Says so, and how to see everything again.
fn nothing_matches(model: &Model, filter: &Filter, columns: usize) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let (text, quiet) = (theme.style(Role::Text), theme.style(Role::Quiet));
    if model.rows.sifting().is_some() {
        return flow(Vec::new(), &[piece("Looking for changes that match.", quiet)], columns);
    }
    // A filter may be long, and what to do about it must stay in view.
    let filter = text::fit(&filter.to_string(), columns * 2, theme.glyphs.ellipsis);
    let mut lines =
        flow(Vec::new(), &[piece("No change matches ", text), piece(&filter, theme.style(Role::Strong))], columns);
    let hidden = text::count(model.rows.all(), "change is", "changes are");
    let way = if model.find.line.is_some() {
        "Esc goes back to what was before"
    } else {
        "Esc lifts the filter, / changes it"
    };
    lines.push(Line::default());
    lines.extend(flow(Vec::new(), &[piece(&format!("{hidden} hidden. {way}."), quiet)], columns));
    lines
}

fn what(model: &Model) -> String {
    if model.source.ended {
        return "The recording holds no change of an app client.".into();
    }
    if let Some(trouble) = model.source.trouble() {
        return format!("Nothing can be seen at the moment: {trouble}");
    }
    match model.scene.armed {
        _ if model.source.recorded => "Reading what was recorded.".into(),
        _ if !model.source.live => "Connecting, and reading what the log already holds.".into(),
        Some(armed) => {
            let armed = text::moment(armed, &model.zone, "%H:%M:%S");
            format!("Nothing has changed since the pipeline was armed at {armed} ({}).", model.clock.armed)
        }
        None => "No change so far.".into(),
    }
}
