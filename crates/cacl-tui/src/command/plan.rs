//! What a deployment will do, settled and told before anything is done.

use std::{collections::BTreeMap, io::Write};

use cacl_aws::{
    DeployRequest, Identity, Names, Session,
    call::{EVENTBRIDGE, call},
    stack::{self, Stack},
    template,
};
use cacl_event::{clean, pattern::Watch};
use serde_json::{Value, json};

use super::{
    artifact::{self, Found},
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
    let Found { artifact, source } = artifact::find(options.subscriber.as_deref(), &identity)?;
    let standing = stack::describe(session, &names.stack).await?;
    let trail = trail::plan(session, options.trail, &names, standing.as_ref()).await?;
    let template = match &pattern {
        Some(pattern) => template::with_pattern(TEMPLATE, pattern)?,
        None => TEMPLATE.to_owned(),
    };
    let parameters = parameters(options, &names, &trail);
    let resources = template::planned(&template, &parameters)?.len();
    let pattern_changes = standing.is_some() && pattern_changes(session, &names, pattern.as_ref()).await;
    let request = DeployRequest { names, template, parameters, artifact };
    Ok(Plan { identity, standing, request, trail, source, pattern, resources, pattern_changes })
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
        let status = clean(&stack.status);
        match status.as_ref() {
            "REVIEW_IN_PROGRESS" => "is new".to_owned(),
            "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" => {
                format!("failed before ({status}): is deleted, and made anew")
            }
            status if status.ends_with("_IN_PROGRESS") => {
                format!("is being worked on ({status}): that is waited for first")
            }
            status => format!("stands already ({status}), and is brought up to date"),
        }
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
