//! Laid-out lines with a cursor on what can be pointed at in them.
//!
//! A thing that can be pointed at may take many lines, and between two of them may stand lines that nothing points at. The
//! cursor scrolls through both line by line, so that all of it can be read with the same two keys.

use std::ops::Range;

use cacl_event::clean;
use jiff::Timestamp;
use ratatui::text::Line;
use serde_json::Value;

use super::{keys::Action, scroll::Pane};

/// What the cursor is on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pointed {
    /// What it is, for people, e.g. `callbackURLs`.
    pub what: String,
    /// Its value and nothing else, cleaned.
    pub text: String,
}

impl Pointed {
    /// A value, as one would write it elsewhere.
    pub fn at(path: &str, value: Option<&Value>) -> Self {
        let text = match value {
            Some(Value::String(text)) => clean(text).into_owned(),
            Some(other) => clean(&other.to_string()).into_owned(),
            None => String::new(),
        };
        Self { what: clean(path).into_owned(), text }
    }
}

/// Something that can be pointed at, and the lines it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// At least one.
    pub lines: Range<usize>,
    /// What it is.
    pub pointed: Pointed,
}

/// A page in the making.
#[derive(Debug, Default)]
pub struct Draft {
    /// All lines so far.
    pub lines: Vec<Line<'static>>,
    /// In the order of their lines.
    pub spots: Vec<Spot>,
    /// The times that it tells.
    pub times: Vec<Timestamp>,
}

impl Draft {
    /// Adds lines that nothing points at.
    pub fn plain(&mut self, lines: impl IntoIterator<Item = Line<'static>>) {
        self.lines.extend(lines);
    }

    /// Adds lines that can be pointed at.
    pub fn spot(&mut self, lines: impl IntoIterator<Item = Line<'static>>, pointed: Pointed) {
        let from = self.lines.len();
        self.lines.extend(lines);
        if self.lines.len() > from {
            self.spots.push(Spot { lines: from..self.lines.len(), pointed });
        }
    }

    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.lines.push(Line::default());
    }
}

/// A page.
#[derive(Debug, Default)]
pub struct Page {
    /// The lines, and how far they are scrolled.
    pub pane: Pane,
    /// What can be pointed at, in the order of their lines.
    pub spots: Vec<Spot>,
    /// The number of the spot that the cursor is on.
    pub cursor: usize,
    /// The times that it tells, in case they are told by how long ago they were.
    pub times: Vec<Timestamp>,
}

impl Page {
    /// Takes other lines in, in place of what it has; the cursor stays on what it is on, if that is still there.
    pub fn put(&mut self, draft: Draft) {
        let on = self.pointed();
        let same = |spot: &Spot| on == Some(&spot.pointed);
        let stays = draft.spots.get(self.cursor).is_some_and(same);
        let found = (!stays).then(|| draft.spots.iter().position(same)).flatten();
        let last = draft.spots.len().saturating_sub(1);
        let in_view = self.in_view();
        self.cursor = found.unwrap_or(self.cursor).min(last);
        (self.pane.lines, self.spots, self.times) = (draft.lines, draft.spots, draft.times);
        if in_view && self.cursor > 0 {
            self.show();
        }
    }

    /// Goes to the top.
    pub fn rewind(&mut self) {
        (self.cursor, self.pane.offset) = (0, 0);
    }

    /// Scrolls to a line, with one above it, and puts the cursor onto what stands there.
    pub fn show_line(&mut self, line: usize) {
        self.pane.offset = line.saturating_sub(1);
        self.pane.settle(self.pane.height);
        match self.spots.iter().position(|spot| spot.lines.contains(&line)) {
            Some(spot) => self.cursor = spot,
            None => self.come_along(),
        }
    }

    /// Moves the cursor or scrolls; tells whether anything moved.
    pub fn act(&mut self, action: Action) -> bool {
        let before = (self.cursor, self.pane.offset);
        match action {
            Action::Down => self.down(),
            Action::Up => self.up(),
            Action::First => self.rewind(),
            Action::Last => {
                self.cursor = self.spots.len().saturating_sub(1);
                self.pane.scroll(action);
            }
            _ if self.pane.scroll(action) => self.come_along(),
            Action::PageDown | Action::HalfDown => self.cursor = self.spots.len().saturating_sub(1),
            Action::PageUp | Action::HalfUp => self.cursor = 0,
            _ => {}
        }
        before != (self.cursor, self.pane.offset)
    }

    /// Scrolls by a line, as the wheel does; the cursor stays in view.
    pub fn wheel(&mut self, action: Action) -> bool {
        let moved = self.pane.scroll(action);
        if moved {
            self.come_along();
        }
        moved
    }

    /// Moves the cursor to what stands in a line of the window, if that can be pointed at.
    pub fn click(&mut self, line: usize) {
        let line = self.pane.offset + line;
        if let Some(spot) = self.spots.iter().position(|spot| spot.lines.contains(&line)) {
            self.cursor = spot;
        }
    }

    /// Keeps within bounds after lines or height have changed.
    pub fn settle(&mut self, height: usize) {
        let in_view = self.in_view();
        self.pane.settle(height);
        if in_view && !self.in_view() {
            self.show();
        }
    }

    /// What the cursor is on.
    pub fn pointed(&self) -> Option<&Pointed> {
        self.spots.get(self.cursor).map(|spot| &spot.pointed)
    }

    /// The lines of the window that the cursor is on.
    pub fn marked(&self) -> Range<usize> {
        let lines = self.lines();
        let within = |line: usize| line.saturating_sub(self.pane.offset).min(self.pane.height);
        within(lines.start)..within(lines.end)
    }

    fn lines(&self) -> Range<usize> {
        self.spots.get(self.cursor).map_or(0..0, |spot| spot.lines.clone())
    }

    fn in_view(&self) -> bool {
        !self.marked().is_empty()
    }

    /// To the next spot, once this one is read and the next is near; until then by a line.
    fn down(&mut self) {
        if self.lines().end <= self.pane.offset {
            self.come_along();
        }
        let foot = self.pane.offset + self.pane.height;
        match self.spots.get(self.cursor + 1) {
            Some(next) if self.lines().end <= foot && next.lines.start <= foot => {
                self.cursor += 1;
                self.show();
            }
            _ => {
                self.pane.scroll(Action::Down);
            }
        }
    }

    fn up(&mut self) {
        if self.lines().start >= self.pane.offset + self.pane.height {
            self.come_along();
        }
        let top = self.pane.offset;
        match self.cursor.checked_sub(1).and_then(|earlier| self.spots.get(earlier)) {
            Some(earlier) if self.lines().start >= top && earlier.lines.end >= top => {
                self.cursor -= 1;
                self.show_end();
            }
            _ => {
                self.pane.scroll(Action::Up);
            }
        }
    }

    /// Scrolls as little as shows all of what the cursor is on, or its beginning.
    fn show(&mut self) {
        let lines = self.lines();
        let lowest = lines.end.saturating_sub(self.pane.height).min(lines.start);
        self.pane.offset = self.pane.offset.clamp(lowest, lines.start);
    }

    /// The same, or its end.
    fn show_end(&mut self) {
        let lines = self.lines();
        let lowest = lines.end.saturating_sub(self.pane.height);
        self.pane.offset = self.pane.offset.clamp(lowest, lines.start.max(lowest));
    }

    /// Puts the cursor onto something in the window, if it is on nothing there.
    fn come_along(&mut self) {
        let (top, foot) = (self.pane.offset, self.pane.offset + self.pane.height);
        let (lines, before) = (self.lines(), self.cursor);
        if lines.end <= top {
            self.cursor =
                self.spots.partition_point(|spot| spot.lines.end <= top).min(self.spots.len().saturating_sub(1));
        } else if lines.start >= foot {
            self.cursor = self.spots.partition_point(|spot| spot.lines.start < foot).saturating_sub(1);
        }
        if !self.in_view() {
            self.cursor = before;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page whose spots take so many lines each, with as many others before each.
    fn page(height: usize, spots: &[(usize, usize)]) -> Page {
        let mut draft = Draft::default();
        for (nth, (gap, lines)) in spots.iter().enumerate() {
            draft.plain(vec![Line::default(); *gap]);
            draft.spot(vec![Line::default(); *lines], Pointed { what: nth.to_string(), text: String::new() });
        }
        let mut page = Page::default();
        page.put(draft);
        page.settle(height);
        page
    }

    #[track_caller]
    fn walk(page: &mut Page, action: Action, expected: &[(usize, usize)]) {
        let mut seen = Vec::new();
        while page.act(action) {
            seen.push((page.cursor, page.pane.offset));
            assert!(seen.len() < 100, "{seen:?}");
        }
        assert_eq!(seen, expected, "{action:?}");
    }

    #[test]
    fn the_cursor_goes_from_spot_to_spot_and_the_window_follows() {
        let mut page = page(3, &[(0, 1), (0, 1), (1, 1), (0, 2)]);
        walk(&mut page, Action::Down, &[(1, 0), (2, 1), (3, 3)]);
        assert_eq!(page.marked(), 1..3);
        walk(&mut page, Action::Up, &[(2, 3), (2, 2), (1, 1), (0, 0)]);
        assert_eq!(page.marked(), 0..1);
    }

    #[test]
    fn what_is_longer_than_the_window_scrolls_through() {
        let mut page = page(3, &[(0, 1), (0, 6), (0, 1)]);
        walk(&mut page, Action::Down, &[(1, 1), (1, 2), (1, 3), (1, 4), (2, 5)]);
        walk(&mut page, Action::Up, &[(1, 4), (1, 3), (1, 2), (1, 1), (0, 0)]);
    }

    #[test]
    fn lines_that_nothing_points_at_can_be_read_as_well() {
        let mut page = page(2, &[(5, 1), (5, 1)]);
        page.pane.lines.extend(vec![Line::default(); 2]);
        assert!(page.marked().is_empty(), "a page begins at its top");
        let down = [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6), (0, 7), (0, 8), (0, 9), (1, 10), (1, 11), (1, 12)];
        walk(&mut page, Action::Down, &down);
        walk(&mut page, Action::First, &[(0, 0)]);
        walk(&mut page, Action::Last, &[(1, 12)]);
    }

    #[test]
    fn pages_take_the_cursor_along() {
        let mut page = page(4, &[(0, 1); 12]);
        walk(&mut page, Action::PageDown, &[(3, 3), (6, 6), (8, 8), (11, 8)]);
        walk(&mut page, Action::PageUp, &[(8, 5), (5, 2), (3, 0), (0, 0)]);
        page.pane.scroll(Action::Last);
        assert!(page.act(Action::Down));
        assert_eq!((page.cursor, page.pane.offset), (9, 8), "it begins with what is in the window");
    }

    #[test]
    fn other_lines_leave_the_cursor_where_it_was() {
        let mut two = page(3, &[(0, 1), (0, 1), (0, 1)]);
        walk(&mut two, Action::Last, &[(2, 0)]);
        let mut draft = Draft::default();
        draft.plain(vec![Line::default(); 9]);
        for nth in ["x", "2", "y"] {
            draft.spot([Line::default()], Pointed { what: nth.into(), text: String::new() });
        }
        two.put(draft);
        two.settle(3);
        assert_eq!((two.cursor, two.pane.offset), (1, 8));
        two.put(Draft::default());
        two.settle(3);
        assert_eq!((two.cursor, two.pane.offset, two.pointed()), (0, 0, None));
        assert!(!two.act(Action::Down) && !two.act(Action::Up));
    }
}
