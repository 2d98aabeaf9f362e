//! Whether the stack brings a trail, or one that is there already does: EventBridge gets Cognito's calls from any trail
//! that logs write management events in this region, and every trail after an account's first is charged.

use std::fmt;

use cacl_aws::{
    Names, Session,
    call::{CLOUDTRAIL, call},
    stack::Stack,
};
use serde_json::{Value, json};

use crate::{Exit, cli::Trail, failure::Failure};

/// What was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrailPlan {
    /// The stack makes one; nobody looked at others.
    Asked,
    /// The stack has made one before, and keeps it.
    Kept,
    /// The stack makes one, for there is no other.
    First,
    /// This one is there already.
    Reused(String),
}

impl TrailPlan {
    /// Whether the stack makes one.
    pub fn is_made(&self) -> bool {
        !matches!(self, Self::Reused(_))
    }

    /// What the pipeline costs with it, roughly (prices of us-east-1; CloudTrail: 2 USD for 100,000 events of a second copy).
    pub fn cost(&self) -> &'static str {
        match self {
            Self::Asked => {
                "cents a month, unless another trail logs already: a second copy costs 2 USD for 100,000 write calls"
            }
            Self::Kept | Self::First => {
                "cents a month: an account's first trail is free, the rest is paid by use and hardly used"
            }
            Self::Reused(_) => "cents a month, by use",
        }
    }
}

impl fmt::Display for TrailPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => f.write_str("is made, as asked"),
            Self::Kept => f.write_str("is the stack's own, and stays"),
            Self::First => f.write_str("is made, because none logs write calls here yet"),
            Self::Reused(name) => write!(f, "{name} logs write calls here already, and is reused"),
        }
    }
}

/// Decides; changes nothing.
pub async fn plan(
    session: &Session,
    wish: Trail,
    names: &Names,
    standing: Option<&Stack>,
) -> anyhow::Result<TrailPlan> {
    if wish == Trail::Create {
        return Ok(TrailPlan::Asked);
    }
    // Without this the second deployment would reuse the trail of the first, and so delete it.
    if wish == Trail::Auto && standing.is_some_and(|stack| stack.outputs.contains_key("TrailName")) {
        return Ok(TrailPlan::Kept);
    }
    match (logging_trail(session, &names.trail()).await?, wish) {
        (Some(name), _) => Ok(TrailPlan::Reused(name)),
        (None, Trail::Auto | Trail::Create) => Ok(TrailPlan::First),
        (None, Trail::Reuse) => {
            let what = "there is no trail to reuse: none logs write management events in this region";
            Err(Failure::new(Exit::NotFound, what, "let the stack make one: --trail create").into())
        }
    }
}

/// The first trail, other than our own, that brings Cognito's write calls to this region.
async fn logging_trail(session: &Session, own: &str) -> anyhow::Result<Option<String>> {
    // Shadows are the trails of other regions that log here, too.
    let answer = call(session, CLOUDTRAIL, "DescribeTrails", json!({"includeShadowTrails": true})).await?;
    for trail in answer["trailList"].as_array().into_iter().flatten() {
        let (Some(name), Some(arn)) = (trail["Name"].as_str(), trail["TrailARN"].as_str()) else { continue };
        if name != own && logs_writes(session, arn).await {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(None)
}

/// A trail that may not be looked at (an organisation's may be such a one) counts as none: better a second trail than no event.
async fn logs_writes(session: &Session, arn: &str) -> bool {
    let status = call(session, CLOUDTRAIL, "GetTrailStatus", json!({"Name": arn})).await;
    if !status.is_ok_and(|status| status["IsLogging"] == true) {
        return false;
    }
    let selectors = call(session, CLOUDTRAIL, "GetEventSelectors", json!({"TrailName": arn})).await;
    selectors.is_ok_and(|selectors| selects_writes(&selectors))
}

/// Whether event selectors, basic or advanced, let Cognito's write management events through.
fn selects_writes(selectors: &Value) -> bool {
    const SOURCE: &str = "cognito-idp.amazonaws.com";
    let list = |name: &str| selectors[name].as_array().cloned().unwrap_or_default();
    let has = |values: &Value, wanted: &str| {
        values.as_array().is_some_and(|values| values.iter().any(|value| value == wanted))
    };
    let basic = list("EventSelectors").iter().any(|selector| {
        selector["IncludeManagementEvents"] != false
            && selector["ReadWriteType"] != "ReadOnly"
            && !has(&selector["ExcludeManagementEventSources"], SOURCE)
    });
    let advanced = list("AdvancedEventSelectors").iter().any(|selector| {
        let fields = selector["FieldSelectors"].as_array().cloned().unwrap_or_default();
        let about = |name: &str| fields.iter().filter(|field| field["Field"] == name).cloned().collect::<Vec<_>>();
        about("eventCategory").iter().any(|field| has(&field["Equals"], "Management"))
            && about("readOnly").iter().all(|field| has(&field["Equals"], "false"))
            && about("eventSource").iter().all(|field| !has(&field["NotEquals"], SOURCE))
            && about("eventSource").iter().all(|field| field["Equals"].is_null() || has(&field["Equals"], SOURCE))
    });
    basic || advanced
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::selects_writes;

    #[test]
    fn only_selectors_that_pass_cognitos_writes_count() {
        let advanced = |fields: serde_json::Value| json!({"AdvancedEventSelectors": [{"FieldSelectors": fields}]});
        let management = json!({"Field": "eventCategory", "Equals": ["Management"]});
        let table = [
            (json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true}]}), true),
            (json!({"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true}]}), true),
            (json!({"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true}]}), false),
            (json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": false}]}), false),
            (json!({"EventSelectors": [{"ExcludeManagementEventSources": ["cognito-idp.amazonaws.com"]}]}), false),
            (json!({"EventSelectors": []}), false),
            (advanced(json!([management])), true),
            (advanced(json!([management, {"Field": "readOnly", "Equals": ["false"]}])), true),
            (advanced(json!([management, {"Field": "readOnly", "Equals": ["true"]}])), false),
            (advanced(json!([{"Field": "eventCategory", "Equals": ["Data"]}])), false),
            (advanced(json!([management, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}])), true),
            (advanced(json!([management, {"Field": "eventSource", "Equals": ["kms.amazonaws.com"]}])), false),
        ];
        for (selectors, expected) in table {
            assert_eq!(selects_writes(&selectors), expected, "{selectors}");
        }
    }
}
