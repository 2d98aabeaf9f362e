//! What is to be watched, made into the rule's event pattern.

use std::{error::Error, fmt};

use serde_json::{Map, Value, json};

use super::{
    DEFAULT_QUOTA,
    calls::{CLIENT_CALLS, POOL_CALLS, known, nearest, probably_meant},
};

/// A preset of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// `UpdateUserPoolClient` and `DeleteUserPoolClient`: the rule as the template has it.
    #[default]
    Changes,
    /// Whatever changes an app client, directly or not: [`CLIENT_CALLS`].
    AppClients,
    /// These, and whatever changes a user pool as a whole: [`POOL_CALLS`].
    UserPools,
    /// Every write call of Cognito user pools (`readOnly` is false). Sign-ups and sign-ins are among them, so this can
    /// be a lot.
    AllWrites,
}

impl Scope {
    /// The event names of the preset; `None` for all writes.
    pub fn events(self) -> Option<Vec<&'static str>> {
        match self {
            Self::Changes => Some(vec!["UpdateUserPoolClient", "DeleteUserPoolClient"]),
            Self::AppClients => Some(CLIENT_CALLS.to_vec()),
            Self::UserPools => Some([CLIENT_CALLS.as_slice(), &POOL_CALLS].concat()),
            Self::AllWrites => None,
        }
    }
}

/// What is to be watched. The default is what `stack.yaml` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watch {
    /// Event names; if there are any, they are used in place of the scope's.
    pub events: Vec<String>,
    /// A preset of event names.
    pub scope: Scope,
    /// User pool ids; empty for all.
    pub user_pools: Vec<String>,
    /// App client ids; empty for all.
    pub clients: Vec<String>,
}

/// Why there is no such pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchError {
    /// Not the name of an API call.
    NotACall(String),
    /// A call that reads: write-only trails and ordinary rules see none.
    ReadCall(String),
    /// Nearly the name of a known call.
    Misspelt {
        /// As given.
        name: String,
        /// As probably meant.
        meant: &'static str,
    },
    /// Not the name of a known call. One that is newer than this program goes into a pattern of one's own.
    Unknown {
        /// As given.
        name: String,
        /// The known ones that are spelt most like it.
        nearest: [&'static str; 3],
    },
    /// Not a user pool id.
    NotAUserPool(String),
    /// Not an app client id.
    NotAClient(String),
    /// Longer than [`DEFAULT_QUOTA`].
    TooLong(usize),
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACall(name) => write!(f, "`{name}` is no API call; names look like `UpdateUserPoolClient`"),
            Self::ReadCall(name) => write!(f, "`{name}` only reads, and the trail records write calls"),
            Self::Misspelt { name, meant } => write!(f, "`{name}` is no known call; did you mean `{meant}`?"),
            Self::Unknown { name, nearest: [first, second, third] } => write!(
                f,
                "`{name}` is no known write call; the nearest are `{first}`, `{second}` and `{third}`; \
                 a call that is newer than this program: --pattern FILE"
            ),
            Self::NotAUserPool(id) => write!(f, "`{id}` is no user pool id; they look like `eu-west-1_Zq4TrPm9K`"),
            Self::NotAClient(id) => write!(f, "`{id}` is no app client id; they look like `3k1v9s0abcd7efgh2ijkl5mn`"),
            Self::TooLong(length) => write!(
                f,
                "the pattern has {length} characters, and EventBridge takes {DEFAULT_QUOTA} by default; \
                 name fewer events, pools or clients"
            ),
        }
    }
}

impl Error for WatchError {}

impl Watch {
    /// The event pattern.
    ///
    /// A call that IAM refuses is recorded with `requestParameters: null`, so a plain filter on an id would hide every
    /// denied attempt. Therefore a filter lets through what names no id at all: `exists: false` is about the leaf, and
    /// there is none below null. The few calls that have no such parameter (`CreateUserPool` has no pool id;
    /// `CreateUserPoolClient` and the calls on resource servers have no client id) come through as well.
    pub fn to_value(&self) -> Result<Value, WatchError> {
        self.check()?;
        let mut detail = Map::new();
        detail.insert("eventSource".to_owned(), json!(["cognito-idp.amazonaws.com"]));
        detail.insert("eventType".to_owned(), json!(["AwsApiCall"]));
        match (self.events.as_slice(), self.scope.events()) {
            ([], Some(events)) => detail.insert("eventName".to_owned(), json!(events)),
            ([], None) => detail.insert("readOnly".to_owned(), json!([false])),
            (events, _) => detail.insert("eventName".to_owned(), json!(events)),
        };
        let mut parameters = Map::new();
        for (name, ids) in [("userPoolId", &self.user_pools), ("clientId", &self.clients)] {
            if !ids.is_empty() {
                let not_named = json!({"exists": false});
                let any: Vec<Value> = ids.iter().map(|id| json!(id)).chain([not_named]).collect();
                parameters.insert(name.to_owned(), Value::Array(any));
            }
        }
        if !parameters.is_empty() {
            detail.insert("requestParameters".to_owned(), Value::Object(parameters));
        }
        let pattern = json!({
            "source": ["aws.cognito-idp"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": detail,
        });
        let length = pattern.to_string().chars().count();
        if length > DEFAULT_QUOTA { Err(WatchError::TooLong(length)) } else { Ok(pattern) }
    }

    fn check(&self) -> Result<(), WatchError> {
        self.events.iter().try_for_each(|name| check_call(name))?;
        if let Some(id) = self.user_pools.iter().find(|id| !is_user_pool(id)) {
            return Err(WatchError::NotAUserPool(id.clone()));
        }
        if let Some(id) = self.clients.iter().find(|id| !is_client(id)) {
            return Err(WatchError::NotAClient(id.clone()));
        }
        Ok(())
    }
}

/// A rule for a call that nobody makes would be silent for good, so what is not known is taken for a slip.
fn check_call(name: &str) -> Result<(), WatchError> {
    if known(name) {
        return Ok(());
    }
    if let Some(meant) = probably_meant(name) {
        return Err(WatchError::Misspelt { name: name.to_owned(), meant });
    }
    let shaped = name.starts_with(|first: char| first.is_ascii_uppercase())
        && (3..=128).contains(&name.len())
        && name.chars().all(|character| character.is_ascii_alphanumeric());
    if !shaped {
        return Err(WatchError::NotACall(name.to_owned()));
    }
    if ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb)) {
        return Err(WatchError::ReadCall(name.to_owned()));
    }
    Err(WatchError::Unknown { name: name.to_owned(), nearest: nearest(name) })
}

/// `[\w-]+_[0-9a-zA-Z]+`, 1 to 55 characters (`UserPoolIdType`).
fn is_user_pool(id: &str) -> bool {
    id.len() <= 55
        && id.rsplit_once('_').is_some_and(|(region, own)| {
            let region_character = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
            !region.is_empty() && region.chars().all(region_character) && is_alphanumeric(own)
        })
}

/// `[\w+]+`, 1 to 128 characters (`ClientIdType`).
fn is_client(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id.chars().all(|character| character.is_ascii_alphanumeric() || "_+".contains(character))
}

fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_alphanumeric())
}
