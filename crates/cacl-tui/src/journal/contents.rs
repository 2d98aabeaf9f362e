//! What a journal knows, all of its lines taken together.

use std::collections::HashMap;

use cacl_aws::lookup::Looked;
use cacl_event::{Change, ClientKey, Settings, Text};
use jiff::{SignedDuration, Timestamp};

use super::entry::{Entry, Reader};
use crate::feed::Before;

/// A line may reach the log this late (see `cacl_aws::Tail::overlap`, and clocks that differ), so a reader goes on from so much
/// before.
pub const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// To whom a change was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    screen: bool,
    lines: bool,
}

impl Told {
    /// To these and those.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { screen: self.screen | other.screen, lines: self.lines | other.lines }
    }

    /// Whether to this one.
    pub fn to(self, reader: Reader) -> bool {
        match reader {
            Reader::Screen => self.screen,
            Reader::Lines => self.lines,
        }
    }

    /// All of them.
    pub fn readers(self) -> impl Iterator<Item = Reader> {
        [Reader::Screen, Reader::Lines].into_iter().filter(move |reader| self.to(*reader))
    }
}

impl FromIterator<Reader> for Told {
    fn from_iter<I: IntoIterator<Item = Reader>>(readers: I) -> Self {
        readers.into_iter().fold(Self::default(), |told, reader| match reader {
            Reader::Screen => Self { screen: true, ..told },
            Reader::Lines => Self { lines: true, ..told },
        })
    }
}

/// All that is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contents {
    /// The calls, in the order of the journal; one that stands there twice is here twice.
    pub changes: Vec<Change>,
    /// To whom each was told, by id.
    pub told: HashMap<Text, Told>,
    /// What clients were like.
    pub snapshots: Vec<(ClientKey, Timestamp, Settings)>,
    /// How far CloudTrail's history was read.
    pub looked: Looked,
    /// How far the log was told to either reader.
    read: HashMap<Reader, Timestamp>,
}

impl Contents {
    /// From the lines, in any order.
    pub fn of(entries: Vec<Entry>) -> Self {
        let mut contents = Self::default();
        for entry in entries {
            match entry {
                Entry::Change { told, change } => {
                    let before = contents.told.entry(change.id.clone()).or_default();
                    *before = before.and(told);
                    contents.changes.push(*change);
                }
                Entry::Snapshot { client, taken, settings } => contents.snapshots.push((client, taken, *settings)),
                Entry::Looked(read) => contents.looked.add(&read),
                Entry::Read { by, until } => {
                    let before = contents.read.entry(by).or_insert(until);
                    *before = until.max(*before);
                }
            }
        }
        contents
    }

    /// Up to when the log was told to a reader; `None` if it never was.
    pub fn read(&self, by: Reader) -> Option<Timestamp> {
        self.read.get(&by).copied()
    }

    /// What was told to a reader, if anything ever was.
    pub fn before(&self, by: Reader) -> Option<Before> {
        let told = self.told.iter().filter(|(_, told)| told.to(by));
        Some(Before { until: self.read(by)?, told: told.map(|(id, _)| id.clone()).collect() })
    }

    /// From when on the log has to be read so that nothing is lost to a reader.
    pub fn resume(&self, by: Reader) -> Option<Timestamp> {
        self.read(by).map(|until| until.checked_sub(OVERLAP).unwrap_or(Timestamp::MIN))
    }
}
