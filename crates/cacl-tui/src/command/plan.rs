//! What a deployment will do, settled and told before anything is done.

use std::{collections::BTreeMap, io::Write};

use cacl_aws::{
    DeployRequest, Identity, Names, Session,
    call::{EVENTBRIDGE, call},
    stack::{self, Obstacle, Resource, Stack},
    template,
};
use cacl_event::{clean, pattern::Watch};
use serde_json::{Value, json};

use super::{
    artifact::{self, Found},
    headless::counted,
    pattern,
    trail::{self, TrailPlan},
};
use crate::{
    cli::{Deploy, Global},
    report::Out,
};

/// The one description of the cloud side.
pub const TEMPLATE: &str = include_str!("../../../../stack.yaml");

/// Everything that was settled.
#[derive(Debug)]
pub struct Plan {
    /// Who deploys.
    pub identity: Identity,
    /// The stack as it stands, if it does.
    pub standing: Option<Stack>,
    /// What is handed over.
    pub request: DeployRequest,
    trail: TrailPlan,
    source: String,
    pattern: Option<Value>,
    resources: usize,
    pattern_changes: bool,
    /// What is deleted with the stack that stands, if it can only be deleted.
    lost: Vec<String>,
}

/// Looks around and settles everything; changes nothing.
pub async fn make(session: &Session, options: &Deploy, global: &Global) -> anyhow::Result<Plan> {
    let pattern = pattern::chosen(&options.pattern)?;
    let identity = session.identity().await?;
    let names = Names {
        prefix: global.prefix.clone(),
        stack: global.stack(),
        account: identity.account.clone(),
        region: session.region().to_owned(),
    };
    let Found { artifact, source } = artifact::find(options.subscriber.as_deref(), &identity, global)?;
    let standing = stack::describe(session, &names.stack).await?;
    let wreck = standing.as_ref().filter(|stack| Obstacle::of(&stack.status) == Obstacle::Wreck);
    let lost = match wreck {
        Some(stack) => lost(&stack::resources(session, &stack.arn).await?),
        None => Vec::new(),
    };
    // What a wreck has goes with it, its trail included.
    let kept = standing.as_ref().filter(|_| wreck.is_none());
    let trail = trail::plan(session, options.trail, &names, kept).await?;
    let template = match &pattern {
        Some(pattern) => template::with_pattern(TEMPLATE, pattern)?,
        None => TEMPLATE.to_owned(),
    };
    let parameters = parameters(options, &names, &trail);
    let resources = template::planned(&template, &parameters)?.len();
    let pattern_changes = standing.is_some() && pattern_changes(session, &names, pattern.as_ref()).await;
    let request = DeployRequest { names, template, parameters, artifact };
    Ok(Plan { identity, standing, request, trail, source, pattern, resources, pattern_changes, lost })
}

/// Whether the standing rule has another pattern. One that cannot be read counts as the same: this is a courtesy.
async fn pattern_changes(session: &Session, names: &Names, pattern: Option<&Value>) -> bool {
    let Ok(rule) = call(session, EVENTBRIDGE, "DescribeRule", json!({"Name": names.rule()})).await else {
        return false;
    };
    let standing = rule["EventPattern"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let wanted = pattern.cloned().or_else(|| Watch::default().to_value().ok());
    standing.is_some() && standing != wanted
}

fn parameters(options: &Deploy, names: &Names, trail: &TrailPlan) -> BTreeMap<String, String> {
    [
        ("Prefix", names.prefix.clone()),
        ("Sandbox", (!options.no_sandbox).to_string()),
        ("TrailMode", if trail.is_made() { "create" } else { "reuse" }.to_owned()),
        ("NotifyEmail", options.notify.clone().unwrap_or_default()),
        ("LogRetentionDays", options.retention.clone()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

impl Plan {
    /// The plan in words.
    pub fn describe(&self, out: &mut Out<impl Write>) -> anyhow::Result<()> {
        let names = &self.request.names;
        out.line(&format!(
            "This deploys {} to account {}, {}, as {}:",
            names.stack,
            names.account,
            names.region,
            clean(&self.identity.name())
        ))?;
        out.line(&format!("  stack       {}", self.standing()))?;
        for lost in &self.lost {
            out.line(&format!("              with it go {}", clean(lost)))?;
        }
        let half_deleted = self.standing.as_ref().is_some_and(|stack| stack.status == "DELETE_FAILED");
        if half_deleted && !self.lost.iter().any(|lost| lost.starts_with("the log group")) {
            out.line("              gone before: the log group and all changes recorded in it")?;
        }
        for change in self.changes() {
            out.line(&format!("              {}", clean(&change)))?;
        }
        out.line(&format!("  resources   {}, their names begin with {}", self.resources, names.prefix))?;
        out.line(&format!("  trail       {}", clean(&self.trail.to_string())))?;
        out.line(&format!("  subscriber  {}", clean(&self.subscriber())))?;
        out.line(&format!("  code        in the bucket {}", names.deployment_bucket()))?;
        out.line(&format!("  log group   {}, kept {} days", names.log_group(), self.parameter("LogRetentionDays")))?;
        let email = self.parameter("NotifyEmail");
        if !email.is_empty() {
            out.line(&format!("  mail        every event to {}", clean(email)))?;
        }
        out.line(&format!("  sandbox     {}", self.sandbox()))?;
        out.line(&format!("  costs       {}", self.trail.cost()))?;
        if let Some(pattern) = &self.pattern {
            out.line("  pattern")?;
            for line in pattern::pretty(pattern).lines() {
                out.line(&format!("    {}", clean(line)))?;
            }
        } else {
            out.line("  pattern     UpdateUserPoolClient and DeleteUserPoolClient, everywhere (`cacl-tui pattern` prints it)")?;
        }
        out.flush()
    }

    fn standing(&self) -> String {
        let Some(stack) = &self.standing else { return "is new".to_owned() };
        becomes(&clean(&stack.status), self.lost.is_empty())
    }

    /// What there is to agree to.
    pub fn question(&self) -> &'static str {
        if self.lost.is_empty() { "Go on?" } else { "Delete what is left of the old stack, and go on?" }
    }

    /// What becomes of the options that the stack stands with. Like Cognito's update, a deployment replaces: what is not
    /// asked for again goes back to its default, and nobody should learn that afterwards.
    fn changes(&self) -> Vec<String> {
        let Some(stack) = &self.standing else { return Vec::new() };
        let shown = |value: &str| if value.is_empty() { "none".to_owned() } else { value.to_owned() };
        let mut changes: Vec<String> = self
            .request
            .parameters
            .iter()
            .filter_map(|(name, value)| Some((name, value, stack.parameters.get(name)?)))
            .filter(|(_, value, before)| value != before)
            .map(|(name, value, before)| format!("changes {name}: {} → {}", shown(before), shown(value)))
            .collect();
        if self.pattern_changes {
            changes.push("changes the rule's pattern to the one below".to_owned());
        }
        changes
    }

    fn subscriber(&self) -> String {
        let artifact = &self.request.artifact;
        if artifact.stand_in {
            return self.source.clone();
        }
        let size = artifact::size(artifact.zip.len());
        format!("{}: {size} zipped, for {}", self.source, artifact.architecture.as_str())
    }

    fn sandbox(&self) -> String {
        if self.parameter("Sandbox") == "true" {
            format!("the user pool {} with an app client to try things on", self.request.names.user_pool())
        } else {
            "none".to_owned()
        }
    }

    fn parameter(&self, name: &str) -> &str {
        self.request.parameters.get(name).map_or("", String::as_str)
    }
}

/// What becomes of a stack in this state. The deployment goes by the same reading of it.
fn becomes(status: &str, nothing_lost: bool) -> String {
    match Obstacle::of(status) {
        Obstacle::None => format!("stands already ({status}), and is brought up to date"),
        Obstacle::Stuck => {
            format!("is stuck in a rollback ({status}): that is carried through, then it is brought up to date")
        }
        Obstacle::Moving if status == "DELETE_IN_PROGRESS" => {
            format!("is being deleted ({status}): that is waited for, then it is made anew")
        }
        Obstacle::Moving => format!("is being worked on ({status}): that is waited for first"),
        // Nothing was made yet.
        Obstacle::Wreck if status == "REVIEW_IN_PROGRESS" => "is new".to_owned(),
        Obstacle::Wreck => {
            let loss = if nothing_lost { "; nothing is left in it" } else { "" };
            let before = if status == "DELETE_FAILED" { "was not deleted to its end" } else { "failed before" };
            format!("{before} ({status}): is deleted, and made anew{loss}")
        }
    }
}

/// What goes with a stack that is deleted: first what holds something, the rest by number.
fn lost(resources: &[Resource]) -> Vec<String> {
    let mut lost = Vec::new();
    let mut others = 0;
    for resource in resources.iter().filter(|resource| !resource.is_deleted()) {
        let Some(name) = &resource.physical_id else { continue };
        match resource.kind.as_str() {
            "AWS::Logs::LogGroup" => lost.push(format!("the log group {name} and all changes recorded in it")),
            "AWS::Cognito::UserPool" => lost.push(format!("the user pool {name} and all its app clients")),
            "AWS::S3::Bucket" => lost.push(format!("the bucket {name} and all files in it")),
            _ => others += 1,
        }
    }
    if others > 0 {
        lost.push(counted(others, "more resource, which keeps no data", "more resources, which keep no data"));
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_says_what_becomes_of_the_stack() {
        let anew = "is deleted, and made anew";
        for (status, expected) in [
            ("CREATE_COMPLETE", "is brought up to date"),
            ("UPDATE_COMPLETE", "is brought up to date"),
            ("UPDATE_ROLLBACK_COMPLETE", "is brought up to date"),
            ("UPDATE_FAILED", "is brought up to date"),
            ("UPDATE_ROLLBACK_FAILED", "that is carried through, then it is brought up to date"),
            ("UPDATE_IN_PROGRESS", "that is waited for first"),
            ("DELETE_IN_PROGRESS", "that is waited for, then it is made anew"),
            ("REVIEW_IN_PROGRESS", "is new"),
            ("CREATE_FAILED", anew),
            ("ROLLBACK_COMPLETE", anew),
            ("ROLLBACK_FAILED", anew),
            ("DELETE_FAILED", anew),
        ] {
            let said = becomes(status, false);
            assert!(said.ends_with(expected), "{status}: {said}");
            assert_eq!(said.ends_with(anew), becomes(status, true).ends_with("nothing is left in it"), "{status}");
        }
    }

    #[test]
    fn what_is_lost_is_named_if_it_holds_something() {
        let resource = |kind: &str, id: Option<&str>, status: &str| Resource {
            logical_id: "x".into(),
            kind: kind.into(),
            physical_id: id.map(str::to_owned),
            status: status.into(),
            reason: None,
        };
        let log = resource("AWS::Logs::LogGroup", Some("/aws/lambda/x"), "CREATE_COMPLETE");
        let resources = [
            log.clone(),
            resource("AWS::S3::Bucket", Some("files"), "DELETE_FAILED"),
            resource("AWS::Cognito::UserPool", Some("pool"), "DELETE_COMPLETE"),
            resource("AWS::IAM::Role", None, "CREATE_FAILED"),
            resource("AWS::Events::Rule", Some("rule"), "CREATE_COMPLETE"),
        ];
        let expected = [
            "the log group /aws/lambda/x and all changes recorded in it",
            "the bucket files and all files in it",
            "1 more resource, which keeps no data",
        ];
        assert_eq!(lost(&resources), expected);
        assert!(lost(&[Resource { status: "DELETE_COMPLETE".into(), ..log }]).is_empty());
    }
}
