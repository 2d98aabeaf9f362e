//! What the screens and reports are fed with: live tail, replay, demo and a test's `stream::iter` are the same to them.

pub mod live;
pub mod past;
pub mod replay;

use cacl_aws::{Push, Status};
use cacl_event::{Change, ClientKey, Decoded, Platform, Settings};
use jiff::Timestamp;

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
    /// The end: a replayed file has been read. A live tail never ends.
    End,
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
