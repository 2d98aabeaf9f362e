//! The watch screen as a whole.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};

use super::{
    Model, empty, export, find, header, lines, list,
    model::{Focus, Overlay, Style},
    restore, timeline,
};
use crate::screen::{footer, help, panel, text, theme::Role};

/// Draws everything.
pub fn draw(model: &Model, frame: &mut Frame) {
    let Some(areas) = model.areas(frame.area()) else {
        return tiny(model, frame);
    };
    header::draw(model, frame, areas.header);
    if let Some(timeline) = &model.timeline {
        timeline::draw(model, timeline, frame, &areas);
    } else {
        if model.rows.len() == 0 {
            empty::draw(model, frame, areas.first);
        } else if !areas.first.is_empty() {
            list::draw(model, frame, areas.first);
        }
        if !areas.second.is_empty() {
            detail(model, frame, areas.second);
        }
    }
    if let Some(line) = &model.find.line {
        find::draw(model, line, frame, &areas);
    } else {
        if let Some((words, trouble)) = model.telling() {
            told(model, &words, trouble, frame, areas.footer);
        }
        let keys = keys_area(model, areas.footer);
        footer::draw(&model.theme, model.place(), |action| model.valid(action), "", frame, keys);
    }
    match &model.overlay {
        Some(Overlay::Help(pane)) => help::draw(&model.theme, pane, frame),
        Some(Overlay::Restore(shown)) => restore::draw(&model.theme, shown, frame),
        Some(Overlay::Export(form)) => export::draw(&model.theme, form, model.rows.len(), frame),
        Some(Overlay::Lines(pane)) => lines::draw(&model.lines, &model.theme, pane, frame),
        None => {}
    }
}

fn detail(model: &Model, frame: &mut Frame, area: Rect) {
    let theme = &model.theme;
    let title = model.change().map_or_else(String::new, |change| {
        let name = model.history.client_name(&change.id).or(change.client_id.as_deref());
        let raw = if model.style == Style::Raw { " (record)" } else { "" };
        if model.is_compared() && model.style != Style::Raw {
            return format!("{} {} comparison", name.unwrap_or("unknown"), theme.glyphs.dot);
        }
        match name {
            Some(name) => format!("{name} {} {}{raw}", theme.glyphs.dot, change.event),
            None => format!("{}{raw}", change.event),
        }
    });
    let title = text::fit(&title, area.width.saturating_sub(4).into(), theme.glyphs.ellipsis);
    let position = model.selected.and_then(|number| model.rows.position(number)).map_or(0, |position| position + 1);
    let place = match model.aside {
        Some(_) => " not in the list ".to_owned(),
        None if position == 0 => String::new(),
        None => format!(" {position} of {} ", model.rows.len()),
    };
    let block = panel::block(theme, &title, model.focus == Focus::Detail)
        .title_bottom(panel::more(theme, &model.detail.pane))
        .title_bottom(Line::styled(place, theme.style(Role::Quiet)).right_aligned());
    frame.render_widget(block, area);
    panel::page(theme, &model.detail, model.focus == Focus::Detail, frame, area);
}

/// Where the keys stand in the last line: behind what is told there, if that leaves room for some.
pub fn keys_area(model: &Model, footer: Rect) -> Rect {
    let Some((words, _)) = model.telling().filter(|_| model.find.line.is_none()) else { return footer };
    let told = u16::try_from(text::width(&words) + 3).unwrap_or(u16::MAX).min(footer.width);
    let width = footer.width - told;
    Rect { x: footer.x + told, width: if width < SOME_KEYS { 0 } else { width }, ..footer }
}

/// Columns for the way back, the help, and the key that quits.
const SOME_KEYS: u16 = 30;

/// What is told in place of keys.
fn told(model: &Model, words: &str, trouble: bool, frame: &mut Frame, area: Rect) {
    let role = if trouble { Role::High } else { Role::Accent };
    let words = text::fit(words, area.width.saturating_sub(2).into(), model.theme.glyphs.ellipsis);
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    frame.render_widget(Line::styled(words, model.theme.style(role)), area);
}

/// Too small for panes: one honest line.
fn tiny(model: &Model, frame: &mut Frame) {
    let (changes, severe) = (text::count(model.rows.all(), "change", "changes"), model.severe().words());
    let severe = severe.collect::<Vec<_>>().join(", ");
    let line = if severe.is_empty() { changes } else { format!("{severe} of {changes}") };
    let line = format!("{line}; needs 40x10");
    let area = Rect { height: frame.area().height.min(1), ..frame.area() };
    let line = text::fit(&line, area.width.into(), model.theme.glyphs.ellipsis);
    Line::from(Span::raw(line)).render(area, frame.buffer_mut());
}
