//! What the mouse does: the wheel scrolls what is under it, a click goes there.
//!
//! Where things are is asked of the layout that draws them.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Margin, Position, Rect};

use super::{
    Model, export, lines,
    model::{Focus, Overlay},
    restore, view,
};
use crate::screen::{Ended, Task, footer, help, keys::Action, panel, run::Effect, scroll::NOTCH};

impl Model {
    /// Takes a mouse event.
    pub fn point(&mut self, mouse: MouseEvent) -> Option<Effect<Task, Ended>> {
        let at = Position { x: mouse.column, y: mouse.row };
        match mouse.kind {
            MouseEventKind::ScrollDown => self.wheel(at, Action::Down),
            MouseEventKind::ScrollUp => self.wheel(at, Action::Up),
            MouseEventKind::Down(MouseButton::Left) => return self.click(at),
            _ => {}
        }
        None
    }

    fn wheel(&mut self, at: Position, action: Action) {
        let Some(areas) = self.areas(self.screen) else { return };
        self.stop_seeking();
        for _ in 0..NOTCH {
            let moved = match &mut self.overlay {
                Some(overlay) => overlay.pane().is_some_and(|pane| pane.scroll(action)),
                None if areas.first.contains(at) && self.timeline.is_some() => self.walk(action),
                None if areas.first.contains(at) => self.select(action),
                None if areas.second.contains(at) => self.page_in_front().wheel(action),
                None => false,
            };
            self.stale.frame |= moved;
        }
    }

    fn click(&mut self, at: Position) -> Option<Effect<Task, Ended>> {
        self.stop_seeking();
        let keys = view::keys_area(self, self.areas(self.screen)?.footer);
        // Whoever clicks has read what was told.
        if self.note.take().is_some() {
            self.stale.frame = true;
        }
        let areas = self.areas(self.screen)?;
        if let Some(line) = &self.find.line
            && (at.y + 1 < areas.footer.bottom() || line.error.is_some())
        {
            // While one types, only the keys can be clicked.
            return None;
        }
        if areas.footer.contains(at) {
            let valid = |action| self.valid(action);
            let action = footer::hit(&self.theme, self.place(), valid, keys, at.x)?;
            return self.act(action);
        }
        if let Some(overlay) = &self.overlay {
            return if overlay.area(self.screen).contains(at) { None } else { self.act(Action::Back) };
        }
        if areas.first.contains(at) {
            self.click_list(areas.first, at);
        } else if areas.second.contains(at) {
            self.turn_to(Focus::Detail);
            if let Some(line) = at.y.checked_sub(panel::room(areas.second).y) {
                self.page_in_front().click(line.into());
            }
            self.stale.frame = true;
        }
        None
    }

    fn click_list(&mut self, area: Rect, at: Position) {
        let rows = area.inner(Margin::new(1, 1));
        self.stale.frame = true;
        if self.timeline.is_some() {
            self.focus = Focus::List;
            if rows.contains(at) {
                self.click_timeline(usize::from(at.y - rows.y));
            }
            return;
        }
        if rows.contains(at) {
            let position = self.offset + usize::from(at.y - rows.y);
            if let Some(number) = self.rows.at(position) {
                let again = self.selected == Some(number);
                self.select_at(position);
                // Where only one pane fits, a second click turns it over, as Enter does.
                if again && self.areas(self.screen).is_some_and(|areas| areas.second.is_empty()) {
                    return self.turn_to(Focus::Detail);
                }
            }
        }
        self.turn_to(Focus::List);
    }
}

impl Overlay {
    /// Where it stands.
    fn area(&self, screen: Rect) -> Rect {
        match self {
            Self::Help(_) => help::area(screen),
            Self::Lines(_) => lines::area(screen),
            Self::Restore(_) => restore::area(screen),
            Self::Export(_) => export::area(screen),
        }
    }
}
