//! What the list says while it is empty.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::Model;
use crate::screen::{
    panel,
    text::{self, flow, piece},
    theme::Role,
};

/// Draws the empty list, explained.
pub fn draw(model: &Model, frame: &mut Frame, area: Rect) {
    let foot = if model.source.ended { " end " } else { " following " };
    let block = panel::block(&model.theme, "Changes", true)
        .title_bottom(Line::styled(foot, model.theme.style(Role::Quiet)).right_aligned());
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
    let mut lines = flow(Vec::new(), &[piece(&what(model), text)], columns);
    let advice = match &model.scene.hint {
        _ if model.source.ended || model.source.trouble().is_some() => return lines,
        Some(hint) => hint.as_str(),
        None => "Try it: remove a scope from an app client in the Cognito console.",
    };
    lines.push(Line::default());
    for line in advice.lines() {
        lines.extend(flow(Vec::new(), &[piece(line, quiet)], columns));
    }
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
        _ if !model.source.live => "Connecting, and reading what the log already holds.".into(),
        Some(armed) => {
            let armed = text::moment(armed, &model.zone, "%H:%M:%S");
            format!("Nothing has changed since the pipeline was armed at {armed} ({}).", model.clock.armed)
        }
        None => "No change so far.".into(),
    }
}
