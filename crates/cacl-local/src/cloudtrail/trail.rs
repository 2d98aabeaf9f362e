//! Trails: what they are, what they take, and the operations on them.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{State, bucket_policy, files};
use crate::{
    ACCOUNT,
    input::{flag, list, seconds, text, texts},
    s3,
    world::{AwsError, Shared, World, lock},
};

/// AWS allows five in a region.
const MOST_TRAILS: usize = 5;

/// A trail.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "they are AWS's own flags, each independent of the others")]
pub struct Trail {
    /// 3 to 128 characters.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Where its files go.
    pub bucket: String,
    /// What their keys begin with.
    pub prefix: Option<String>,
    /// Whether it logs now.
    pub logging: bool,
    /// `EventSelectors`.
    pub selectors: Vec<Value>,
    /// `AdvancedEventSelectors`, in the place of the others.
    pub advanced: Vec<Value>,
    /// When a file was last delivered.
    pub delivered: Option<Timestamp>,
    /// Why the last file was not.
    pub delivery_error: Option<String>,
    global: bool,
    multi_region: bool,
    validates: bool,
    started: Option<Timestamp>,
    stopped: Option<Timestamp>,
    pending: Vec<Arc<Value>>,
    /// Whether a task is about to write what is pending.
    writing: bool,
}

impl Trail {
    fn new(world: &World, input: &Value) -> Result<Self, AwsError> {
        let name = text(input, "Name").unwrap_or_default();
        check_name(name)?;
        Ok(Self {
            name: name.to_owned(),
            arn: world.arn("cloudtrail", &format!("trail/{name}")),
            bucket: text(input, "S3BucketName").unwrap_or_default().to_owned(),
            prefix: text(input, "S3KeyPrefix").filter(|prefix| !prefix.is_empty()).map(str::to_owned),
            logging: false,
            selectors: vec![json!({
                "ReadWriteType": "All",
                "IncludeManagementEvents": true,
                "DataResources": [],
                "ExcludeManagementEventSources": [],
            })],
            advanced: Vec::new(),
            delivered: None,
            delivery_error: None,
            global: flag(input, "IncludeGlobalServiceEvents").unwrap_or(true),
            multi_region: flag(input, "IsMultiRegionTrail").unwrap_or(false),
            validates: flag(input, "EnableLogFileValidation").unwrap_or(false),
            started: None,
            stopped: None,
            pending: Vec::new(),
            writing: false,
        })
    }

    /// Whether write management events are logged now.
    pub fn takes_writes(&self) -> bool {
        let basic = self.selectors.iter().any(|selector| {
            flag(selector, "IncludeManagementEvents") != Some(false)
                && text(selector, "ReadWriteType") != Some("ReadOnly")
        });
        let advanced = self.advanced.iter().any(|selector| {
            let fields = list(selector, "FieldSelectors");
            let says = |field: &str, value: &str| {
                fields.iter().any(|known| known["Field"] == field && texts(known, "Equals").contains(&value))
            };
            says("eventCategory", "Management") && !says("readOnly", "true")
        });
        self.logging && if self.advanced.is_empty() { basic } else { advanced }
    }

    /// Takes a record; says whether somebody has to see to the writing.
    pub fn add(&mut self, record: Arc<Value>) -> bool {
        self.pending.push(record);
        !std::mem::replace(&mut self.writing, true)
    }

    /// What is to be written now.
    pub fn take_pending(&mut self) -> Vec<Arc<Value>> {
        self.writing = false;
        std::mem::take(&mut self.pending)
    }

    /// Keeps what could not be written for the next file, before what came since.
    pub fn put_back(&mut self, mut records: Vec<Arc<Value>>) {
        records.append(&mut self.pending);
        self.pending = records;
    }

    fn start(&mut self, now: Timestamp) {
        self.logging = true;
        self.started = Some(now);
    }

    fn stop(&mut self, now: Timestamp) {
        self.logging = false;
        self.stopped = Some(now);
    }

    /// What `CreateTrail` and `UpdateTrail` answer.
    fn made(&self) -> Value {
        let mut made = json!({
            "Name": self.name,
            "S3BucketName": self.bucket,
            "IncludeGlobalServiceEvents": self.global,
            "IsMultiRegionTrail": self.multi_region,
            "TrailARN": self.arn,
            "LogFileValidationEnabled": self.validates,
            "IsOrganizationTrail": false,
        });
        if let Some(prefix) = &self.prefix {
            made["S3KeyPrefix"] = prefix.as_str().into();
        }
        made
    }

    fn describe(&self, region: &str) -> Value {
        let mut described = self.made();
        described["HomeRegion"] = region.into();
        described["HasCustomEventSelectors"] =
            (!self.advanced.is_empty() || self.selectors.iter().any(|s| s["ReadWriteType"] != "All")).into();
        described["HasInsightSelectors"] = false.into();
        described
    }
}

impl State {
    /// By name or ARN.
    pub fn trail(&mut self, id: &str) -> Option<&mut Trail> {
        self.trails.iter_mut().find(|trail| trail.name == id || trail.arn == id)
    }

    fn existing(&mut self, world: &World, id: &str) -> Result<&mut Trail, AwsError> {
        check_name(id.rsplit('/').next().unwrap_or_default())?;
        let arn = if id.starts_with("arn:") { id.to_owned() } else { world.arn("cloudtrail", &format!("trail/{id}")) };
        self.trail(id).ok_or_else(|| {
            AwsError::bad("TrailNotFoundException", format!("Unknown trail: {arn} for the user: {ACCOUNT}"))
        })
    }
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let is_mark = |letter: char| "._-".contains(letter);
    let doubled = name.chars().zip(name.chars().skip(1)).any(|(one, two)| is_mark(one) && is_mark(two));
    let fits = (3..=128).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || is_mark(c))
        && !doubled
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric());
    if fits {
        return Ok(());
    }
    Err(AwsError::bad(
        "InvalidTrailNameException",
        "Trail name or ARN can contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and \
         underscores (_), must start and end with a letter or a number, must not contain adjacent periods, hyphens or \
         underscores, and must be between 3 and 128 characters.",
    ))
}

/// `CreateTrail`. It puts the empty folder for its files into the bucket, as AWS does, so the bucket must exist and let it.
pub fn create(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let trail = Trail::new(world, input)?;
    {
        let mut state = lock(&world.cloudtrail);
        if state.trail(&trail.name).is_some() {
            let message = format!("Trail {} already exists for customer: {ACCOUNT}", trail.name);
            return Err(AwsError::bad("TrailAlreadyExistsException", message));
        }
        if state.trails.len() == MOST_TRAILS {
            let message = format!("User: {ACCOUNT} already has {MOST_TRAILS} trails in {}.", world.region);
            return Err(AwsError::bad("MaximumNumberOfTrailsExceededException", message));
        }
    }
    let put = bucket_policy::check(world, &trail)
        .and_then(|()| s3::put(world, &trail.bucket, &files::folder(&trail), Bytes::new()));
    put.map_err(|error| bucket_error(&trail, &error))?;
    let made = trail.made();
    lock(&world.cloudtrail).trails.push(trail);
    Ok(made)
}

fn bucket_error(trail: &Trail, error: &AwsError) -> AwsError {
    let bucket = &trail.bucket;
    match error.code.as_ref() {
        "NoSuchBucket" => AwsError::bad("S3BucketDoesNotExistException", format!("S3 bucket {bucket} does not exist!")),
        _ => AwsError::bad(
            "InsufficientS3BucketPolicyException",
            format!("Incorrect S3 bucket policy is detected for bucket: {bucket}"),
        ),
    }
}

/// `UpdateTrail`: what is sent replaces, all else stays.
pub fn update(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let mut state = lock(&world.cloudtrail);
    let trail = state.existing(world, text(input, "Name").unwrap_or_default())?;
    if let Some(bucket) = text(input, "S3BucketName") {
        bucket.clone_into(&mut trail.bucket);
    }
    if let Some(prefix) = text(input, "S3KeyPrefix") {
        trail.prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
    }
    trail.global = flag(input, "IncludeGlobalServiceEvents").unwrap_or(trail.global);
    trail.multi_region = flag(input, "IsMultiRegionTrail").unwrap_or(trail.multi_region);
    trail.validates = flag(input, "EnableLogFileValidation").unwrap_or(trail.validates);
    Ok(trail.made())
}

/// `DeleteTrail`.
pub fn delete(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let mut state = lock(&world.cloudtrail);
    let name = state.existing(world, text(input, "Name").unwrap_or_default())?.name.clone();
    state.trails.retain(|trail| trail.name != name);
    Ok(json!({}))
}

/// `DescribeTrails`: those asked for, as far as they exist, or all.
pub fn describe(world: &Shared, input: &Value) -> Value {
    let names = texts(input, "trailNameList");
    let state = lock(&world.cloudtrail);
    let asked = |trail: &&Trail| {
        names.is_empty() || names.contains(&trail.name.as_str()) || names.contains(&trail.arn.as_str())
    };
    let trails: Vec<_> = state.trails.iter().filter(asked).map(|trail| trail.describe(&world.region)).collect();
    json!({"trailList": trails})
}

/// `GetTrail`.
pub fn get(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let mut state = lock(&world.cloudtrail);
    let trail = state.existing(world, text(input, "Name").unwrap_or_default())?;
    Ok(json!({"Trail": trail.describe(&world.region)}))
}

/// `ListTrails`.
pub fn list_all(world: &Shared) -> Value {
    let state = lock(&world.cloudtrail);
    let trails: Vec<_> = state
        .trails
        .iter()
        .map(|trail| json!({"TrailARN": trail.arn, "Name": trail.name, "HomeRegion": world.region}))
        .collect();
    json!({"Trails": trails})
}

/// `GetTrailStatus`.
pub fn status(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let mut state = lock(&world.cloudtrail);
    let trail = state.existing(world, text(input, "Name").unwrap_or_default())?;
    let mut status = json!({"IsLogging": trail.logging});
    if let Some(error) = &trail.delivery_error {
        status["LatestDeliveryError"] = error.as_str().into();
    }
    let times = [
        ("LatestDeliveryTime", "LatestDeliveryAttemptTime", trail.delivered),
        ("StartLoggingTime", "TimeLoggingStarted", trail.started),
        ("StopLoggingTime", "TimeLoggingStopped", trail.stopped),
    ];
    for (number, words, time) in times {
        if let Some(time) = time {
            status[number] = seconds(time);
        }
        status[words] = time.map_or_else(String::new, |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).into();
    }
    Ok(status)
}

/// `GetEventSelectors`.
pub fn selectors(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let mut state = lock(&world.cloudtrail);
    Ok(answer_selectors(state.existing(world, text(input, "TrailName").unwrap_or_default())?))
}

/// `PutEventSelectors`: one kind replaces the other.
pub fn put_selectors(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    let mut state = lock(&world.cloudtrail);
    let trail = state.existing(world, text(input, "TrailName").unwrap_or_default())?;
    let (basic, advanced) = (list(input, "EventSelectors"), list(input, "AdvancedEventSelectors"));
    if basic.is_empty() == advanced.is_empty() {
        return Err(AwsError::bad(
            "InvalidEventSelectorsException",
            "Specify either event selectors or advanced event selectors for the trail, and not both.",
        ));
    }
    trail.selectors = basic.iter().map(completed).collect();
    trail.advanced = advanced.to_vec();
    Ok(answer_selectors(trail))
}

/// A basic selector with what AWS fills in.
fn completed(selector: &Value) -> Value {
    let or = |name: &str, default: Value| selector.get(name).cloned().unwrap_or(default);
    json!({
        "ReadWriteType": or("ReadWriteType", "All".into()),
        "IncludeManagementEvents": or("IncludeManagementEvents", true.into()),
        "DataResources": or("DataResources", json!([])),
        "ExcludeManagementEventSources": or("ExcludeManagementEventSources", json!([])),
    })
}

fn answer_selectors(trail: &Trail) -> Value {
    if trail.advanced.is_empty() {
        json!({"TrailARN": trail.arn, "EventSelectors": trail.selectors})
    } else {
        json!({"TrailARN": trail.arn, "AdvancedEventSelectors": trail.advanced})
    }
}

/// `StartLogging`.
pub fn start(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    lock(&world.cloudtrail).existing(world, text(input, "Name").unwrap_or_default())?.start(world.now());
    Ok(json!({}))
}

/// `StopLogging`. What is pending is still written.
pub fn stop(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    lock(&world.cloudtrail).existing(world, text(input, "Name").unwrap_or_default())?.stop(world.now());
    Ok(json!({}))
}
