//! How times are told: in the reader's zone, in UTC, or by how long ago they were.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Model, model::Stale};
use crate::screen::text;

/// A way to tell times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TimeFormat {
    /// In the zone of the machine.
    #[default]
    Local,
    /// As `CloudTrail` has them.
    Utc,
    /// `4 min ago`.
    Relative,
}

impl TimeFormat {
    /// The one that the key goes on to.
    pub fn next(self) -> Self {
        match self {
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
            Self::Relative => Self::Local,
        }
    }

    /// A word for it, unless it is what a reader expects anyway.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Local => None,
            Self::Utc => Some("UTC"),
            Self::Relative => Some("ago"),
        }
    }
}

impl Model {
    /// Tells times in the next way.
    pub fn next_time_format(&mut self) {
        self.time_format = self.time_format.next();
        self.zone = if self.time_format == TimeFormat::Utc { TimeZone::UTC } else { self.local.clone() };
        self.stale = Stale { frame: true, detail: true };
    }

    /// Until when the times that are in view stay true.
    pub fn times_hold(&self) -> Option<Timestamp> {
        let times = Times::of(self);
        if let Some(timeline) = &self.timeline {
            return times.hold(self.timeline_times(timeline).chain(timeline.fields.times.iter().copied()));
        }
        let listed = self.rows.slice(self.offset, self.height).map(|(_, row)| row.time);
        times.hold(listed.chain(self.detail.times.iter().copied()))
    }
}

/// What it takes to tell a time.
#[derive(Debug, Clone)]
pub struct Times {
    /// The zone in which they are told.
    pub zone: TimeZone,
    /// Whether by how long ago they were.
    pub relative: bool,
    /// What the time is.
    pub now: Timestamp,
}

impl Times {
    /// The model's.
    pub fn of(model: &Model) -> Self {
        let relative = model.time_format == TimeFormat::Relative;
        Self { zone: model.zone.clone(), relative, now: model.now }
    }

    /// `10:28:11`, with its date if that is not the one of the time it stands `beside`; or `4 min ago`.
    pub fn clock(&self, time: Timestamp, beside: Timestamp) -> String {
        if self.relative {
            return text::ago(self.now.duration_since(time)).text;
        }
        let date = |time| self.zone.to_datetime(time).date();
        let format = if date(time) == date(beside) { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
        text::moment(time, &self.zone, format)
    }

    /// Until when what is told of these times stays true; `None` if it does not depend on the clock.
    pub fn hold(&self, times: impl IntoIterator<Item = Timestamp>) -> Option<Timestamp> {
        let until = |time| self.now.checked_add(text::ago(self.now.duration_since(time)).holds).ok();
        times.into_iter().filter(|_| self.relative).filter_map(until).min()
    }
}

/// The times of rows that stand below each other, in a column.
#[derive(Debug, Clone)]
pub struct Stamps {
    times: Times,
    /// The day of which rows need not tell the date, if not all rows are of it.
    today: Option<Date>,
    short: bool,
    /// Columns that each takes.
    pub width: usize,
}

impl Stamps {
    /// For rows between an oldest and a newest time; `short` where there is not much room.
    pub fn of(model: &Model, ends: Option<(Timestamp, Timestamp)>, short: bool) -> Self {
        let times = Times::of(model);
        let date = |time| times.zone.to_datetime(time).date();
        let today = ends.and_then(|(oldest, newest)| {
            // In a recording it is the newest row that counts as of today.
            let today = if model.source.is_recording() { date(newest) } else { date(model.now) };
            (date(oldest) != today || date(newest) != today).then_some(today)
        });
        let width = match today {
            _ if times.relative => 10,
            None => 8,
            Some(_) if short => 11,
            Some(_) => 14,
        };
        Self { times, today, short, width }
    }

    /// Where rows are of several days, with the day; `short` then leaves out the seconds of those that are not of today.
    pub fn text(&self, time: Timestamp) -> String {
        if self.times.relative {
            return format!("{:>1$}", self.times.clock(time, time), self.width);
        }
        let date = self.times.zone.to_datetime(time).date();
        let format = match self.today {
            None => "%H:%M:%S",
            // Of what is about a year old, the month alone would mislead.
            Some(today) if (today - date).get_days() > 300 => "%Y-%m-%d",
            Some(today) if !self.short && date == today => "      %H:%M:%S",
            Some(_) if !self.short => "%m-%d %H:%M:%S",
            Some(today) if date == today => "   %H:%M:%S",
            Some(_) => "%m-%d %H:%M",
        };
        format!("{:<1$}", text::moment(time, &self.times.zone, format), self.width)
    }
}
