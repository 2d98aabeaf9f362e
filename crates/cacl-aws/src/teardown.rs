//! Delete everything, verify, and report what is left.

use futures_util::Stream;

use crate::{Error, Names, Progress, Session, template::Planned};

/// What a teardown would delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeardownPlan {
    /// The names.
    pub names: Names,
    /// The stack's ARN; `None` if only the deployment bucket is left.
    pub stack: Option<String>,
    /// Its resources.
    pub resources: Vec<Planned>,
    /// Buckets that will be emptied and deleted, with the number of object versions in each.
    pub buckets: Vec<(String, usize)>,
    /// Trails that are not ours and stay, by name.
    pub untouched: Vec<String>,
}

/// Looks; changes nothing. `None` if nothing is deployed.
pub async fn plan(session: &Session, names: &Names) -> Result<Option<TeardownPlan>, Error> {
    let _ = (session, names);
    todo!()
}

/// Carries the plan out.
pub fn teardown(session: Session, plan: TeardownPlan) -> impl Stream<Item = Result<Progress, Error>> + Send + 'static {
    let _ = (session, plan);
    futures_util::stream::empty()
}
