//! The life of one client: all its changes from the oldest to the newest, the ones that are known from the past alone included,
//! and beside them each of its settings with whoever gave it the value that it has.
//!
//! ```text
//! ╭ web-shop · 3 changes ────────────────────────────╮╭ Settings after 10:41:07 ─────────────────────────╮
//! │ 09:58:30   deploy            terraform  new  past ││ 10:41:07 by kim@example.org (console)            │
//! │ 10:28:11   deploy            terraform      ~2    ││ ↺ logoutURLs           none  not sent            │
//! │▌10:41:07 ▲ kim@example.org   console     +1 ↺3    ││ > callbackURLs         http://shop.example.org/cb │
//! ╰──────────────────────────────────────────────────╯╰──────────────────────────────────────────────────╯
//! ```
//!
//! It stands in place of list and detail, and moving in it moves the selection. Only the lines in view are read.

mod fields;
mod view;

use std::collections::HashMap;

use cacl_event::{Change, ClientKey, Provenance, Text, history::Moment};
use jiff::Timestamp;

use super::{
    Model, detail,
    model::{Focus, Style},
    rows::Row,
    times::Stamps,
};
use crate::screen::{
    keys::Action,
    layout::Areas,
    page::{Draft, Page, Pointed},
    panel,
    scroll::moved,
};

pub use view::draw;

/// What stands on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A change, by its id.
    Change(Text),
    /// Cognito described the client.
    Described(Timestamp),
}

/// The state of the view.
#[derive(Debug)]
pub struct Timeline {
    /// Whose life it is.
    pub client: ClientKey,
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// How many of them are changes,
    pub changes: usize,
    /// and whether some are known from the past alone.
    pub past: bool,
    /// The one that is selected.
    pub at: usize,
    /// How many are above the window.
    pub offset: usize,
    /// How many the window shows.
    pub height: usize,
    /// What the changes in view did, and how bad they are.
    pub rows: HashMap<Text, Row>,
    /// The settings, or how two states differ.
    pub fields: Page,
    /// Which pane had the keys before.
    from: Focus,
    /// For which entry and how many columns the settings are laid out.
    laid_out: Option<(usize, u16)>,
    /// Whether something was learnt of the client since.
    stale: bool,
}

impl Model {
    /// Opens the timeline of the selected change's client.
    pub fn open_timeline(&mut self) {
        let Some(client) = self.change().and_then(Change::client_key) else {
            return self.say("this call names no client");
        };
        self.timeline = Some(Timeline {
            client,
            entries: Vec::new(),
            changes: 0,
            past: false,
            at: 0,
            offset: 0,
            height: 0,
            rows: HashMap::new(),
            fields: Page::default(),
            from: self.focus,
            laid_out: None,
            stale: true,
        });
        self.focus = Focus::List;
        self.follow(false);
        self.renew_timeline();
    }

    /// Back to list and detail; to the detail if that is asked for.
    pub fn close_timeline(&mut self, open: bool) {
        let Some(timeline) = &self.timeline else { return };
        if open && matches!(timeline.entries.get(timeline.at), Some(Entry::Described(_))) {
            return self.say("a description is no call: there is nothing more to it than its settings");
        }
        let back = timeline.from;
        self.timeline = None;
        // Whatever was renewed meanwhile was renewed for the settings.
        self.stale.detail = true;
        self.turn_to(if open { Focus::Detail } else { back });
    }

    /// Marks the selected change, or takes the mark away if it is on that one.
    pub fn toggle_mark(&mut self) {
        let Some(change) = self.change() else { return };
        let id = Some(change.id.clone()).filter(|_| change.client_key().is_some());
        if id.is_none() {
            return self.say("this call names no client: there is nothing to compare");
        }
        self.mark = if self.mark == id { None } else { id };
        self.stale.detail = true;
    }

    /// Takes the mark away.
    pub fn unmark(&mut self) {
        self.mark = None;
        self.stale.detail = true;
    }

    /// The marked change.
    pub fn marked(&self) -> Option<&Change> {
        self.history.get(self.mark.as_deref()?)
    }

    /// Whether the selected change is shown against the marked one.
    pub fn is_compared(&self) -> bool {
        let pair = self.marked().zip(self.change());
        pair.is_some_and(|(mark, change)| mark.id != change.id && mark.client_key() == change.client_key())
    }

    /// Selects a change; one that the list does not show is looked at all the same.
    pub fn look_at(&mut self, id: &Text) {
        let Some(change) = self.history.get(id) else { return };
        let last = self.rows.len().checked_sub(1);
        if let Some(position) = self.rows.position_of(change) {
            self.select_at(position);
            self.follow(self.focus == Focus::List && self.timeline.is_none() && Some(position) == last);
        } else if self.aside.as_ref() != Some(id) {
            self.aside = Some(id.clone());
            self.follow(false);
            self.renew_detail();
        }
    }

    /// Selects what is looked at, once the list shows it.
    pub fn look_straight(&mut self) {
        let Some(id) = self.aside.clone() else { return };
        if self.history.get(&id).is_some_and(|change| self.rows.position_of(change).is_some()) {
            self.look_at(&id);
        }
    }

    /// Something was learnt of the client.
    pub fn timeline_met(&mut self) {
        if let Some(timeline) = &mut self.timeline {
            timeline.stale = true;
        }
    }

    /// Moves in the pane that has the keys; tells whether anything moved.
    pub fn move_in_timeline(&mut self, action: Action) -> bool {
        match (&mut self.timeline, self.focus) {
            (Some(timeline), Focus::Detail) => timeline.fields.act(action),
            _ => self.walk(action),
        }
    }

    /// Moves from entry to entry; tells whether anything moved.
    pub fn walk(&mut self, action: Action) -> bool {
        let Some(timeline) = &self.timeline else { return false };
        let last = timeline.entries.len().saturating_sub(1);
        let to = moved(timeline.at, action, timeline.height, last);
        let moved = to != timeline.at;
        self.go_to_entry(to);
        moved
    }

    /// Goes to a line of the window.
    pub fn click_timeline(&mut self, line: usize) {
        if let Some(timeline) = &self.timeline
            && timeline.offset + line < timeline.entries.len()
        {
            self.go_to_entry(timeline.offset + line);
        }
    }

    fn go_to_entry(&mut self, to: usize) {
        let Some(timeline) = &mut self.timeline else { return };
        timeline.go(to);
        if let Some(Entry::Change(id)) = timeline.entries.get(to).cloned() {
            self.look_at(&id);
        }
    }

    /// The page of the second pane.
    pub fn page_in_front(&mut self) -> &mut Page {
        match &mut self.timeline {
            Some(timeline) => &mut timeline.fields,
            None => &mut self.detail,
        }
    }

    /// To the previous or the next change of the selected one's client, whether or not the list shows it.
    pub fn step(&mut self, forward: bool) {
        let Some(change) = self.change() else { return };
        let Some(client) = change.client_key() else { return self.say("this call names no client") };
        let found = {
            let mut changes = self.history.of_client(&client);
            if forward {
                changes.find(|other| other.id == change.id).and_then(|_| changes.next())
            } else {
                changes.rfind(|other| other.id == change.id).and_then(|_| changes.next_back())
            }
            .map(|change| change.id.clone())
        };
        match found {
            Some(id) => {
                self.look_at(&id);
                self.timeline_follows();
                if self.aside.is_some() && self.timeline.is_none() {
                    self.say("the list does not show this change");
                }
            }
            None if forward => self.say("this is the newest change of the client"),
            None => self.say("this is the oldest change of the client that is known"),
        }
    }

    /// The selection has moved by other means.
    pub fn timeline_follows(&mut self) {
        let id = self.change().map(|change| change.id.clone());
        if let Some(timeline) = &mut self.timeline
            && let Some(at) =
                id.and_then(|id| timeline.entries.iter().position(|entry| *entry == Entry::Change(id.clone())))
        {
            timeline.go(at);
        }
    }

    /// Says why before and after are not side by side, though that was asked for.
    pub fn tell_if_narrow(&mut self) {
        let columns = usize::from(self.laid_out.0);
        if self.style == Style::Sides && self.timeline.is_none() && (1..detail::SIDES).contains(&columns) {
            self.say(format!("side by side takes {} columns, and here are {columns}", detail::SIDES));
        }
    }

    /// What the cursor is on.
    pub fn pointed_in_timeline(&self) -> Option<Pointed> {
        self.timeline.as_ref()?.fields.pointed().cloned()
    }

    /// Makes ready for a frame: what is in view is read, the settings are laid out.
    pub fn settle_timeline(&mut self, areas: Option<Areas>) {
        if self.timeline.as_ref().is_some_and(|timeline| timeline.stale) {
            self.renew_timeline();
        }
        let Some(areas) = areas else { return };
        let Some(mut timeline) = self.timeline.take() else { return };
        timeline.settle(areas.first.height.saturating_sub(2).into());
        if std::mem::take(&mut self.stale.detail) {
            timeline.laid_out = None;
        }
        self.read_rows(&mut timeline);
        let room = panel::room(areas.second);
        if !room.is_empty() {
            let what = Some((timeline.at, room.width));
            if timeline.laid_out != what {
                let look = detail::Look::of(self, room);
                timeline.fields.put(self.lay_out_beside(&timeline, &look));
                timeline.laid_out = what;
            }
            timeline.fields.settle(room.height.into());
        }
        self.timeline = Some(timeline);
    }

    /// The settings; with a mark on another change, how they differ from what they were then.
    fn lay_out_beside(&self, timeline: &Timeline, look: &detail::Look) -> Draft {
        if let (Some(mark), Some(change)) = (self.marked(), self.change())
            && let Some(page) = detail::comparison(&self.history, mark, change, look)
        {
            return page;
        }
        fields::page(&self.history, &timeline.client, timeline.moment(), look)
    }

    pub fn renew_timeline(&mut self) {
        let selected = self.change().map(|change| change.id.clone());
        let Some(timeline) = &mut self.timeline else { return };
        let on = timeline.entries.get(timeline.at).cloned();
        let changes = self.history.of_client(&timeline.client);
        timeline.changes = changes.len();
        timeline.past = false;
        let changes = changes.map(|change| {
            timeline.past |= change.provenance != Provenance::Event;
            (change.time, Entry::Change(change.id.clone()))
        });
        let mut entries: Vec<_> = changes.collect();
        entries.extend(self.history.descriptions(&timeline.client).map(|taken| (taken, Entry::Described(taken))));
        // Each kind is in order already, and a stable sort keeps that.
        entries.sort_by_key(|(time, _)| *time);
        timeline.entries = entries.into_iter().map(|(_, entry)| entry).collect();
        let on = on.or(selected.map(Entry::Change));
        let at = on.and_then(|on| timeline.entries.iter().position(|entry| *entry == on));
        timeline.at = at.unwrap_or(timeline.at).min(timeline.entries.len().saturating_sub(1));
        timeline.rows.clear();
        (timeline.laid_out, timeline.stale) = (None, false);
    }

    fn read_rows(&self, timeline: &mut Timeline) {
        let window = timeline.entries.iter().skip(timeline.offset).take(timeline.height);
        for entry in window {
            if let Entry::Change(id) = entry
                && !timeline.rows.contains_key(id)
                && let Some(row) = Row::of(&self.history, id)
            {
                timeline.rows.insert(id.clone(), row);
            }
        }
    }

    /// How the times of the timeline are told, and the times that are in view.
    pub fn timeline_stamps(&self, timeline: &Timeline, columns: usize) -> Stamps {
        let time = |entry: Option<&Entry>| self.time_of(entry?);
        let ends = time(timeline.entries.first()).zip(time(timeline.entries.last()));
        Stamps::of(self, ends, columns < 50)
    }

    /// The times that the timeline shows.
    pub fn timeline_times(&self, timeline: &Timeline) -> impl Iterator<Item = Timestamp> {
        let window = timeline.entries.iter().skip(timeline.offset).take(timeline.height);
        window.filter_map(|entry| self.time_of(entry))
    }

    fn time_of(&self, entry: &Entry) -> Option<Timestamp> {
        match entry {
            Entry::Change(id) => self.history.get(id).map(|change| change.time),
            Entry::Described(taken) => Some(*taken),
        }
    }
}

impl Timeline {
    /// The moment of which the settings are shown.
    pub fn moment(&self) -> Moment<'_> {
        match self.entries.get(self.at) {
            Some(Entry::Change(id)) => Moment::After(id),
            Some(Entry::Described(taken)) => Moment::Described(*taken),
            None => Moment::Now,
        }
    }

    fn go(&mut self, to: usize) {
        if to != self.at {
            self.at = to;
            self.fields.rewind();
        }
    }

    fn settle(&mut self, height: usize) {
        self.height = height;
        if height > 0 {
            let highest = (self.at + 1).saturating_sub(height);
            let furthest = self.entries.len().saturating_sub(height);
            self.offset = self.offset.clamp(highest, self.at.max(highest)).min(furthest);
        }
    }
}
