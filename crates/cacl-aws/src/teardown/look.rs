//! What a teardown would delete. Looks only.

use super::TeardownPlan;
use crate::{
    Error, Names, Session, bucket,
    stack::{self, Resource},
    tail,
    template::Planned,
    trails,
};

/// Looks; changes nothing. `None` if nothing is deployed.
pub async fn plan(session: &Session, names: &Names) -> Result<Option<TeardownPlan>, Error> {
    let stack = stack::find(session, &names.stack).await?;
    if let Some(found) = &stack {
        found.must_be_ours(&names.stack)?;
    }
    let stack = stack.map(|found| found.stack.arn);
    let standing = match &stack {
        Some(arn) => stack::resources(session, arn).await?,
        None => Vec::new(),
    };
    let standing: Vec<Resource> = standing.into_iter().filter(|resource| !resource.is_deleted()).collect();

    let buckets = buckets(session, names, &standing).await?;
    let mut resources: Vec<Planned> = standing.iter().map(planned).collect();
    let group = names.log_group();
    if !has(&standing, &group) && tail::exists(session, &group).await? {
        resources.push(Planned { logical_id: group, resource_type: "AWS::Logs::LogGroup".to_owned() });
    }
    if stack.is_none() && buckets.is_empty() && resources.is_empty() {
        return Ok(None);
    }
    let untouched = untouched(session, &standing).await?;
    Ok(Some(TeardownPlan { names: names.clone(), stack, resources, buckets, untouched }))
}

fn planned(resource: &Resource) -> Planned {
    Planned { logical_id: resource.logical_id.clone(), resource_type: resource.kind.clone() }
}

fn has(resources: &[Resource], physical_id: &str) -> bool {
    resources.iter().any(|resource| resource.physical_id.as_deref() == Some(physical_id))
}

/// The stack's buckets, and those of our names that are ours but not (or no longer) the stack's.
async fn buckets(session: &Session, names: &Names, standing: &[Resource]) -> Result<Vec<(String, usize)>, Error> {
    let mut buckets = Vec::new();
    for resource in standing.iter().filter(|resource| resource.kind == "AWS::S3::Bucket") {
        if let Some(bucket) = &resource.physical_id {
            buckets.push((bucket.clone(), bucket::count(session, names, bucket).await?));
        }
    }
    for bucket in [names.trail_bucket(), names.deployment_bucket()] {
        let known = buckets.iter().any(|(known, _)| *known == bucket);
        if !known && bucket::exists(session, names, &bucket).await? && bucket::is_ours(session, names, &bucket).await? {
            let count = bucket::count(session, names, &bucket).await?;
            buckets.push((bucket, count));
        }
    }
    Ok(buckets)
}

/// The trails that stay. Who may not list trails can tear down nonetheless.
async fn untouched(session: &Session, standing: &[Resource]) -> Result<Vec<String>, Error> {
    let names = trails::names(session).await?.unwrap_or_default();
    Ok(names.into_iter().filter(|name| !has(standing, name)).collect())
}
