//! One call that was made, as everything downstream sees it.

use jiff::Timestamp;

use crate::{Actor, Origin, Record, Settings, Text};

/// What a call does to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `CreateUserPoolClient`.
    Create,
    /// `UpdateUserPoolClient`: replaces the whole client.
    Update,
    /// `DeleteUserPoolClient`.
    Delete,
    /// Any other call.
    Other,
}

/// Whether the call took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It did.
    Succeeded,
    /// It was refused, and changed nothing.
    Failed {
        /// `errorCode`, e.g. `AccessDenied`.
        code: Text,
        /// `errorMessage`, if any.
        message: Option<Text>,
    },
}

/// Where a change was learnt from; the order is the order of preference when one event is seen twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// The live log, or a replayed file.
    Event,
    /// The journal, or `CloudTrail`'s `LookupEvents`.
    History,
}

/// A client within its pool: (user pool id, client id).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientKey {
    /// E.g. `eu-west-1_Zq4TrPm9K`.
    pub user_pool: Text,
    /// E.g. `3k1v9s0abcd7efgh2ijkl5mn`.
    pub client: Text,
}

/// When the event passed each hop after the call itself; unknown is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hops {
    /// Received by the subscriber.
    pub lambda: Option<Timestamp>,
    /// Timestamp of the log event.
    pub log: Option<Timestamp>,
    /// Ingestion time of the log event.
    pub ingested: Option<Timestamp>,
    /// Shown, set by the program.
    pub screen: Option<Timestamp>,
}

/// One recorded call. Secrets are masked already; text is not yet cleaned for a terminal (see [`crate::clean`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// `CloudTrail`'s `eventID`; where it is missing, a fingerprint of the record.
    pub id: Text,
    /// `eventTime`, whole seconds.
    pub time: Timestamp,
    /// `eventName`, e.g. `UpdateUserPoolClient`.
    pub event: Text,
    /// What it does.
    pub kind: Kind,
    /// Whether it took effect.
    pub outcome: Outcome,
    /// `recipientAccountId`, else the identity's account.
    pub account: Option<Text>,
    /// `awsRegion`.
    pub region: Option<Text>,
    /// From the request, the response, or the ARN in the error message.
    pub user_pool_id: Option<Text>,
    /// From the request or the response.
    pub client_id: Option<Text>,
    /// From the response or the request; a `History` fills in what an earlier event told.
    pub client_name: Option<Text>,
    /// Who.
    pub actor: Actor,
    /// How.
    pub origin: Origin,
    /// `sourceIPAddress`.
    pub source_ip: Option<Text>,
    /// `userAgent`.
    pub user_agent: Option<Text>,
    /// The request's settings, less what the service adds by itself and less ids and dates; `None` if parameters are null.
    pub sent: Option<Settings>,
    /// The full resulting settings, if the response tells them.
    pub resulting: Option<Settings>,
    /// Latency stations.
    pub hops: Hops,
    /// Where it was learnt from.
    pub provenance: Provenance,
    /// The masked `CloudTrail` record.
    pub record: Record,
}

/// How long each hop took, in milliseconds: increments, never negative, unknown is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latency {
    /// From the call (`eventTime`) to the subscriber.
    pub lambda: Option<u64>,
    /// From the subscriber to the log event's timestamp.
    pub log: Option<u64>,
    /// From the log event's timestamp to its ingestion.
    pub ingest: Option<u64>,
    /// From the ingestion to the screen.
    pub screen: Option<u64>,
}

impl Change {
    /// How long each hop took.
    pub fn latency(&self) -> Latency {
        todo!()
    }

    /// The client this is about, if both ids are known.
    pub fn client_key(&self) -> Option<ClientKey> {
        todo!()
    }

    /// Whether this is a call that changes (or tries to change) an app client, the calls that do so indirectly included
    /// (secrets, branding, resource servers). Hosted-UI traffic, sign-ins and reads are not.
    pub fn concerns_client(&self) -> bool {
        todo!()
    }
}
