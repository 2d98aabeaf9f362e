//! A line of the journal, and what it means.

use std::collections::BTreeMap;

use cacl_aws::lookup::Read;
use cacl_event::{Change, ClientKey, Decoded, Hops, Provenance, Settings, decode_at};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::Told;

/// What every schema of a journal begins with.
const SCHEMA: &str = "cacl.journal/";

/// The one that is written here.
const VERSION: u32 = 1;

/// One thing that is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A call.
    Change {
        /// To whom it was told.
        told: Told,
        /// What it was; a baseline from now on, see its provenance.
        change: Box<Change>,
    },
    /// What a client was like.
    Snapshot {
        /// Which.
        client: ClientKey,
        /// When.
        taken: Timestamp,
        /// Its settings.
        settings: Box<Settings>,
    },
    /// How far CloudTrail's history is known.
    Looked(Read),
    /// How far the log has been told.
    Read {
        /// To whom.
        by: Reader,
        /// Up to when, by AWS's clock.
        until: Timestamp,
    },
}

/// To whom changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reader {
    /// Somebody in front of the live view.
    Screen,
    /// Whoever reads what a headless watch writes.
    Lines,
}

/// Why a line says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It was written by a newer version.
    Newer,
    /// Nobody can read it.
    Broken,
    /// It says something that this version has no use for.
    Unknown,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Wire {
    schema: String,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<Vec<Reader>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hops: Option<Stations>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_pool: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<BTreeMap<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Reader>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Box<RawValue>>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Stations {
    #[serde(skip_serializing_if = "Option::is_none")]
    lambda: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ingested: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    screen: Option<Timestamp>,
}

impl Entry {
    /// Its line, with the newline.
    pub fn line(&self) -> String {
        let schema = format!("{SCHEMA}{VERSION}");
        let wire = match self {
            Self::Change { told, change } => {
                let Hops { lambda, log, ingested, screen } = change.hops;
                Wire {
                    kind: "change".into(),
                    id: Some(change.id.to_string()),
                    time: Some(change.time),
                    told: Some(told.readers().collect()),
                    hops: Some(Stations { lambda, log, ingested, screen }),
                    // Records are JSON; should one not be, the line has none, and is left out when it is read.
                    record: RawValue::from_string(change.record.text()).ok(),
                    ..Wire::default()
                }
            }
            Self::Snapshot { client, taken, settings } => Wire {
                kind: "snapshot".into(),
                user_pool: Some(client.user_pool.to_string()),
                client: Some(client.client.to_string()),
                taken: Some(*taken),
                settings: Some(settings.iter().map(|(path, value)| (path.to_owned(), value)).collect()),
                ..Wire::default()
            },
            Self::Looked(Read { call, from, to }) => Wire {
                kind: "looked".into(),
                call: Some(call.clone()),
                from: Some(*from),
                to: Some(*to),
                ..Wire::default()
            },
            Self::Read { by, until } => {
                Wire { kind: "read".into(), by: Some(*by), until: Some(*until), ..Wire::default() }
            }
        };
        let mut line = serde_json::to_string(&Wire { schema, ..wire }).unwrap_or_default();
        line.push('\n');
        line
    }

    /// Whether a text begins as a line of this version does.
    pub fn begins(text: &[u8]) -> bool {
        text.starts_with(format!("{{\"schema\":\"{SCHEMA}{VERSION}\"").as_bytes())
    }

    /// What a line says, without its newline.
    pub fn of(line: &[u8]) -> Result<Self, Unread> {
        let wire: Wire = serde_json::from_slice(line).map_err(|_| unread(line))?;
        match wire.schema.strip_prefix(SCHEMA).and_then(|version| version.parse::<u32>().ok()) {
            Some(VERSION) => {}
            Some(_) => return Err(Unread::Newer),
            None => return Err(Unread::Broken),
        }
        match wire.kind.as_str() {
            "change" => wire.change(),
            "snapshot" => wire.snapshot(),
            "looked" => wire.looked(),
            "read" => wire.by.zip(wire.until).map(|(by, until)| Self::Read { by, until }),
            _ => return Err(Unread::Unknown),
        }
        .ok_or(Unread::Broken)
    }
}

/// A newer version may have changed what a member is; which version it was is said before all else.
fn unread(line: &[u8]) -> Unread {
    let version =
        line.strip_prefix(br#"{"schema":"cacl.journal/"#).and_then(|rest| rest.split(|byte| *byte == b'"').next());
    let version = version.and_then(|version| str::from_utf8(version).ok()?.parse::<u32>().ok());
    // The version of a line that was broken off may be, too; and one that is whole is JSON.
    let whole = serde_json::from_slice::<&RawValue>(line).is_ok();
    if whole && version.is_some_and(|version| version > VERSION) { Unread::Newer } else { Unread::Broken }
}

impl Wire {
    fn change(self) -> Option<Entry> {
        let time = self.time?;
        let Some(Decoded::Change(mut change)) = decode_at(self.record?.get(), time).pop() else { return None };
        let hops = self.hops.unwrap_or_default();
        change.id = self.id?.into();
        change.time = time;
        change.hops = Hops { lambda: hops.lambda, log: hops.log, ingested: hops.ingested, screen: hops.screen };
        change.provenance = Provenance::History;
        Some(Entry::Change { told: self.told?.into_iter().collect(), change })
    }

    fn snapshot(self) -> Option<Entry> {
        let client = ClientKey { user_pool: self.user_pool?.into(), client: self.client?.into() };
        Some(Entry::Snapshot { client, taken: self.taken?, settings: Box::new(self.settings?.into_iter().collect()) })
    }

    fn looked(self) -> Option<Entry> {
        Some(Entry::Looked(Read { call: self.call?, from: self.from?, to: self.to? }))
    }
}
