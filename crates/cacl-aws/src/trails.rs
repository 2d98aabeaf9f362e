//! Which trails there are, and whether one of them already logs what we need: write management events of this region,
//! Cognito's among them. The first copy of those is free, a second one is charged; so a good trail is reused.

mod selectors;

use serde_json::{Value, json};

use crate::{
    Error, Reason, Session,
    call::{self, CLOUDTRAIL},
    explain::{Explain as _, Failure},
};

/// A trail that this region sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailInfo {
    /// Name.
    pub name: String,
    /// Full ARN.
    pub arn: String,
    /// The bucket it writes to.
    pub bucket: String,
    /// Whether it covers all regions; otherwise it covers its home region alone, and only then is listed here.
    pub multi_region: bool,
    /// Whether it is the organization's.
    pub organization: bool,
    /// Whether it is logging now; `None` if we may not ask.
    pub logging: Option<bool>,
    /// Whether its selectors take in write management events of Cognito; `None` if we may not ask.
    pub writes: Option<bool>,
}

impl TrailInfo {
    /// Whether changes of app clients reach `EventBridge` through this trail.
    pub fn serves(&self) -> bool {
        self.logging == Some(true) && self.writes == Some(true)
    }
}

/// The trails of this region, by `DescribeTrails`, `GetTrailStatus` and `GetEventSelectors`.
pub async fn trails(session: &Session) -> Result<Vec<TrailInfo>, Error> {
    let described =
        described(session).await.explain(session, "cloudtrail:DescribeTrails", || "cannot list the trails")?;
    let mut trails = Vec::new();
    for trail in described.iter().filter(|trail| covers(trail, session.region())) {
        let text = |key: &str| trail[key].as_str().unwrap_or_default().to_owned();
        let arn = text("TrailARN");
        let status = call::json(session, CLOUDTRAIL, "GetTrailStatus", json!({"Name": arn})).await;
        let status =
            allowed(status).explain(session, "cloudtrail:GetTrailStatus", || format!("cannot ask for {arn}"))?;
        let selectors = call::json(session, CLOUDTRAIL, "GetEventSelectors", json!({"TrailName": arn})).await;
        let selectors =
            allowed(selectors).explain(session, "cloudtrail:GetEventSelectors", || format!("cannot ask for {arn}"))?;
        trails.push(TrailInfo {
            name: text("Name"),
            arn,
            bucket: text("S3BucketName"),
            multi_region: trail["IsMultiRegionTrail"] == true,
            organization: trail["IsOrganizationTrail"] == true,
            logging: status.map(|status| status["IsLogging"] == true),
            writes: selectors.map(|selectors| selectors::take_writes(&selectors)),
        });
    }
    Ok(trails)
}

/// The names of this region's trails; `None` if we may not ask, or if an emulator knows no trails.
pub(crate) async fn names(session: &Session) -> Result<Option<Vec<String>>, Error> {
    let described =
        allowed(described(session).await).explain(session, "cloudtrail:DescribeTrails", || "cannot list the trails")?;
    let name = |trail: &Value| trail["Name"].as_str().map(str::to_owned);
    Ok(described.map(|trails| trails.iter().filter(|t| covers(t, session.region())).filter_map(name).collect()))
}

/// Shadow trails are what a trail of another region, or of the organization, looks like here.
async fn described(session: &Session) -> Result<Vec<Value>, Failure> {
    let mut answer = call::json(session, CLOUDTRAIL, "DescribeTrails", json!({"includeShadowTrails": true})).await?;
    match answer["trailList"].take() {
        Value::Array(trails) => Ok(trails),
        _ => Ok(Vec::new()),
    }
}

fn covers(trail: &Value, region: &str) -> bool {
    trail["IsMultiRegionTrail"] == true || trail["HomeRegion"].as_str().is_none_or(|home| home == region)
}

/// A denied or unknown operation is a gap in what we know, and no more.
fn allowed<T>(answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if matches!(failure.reason, Reason::Permission | Reason::NotFound) => Ok(None),
        Err(failure) if failure.is_unsupported() => Ok(None),
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests;
