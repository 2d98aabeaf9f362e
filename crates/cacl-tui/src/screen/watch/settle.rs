//! Makes ready for a frame: what is selected, what is in view, and the lines of panes and overlays.

use ratatui::layout::{Position, Rect, Size};

use super::{
    Model, detail,
    find::{Find, mark},
    json, lines, list,
    model::{Overlay, Style},
};
use crate::screen::{help, keys::Action, page::Draft, panel};

impl Model {
    /// Makes ready for a frame: follows, keeps the selection in view, and lays out what is stale.
    pub fn settle(&mut self, size: Size) {
        self.choose();
        self.look_straight();
        let screen = Rect::from((Position::ORIGIN, size));
        let areas = self.areas(screen);
        self.height = areas.map_or(0, |areas| areas.first.height.saturating_sub(2).into());
        self.keep_in_view();
        self.widths = list::grown(self);
        let room = areas.map_or(Rect::ZERO, |areas| panel::room(areas.second));
        if self.timeline.is_some() {
            self.settle_timeline(areas);
        } else if !room.is_empty() {
            // Of the height it only matters whether there are lines to spare.
            let size = (room.width, room.height.min(detail::AMPLE));
            if self.stale.detail || self.laid_out != size {
                let mut page = self.lay_out(room);
                let words = Find::words(&self.rows);
                page.lines = page.lines.into_iter().map(|line| mark(line, &words, &self.theme)).collect();
                self.detail.put(page);
                self.laid_out = size;
                self.stale.detail = false;
            }
            self.detail.settle(room.height.into());
        }
        self.until = self.times_hold();
        let below = self.place_below();
        match &mut self.overlay {
            Some(Overlay::Help(help)) => {
                let area = help::inner(screen);
                help.lines = help::lines(&self.theme, self.scene.hint.as_deref(), below, area.width.into());
                help.settle(area.height.into());
            }
            Some(Overlay::Restore(shown)) => shown.settle(&self.theme, screen),
            Some(Overlay::Lines(_) | Overlay::Export(_)) | None => {}
        }
        self.settle_lines(screen);
        self.screen = screen;
        self.stale.frame = false;
    }

    /// Selects the newest while following; what a filter hides gives way to what is nearest.
    fn choose(&mut self) {
        let Some(last) = self.rows.len().checked_sub(1) else { return };
        if self.paused.is_none() {
            self.select_at(last);
        } else if self.aside.is_none()
            && let Some(number) = self.selected.filter(|number| self.rows.position(*number).is_none())
            && let Some(position) = self.rows.nearest(number).and_then(|nearest| self.rows.position(nearest))
        {
            self.select_at(position);
        }
    }

    fn settle_lines(&mut self, screen: Rect) {
        if let Some(Overlay::Lines(pane)) = &mut self.overlay {
            let area = lines::inner(screen);
            let at_end = pane.below() == 0;
            pane.lines = self.lines.lay_out(&self.theme, &self.zone, area.width.into());
            pane.settle(area.height.into());
            if at_end {
                pane.scroll(Action::Last);
            }
        }
    }

    fn keep_in_view(&mut self) {
        if self.height == 0 {
            return;
        }
        let position = self.selected.and_then(|number| self.rows.position(number)).unwrap_or(0);
        let highest = (position + 1).saturating_sub(self.height);
        let furthest = self.rows.len().saturating_sub(self.height);
        self.offset = self.offset.clamp(highest, position.max(highest)).min(furthest);
    }

    fn lay_out(&self, room: Rect) -> Draft {
        match (self.change(), self.style) {
            (None, _) => Draft::default(),
            (Some(change), Style::Raw) => json::page(&change.record.to_value(), &self.theme, room.width.into()),
            (Some(change), _) => detail::page(&self.history, change, &detail::Look::of(self, room)),
        }
    }
}
