//! The change set: what CloudFormation would do, made, waited for, and executed.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{Capability, ChangeSetStatus, ChangeSetType, Parameter, Tag};
use cacl_event::clean::clean;
use tokio::time::sleep;

use crate::{
    Error, Names, Reason, Session, artifact,
    explain::{Explain as _, Failing as _, after_stack_failure},
    names::TAG,
    template::Planned,
};

/// CloudFormation takes no larger template in a request; a larger one must lie in S3.
const LARGEST_INLINE: usize = 51_200;

/// What a change set came to.
pub(super) enum Made {
    /// There is something to do.
    Ready(ChangeSet),
    /// The stack is as it should be.
    Nothing,
}

/// A change set ready to be executed.
pub(super) struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// The stack's ARN.
    pub stack: String,
    /// The resources it touches; empty where an emulator does not say.
    pub touches: Vec<Planned>,
}

/// What to make it from.
pub(super) struct Wanted<'a> {
    pub names: &'a Names,
    pub template: &'a str,
    pub parameters: &'a BTreeMap<String, String>,
    pub kind: ChangeSetType,
    /// Marks the request, so that a repeated one is the same one.
    pub token: &'a str,
}

/// Makes a change set and waits until it is ready.
pub(super) async fn make(session: &Session, wanted: &Wanted<'_>) -> Result<Made, Error> {
    let name = &wanted.names.stack;
    let mut create = session
        .cloudformation()
        .create_change_set()
        .stack_name(name)
        .change_set_name(wanted.token)
        .change_set_type(wanted.kind.clone())
        .client_token(wanted.token)
        .capabilities(Capability::CapabilityNamedIam)
        .tags(Tag::builder().key(TAG.0).value(TAG.1).build())
        .set_parameters(Some(parameters(wanted.parameters)));
    create = if wanted.template.len() > LARGEST_INLINE {
        create.template_url(upload(session, wanted.names, wanted.template).await?)
    } else {
        create.template_body(wanted.template)
    };
    let what = || format!("cannot plan the changes of the stack {name}");
    let created = match create.send().await.failure() {
        Ok(created) => created,
        Err(failure) if says_nothing_to_do(&failure.why) => return Ok(Made::Nothing),
        Err(failure) => return Err(failure).explain(session, "cloudformation:CreateChangeSet", what),
    };
    let id = created.id.unwrap_or_else(|| wanted.token.to_owned());
    let made = wait(session, name, &id).await?;
    if matches!(made, Made::Nothing) {
        discard(session, name, &id).await;
    }
    Ok(made)
}

/// Starts what the change set says.
pub(super) async fn execute(session: &Session, name: &str, id: &str, token: &str) -> Result<(), Error> {
    let execute = session.cloudformation().execute_change_set().stack_name(name).change_set_name(id);
    execute.client_request_token(token).send().await.map(drop).explain(
        session,
        "cloudformation:ExecuteChangeSet",
        || format!("cannot change the stack {name}"),
    )
}

async fn wait(session: &Session, name: &str, id: &str) -> Result<Made, Error> {
    let what = || format!("cannot plan the changes of the stack {name}");
    loop {
        let mut touches = Vec::new();
        let mut token = None;
        let last = loop {
            let describe = session.cloudformation().describe_change_set().stack_name(name).change_set_name(id);
            let page = describe.set_next_token(token).send().await;
            let mut page = page.explain(session, "cloudformation:DescribeChangeSet", what)?;
            let changes = page.changes.take().unwrap_or_default();
            touches.extend(changes.into_iter().filter_map(|change| change.resource_change).map(|change| Planned {
                logical_id: change.logical_resource_id.unwrap_or_default(),
                resource_type: change.resource_type.unwrap_or_default(),
            }));
            token = page.next_token.take().filter(|token| !token.is_empty());
            if token.is_none() {
                break page;
            }
        };
        match last.status {
            Some(ChangeSetStatus::CreateComplete) => {
                let stack = last.stack_id.unwrap_or_else(|| name.to_owned());
                return Ok(Made::Ready(ChangeSet { id: id.to_owned(), stack, touches }));
            }
            Some(ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress) => sleep(session.pace()).await,
            _ => {
                let why = last.status_reason.unwrap_or_else(|| "CloudFormation gives no reason".to_owned());
                if says_nothing_to_do(&why) {
                    return Ok(Made::Nothing);
                }
                let help = after_stack_failure(&why);
                return Err(Error::new(Reason::StackFailed, what()).because(clean(&why)).advise(help));
            }
        }
    }
}

/// A change set without changes is of no use to anybody; that it cannot be deleted is no reason to fail.
async fn discard(session: &Session, name: &str, id: &str) {
    let delete = session.cloudformation().delete_change_set().stack_name(name).change_set_name(id).send().await;
    if let Err(failure) = delete.failure() {
        tracing::debug!(why = failure.why, "an empty change set stays");
    }
}

/// CloudFormation says it in three ways, according to how the changes were asked for.
fn says_nothing_to_do(why: &str) -> bool {
    ["didn't contain changes", "No updates are to be performed", "no changes"].iter().any(|text| why.contains(text))
}

fn parameters(parameters: &BTreeMap<String, String>) -> Vec<Parameter> {
    let parameter = |(key, value)| Parameter::builder().parameter_key(key).parameter_value(value).build();
    parameters.iter().map(parameter).collect()
}

async fn upload(session: &Session, names: &Names, template: &str) -> Result<String, Error> {
    let key = artifact::template_key(template);
    artifact::put(session, names, &key, template.as_bytes().to_vec(), "text/yaml").await?;
    let bucket = names.deployment_bucket();
    Ok(match session.endpoint_url() {
        Some(url) => format!("{}/{bucket}/{key}", url.trim_end_matches('/')),
        None => format!("https://{bucket}.s3.{}.{}/{key}", session.region(), session.dns_suffix()),
    })
}
