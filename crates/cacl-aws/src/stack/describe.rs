//! What stands: the stack, its outputs, its resources.

use aws_sdk_cloudformation::types::Stack as SdkStack;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::Stack;
use crate::{
    Error, Reason, Session,
    explain::{Explain as _, Failing as _},
    names::TAG,
};

/// The stack by name, or `None`.
pub async fn describe(session: &Session, name: &str) -> Result<Option<Stack>, Error> {
    Ok(find(session, name).await?.map(|found| found.stack))
}

/// A stack, and whether we made it.
pub(crate) struct Found {
    /// As it stands.
    pub stack: Stack,
    /// By its tag, or by the parameter that only our template has.
    pub ours: bool,
}

impl Found {
    /// Refuses to touch somebody else's stack that happens to have our name.
    pub fn must_be_ours(&self, name: &str) -> Result<(), Error> {
        // A stack under review has nothing in it yet, not even tags.
        if self.ours || self.stack.status == "REVIEW_IN_PROGRESS" {
            return Ok(());
        }
        Err(Error::new(Reason::Invalid, format!("the stack {name} was not made by cacl-tui"))
            .because(format!("it has neither the tag {}={} nor our parameters", TAG.0, TAG.1))
            .advise("choose another name with --stack-name or --prefix"))
    }
}

/// A stack by name or ARN. By name a deleted one is not found; by ARN it is, for 90 days.
pub(crate) async fn find(session: &Session, name: &str) -> Result<Option<Found>, Error> {
    let answer = session.cloudformation().describe_stacks().stack_name(name).send().await.failure();
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) if failure.reason == Reason::NotFound => return Ok(None),
        Err(failure) => {
            return Err(failure)
                .explain(session, "cloudformation:DescribeStacks", || format!("cannot read the stack {name}"));
        }
    };
    let by_arn = name.starts_with("arn:");
    let stack = answer.stacks.unwrap_or_default().into_iter().next().map(found);
    Ok(stack.filter(|found| by_arn || found.stack.status != "DELETE_COMPLETE"))
}

fn found(sdk: SdkStack) -> Found {
    let tagged = sdk.tags().iter().any(|tag| (tag.key(), tag.value()) == (Some(TAG.0), Some(TAG.1)));
    let pairs = |(key, value): (Option<String>, Option<String>)| Some((key?, value?));
    let parameters = sdk.parameters.unwrap_or_default().into_iter().map(|p| (p.parameter_key, p.parameter_value));
    let outputs = sdk.outputs.unwrap_or_default().into_iter().map(|o| (o.output_key, o.output_value));
    let created = sdk.creation_time.as_ref().and_then(time);
    let stack = Stack {
        arn: sdk.stack_id.unwrap_or_default(),
        status: sdk.stack_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        outputs: outputs.filter_map(pairs).collect(),
        parameters: parameters.filter_map(pairs).collect(),
        created,
        updated: sdk.last_updated_time.as_ref().and_then(time).or(created),
    };
    Found { ours: tagged || stack.parameters.contains_key("SubscriberKey"), stack }
}

/// The SDK's time as ours.
pub(super) fn time(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// A resource as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Logical id.
    pub logical_id: String,
    /// E.g. `AWS::S3::Bucket`.
    pub kind: String,
    /// Its name or id, if it was ever made.
    pub physical_id: Option<String>,
    /// E.g. `CREATE_COMPLETE`.
    pub status: String,
    /// Why, if told.
    pub reason: Option<String>,
}

impl Resource {
    /// Whether it is gone.
    pub fn is_deleted(&self) -> bool {
        self.status == "DELETE_COMPLETE"
    }
}

/// All resources of a stack by name or ARN, the deleted ones too; none if there is no such stack.
pub async fn resources(session: &Session, stack: &str) -> Result<Vec<Resource>, Error> {
    let mut pages = session.cloudformation().list_stack_resources().stack_name(stack).into_paginator().send();
    let mut resources = Vec::new();
    while let Some(page) = pages.next().await {
        let page = match page.failure() {
            Ok(page) => page,
            Err(failure) if failure.reason == Reason::NotFound => break,
            Err(failure) => {
                return Err(failure).explain(session, "cloudformation:ListStackResources", || {
                    format!("cannot list the resources of {stack}")
                });
            }
        };
        resources.extend(page.stack_resource_summaries.unwrap_or_default().into_iter().map(|summary| Resource {
            logical_id: summary.logical_resource_id.unwrap_or_default(),
            kind: summary.resource_type.unwrap_or_default(),
            physical_id: summary.physical_resource_id.filter(|id| !id.is_empty()),
            status: summary.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reason: summary.resource_status_reason,
        }));
    }
    Ok(resources)
}
