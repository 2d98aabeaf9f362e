//! All that the progress screen knows.

use std::time::Duration;

use cacl_aws::StackEvent;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::layout::Rect;

use super::resource::{Direction, Resource, State};
use crate::screen::{
    Heading, Look,
    layout::{self, Areas, Wish},
    scroll::Pane,
    text,
    theme::Theme,
};

/// The state of the screen.
#[derive(Debug)]
pub struct Model {
    /// What does not change.
    pub heading: Heading,
    /// How to draw.
    pub theme: Theme,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// The resources, in the template's order.
    pub resources: Vec<Resource>,
    /// The latest step outside the stack.
    pub step: Option<String>,
    /// Steps and events, as they came.
    pub entries: Vec<Entry>,
    /// The first failure.
    pub failure: Option<Failure>,
    /// Where the stack is going.
    pub direction: Direction,
    /// The table of resources, laid out.
    pub table: Pane,
    /// Steps and events, laid out as they come.
    pub log: Pane,
    /// Where things stood at the last frame.
    pub shown: Option<Areas>,
    /// Whether the log shows its end; scrolling up stops that.
    pub at_end: bool,
    /// Which pane has the keys, and is in front where only one fits.
    pub focus: Focus,
    /// The time.
    pub now: Timestamp,
    /// Whether the picture is out of date.
    pub stale: bool,
}

/// A pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The resources.
    Table,
    /// Steps and events.
    Log,
}

impl Focus {
    /// The pane that is not this one.
    pub fn other(self) -> Self {
        if self == Self::Log { Self::Table } else { Self::Log }
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A step outside the stack.
    Step(Timestamp, String),
    /// An event of the stack.
    Event(StackEvent),
}

/// What went wrong first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The resource.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// What could not be done: "created", "changed" or "deleted".
    pub verb: &'static str,
    /// In `CloudFormation`'s words.
    pub reason: String,
}

impl Failure {
    /// What an event says.
    pub fn of(event: &StackEvent) -> Self {
        let verb = match event.status.split('_').next() {
            Some("CREATE") => "created",
            Some("UPDATE") => "changed",
            Some("DELETE") => "deleted",
            _ => "brought to its new state",
        };
        let reason = event.reason.clone().unwrap_or_else(|| "CloudFormation gives no reason".into());
        Self { id: event.logical_id.clone(), kind: event.resource_type.clone(), verb, reason }
    }
}

impl Model {
    /// Nothing has happened yet.
    pub fn new(heading: &Heading, look: &Look) -> Self {
        Self {
            heading: heading.clone(),
            theme: Theme::new(look.color, look.ascii),
            zone: look.time_zone.clone(),
            resources: Vec::new(),
            step: None,
            entries: Vec::new(),
            failure: None,
            direction: Direction::Forward,
            table: Pane::default(),
            log: Pane::default(),
            shown: None,
            at_end: true,
            focus: Focus::Table,
            now: heading.started,
            stale: true,
        }
    }

    /// Where things stand in an area of this size.
    pub fn areas(&self, area: Rect, alert: usize) -> Option<Areas> {
        let alert = u16::try_from(alert).unwrap_or(u16::MAX);
        layout::areas(area, Wish { second_in_front: self.focus == Focus::Log, alert, ..Wish::default() })
    }

    /// How many resources are as they should be.
    pub fn done(&self) -> usize {
        self.resources.iter().filter(|resource| resource.state == State::Done).count()
    }

    /// `1 min 12 s of about 2 min`, or only the first half.
    pub fn elapsed(&self, whole: bool) -> String {
        let elapsed = text::seconds(self.now.duration_since(self.heading.started));
        match self.heading.expected.filter(|_| whole) {
            Some(expected) => format!("{elapsed} of about {}", about(expected)),
            None => elapsed,
        }
    }
}

/// Rounded, for what is only an estimate: `2 min`, `40 s`.
fn about(duration: Duration) -> String {
    let seconds = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX).as_secs();
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min", seconds.saturating_add(30) / 60) }
}
