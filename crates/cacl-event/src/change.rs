//! One call that was made, as everything downstream sees it.

use jiff::Timestamp;

use crate::{Actor, Baseline, Origin, Record, Settings, Text, names::names, pattern::CLIENT_CALLS};

/// What a call does to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

names!(Kind { Create => "create", Update => "update", Delete => "delete", Other => "other" });

/// Where a call can only stand among those of its client. `CloudTrail`'s times have whole seconds; but no client's id is ever used
/// again, so what made a client comes before all else, and what deleted it after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// It made the client.
    First,
    /// Anything else, whatever was refused included.
    Between,
    /// It deleted the client.
    Last,
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

impl Outcome {
    /// Whether the call took effect.
    pub fn is_success(&self) -> bool {
        *self == Self::Succeeded
    }

    /// Whether the call was refused for want of permission (and not because of what it asked).
    pub fn is_denied(&self) -> bool {
        match self {
            Self::Succeeded => false,
            // `AccessDenied`, `AccessDeniedException`, `Client.UnauthorizedOperation`, `NotAuthorizedException`.
            Self::Failed { code, .. } => {
                ["AccessDenied", "Unauthorized", "NotAuthorized"].iter().any(|word| code.contains(word))
            }
        }
    }
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

/// How long each hop took, in milliseconds: increments, never negative, unknown is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latency {
    /// From the call (`eventTime`, whole seconds) to the subscriber.
    pub lambda: Option<u64>,
    /// From the subscriber to the log event's timestamp.
    pub log: Option<u64>,
    /// From the log event's timestamp to its ingestion.
    pub ingest: Option<u64>,
    /// From the ingestion to the screen.
    pub screen: Option<u64>,
}

/// What was known of a change when it was exported, and its record does not tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The client's name, from whatever told it.
    pub client_name: Option<Text>,
    /// The state before, and how that was known; of which change it is the result is not told.
    pub before: Option<Baseline>,
}

/// One recorded call. Secrets are masked already; text is not yet cleaned for a terminal (see [`crate::clean()`]).
///
/// All but `hops`, `provenance` and `known` follows from the record (and, for a record without a time, from what it was wrapped in).
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// `CloudTrail`'s `eventID`; where it is missing, a fingerprint of the record.
    pub id: Text,
    /// `eventTime`, whole seconds. Where it is missing: the envelope's or the log's.
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
    /// What was known beside the record; `None` unless it was read from our own JSON lines.
    pub known: Option<Box<Known>>,
    /// The masked `CloudTrail` record.
    pub record: Record,
}

impl Change {
    /// The client this is about, if both ids are known.
    pub fn client_key(&self) -> Option<ClientKey> {
        Some(ClientKey { user_pool: self.user_pool_id.clone()?, client: self.client_id.clone()? })
    }

    /// The client's name as this tells it: its own, else the one that it was exported with.
    pub(crate) fn name(&self) -> Option<&Text> {
        self.client_name.as_ref().or_else(|| self.known.as_ref()?.client_name.as_ref())
    }

    /// Where it stands among those of its client and its second.
    pub fn turn(&self) -> Turn {
        match self.kind {
            Kind::Create if self.outcome.is_success() => Turn::First,
            Kind::Delete if self.outcome.is_success() => Turn::Last,
            _ => Turn::Between,
        }
    }

    /// What it stands by among those of its client.
    pub fn place(&self) -> (Timestamp, Turn, &str) {
        (self.time, self.turn(), &self.id)
    }

    /// Whether this is a call that changes (or tries to change) an app client, the calls that do so indirectly included
    /// (secrets, branding, resource servers). Hosted-UI traffic, sign-ins and reads are not.
    pub fn concerns_client(&self) -> bool {
        CLIENT_CALLS.contains(&&*self.event)
    }

    /// How long each hop took; a hop between two stations of which one is unknown is unknown.
    pub fn latency(&self) -> Latency {
        let between = |from: Option<Timestamp>, to: Option<Timestamp>| {
            let millis = to?.as_millisecond().saturating_sub(from?.as_millisecond());
            Some(u64::try_from(millis).unwrap_or(0))
        };
        let Hops { lambda, log, ingested, screen } = self.hops;
        Latency {
            lambda: between(Some(self.time), lambda),
            log: between(lambda, log),
            ingest: between(log, ingested),
            screen: between(ingested, screen),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::testing;

    #[rstest]
    #[case("CreateUserPoolClient", true)]
    #[case("UpdateUserPoolClient", true)]
    #[case("DeleteUserPoolClient", true)]
    #[case("AddUserPoolClientSecret", true)]
    #[case("SetUICustomization", true)]
    #[case("DeleteResourceServer", true)]
    #[case("DescribeUserPoolClient", false)]
    #[case("InitiateAuth", false)]
    #[case("AdminCreateUser", false)]
    #[case("UpdateUserPool", false)]
    fn what_concerns_a_client(#[case] event: &str, #[case] expected: bool) {
        assert_eq!(testing::call(event, serde_json::json!({}), &serde_json::Value::Null).concerns_client(), expected);
    }

    #[test]
    fn latency_is_by_hop_and_never_negative() {
        let mut change = testing::call("UpdateUserPoolClient", serde_json::json!({}), &serde_json::Value::Null);
        let at = |millis: i64| Timestamp::from_millisecond(change.time.as_millisecond() + millis).ok();
        change.hops = Hops { lambda: at(6_100), log: at(6_300), ingested: at(6_250), screen: None };
        let expected = Latency { lambda: Some(6_100), log: Some(200), ingest: Some(0), screen: None };
        assert_eq!(change.latency(), expected);
        change.hops.lambda = None;
        assert_eq!(change.latency(), Latency { ingest: Some(0), ..Latency::default() });
    }
}
