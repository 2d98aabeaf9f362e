//! Rules about the pipeline itself: whoever stops it is not seen by it any more.
//!
//! Such calls are seen only where the rule lets more through than calls of Cognito. Parts are known by the names that the stack
//! gives, whatever its prefix; nothing tells to which installation they belong.

use serde_json::Value;

use super::Subject;
use crate::Change;

/// A part of the pipeline.
struct Part {
    name: &'static str,
    /// Whether a name is one that the stack gives.
    is_ours: fn(&str) -> bool,
    /// The parameters that hold the name, or an ARN or URL that ends in it.
    parameters: &'static [&'static str],
    /// The calls that stop, change or delete it. Those of Lambda and S3 carry more behind (`UpdateFunctionCode20150331v2`).
    calls: &'static [&'static str],
}

/// The names are those of `stack.yaml`; what has none there is named by `CloudFormation` after the stack.
const PARTS: [Part; 9] = [
    Part {
        name: "trail",
        is_ours: |name| name.ends_with("-main"),
        parameters: &["name", "trailName"],
        calls: &["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"],
    },
    Part {
        name: "trail's bucket",
        is_ours: |name| name.contains("-cloudtrail-"),
        parameters: &["bucketName"],
        calls: &[
            "DeleteBucket",
            "DeleteBucketPolicy",
            "PutBucketPolicy",
            "PutBucketLifecycle",
            "PutBucketPublicAccessBlock",
        ],
    },
    Part {
        name: "rule",
        is_ours: |name| name.contains("-app-client-api-call-events"),
        parameters: &["name", "rule"],
        calls: &["DisableRule", "DeleteRule", "PutRule", "RemoveTargets", "PutTargets"],
    },
    Part {
        name: "function",
        is_ours: |name| name.contains("-app-client-api-call-subscriber"),
        parameters: &["functionName"],
        calls: &[
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
            "DeleteFunction",
            "PutFunctionConcurrency",
            "RemovePermission",
        ],
    },
    Part {
        name: "function's role",
        is_ours: |name| name.contains("cognito-api-calls-"),
        parameters: &["roleName"],
        calls: &["DeleteRole", "PutRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "UpdateAssumeRolePolicy"],
    },
    Part {
        name: "log group",
        is_ours: |name| name.contains("-app-client-api-call-subscriber"),
        parameters: &["logGroupName"],
        calls: &["DeleteLogGroup", "DeleteLogStream", "PutRetentionPolicy"],
    },
    Part {
        name: "dead-letter queue",
        is_ours: |name| name.contains("cognito-api-calls-"),
        parameters: &["queueUrl"],
        calls: &["DeleteQueue", "PurgeQueue", "SetQueueAttributes"],
    },
    Part {
        name: "notifications",
        is_ours: |name| name.contains("-app-client-api-call-notifications"),
        parameters: &["topicArn", "subscriptionArn"],
        calls: &["DeleteTopic", "SetTopicAttributes", "Unsubscribe"],
    },
    Part {
        name: "stack",
        is_ours: |name| name.contains("-cognito-api-calls"),
        parameters: &["stackName"],
        calls: &["DeleteStack", "UpdateStack", "ExecuteChangeSet"],
    },
];

impl Part {
    /// The name of this part that a call is about.
    fn touched(&self, change: &Change) -> Option<String> {
        let is_call = |call: &&str| {
            let rest = change.event.strip_prefix(*call);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|first: char| first.is_ascii_digit()))
        };
        if !self.calls.iter().any(is_call) {
            return None;
        }
        let mut names = self.parameters.iter().filter_map(|name| text(change, name));
        names.find(|name| (self.is_ours)(name))
    }
}

fn text(change: &Change, path: &str) -> Option<String> {
    match change.sent.as_ref()?.get(path)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn part(change: &Change) -> Option<(&'static Part, String)> {
    PARTS.iter().find_map(|part| Some((part, part.touched(change)?)))
}

/// A part that goes by the name of one of ours.
pub(super) fn tampered(subject: &Subject<'_>) -> Option<String> {
    let (part, name) = part(subject.change)?;
    Some(format!("the pipeline's {} was touched: {} {name}", part.name, subject.change.event))
}

/// Any other trail may be the one that feeds the rule: `deploy` uses one that is there. So it counts if it logs no writes any more,
/// or less of what it logged.
pub(super) fn trail_weakened(subject: &Subject<'_>) -> Option<String> {
    let change = subject.change;
    if part(change).is_some() {
        return None;
    }
    let told = match &*change.event {
        "StopLogging" => "a trail was stopped",
        "DeleteTrail" => "a trail was deleted",
        "PutEventSelectors" if !logs_writes(change)? => "a trail no longer logs writing management events",
        "UpdateTrail" if is_narrowed(change) => "a trail was narrowed",
        _ => return None,
    };
    let name = text(change, "name").or_else(|| text(change, "trailName")).unwrap_or_default();
    Some(format!("{told}: {name}").trim_end_matches(": ").to_owned())
}

/// Whether a trail still logs writing management events, by the selectors that it is given.
fn logs_writes(change: &Change) -> Option<bool> {
    let sent = change.sent.as_ref()?;
    let list = |path: &str| match sent.get(path) {
        Some(Value::Array(selectors)) => Some(selectors),
        _ => None,
    };
    if let Some(selectors) = list("eventSelectors") {
        return Some(
            selectors.iter().any(|selector| {
                selector["includeManagementEvents"] != false && selector["readWriteType"] != "ReadOnly"
            }),
        );
    }
    let fields = |selector: &Value| selector["fieldSelectors"].as_array().cloned().unwrap_or_default();
    let equals = |field: &Value, name: &str, value: &str| {
        let values = field["equals"].as_array();
        field["field"] == name && values.is_some_and(|values| values.iter().any(|one| one == value))
    };
    Some(list("advancedEventSelectors")?.iter().map(fields).any(|fields| {
        fields.iter().any(|field| equals(field, "eventCategory", "Management"))
            && !fields.iter().any(|field| equals(field, "readOnly", "true"))
    }))
}

fn is_narrowed(change: &Change) -> bool {
    let is_off = |path: &&str| change.sent.as_ref().and_then(|sent| sent.get(path)) == Some(Value::Bool(false));
    ["isMultiRegionTrail", "includeGlobalServiceEvents", "enableLogFileValidation"].iter().any(is_off)
}
