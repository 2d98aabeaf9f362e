//! Lines of the log that are no events: kept to be looked at, the latest of them.

use std::collections::VecDeque;

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{
    Frame,
    layout::{Margin, Rect},
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use crate::screen::{
    panel,
    scroll::Pane,
    text::{self, flow, piece},
    theme::{Role, Theme},
};

/// How many are kept, and how many bytes of them at most.
const MOST: (usize, usize) = (1_000, 1 << 18);

/// The lines.
#[derive(Debug, Default)]
pub struct Lines {
    /// How many there were.
    pub all: usize,
    /// The latest, each with the time that the log tells.
    kept: VecDeque<(Option<Timestamp>, Box<str>)>,
    bytes: usize,
}

impl Lines {
    /// Takes one in; the oldest give way.
    pub fn take(&mut self, time: Option<Timestamp>, line: Box<str>) {
        self.all += 1;
        self.bytes += line.len();
        self.kept.push_back((time, line));
        while self.kept.len() > MOST.0 || self.bytes > MOST.1 {
            let Some((_, line)) = self.kept.pop_front() else { break };
            self.bytes -= line.len();
        }
    }

    /// Laid out for so many columns, the latest at the end.
    pub fn lay_out(&self, theme: &Theme, zone: &TimeZone, columns: usize) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        let gone = self.all - self.kept.len();
        if gone > 0 {
            lines.push(Line::styled(format!("{gone} earlier ones are not kept"), theme.style(Role::Quiet)));
        }
        for (time, line) in &self.kept {
            let time = time.map(|time| text::moment(time, zone, "%m-%d %H:%M:%S "));
            let head = time.map(|time| Span::styled(time, theme.style(Role::Quiet))).into_iter().collect();
            lines.extend(flow(head, &[piece(line, theme.style(Role::Text))], columns));
        }
        lines
    }
}

/// Where the overlay stands on a screen.
pub fn area(screen: Rect) -> Rect {
    let margin = |length: u16, least: u16| if length > least + 8 { 4 } else { 0 };
    screen.inner(Margin::new(margin(screen.width, 60), margin(screen.height, 15) / 2))
}

/// The room inside its border.
pub fn inner(screen: Rect) -> Rect {
    area(screen).inner(Margin::new(2, 1))
}

/// Draws them over what is there.
pub fn draw(lines: &Lines, theme: &Theme, pane: &Pane, frame: &mut Frame) {
    let area = area(frame.area());
    let title = format!("{} of the log, no events", text::count(lines.all, "other line", "other lines"));
    let title = text::fit(&title, area.width.saturating_sub(4).into(), theme.glyphs.ellipsis);
    let block = panel::block(theme, &title, true).title_bottom(panel::more(theme, pane).right_aligned());
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(pane.visible().to_vec()), inner(frame.area()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_kept_within_bounds() {
        let mut lines = Lines::default();
        for nth in 0..1_500 {
            lines.take(None, format!("line {nth}").into());
        }
        assert_eq!((lines.all, lines.kept.len()), (1_500, 1_000));
        assert_eq!(&*lines.kept[0].1, "line 500");
        let theme = Theme::new(true, false);
        let laid_out = lines.lay_out(&theme, &TimeZone::UTC, 40);
        assert_eq!(laid_out[0].to_string(), "500 earlier ones are not kept");
        for _ in 0..100 {
            lines.take(None, "x".repeat(4096).into());
        }
        assert_eq!((lines.all, lines.kept.len()), (1_600, 64));
    }
}
