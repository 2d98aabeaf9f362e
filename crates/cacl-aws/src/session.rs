//! Credentials, region, endpoint; who am I.

use crate::Error;

/// How to reach AWS; what is `None` the SDK finds by its own chain (environment, profile, SSO, …).
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Named profile.
    pub profile: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Endpoint for all services (path-style S3).
    pub endpoint_url: Option<String>,
}

/// An open session; cheap to clone.
#[derive(Debug, Clone)]
pub struct Session {}

/// Who is calling, by STS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// Full ARN.
    pub arn: String,
    /// The unique id.
    pub user_id: String,
}

impl Identity {
    /// For people: `IdentityAdmin kim@example.org` for an SSO session, `user/Alice`, `root`.
    pub fn name(&self) -> String {
        todo!()
    }
    /// Whether this is the embedded local AWS (its user ids begin with `AIDACACLLOCAL`).
    pub fn is_local(&self) -> bool {
        self.user_id.starts_with("AIDACACLLOCAL")
    }
}

impl Session {
    /// Resolves region and credential providers; makes no call to AWS. Fails without a region.
    pub async fn open(access: &Access) -> Result<Self, Error> {
        let _ = access;
        todo!()
    }
    /// The region in use.
    pub fn region(&self) -> &str {
        todo!()
    }
    /// The custom endpoint, if any.
    pub fn endpoint_url(&self) -> Option<&str> {
        todo!()
    }
    /// `sts:GetCallerIdentity`.
    pub async fn identity(&self) -> Result<Identity, Error> {
        todo!()
    }
}
