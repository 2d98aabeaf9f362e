//! What each message does to the model.

use std::time::Duration;

use cacl_event::clean::clean_json;
use crossterm::event::Event;
use ratatui::Frame;

use super::{
    Model,
    find::News,
    header::Clock,
    model::{Focus, Overlay, Stale, Style},
    restore, view,
};
use crate::{
    feed::Feed,
    screen::{
        Ended, Task,
        keys::{self, Action, Place},
        page::Pointed,
        run::{Effect, Msg, Screen},
        scroll::{Pane, moved},
    },
};

impl Screen for Model {
    type Item = Feed;
    type Task = Task;
    type End = Ended;

    fn update(&mut self, message: Msg<Feed>) -> Option<Effect<Task, Ended>> {
        match message {
            Msg::Clock(now) => {
                self.now = now;
                self.tick();
                return self.ring();
            }
            Msg::Input(event) => return self.input(&event),
            Msg::Item(item) => {
                self.take(item);
                return self.ring();
            }
            Msg::End => self.take(Feed::End),
            Msg::Frame(size) => self.settle(size),
            Msg::Told(told) => self.told(told),
            Msg::Idle if self.writes() => return self.write_on(),
            Msg::Idle => self.find_on(),
            Msg::Gone => return Some(Effect::End(Ended::Interrupted)),
        }
        None
    }

    fn busy(&self) -> bool {
        self.writes() || self.finds()
    }

    fn view(&self, frame: &mut Frame) {
        view::draw(self, frame);
    }

    fn stale(&self) -> bool {
        self.stale.frame
    }

    fn holds(&self) -> Option<Duration> {
        let times = self.until.map(|until| until.duration_since(self.now).try_into().unwrap_or(Duration::ZERO));
        let ages = self.rows.ages_in(self.now).and_then(|holds| holds.try_into().ok());
        [self.clock.holds, times, ages, self.alarm.holds(self.now)].into_iter().flatten().min()
    }
}

impl Model {
    /// The place of the key table that is valid now.
    pub fn place(&self) -> Place {
        match &self.overlay {
            Some(Overlay::Help(_)) => Place::Help,
            Some(Overlay::Lines(_)) => Place::OtherLines,
            Some(Overlay::Restore(_)) => Place::Restore,
            Some(Overlay::Export(_)) => Place::Export,
            None if self.find.line.is_some() => Place::FilterLine,
            None => self.place_below(),
        }
    }

    /// The place below what is laid over it.
    pub(super) fn place_below(&self) -> Place {
        match self.focus {
            _ if self.timeline.is_some() => Place::Timeline,
            Focus::List => Place::List,
            Focus::Detail => Place::Detail,
        }
    }

    /// Whether an action makes sense now.
    pub fn valid(&self, action: Action) -> bool {
        match action {
            Action::Help | Action::Back | Action::Quit | Action::Interrupt => true,
            _ if self.overlay.is_some() || self.find.line.is_some() => true,
            Action::Bell => !self.source.is_recording(),
            Action::Lift => self.rows.filter().is_some() || self.mark.is_some(),
            Action::Filter => self.rows.all() > 0,
            Action::Unchanged | Action::Style if self.timeline.is_some() => self.is_compared(),
            Action::Unchanged => self.rows.len() > 0 && self.style != Style::Raw,
            _ => self.rows.len() > 0,
        }
    }

    pub(super) fn tick(&mut self) {
        self.age();
        let clock = Clock::of(self);
        self.stale.frame |= !clock.reads_as(&self.clock);
        self.clock = clock;
        if self.until.is_some_and(|until| until <= self.now) {
            self.until = None;
            self.stale = Stale { frame: true, detail: true };
        }
    }

    fn input(&mut self, event: &Event) -> Option<Effect<Task, Ended>> {
        // A resize comes from nobody who could have read it.
        if matches!(event, Event::Key(_) | Event::Paste(_)) {
            self.stale.frame |= self.note.take().is_some();
            self.stop_seeking();
        }
        match event {
            Event::Key(key) => match keys::dispatch(self.place(), *key) {
                Some(action) if !(matches!(action, Action::Left | Action::Right) && self.typing()) => {
                    return self.act(action);
                }
                _ => self.typed(event),
            },
            Event::Mouse(mouse) => return self.point(*mouse),
            Event::Paste(_) => self.typed(event),
            Event::Resize(..) => self.stale.frame = true,
            _ => {}
        }
        None
    }

    fn told(&mut self, told: Result<String, String>) {
        self.exported(&told);
        match told {
            Ok(words) if words.is_empty() => {}
            Ok(words) => self.say(words),
            Err(words) => self.note(words, true),
        }
    }

    pub fn act(&mut self, action: Action) -> Option<Effect<Task, Ended>> {
        match action {
            Action::Quit => return Some(Effect::End(Ended::Quit)),
            Action::Interrupt | Action::Detach => return Some(Effect::End(Ended::Interrupted)),
            _ if self.find.line.is_some() => self.edit(action),
            Action::Filter => self.open_line(),
            Action::Lift if self.mark.is_some() => self.unmark(),
            Action::Lift => self.lift(),
            Action::NextMatch | Action::PreviousMatch => self.next_match(action == Action::NextMatch),
            Action::OtherLines => self.look_at_lines(),
            Action::Help => self.overlay = Some(Overlay::Help(Pane::default())),
            _ if matches!(self.overlay, Some(Overlay::Export(_))) => {
                self.stale.frame = true;
                return self.fill_in(action);
            }
            Action::Back if self.overlay.is_some() => self.overlay = None,
            Action::Copy => return self.copy().map(Effect::Do),
            Action::CopyEvent => {
                let text = clean_json(self.change()?.record.text());
                return Some(Effect::Do(Task::Copy { what: "the event".into(), text }));
            }
            Action::Restore => self.overlay = Some(Overlay::Restore(restore::Shown::of(self)?)),
            Action::Export => self.export(),
            Action::Bell => {
                let words = self.alarm.toggle();
                self.told(Ok(words));
            }
            Action::Timeline => self.open_timeline(),
            Action::Earlier => self.step(false),
            Action::Later => self.step(true),
            Action::Mark => self.toggle_mark(),
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Open if self.timeline.is_some() => self.close_timeline(true),
            Action::Back if self.timeline.is_some() => self.close_timeline(false),
            Action::Open => self.turn_to(Focus::Detail),
            Action::Pane if self.focus == Focus::List => self.turn_to(Focus::Detail),
            Action::Back | Action::Pane => self.turn_to(Focus::List),
            Action::Unchanged | Action::Style if self.timeline.is_some() && !self.is_compared() => {
                let key = keys::name_of(Action::Mark, self.theme.glyphs);
                self.say(format!("these are the settings of one time: {key} marks a change to compare others with"));
            }
            Action::Unchanged => {
                self.unfolded = !self.unfolded;
                self.stale.detail = true;
            }
            Action::Style => {
                self.style = self.style.next();
                self.renew_detail();
                self.tell_if_narrow();
            }
            Action::TimeFormat => self.next_time_format(),
            _ => {
                self.scroll(action);
                return None;
            }
        }
        self.stale.frame = true;
        None
    }

    /// `y`: the restore call where it is shown, else what the cursor points at.
    fn copy(&self) -> Option<Task> {
        if let Some(Overlay::Restore(shown)) = &self.overlay {
            return shown.copy();
        }
        let Pointed { what, text } = self.pointed()?;
        Some(Task::Copy { what, text })
    }

    /// Whether keys may be letters of a text.
    fn typing(&self) -> bool {
        matches!(&self.overlay, Some(Overlay::Export(form)) if form.edits())
    }

    fn typed(&mut self, event: &Event) {
        match &mut self.overlay {
            Some(Overlay::Export(form)) => self.stale.frame |= form.typed(event),
            Some(_) => {}
            None => self.type_in(event),
        }
    }

    pub(super) fn writes(&self) -> bool {
        matches!(&self.overlay, Some(Overlay::Export(form)) if form.busy())
    }

    fn scroll(&mut self, action: Action) {
        let changed = match (&mut self.overlay, self.focus) {
            (Some(overlay), _) => overlay.pane().is_some_and(|pane| pane.scroll(action)),
            (None, _) if self.timeline.is_some() => self.move_in_timeline(action),
            (None, Focus::Detail) => self.detail.act(action),
            (None, Focus::List) => self.select(action),
        };
        self.stale.frame |= changed;
    }

    pub fn select(&mut self, action: Action) -> bool {
        let Some(last) = self.rows.len().checked_sub(1) else { return false };
        let position = self.selected.and_then(|number| self.rows.position(number)).unwrap_or(last);
        let to = moved(position, action, self.height, last);
        self.follow(to == last);
        self.select_at(to);
        true
    }

    pub fn select_at(&mut self, position: usize) {
        let number = self.rows.at(position);
        if self.aside.take().is_some() || self.selected != number {
            self.selected = number;
            self.renew_detail();
        }
    }

    /// The detail of another change, or in another style, begins at its top.
    pub(super) fn renew_detail(&mut self) {
        self.detail.rewind();
        self.find.spot = None;
        self.stale.detail = true;
    }

    /// Reading a detail pauses; coming back to the list with the newest selected follows again.
    pub fn turn_to(&mut self, focus: Focus) {
        if self.rows.len() == 0 {
            return;
        }
        self.focus = focus;
        let newest = self.rows.at(self.rows.len() - 1);
        let leads = focus == Focus::List && self.timeline.is_none() && self.aside.is_none();
        self.follow(leads && self.selected == newest);
    }

    pub(super) fn follow(&mut self, follow: bool) {
        if follow {
            self.paused = None;
        } else if self.paused.is_none() {
            self.paused = Some(News::since(self.rows.all()));
        }
    }

    fn look_at_lines(&mut self) {
        if self.lines.all == 0 {
            return self.say("there are no other lines: all that was read are events");
        }
        // The latest are at the end.
        self.overlay = Some(Overlay::Lines(Pane::default()));
    }
}
