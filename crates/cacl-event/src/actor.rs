//! Who made a call, and by what means.

use crate::Text;

/// The identity types of `CloudTrail`'s `userIdentity.type`; anything else is `Unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorType {
    /// The account's root user.
    Root,
    /// An IAM user with long-lived credentials.
    IamUser,
    /// A session of a role, SSO people included.
    AssumedRole,
    /// A role named directly.
    Role,
    /// `GetFederationToken` credentials.
    FederatedUser,
    /// A directory service identity.
    Directory,
    /// Another AWS account.
    AwsAccount,
    /// An AWS service.
    AwsService,
    /// An IAM Identity Center user.
    IdentityCenterUser,
    /// A SAML federated user.
    SamlUser,
    /// A web identity federated user.
    WebIdentityUser,
    /// Unknown or missing.
    Unknown,
}

/// Who made the call, as `CloudTrail` tells it. All text is as received (masked, but not yet cleaned for display).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The kind of identity.
    pub kind: ActorType,
    /// The person or thing: SSO or session name, user name, service name; "root" for root.
    pub name: Option<Text>,
    /// The role's name; for SSO the permission set's name without `AWSReservedSSO_` and hash.
    pub role: Option<Text>,
    /// The full ARN.
    pub arn: Option<Text>,
    /// Whether the session was authenticated with MFA, if the record says so.
    pub mfa: Option<bool>,
    /// The account of the identity.
    pub account: Option<Text>,
}

/// By what means a call was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The AWS management console.
    Console,
    /// The AWS CLI, v1 or v2.
    Cli,
    /// An SDK or any other program.
    Sdk,
    /// `CloudFormation` on somebody's behalf.
    CloudFormation,
    /// Terraform or `OpenTofu`.
    Terraform,
    /// The CDK.
    Cdk,
    /// Another AWS service.
    Service,
    /// Nothing tells.
    Unknown,
}
