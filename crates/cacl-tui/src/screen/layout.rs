//! Where things stand, by the size of the terminal.
//!
//! ```text
//! from 120 columns        from 80 columns       below              below 40×10
//! header                  header                header             one honest line
//! list     │ detail       list (a third)        list or detail
//!          │              ──────                (Tab turns over)
//!          │              detail
//! footer                  footer                footer
//! ```

use ratatui::layout::{Constraint, Layout, Rect};

/// Below this many columns or rows there is no room for panes.
const SMALLEST: (u16, u16) = (40, 10);

/// Header, two panes and footer; a pane that is not shown has no area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// Two lines at the top.
    pub header: Rect,
    /// What stands alone above the panes; empty unless asked for.
    pub alert: Rect,
    /// The list.
    pub first: Rect,
    /// The detail.
    pub second: Rect,
    /// The last line, or lines.
    pub footer: Rect,
}

/// What to make room for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wish {
    /// The second pane is in front where only one fits.
    pub second_in_front: bool,
    /// There is nothing for the second pane to show.
    pub first_alone: bool,
    /// The pane in front has all the room.
    pub zoomed: bool,
    /// Lines that stand alone above the panes.
    pub alert: u16,
    /// Lines at the foot, one at least.
    pub foot: u16,
}

/// The areas, or `None` if the terminal is too small for them.
pub fn areas(area: Rect, wish: Wish) -> Option<Areas> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    // The alert leaves the panes at least a few lines.
    let alert = wish.alert.min(area.height.saturating_sub(SMALLEST.1));
    let rows =
        [Constraint::Length(2), Constraint::Length(alert), Constraint::Fill(1), Constraint::Length(wish.foot.max(1))];
    let [header, alert, body, footer] = Layout::vertical(rows).areas(area);
    let (first, second) = panes(body, area.width, wish);
    Some(Areas { header, alert, first, second, footer })
}

fn panes(body: Rect, width: u16, wish: Wish) -> (Rect, Rect) {
    if wish.first_alone {
        (body, Rect::ZERO)
    } else if width >= 120 && !wish.zoomed {
        // The list needs its columns; beyond them the detail gets the room.
        let list = (body.width * 9 / 20).min(76);
        Layout::horizontal([Constraint::Length(list), Constraint::Fill(1)]).areas::<2>(body).into()
    } else if width >= 80 && body.height >= 15 && !wish.zoomed {
        let list = (body.height / 3).max(5);
        Layout::vertical([Constraint::Length(list), Constraint::Fill(1)]).areas::<2>(body).into()
    } else if wish.second_in_front {
        (Rect::ZERO, body)
    } else {
        (body, Rect::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(width: u16, height: u16, wish: Wish) -> Option<((u16, u16), (u16, u16))> {
        let areas = areas(Rect::new(0, 0, width, height), wish)?;
        Some(((areas.first.width, areas.first.height), (areas.second.width, areas.second.height)))
    }

    #[test]
    fn panes_go_beside_below_or_behind_each_other() {
        let front = Wish { second_in_front: true, ..Wish::default() };
        let cases = [
            (120, 40, Wish::default(), Some(((54, 37), (66, 37)))),
            (80, 24, Wish::default(), Some(((80, 7), (80, 14)))),
            (80, 14, Wish::default(), Some(((80, 11), (0, 0)))),
            (60, 15, Wish::default(), Some(((60, 12), (0, 0)))),
            (60, 15, front, Some(((0, 0), (60, 12)))),
            (120, 40, Wish { zoomed: true, ..front }, Some(((0, 0), (120, 37)))),
            (120, 40, Wish { zoomed: true, ..Wish::default() }, Some(((120, 37), (0, 0)))),
            (40, 10, Wish { alert: 5, ..front }, Some(((0, 0), (40, 7)))),
            (39, 10, Wish::default(), None),
            (40, 9, Wish::default(), None),
        ];
        for (width, height, wish, expected) in cases {
            assert_eq!(shape(width, height, wish), expected, "{width}×{height}");
        }
    }
}
