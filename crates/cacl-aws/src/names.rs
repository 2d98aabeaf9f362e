//! The names that everything has, from prefix, account and region.

/// The tag on all that is made here, and by which a stack is known to be ours.
pub(crate) const TAG: (&str, &str) = ("managed-by", "cacl-tui");

/// What the names are made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// `cacl` by default.
    pub prefix: String,
    /// `<prefix>-cognito-api-calls` by default.
    pub stack: String,
    /// Twelve digits.
    pub account: String,
    /// E.g. `eu-west-1`.
    pub region: String,
}

impl Names {
    /// `<prefix>-deployment-<account>-<region>`, the bucket of the subscriber's code.
    pub fn deployment_bucket(&self) -> String {
        format!("{}-deployment-{}-{}", self.prefix, self.account, self.region)
    }
    /// `<prefix>-cloudtrail-<account>-<region>`, the trail's bucket.
    pub fn trail_bucket(&self) -> String {
        format!("{}-cloudtrail-{}-{}", self.prefix, self.account, self.region)
    }
    /// `<prefix>-main`.
    pub fn trail(&self) -> String {
        format!("{}-main", self.prefix)
    }
    /// `<prefix>-app-client-api-call-events`.
    pub fn rule(&self) -> String {
        format!("{}-app-client-api-call-events", self.prefix)
    }
    /// `<prefix>-app-client-api-call-subscriber`.
    pub fn function(&self) -> String {
        format!("{}-app-client-api-call-subscriber", self.prefix)
    }
    /// `/aws/lambda/<function>`.
    pub fn log_group(&self) -> String {
        format!("/aws/lambda/{}", self.function())
    }
    /// `<prefix>-user-pool`.
    pub fn user_pool(&self) -> String {
        format!("{}-user-pool", self.prefix)
    }
}
