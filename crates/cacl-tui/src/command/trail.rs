//! Whether the stack brings a trail, or one that is there already does: EventBridge gets Cognito's calls from any trail
//! that logs write management events in this region, and every trail after an account's first is charged.

use std::fmt;

use cacl_aws::{Names, Session, stack::Stack, trails::trails};

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
    let own = names.trail();
    let other = trails(session).await?.into_iter().find(|trail| trail.name != own && trail.serves());
    match (other, wish) {
        (Some(trail), _) => Ok(TrailPlan::Reused(trail.name)),
        (None, Trail::Auto | Trail::Create) => Ok(TrailPlan::First),
        (None, Trail::Reuse) => {
            let what = "there is no trail to reuse: none logs write management events in this region";
            Err(Failure::new(Exit::NotFound, what, "let the stack make one: --trail create").into())
        }
    }
}
