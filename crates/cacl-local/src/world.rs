//! What every service shares: the world with its clock, pace, faults and seeded ids; who calls; how AWS says no; and what
//! a CloudFormation resource looks like to the engine. No service's own state is described here.
//!
//! Locks are plain `std` mutexes, one per service: take one, finish with it, and only then wait or take another.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    ffi::OsString,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;

use crate::{Faults, Options, Pace, cloudformation, cloudtrail, cognito, events, iam, lambda, logs, s3, sns, sqs};

/// The world as every handler and every task holds it.
pub type Shared = Arc<World>;

/// Everything there is in the local AWS.
#[derive(Debug)]
pub struct World {
    /// The time.
    pub clock: Clock,
    /// How long things take.
    pub pace: Pace,
    /// Region of everything.
    pub region: String,
    /// Where the one port listens.
    pub address: SocketAddr,
    /// The command that runs the subscriber when the deployed code cannot run here (program, then arguments).
    pub subscriber: Vec<OsString>,
    /// Random ids, from the seed alone.
    pub ids: Ids,
    /// CloudFormation stacks and change sets.
    pub cloudformation: Mutex<cloudformation::State>,
    /// CloudTrail trails and records.
    pub cloudtrail: Mutex<cloudtrail::State>,
    /// Cognito user pools and clients.
    pub cognito: Mutex<cognito::State>,
    /// EventBridge rules.
    pub events: Mutex<events::State>,
    /// IAM roles.
    pub iam: Mutex<iam::State>,
    /// Lambda functions.
    pub lambda: Mutex<lambda::State>,
    /// Log groups.
    pub logs: Mutex<logs::State>,
    /// Buckets and objects.
    pub s3: Mutex<s3::State>,
    /// SNS topics.
    pub sns: Mutex<sns::State>,
    /// SQS queues.
    pub sqs: Mutex<sqs::State>,
    faults: Mutex<Faults>,
}

impl World {
    /// An empty world.
    pub fn new(options: Options, clock: Clock, address: SocketAddr) -> Shared {
        Arc::new(Self {
            clock,
            pace: options.pace,
            region: options.region,
            address,
            subscriber: options.subscriber,
            ids: Ids::new(options.seed),
            cloudformation: Mutex::default(),
            cloudtrail: Mutex::default(),
            cognito: Mutex::default(),
            events: Mutex::default(),
            iam: Mutex::default(),
            lambda: Mutex::default(),
            logs: Mutex::default(),
            s3: Mutex::default(),
            sns: Mutex::default(),
            sqs: Mutex::default(),
            faults: Mutex::new(options.faults),
        })
    }

    /// A world of its own for a unit test: instant, no faults, `us-east-1`, the clock stands still.
    #[cfg(test)]
    pub fn test() -> Shared {
        let options = Options {
            port: 0,
            pace: Pace::Instant,
            faults: Faults::default(),
            subscriber: Vec::new(),
            region: "us-east-1".to_owned(),
            seed: 1,
        };
        let noon = Timestamp::from_second(1_800_000_000).expect("a time in 2027");
        Self::new(options, Clock::Fixed(noon), SocketAddr::from(([127, 0, 0, 1], 4566)))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What goes wrong on purpose at the moment.
    pub fn faults(&self) -> Faults {
        lock(&self.faults).clone()
    }

    /// Replaces the faults, so that a test can let trouble come and go.
    pub fn set_faults(&self, faults: Faults) {
        *lock(&self.faults) = faults;
    }

    /// Whether somebody writes into a bucket before it can be deleted; each time once less.
    pub fn refills(&self) -> bool {
        let left = &mut lock(&self.faults).refill;
        let refills = *left > 0;
        *left = left.saturating_sub(1);
        refills
    }

    /// Waits as long as the pace says: `real` as on AWS, `fast` for people, not at all when instant.
    pub async fn pause(&self, real: Duration, fast: Duration) {
        match self.pace {
            Pace::Real => tokio::time::sleep(real).await,
            Pace::Fast => tokio::time::sleep(fast).await,
            Pace::Instant => tokio::task::yield_now().await,
        }
    }

    /// `arn:aws:<service>:<region>:<account>:<rest>`.
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.region, crate::ACCOUNT)
    }

    /// `http://127.0.0.1:<port>`.
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Locks, also after another holder panicked: a state that was being changed is still the best there is.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time: the machine's, or in unit tests one that stands still.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's.
    System,
    /// Always the same.
    #[cfg(test)]
    Fixed(Timestamp),
}

impl Clock {
    /// The time now.
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            #[cfg(test)]
            Self::Fixed(time) => time,
        }
    }
}

/// Random ids; the same seed and the same calls give the same ids.
#[derive(Debug)]
pub struct Ids(Mutex<fastrand::Rng>);

impl Ids {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }

    /// A version 4 UUID, lower case.
    pub fn uuid(&self) -> String {
        let bits = lock(&self.0).u128(..);
        let bits = bits & !(0xf << 76) | (0x4 << 76);
        let bits = bits & !(0x3 << 62) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// `length` characters out of `alphabet` (which must not be empty).
    pub fn pick(&self, alphabet: &[u8], length: usize) -> String {
        let mut rng = lock(&self.0);
        (0..length).map(|_| char::from(alphabet[rng.usize(..alphabet.len())])).collect()
    }

    /// `length` lower-case hexadecimal digits.
    pub fn hex(&self, length: usize) -> String {
        self.pick(b"0123456789abcdef", length)
    }

    /// `length` lower-case letters and digits, as in Cognito's client ids.
    pub fn lower(&self, length: usize) -> String {
        self.pick(b"abcdefghijklmnopqrstuvwxyz0123456789", length)
    }

    /// `length` upper-case letters and digits, as in the suffixes of CloudFormation's physical ids.
    pub fn upper(&self, length: usize) -> String {
        self.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", length)
    }

    /// From 0 (inclusive) to 1 (exclusive), for faults by share.
    pub fn share(&self) -> f64 {
        lock(&self.0).f64()
    }
}

/// Who makes a call; see [`crate::sts`] for the table of actors.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The access key id.
    pub access_key: String,
    /// `CloudTrail`'s `userIdentity`, without `invokedBy`.
    pub identity: Value,
    /// An address, or a service's name.
    pub source_ip: String,
    /// The header, or a service's name.
    pub user_agent: String,
    /// The service that calls on behalf of the identity, e.g. `cloudformation.amazonaws.com`.
    pub invoked_by: Option<String>,
    /// The id of this request.
    pub request_id: String,
    /// Whether `CloudTrail` notes `sessionCredentialFromConsole: "true"`.
    pub from_console: bool,
    /// Whether calls that change something are refused with `AccessDenied`.
    pub read_only: bool,
}

impl Caller {
    /// The same person, but it is CloudFormation that calls, in a request of its own.
    #[must_use]
    pub fn through_cloudformation(&self, request_id: String) -> Self {
        const NAME: &str = "cloudformation.amazonaws.com";
        Self {
            source_ip: NAME.to_owned(),
            user_agent: NAME.to_owned(),
            invoked_by: Some(NAME.to_owned()),
            request_id,
            from_console: false,
            ..self.clone()
        }
    }

    /// The ARN of the identity.
    pub fn arn(&self) -> &str {
        self.identity["arn"].as_str().unwrap_or_default()
    }
}

/// How AWS says no: an error code and a message, in whichever protocol the service speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsError {
    /// HTTP status.
    pub status: u16,
    /// E.g. `ResourceNotFoundException`.
    pub code: Cow<'static, str>,
    /// In AWS's words.
    pub message: String,
}

impl AwsError {
    /// With any status.
    pub fn new(status: u16, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }

    /// Status 400, which is what most services answer to nearly everything.
    pub fn bad(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// CloudFormation's `ValidationError`.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::bad("ValidationError", message)
    }

    /// What the JSON services say to an operation they do not know.
    pub fn unknown_operation() -> Self {
        Self::bad("UnknownOperationException", "")
    }

    /// What the Query services say to an action they do not know.
    pub fn invalid_action(action: &str) -> Self {
        Self::bad("InvalidAction", format!("Could not find operation {action}"))
    }
}

/// A resource that CloudFormation has made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resource {
    /// `PhysicalResourceId`.
    pub physical_id: String,
    /// What `Ref` gives.
    pub ref_value: String,
    /// What `Fn::GetAtt` gives; nested attributes have dotted names.
    pub attributes: BTreeMap<String, Value>,
}

impl Resource {
    /// One whose `Ref` is its physical id.
    pub fn new(physical_id: impl Into<String>) -> Self {
        let physical_id = physical_id.into();
        Self { ref_value: physical_id.clone(), physical_id, attributes: BTreeMap::new() }
    }

    /// With an attribute more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.to_owned(), value.into());
        self
    }
}

/// What an update came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Updated {
    /// Done; the resource is the same one.
    InPlace(Resource),
    /// Cannot be changed: the engine creates another and deletes this one afterwards.
    Replace,
}

/// What the engine may know about the properties of a type: their names, and which must be there.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// E.g. `AWS::S3::Bucket`.
    pub resource_type: &'static str,
    /// Names of the properties, as the registry of CloudFormation has them; those inside others are dotted
    /// (`Code.S3Bucket`, through lists too). Where nothing is named below a property, anything may stand there.
    pub properties: &'static [&'static str],
    /// Those without which AWS refuses.
    pub required: &'static [&'static str],
    /// Attributes that `Fn::GetAtt` knows.
    pub attributes: &'static [&'static str],
}
