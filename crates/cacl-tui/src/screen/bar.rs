//! A line of items of which the less important ones give way when there is no room.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};

/// An item: the lower its rank, the longer it stays.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its importance, 0 being the greatest.
    pub rank: u8,
    /// What it says.
    pub spans: Vec<Span<'static>>,
}

impl Item {
    /// An item of one span.
    pub fn new(rank: u8, span: Span<'static>) -> Self {
        Self { rank, spans: vec![span] }
    }

    /// Its columns.
    pub fn width(&self) -> usize {
        self.spans.iter().map(Span::width).sum()
    }
}

/// Items from the left, `gap` columns apart, and one at the right edge, which goes before them all.
#[derive(Debug)]
pub struct Bar {
    /// Those at the left, in order.
    pub left: Vec<Item>,
    /// The one at the right; may be empty.
    pub right: Line<'static>,
    /// Columns between items.
    pub gap: usize,
}

impl Bar {
    /// Lets go of what there is no room for, and tells which items stay, by their places until now.
    pub fn fit(&mut self, room: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.left.len()).collect();
        let left = self.room_left(room);
        while self.width() > left && self.left.len() > 1 {
            let least = self.left.iter().map(|item| item.rank).max();
            // Of equals the last one goes first.
            if let Some(at) = self.left.iter().rposition(|item| Some(item.rank) == least) {
                self.left.remove(at);
                places.remove(at);
            }
        }
        places
    }

    fn room_left(&self, room: usize) -> usize {
        let right = self.right.width();
        room.saturating_sub(if right > 0 { right + self.gap } else { 0 })
    }
}

impl Widget for Bar {
    fn render(mut self, area: Rect, buffer: &mut Buffer) {
        let room = usize::from(area.width);
        self.fit(room);
        let (left, right) = (self.room_left(room), self.right.width());
        let gap = Span::raw(" ".repeat(self.gap));
        let items: Vec<Vec<Span<'_>>> = self.left.into_iter().map(|item| item.spans).collect();
        let columns = u16::try_from(left.min(room)).unwrap_or(area.width);
        Line::from(items.join(&gap)).render(Rect { width: columns, ..area }, buffer);
        // Where it does not fit, its beginning is what counts.
        let right = if right > room { self.right } else { self.right.right_aligned() };
        right.render(area, buffer);
    }
}

impl Bar {
    fn width(&self) -> usize {
        let gaps = self.gap * self.left.len().saturating_sub(1);
        self.left.iter().map(Item::width).sum::<usize>() + gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: u16) -> String {
        let left =
            [(0, "stack"), (2, "account"), (1, "who")].map(|(rank, text)| Item::new(rank, Span::raw(text))).into();
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        Bar { left, right: Line::raw("live"), gap: 2 }.render(area, &mut buffer);
        buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn the_least_important_gives_way() {
        assert_eq!(drawn(26), "stack  account  who   live");
        assert_eq!(drawn(24), "stack  who          live");
        assert_eq!(drawn(14), "stack     live");
        assert_eq!(drawn(8), "st  live");
        assert_eq!(drawn(3), "liv");
    }
}
