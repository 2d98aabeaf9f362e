//! Lines that may be more than fit, and how far they are scrolled.

use ratatui::text::Line;

use super::keys::Action;

/// How many lines a notch of the wheel is.
pub const NOTCH: usize = 3;

/// Laid-out lines with an offset.
#[derive(Debug, Default)]
pub struct Pane {
    /// All lines.
    pub lines: Vec<Line<'static>>,
    /// How many of them are above the window.
    pub offset: usize,
    /// How many the window shows.
    pub height: usize,
}

impl Pane {
    /// Scrolls; tells whether anything moved.
    pub fn scroll(&mut self, action: Action) -> bool {
        let before = self.offset;
        self.offset = moved(self.offset, action, self.height, self.furthest());
        self.offset != before
    }

    /// Keeps the offset in bounds after lines or height have changed.
    pub fn settle(&mut self, height: usize) {
        self.height = height;
        self.offset = self.offset.min(self.furthest());
    }

    /// Lines below the window.
    pub fn below(&self) -> usize {
        self.lines.len().saturating_sub(self.offset + self.height)
    }

    /// The lines in the window.
    pub fn visible(&self) -> &[Line<'static>] {
        let from = self.offset.min(self.lines.len());
        let to = (from + self.height).min(self.lines.len());
        &self.lines[from..to]
    }

    fn furthest(&self) -> usize {
        self.lines.len().saturating_sub(self.height)
    }
}

/// Where a position goes, within `0..=last`, by pages of `height`. Other actions leave it where it is.
pub fn moved(position: usize, action: Action, height: usize, last: usize) -> usize {
    let (page, half) = (height.saturating_sub(1).max(1), (height / 2).max(1));
    let to = match action {
        Action::Down => position.saturating_add(1),
        Action::Up => position.saturating_sub(1),
        Action::HalfDown => position.saturating_add(half),
        Action::HalfUp => position.saturating_sub(half),
        Action::PageDown => position.saturating_add(page),
        Action::PageUp => position.saturating_sub(page),
        Action::First => 0,
        Action::Last => last,
        _ => position,
    };
    to.min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_stay_within_bounds() {
        let cases = [
            (0, Action::Up, 0),
            (9, Action::Down, 9),
            (0, Action::PageDown, 4),
            (3, Action::PageUp, 0),
            (4, Action::HalfDown, 6),
            (4, Action::HalfUp, 2),
            (4, Action::First, 0),
            (4, Action::Last, 9),
            (4, Action::Help, 4),
            (40, Action::Help, 9),
        ];
        for (from, action, to) in cases {
            assert_eq!(moved(from, action, 5, 9), to, "{action:?} from {from}");
        }
    }

    #[test]
    fn a_window_that_grows_pulls_the_offset_back() {
        let mut pane = Pane { lines: vec![Line::default(); 10], ..Pane::default() };
        pane.settle(4);
        assert!(pane.scroll(Action::Last));
        assert_eq!((pane.offset, pane.below(), pane.visible().len()), (6, 0, 4));
        pane.settle(8);
        assert_eq!((pane.offset, pane.below()), (2, 0));
        pane.settle(20);
        assert_eq!((pane.offset, pane.visible().len()), (0, 10));
    }
}
