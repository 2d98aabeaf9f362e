//! All that the watch screen knows.

use cacl_aws::Push;
use cacl_event::{Change, History, Severity, Text};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::layout::Rect;

use super::{
    alarm::Alarm,
    away::Away,
    export,
    find::{self, Find, News},
    header::Clock,
    lines::Lines,
    list::Widths,
    note::Note,
    restore,
    rows::Rows,
    source::Source,
    timeline::Timeline,
    times::TimeFormat,
};
use crate::{
    feed::Past,
    screen::{
        Look, Scene,
        layout::{self, Areas, Wish},
        page::{Page, Pointed},
        scroll::Pane,
        theme::Theme,
    },
    severe::Severe,
};

/// The state of the screen.
#[derive(Debug)]
pub struct Model {
    /// What does not change, once it is known.
    pub scene: Scene,
    /// How to draw.
    pub theme: Theme,
    /// The zone of the machine.
    pub local: TimeZone,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// How times are shown.
    pub time_format: TimeFormat,
    /// Until when the times that are shown by how long ago they were stay true.
    pub until: Option<Timestamp>,
    /// Every change.
    pub history: History,
    /// The rows of the list.
    pub rows: Rows,
    /// The number of the selected row.
    pub selected: Option<u32>,
    /// The position of the first visible row.
    pub offset: usize,
    /// How many rows are visible.
    pub height: usize,
    /// What has come in since the user moved away from the newest; `None` while following.
    pub paused: Option<News>,
    /// How many changes are no longer there, older than all that are.
    pub gone: usize,
    /// The change that is looked at though the list does not show it.
    pub aside: Option<Text>,
    /// The change that others are compared with.
    pub mark: Option<Text>,
    /// The life of one client, in place of list and detail.
    pub timeline: Option<Timeline>,
    /// Whether the pane that has the keys has all the room.
    pub zoomed: bool,
    /// Which pane the keys go to.
    pub focus: Focus,
    /// How the detail is shown.
    pub style: Style,
    /// Whether unchanged settings are shown.
    pub unfolded: bool,
    /// The detail of the selected change, laid out.
    pub detail: Page,
    /// What lies over the panes, if something does.
    pub overlay: Option<Overlay>,
    /// What is told in place of the keys, until the next one.
    pub note: Option<Note>,
    /// How the feed is doing.
    pub source: Source,
    /// How Live Tail is doing, if it is used.
    pub push: Option<Push>,
    /// How it is with what was before, once that is asked for.
    pub past: Option<Past>,
    /// What came while nobody watched.
    pub away: Away,
    /// Lines that are neither a change nor of the platform.
    pub lines: Lines,
    /// Filters, and the way to what they match.
    pub find: Find,
    /// How wide the list's columns have become.
    pub widths: Widths,
    /// When to ring.
    pub alarm: Alarm,
    /// The screen at the last frame.
    pub screen: Rect,
    /// The time.
    pub now: Timestamp,
    /// The texts that depend on it.
    pub clock: Clock,
    /// For how many columns and lines the detail is laid out.
    pub laid_out: (u16, u16),
    /// What has to be done anew.
    pub stale: Stale,
}

/// A pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    List,
    /// The detail.
    Detail,
}

/// A way to show a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Before and after in one column.
    Unified,
    /// Before and after beside each other.
    Sides,
    /// The record as JSON.
    Raw,
}

impl Style {
    /// The one that the key goes on to.
    pub fn next(self) -> Self {
        match self {
            Self::Unified => Self::Sides,
            Self::Sides => Self::Raw,
            Self::Raw => Self::Unified,
        }
    }
}

/// What lies over the panes, and has the keys.
#[derive(Debug)]
pub enum Overlay {
    /// The help.
    Help(Pane),
    /// The lines that are no events.
    Lines(Pane),
    /// The call that undoes a change.
    Restore(restore::Shown),
    /// The form that writes a file.
    Export(export::Form),
}

impl Overlay {
    /// What scrolls in it.
    pub fn pane(&mut self) -> Option<&mut Pane> {
        match self {
            Self::Help(pane) | Self::Lines(pane) => Some(pane),
            Self::Restore(shown) => Some(&mut shown.pane),
            Self::Export(_) => None,
        }
    }
}

/// What is out of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale {
    /// The picture.
    pub frame: bool,
    /// The lines of the detail.
    pub detail: bool,
}

impl Model {
    /// Nothing seen yet.
    pub fn new(scene: &Scene, look: &Look) -> Self {
        let mut model = Self {
            scene: scene.clone(),
            theme: Theme::new(look.color, look.ascii),
            local: look.time_zone.clone(),
            zone: look.time_zone.clone(),
            time_format: TimeFormat::default(),
            until: None,
            history: History::default(),
            rows: Rows::default(),
            selected: None,
            offset: 0,
            height: 0,
            paused: None,
            gone: 0,
            aside: None,
            mark: None,
            timeline: None,
            zoomed: false,
            focus: Focus::List,
            style: Style::Unified,
            unfolded: false,
            detail: Page::default(),
            overlay: None,
            note: None,
            source: Source::new(scene.recorded),
            push: None,
            past: None,
            lines: Lines::default(),
            find: Find::default(),
            widths: Widths::default(),
            away: Away::default(),
            alarm: Alarm::new(scene.wishes.bell),
            screen: Rect::ZERO,
            now: Timestamp::UNIX_EPOCH,
            clock: Clock::default(),
            laid_out: (0, 0),
            stale: Stale { frame: true, detail: true },
        };
        if let Some(filter) = &scene.filter {
            model.begin_with(filter);
        }
        model
    }

    /// The selected change.
    pub fn change(&self) -> Option<&Change> {
        if let Some(aside) = self.aside.as_deref().and_then(|id| self.history.get(id)) {
            return Some(aside);
        }
        // One that the filter hides is not what the reader sees.
        let number = self.selected.filter(|number| self.rows.position(*number).is_some())?;
        self.history.get(&self.rows.row(number)?.id)
    }

    /// What the cursor is on: in the list the client, in the detail a value.
    pub fn pointed(&self) -> Option<Pointed> {
        match self.focus {
            Focus::Detail if self.timeline.is_some() => self.pointed_in_timeline(),
            Focus::Detail => self.detail.pointed().cloned(),
            Focus::List => {
                let change = self.change()?;
                let client = change.client_id.as_deref().map(|client| ("the client's id", client));
                let (what, id) = client.or(change.user_pool_id.as_deref().map(|pool| ("the user pool's id", pool)))?;
                Some(Pointed { what: what.into(), text: cacl_event::clean(id).into_owned() })
            }
        }
    }

    /// Where things stand in an area of this size.
    pub fn areas(&self, area: Rect) -> Option<Areas> {
        let second_in_front = self.focus == Focus::Detail;
        let foot = if self.find.line.is_some() { find::ROWS } else { 1 };
        let (first_alone, zoomed) = (self.rows.all() == 0, self.zoomed);
        layout::areas(area, Wish { second_in_front, first_alone, zoomed, alert: 0, foot })
    }

    /// How many changes are high or critical.
    pub fn severe(&self) -> Severe {
        Severe { critical: self.rows.count(Severity::Critical), high: self.rows.count(Severity::High) }
    }
}
