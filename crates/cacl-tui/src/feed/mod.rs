//! What the screens and reports are fed with: live tail, replay, demo and a test's `stream::iter` are the same to them.

pub mod live;
pub mod past;
pub mod replay;

use std::collections::HashSet;

use cacl_aws::{Push, Status, lookup::Read};
use cacl_event::{Change, ClientKey, Decoded, Platform, Settings, Text};
use jiff::Timestamp;

use crate::journal::OVERLAP;

/// One item of a feed.
#[derive(Debug, Clone, PartialEq)]
pub enum Feed {
    /// A recorded call. One that comes from the past (see its provenance) is a baseline, and not shown by itself.
    Change(Box<Change>),
    /// A line of the Lambda platform.
    Platform(Platform),
    /// A line that is neither.
    Foreign {
        /// When, if the log tells.
        time: Option<Timestamp>,
        /// As it came.
        text: Box<str>,
    },
    /// What a client is like, as described: a baseline, too.
    Snapshot {
        /// Which.
        client: ClientKey,
        /// When.
        taken: Timestamp,
        /// Its settings.
        settings: Box<Settings>,
    },
    /// Who is asking AWS, once that is known.
    Caller {
        /// Twelve digits.
        account: String,
        /// For people.
        name: String,
    },
    /// Since when changes are being recorded, once that is known.
    Armed(Timestamp),
    /// How the source is doing.
    Status(Status),
    /// How Live Tail is doing, where it is used.
    Push(Push),
    /// How reading the past is doing.
    Past(Past),
    /// How far CloudTrail's history is known now, for the journal; after the changes in it.
    Looked(Read),
    /// What was told before, by an earlier run; before the first change.
    Before(Before),
    /// Something worth a word, once.
    Note(String),
    /// The end: a replayed file has been read. A live tail never ends.
    End,
}

/// What an earlier run has told to the same reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    /// Up to when it had read the log.
    pub until: Timestamp,
    /// What it told of around then and later.
    pub told: HashSet<Text>,
}

impl Before {
    /// Whether a change has come since, and was not told.
    pub fn is_news(&self, change: &Change) -> bool {
        came(change) > self.until.checked_sub(OVERLAP).unwrap_or(Timestamp::MIN) && !self.told.contains(&change.id)
    }
}

/// When a change came into the log, as far as is known.
pub fn came(change: &Change) -> Timestamp {
    let hops = &change.hops;
    hops.ingested.or(hops.log).or(hops.lambda).unwrap_or(change.time)
}

/// How it is with what was before the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Past {
    /// It is being read.
    Reading {
        /// What was done since then is known.
        back_to: Timestamp,
        /// Calls to CloudTrail so far.
        calls: u32,
    },
    /// As much is known as can be.
    Read,
    /// Why less is known than could be.
    Trouble(String),
}

/// How much of a foreign line is kept, in bytes. A log line may have a megabyte, and nobody reads that much of rubbish.
const FOREIGN_LIMIT: usize = 4096;

impl From<Decoded> for Feed {
    fn from(decoded: Decoded) -> Self {
        match decoded {
            Decoded::Change(change) => Self::Change(change),
            Decoded::Platform(platform) => Self::Platform(platform),
            Decoded::Foreign(text) if text.len() > FOREIGN_LIMIT => {
                let text = format!("{}…", &text[..text.floor_char_boundary(FOREIGN_LIMIT)]).into();
                Self::Foreign { time: None, text }
            }
            Decoded::Foreign(text) => Self::Foreign { time: None, text },
        }
    }
}

#[cfg(test)]
mod tests {
    use cacl_event::Decoded;

    use super::Feed;

    #[test]
    fn long_rubbish_is_cut_between_characters() {
        let Feed::Foreign { text: kept, .. } = Feed::from(Decoded::Foreign("ü€".repeat(500_000).into())) else {
            panic!("rubbish stays rubbish");
        };
        assert!(kept.len() < 5000 && kept.ends_with('…'));
    }
}
