//! The keys, as a table: what makes the parser also makes completion and help.

use std::iter;

use crate::{
    Class, Origin, Outcome, Severity,
    judge::rules,
    names::names,
    pattern::{CLIENT_CALLS, POOL_CALLS},
};

/// What a term can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The client's name or id.
    Client,
    /// How bad.
    Sev,
    /// Who.
    Actor,
    /// The call.
    Event,
    /// By what means.
    Origin,
    /// How it ended.
    Outcome,
    /// Not before.
    Since,
    /// Not after.
    Until,
    /// Any comparison with a time.
    Time,
    /// The name of a setting in the diff.
    Path,
    /// What became of a setting.
    Class,
    /// A value in the diff.
    Value,
    /// A reason.
    Rule,
    /// The account.
    Account,
    /// The region.
    Region,
    /// The user pool's id.
    Pool,
    /// Where from.
    Ip,
    /// The program.
    Agent,
    /// Why it failed.
    Error,
}

names!(Key {
    Client => "client",
    Sev => "sev",
    Actor => "actor",
    Event => "event",
    Origin => "origin",
    Outcome => "outcome",
    Since => "since",
    Until => "until",
    Time => "time",
    Path => "path",
    Class => "class",
    Value => "value",
    Rule => "rule",
    Account => "account",
    Region => "region",
    Pool => "pool",
    Ip => "ip",
    Agent => "agent",
    Error => "error",
});

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Succeeded,
    Failed,
    Denied,
}

names!(Ending { Succeeded => "succeeded", Failed => "failed", Denied => "denied" });

impl Ending {
    pub(super) fn is_of(self, outcome: &Outcome) -> bool {
        match self {
            Self::Succeeded => outcome.is_success(),
            Self::Failed => !outcome.is_success(),
            Self::Denied => outcome.is_denied(),
        }
    }
}

/// Settings of a client as `CloudTrail` names them, for suggestions; any other name may be asked for as well.
pub(super) const PATHS: [&str; 26] = [
    "accessTokenValidity",
    "allowedOAuthFlows",
    "allowedOAuthFlowsUserPoolClient",
    "allowedOAuthScopes",
    "analyticsConfiguration",
    "authSessionValidity",
    "callbackURLs",
    "clientName",
    "defaultRedirectURI",
    "enablePropagateAdditionalUserContextData",
    "enableTokenRevocation",
    "explicitAuthFlows",
    "generateSecret",
    "idTokenValidity",
    "logoutURLs",
    "preventUserExistenceErrors",
    "readAttributes",
    "refreshTokenRotation",
    "refreshTokenRotation.feature",
    "refreshTokenRotation.retryGracePeriodSeconds",
    "refreshTokenValidity",
    "supportedIdentityProviders",
    "tokenValidityUnits.accessToken",
    "tokenValidityUnits.idToken",
    "tokenValidityUnits.refreshToken",
    "writeAttributes",
];

/// Other words that come to mind, and the key that is meant.
const SYNONYMS: [(&str, Key); 20] = [
    ("who", Key::Actor),
    ("user", Key::Actor),
    ("by", Key::Actor),
    ("role", Key::Actor),
    ("name", Key::Client),
    ("id", Key::Client),
    ("app", Key::Client),
    ("from", Key::Since),
    ("after", Key::Since),
    ("before", Key::Until),
    ("to", Key::Until),
    ("level", Key::Sev),
    ("status", Key::Outcome),
    ("result", Key::Outcome),
    ("source", Key::Ip),
    ("address", Key::Ip),
    ("userpool", Key::Pool),
    ("setting", Key::Path),
    ("field", Key::Path),
    ("reason", Key::Rule),
];

impl Key {
    /// The key of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("severity") {
            return Some(Self::Sev);
        }
        Self::ALL.iter().copied().find(|key| key.as_str().eq_ignore_ascii_case(name))
    }

    /// The key that somebody meant who wrote another word.
    pub(super) fn meant_by(name: &str) -> Option<Self> {
        SYNONYMS.iter().find(|(word, _)| word.eq_ignore_ascii_case(name)).map(|(_, key)| *key)
    }

    /// What it asks for, for people.
    pub fn about(self) -> &'static str {
        match self {
            Self::Client => "name or id of the client",
            Self::Sev => "how bad it is",
            Self::Actor => "person, role or ARN that called",
            Self::Event => "name of the call",
            Self::Origin => "by what means it was made",
            Self::Outcome => "how it ended",
            Self::Since => "not before a time, or so long ago",
            Self::Until => "not after a time, or so long ago",
            Self::Time => "compared with a time",
            Self::Path => "setting that was touched",
            Self::Class => "what became of a setting",
            Self::Value => "value that came, went or changed",
            Self::Rule => "reason of the severity",
            Self::Account => "account",
            Self::Region => "region",
            Self::Pool => "id of the user pool",
            Self::Ip => "source address, or a block of them",
            Self::Agent => "user agent",
            Self::Error => "code or message of a failure",
        }
    }

    /// The key with the operator that is used most: `client:`, `sev>=`.
    pub fn opening(self) -> String {
        match self {
            Self::Sev => format!("{self}>="),
            _ => format!("{self}:"),
        }
    }

    /// The values that are known here, each with what it means: all there are for a closed set, else the usual ones.
    pub(super) fn values(self) -> Vec<(&'static str, &'static str)> {
        fn plain(words: impl Iterator<Item = &'static str>) -> Vec<(&'static str, &'static str)> {
            words.zip(iter::repeat("")).collect()
        }
        match self {
            Self::Sev => plain(Severity::ALL.iter().rev().map(|severity| severity.as_str())),
            Self::Origin => plain(Origin::ALL.iter().map(|origin| origin.as_str())),
            Self::Outcome => plain(Ending::ALL.iter().map(|ending| ending.as_str())),
            Self::Class => plain(Class::ALL.iter().map(|class| class.as_str())),
            Self::Rule => rules().iter().map(|rule| (rule.id, rule.sentence)).collect(),
            Self::Event => plain(["update", "delete", "create"].into_iter().chain(CLIENT_CALLS).chain(POOL_CALLS)),
            Self::Path => plain(PATHS.into_iter()),
            Self::Since | Self::Until => plain(["15m", "1h", "24h", "7d"].into_iter()),
            _ => Vec::new(),
        }
    }
}
