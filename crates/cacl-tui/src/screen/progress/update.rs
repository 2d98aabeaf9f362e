//! What each message does to the model.

use std::{convert::Infallible, time::Duration};

use cacl_aws::{Error, Progress, Reason, StackEvent};
use crossterm::event::{Event, MouseEvent, MouseEventKind};
use jiff::SignedDuration;
use ratatui::{
    Frame,
    layout::{Position, Rect, Size},
};

use super::{
    Model,
    model::{Entry, Failure, Focus},
    resource::{Direction, Resource, Step},
    view,
};
use crate::screen::{
    Progressed,
    keys::{self, Action, Place},
    run::{Effect, Msg, Screen},
    scroll::NOTCH,
};

impl Screen for Model {
    type Item = Result<Progress, Error>;
    type Task = Infallible;
    type End = Progressed;

    fn update(&mut self, message: Msg<Self::Item>) -> Option<Effect<Infallible, Progressed>> {
        match message {
            Msg::Clock(now) => {
                let second = |model: &Self| model.now.duration_since(model.heading.started).as_secs();
                let before = second(self);
                self.now = now;
                self.stale |= before != second(self);
            }
            Msg::Input(event) => return self.input(&event).map(Effect::End),
            Msg::Item(Ok(Progress::Done(done))) => return Some(Effect::End(Progressed::Done(done))),
            Msg::Item(Ok(progress)) => self.take(progress),
            Msg::Item(Err(error)) => return Some(Effect::End(Progressed::Failed(error))),
            Msg::End => return Some(Effect::End(Progressed::Failed(cut_short()))),
            Msg::Frame(size) => self.settle(size),
            Msg::Gone => return Some(Effect::End(Progressed::Interrupted)),
            Msg::Idle | Msg::Told(_) => {}
        }
        None
    }

    fn view(&self, frame: &mut Frame) {
        view::draw(self, frame);
    }

    fn stale(&self) -> bool {
        self.stale
    }

    /// The elapsed time is shown in whole seconds.
    fn holds(&self) -> Option<Duration> {
        let elapsed = self.now.duration_since(self.heading.started);
        let next = SignedDuration::from_secs(elapsed.as_secs().saturating_add(1)) - elapsed;
        Some(next.try_into().unwrap_or(Duration::from_secs(1)))
    }
}

/// The stream ended without saying how: that is a mistake of ours, and told as such.
fn cut_short() -> Error {
    Error {
        reason: Reason::Other,
        what: "the operation ended without a result".into(),
        why: None,
        help: Some("look at the stack in the CloudFormation console, then run the command again".into()),
    }
}

impl Model {
    fn input(&mut self, event: &Event) -> Option<Progressed> {
        match event {
            Event::Key(key) => match keys::dispatch(Place::Progress, *key)? {
                Action::Detach | Action::Interrupt | Action::Quit => return Some(Progressed::Detached),
                Action::Pane => self.focus = self.focus.other(),
                action if self.focus == Focus::Log => {
                    self.log.scroll(action);
                    self.at_end = self.log.below() == 0;
                }
                action => drop(self.table.scroll(action)),
            },
            Event::Mouse(mouse) if self.point(*mouse) => {}
            Event::Resize(..) => {}
            _ => return None,
        }
        self.stale = true;
        None
    }

    /// The wheel scrolls the pane under it, a click gives it the keys. Tells whether that changed anything.
    fn point(&mut self, mouse: MouseEvent) -> bool {
        let at = Position { x: mouse.column, y: mouse.row };
        let Some(areas) = self.shown.filter(|areas| areas.first.contains(at) || areas.second.contains(at)) else {
            return false;
        };
        let focus = if areas.first.contains(at) { Focus::Table } else { Focus::Log };
        let action = match mouse.kind {
            MouseEventKind::ScrollDown => Action::Down,
            MouseEventKind::ScrollUp => Action::Up,
            MouseEventKind::Down(_) => return std::mem::replace(&mut self.focus, focus) != focus,
            _ => return false,
        };
        let pane = if focus == Focus::Table { &mut self.table } else { &mut self.log };
        let moved = (0..NOTCH).filter(|_| pane.scroll(action)).count() > 0;
        self.at_end = self.log.below() == 0;
        moved
    }

    fn take(&mut self, progress: Progress) {
        self.stale = true;
        match progress {
            Progress::Step(step) => {
                self.step = Some(step.clone());
                self.entries.push(Entry::Step(self.now, step));
            }
            Progress::Resources(planned) => {
                for planned in planned {
                    self.resource(&planned.logical_id, &planned.resource_type);
                }
            }
            Progress::Event(event) => self.event(event),
            // The end is taken before.
            Progress::Done(_) => {}
        }
    }

    fn event(&mut self, event: StackEvent) {
        if event.resource_type == "AWS::CloudFormation::Stack" && event.logical_id == self.heading.stack {
            let direction = Direction::of(&event.status);
            // A stack that could only be deleted is gone, and made anew: what failed before is over.
            if (self.direction, direction) == (Direction::Away, Direction::Forward) {
                self.failure = None;
            }
            self.direction = direction;
        } else {
            let direction = self.direction;
            self.resource(&event.logical_id, &event.resource_type).event(&event, direction);
            self.failed(&event);
        }
        self.entries.push(Entry::Event(event));
    }

    fn resource(&mut self, id: &str, kind: &str) -> &mut Resource {
        let at = self.resources.iter().position(|resource| resource.id == id).unwrap_or_else(|| {
            self.resources.push(Resource::waiting(id, kind));
            self.resources.len() - 1
        });
        &mut self.resources[at]
    }

    /// The first failure is the cause; what is cancelled because of it is not.
    fn failed(&mut self, event: &StackEvent) {
        let step = Step::of(&event.status);
        let cancelled = event.reason.as_ref().is_some_and(|reason| reason.to_lowercase().contains("cancel"));
        if step == Step::Failed && !cancelled && self.failure.is_none() {
            self.failure = Some(Failure::of(event));
        }
        // A deletion that failed is tried again; when that works, nothing is wrong any more.
        let mended = |failure: &Failure| step == Step::Complete && failure.id == event.logical_id;
        if self.direction == Direction::Away && self.failure.as_ref().is_some_and(mended) {
            self.failure = None;
        }
    }

    fn settle(&mut self, size: Size) {
        self.stale = false;
        let screen = Rect::from((Position::ORIGIN, size));
        let alert = view::alert(self, size.width.into()).len();
        self.shown = self.areas(screen, alert);
        let Some(areas) = self.shown else { return };
        for (area, first) in [(areas.first, true), (areas.second, false)] {
            let room = view::room(area);
            if room.is_empty() {
                continue;
            }
            let (columns, rows) = (room.width.into(), room.height.into());
            if first {
                self.table.lines = view::table(self, columns);
                self.table.settle(rows);
            } else {
                self.log.lines = view::log(self, columns);
                self.log.settle(rows);
                if self.at_end {
                    self.log.scroll(Action::Last);
                }
            }
        }
    }
}
