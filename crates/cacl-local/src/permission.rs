//! Who may do what: everybody everything, except for those who may only read, and for the fault of operations that nobody is
//! allowed. Refused in IAM's words; each service has a code of its own for it.
//!
//! Cognito sees to those who may only read by itself, for it puts refused calls on record.

use serde_json::Value;

use crate::{
    protocol::error::Protocol,
    world::{AwsError, Caller, World},
};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Action<'a> {
    /// What the names of the service's permissions begin with.
    pub service: &'static str,
    /// E.g. `DeleteStack`.
    pub operation: &'a str,
    /// How the service says no.
    pub protocol: Protocol,
}

/// Operations begin so that change nothing (the access levels "list" and "read" of AWS's service authorization reference).
const READS: [&str; 9] =
    ["Describe", "Filter", "Get", "List", "Lookup", "Receive", "StartLiveTail", "TestEventPattern", "ValidateTemplate"];

/// What an operation is about: service, the member that names it, and how its ARN goes on around that name.
const RESOURCES: [(&str, &str, &str, &str); 10] = [
    ("cloudformation", "StackName", "stack/", "/*"),
    ("cloudtrail", "Name", "trail/", ""),
    ("cloudtrail", "TrailName", "trail/", ""),
    ("events", "Name", "rule/", ""),
    ("events", "Rule", "rule/", ""),
    ("lambda", "FunctionName", "function:", ""),
    ("logs", "logGroupName", "log-group:", ":log-stream:"),
    ("sns", "Name", "", ""),
    ("sns", "TopicArn", "", ""),
    ("sqs", "QueueName", "", ""),
];

impl Action<'_> {
    /// Whether the caller may. `member` gives a member of the input by name.
    pub fn check(
        &self,
        world: &World,
        caller: &Caller,
        member: impl Fn(&str) -> Option<String>,
    ) -> Result<(), AwsError> {
        let forbidden = world.faults().deny.iter().any(|denied| denied == self.operation);
        let reads = READS.iter().any(|beginning| self.operation.starts_with(beginning));
        let may = reads || !caller.read_only || matches!(self.service, "cognito-idp" | "sts");
        if may && !forbidden {
            return Ok(());
        }
        Err(self.refuse(&refusal(caller, self.service, self.operation, &self.resource(world, member))))
    }

    fn resource(&self, world: &World, member: impl Fn(&str) -> Option<String>) -> String {
        let mut named = RESOURCES.iter().filter(|(service, ..)| *service == self.service);
        match named.find_map(|(_, name, before, after)| Some((member(name)?, before, after))) {
            Some((arn, ..)) if arn.starts_with("arn:") => arn,
            Some((name, before, after)) => world.arn(self.service, &format!("{before}{name}{after}")),
            None => "*".to_owned(),
        }
    }

    fn refuse(&self, message: &str) -> AwsError {
        match (self.protocol, self.service) {
            (Protocol::Json, "lambda") => AwsError::new(403, "AccessDeniedException", message),
            (Protocol::Json, _) => AwsError::bad("AccessDeniedException", message),
            (_, "sns") => AwsError::new(403, "AuthorizationError", message),
            (Protocol::Query(_) | Protocol::S3, _) => AwsError::new(403, "AccessDenied", message),
        }
    }
}

/// IAM's wording.
pub fn refusal(caller: &Caller, service: &str, operation: &str, resource: &str) -> String {
    format!(
        "User: {} is not authorized to perform: {service}:{operation} on resource: {resource} because no identity-based \
         policy allows the {service}:{operation} action",
        caller.arn()
    )
}

/// A member of a JSON input that is text.
pub fn text_of(input: &Value) -> impl Fn(&str) -> Option<String> {
    |name| input[name].as_str().map(str::to_owned)
}
