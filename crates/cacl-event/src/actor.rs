//! Who made a call, as `userIdentity` tells it.
//!
//! Nothing is looked up and nothing guessed: a name is what the record says about a person or a thing.

use crate::{Text, mask::kept, names::names, pack::Node};

/// The identity types of `CloudTrail`'s `userIdentity.type`; anything else is `Unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

names!(ActorType {
    Root => "Root",
    IamUser => "IAMUser",
    AssumedRole => "AssumedRole",
    Role => "Role",
    FederatedUser => "FederatedUser",
    Directory => "Directory",
    AwsAccount => "AWSAccount",
    AwsService => "AWSService",
    IdentityCenterUser => "IdentityCenterUser",
    SamlUser => "SAMLUser",
    WebIdentityUser => "WebIdentityUser",
    Unknown => "Unknown",
});

/// What the roles are called that IAM Identity Center makes for a permission set: `AWSReservedSSO_<set>_<hash>`.
const SSO_PREFIX: &str = "AWSReservedSSO_";

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
    /// Whether the session was authenticated with MFA, if the record says so. `CloudTrail` says it of IAM and root
    /// credentials; for people of an identity provider (SSO) it says `false` whatever they did there.
    pub mfa: Option<bool>,
    /// The account of the identity.
    pub account: Option<Text>,
}

impl Actor {
    /// Whether this is a person who came through IAM Identity Center.
    pub fn is_sso(&self) -> bool {
        self.kind == ActorType::IdentityCenterUser
            || self.arn.as_deref().is_some_and(|arn| arn.contains(":assumed-role/AWSReservedSSO_"))
    }

    /// Reads a `userIdentity`; one that is no object is unknown.
    pub(crate) fn of(identity: Node<'_>) -> Self {
        let kind = kind_of(identity.text("type"));
        let arn = identity.text("arn");
        let issuer = identity.at(&["sessionContext", "sessionIssuer"]);
        let account = identity.text("accountId").or_else(|| issuer?.text("accountId"));
        Self {
            kind,
            name: name_of(kind, identity).map(kept),
            role: role_of(kind, arn, issuer).map(kept),
            arn: arn.map(kept),
            mfa: identity.at(&["sessionContext", "attributes", "mfaAuthenticated"]).and_then(Node::as_bool),
            account: account.map(kept),
        }
    }
}

fn kind_of(name: Option<&str>) -> ActorType {
    let named = |kind: &ActorType| Some(kind.as_str()) == name;
    ActorType::ALL.iter().copied().find(named).unwrap_or(ActorType::Unknown)
}

fn name_of(kind: ActorType, identity: Node<'_>) -> Option<&str> {
    let user = identity.text("userName");
    // `arn:aws:sts::…:assumed-role/<role>/<session>`, `arn:aws:iam::…:user/<path>/<name>`.
    let last_of_arn = identity.text("arn").and_then(|arn| arn.rsplit_once('/')).map(|(_, last)| last);
    let principal = identity.text("principalId");
    // `AROA…:<session>`, `<account>:<federated user>`.
    let last_of_principal = principal.and_then(|id| id.split_once(':')).map(|(_, last)| last);
    let name = match kind {
        ActorType::Root => Some("root"),
        ActorType::AssumedRole | ActorType::FederatedUser => last_of_arn.or(last_of_principal).or(user),
        ActorType::AwsService => identity.text("invokedBy").or(principal),
        ActorType::AwsAccount => identity.text("accountId").or(principal),
        ActorType::IdentityCenterUser => {
            user.or_else(|| identity.at(&["onBehalfOf", "userId"])?.as_str()).or(principal)
        }
        _ => user.or(last_of_arn).or(principal).or_else(|| identity.text("invokedBy")),
    };
    name.filter(|name| !name.is_empty())
}

fn role_of<'a>(kind: ActorType, arn: Option<&'a str>, issuer: Option<Node<'a>>) -> Option<&'a str> {
    let of_role = || issuer.filter(|issuer| issuer.text("type") == Some("Role"))?.text("userName");
    let role = match kind {
        ActorType::AssumedRole => of_role().or_else(|| arn?.split_once(":assumed-role/")?.1.split('/').next()),
        ActorType::Role => of_role().or_else(|| arn?.rsplit_once('/').map(|(_, last)| last)),
        _ => of_role(),
    };
    role.map(permission_set).filter(|role| !role.is_empty())
}

/// The permission set of an SSO role, any other role as it is. Sets may have `_` in their names, hashes have not.
fn permission_set(role: &str) -> &str {
    role.strip_prefix(SSO_PREFIX).and_then(|rest| rest.rsplit_once('_')).map_or(role, |(set, _)| set)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;
    use crate::pack::Packed;

    fn role_session(role: &str, session: &str) -> Value {
        json!({
            "type": "AssumedRole", "principalId": format!("AROAEXAMPLE:{session}"),
            "arn": format!("arn:aws:sts::123456789012:assumed-role/{role}/{session}"), "accountId": "123456789012",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "userName": role, "accountId": "123456789012"},
                "attributes": {"mfaAuthenticated": "true"},
            },
        })
    }

    #[rstest]
    #[case::root(json!({"type": "Root", "arn": "arn:aws:iam::123456789012:root", "accountId": "123456789012"}),
                 ActorType::Root, Some("root"), None, None)]
    #[case::user(json!({"type": "IAMUser", "userName": "ana", "arn": "arn:aws:iam::123456789012:user/ops/ana"}),
                 ActorType::IamUser, Some("ana"), None, None)]
    #[case::user_without_name(json!({"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/ops/ana"}),
                 ActorType::IamUser, Some("ana"), None, None)]
    #[case::sso(
        role_session("AWSReservedSSO_Identity_Admin_0123456789abcdef", "kim@example.org"),
        ActorType::AssumedRole,
        Some("kim@example.org"),
        Some("Identity_Admin"),
        Some(true)
    )]
    #[case::session(
        role_session("Deploy", "run-17"),
        ActorType::AssumedRole,
        Some("run-17"),
        Some("Deploy"),
        Some(true)
    )]
    #[case::user_with_mfa(json!({"type": "IAMUser", "userName": "ana", "arn": "arn:aws:iam::123456789012:user/ana",
                 "sessionContext": {"attributes": {"creationDate": "2026-10-01T08:00:00Z", "mfaAuthenticated": "true"}}}),
                 ActorType::IamUser, Some("ana"), None, Some(true))]
    #[case::user_without_mfa(json!({"type": "IAMUser", "userName": "ana", "arn": "arn:aws:iam::123456789012:user/ana",
                 "sessionContext": {"sessionIssuer": {}, "webIdFederationData": {}, "attributes": {"mfaAuthenticated": "false"}}}),
                 ActorType::IamUser, Some("ana"), None, Some(false))]
    #[case::root_with_mfa(json!({"type": "Root", "principalId": "123456789012", "arn": "arn:aws:iam::123456789012:root",
                 "accountId": "123456789012", "sessionContext": {"attributes": {"mfaAuthenticated": "true"}}}),
                 ActorType::Root, Some("root"), None, Some(true))]
    #[case::pipeline_by_oidc(json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE:GitHubActions",
                 "arn": "arn:aws:sts::123456789012:assumed-role/deploy/GitHubActions", "accountId": "123456789012",
                 "sessionContext": {
                     "sessionIssuer": {"type": "Role", "userName": "deploy", "arn": "arn:aws:iam::123456789012:role/ci/deploy"},
                     "webIdFederationData": {"attributes": {},
                         "federatedProvider": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
                     "attributes": {"mfaAuthenticated": "false"}}}),
                 ActorType::AssumedRole, Some("GitHubActions"), Some("deploy"), Some(false))]
    #[case::by_delegate(json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE:Session",
                 "arn": "arn:aws:sts::123456789012:assumed-role/Ana/Session", "invokedByDelegate": {"accountId": "210987654321"},
                 "sessionContext": {"sessionIssuer": {"type": "Role", "userName": "Ana"}}}),
                 ActorType::AssumedRole, Some("Session"), Some("Ana"), None)]
    #[case::instance(json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE:i-0123456789abcdef0",
                 "arn": "arn:aws:sts::123456789012:assumed-role/web/i-0123456789abcdef0",
                 "sessionContext": {"ec2RoleDelivery": "2.0", "sessionIssuer": {"type": "Role", "userName": "web"}}}),
                 ActorType::AssumedRole, Some("i-0123456789abcdef0"), Some("web"), None)]
    #[case::china(json!({"type": "AssumedRole", "arn": "arn:aws-cn:sts::123456789012:assumed-role/Deploy/run-1"}),
                 ActorType::AssumedRole, Some("run-1"), Some("Deploy"), None)]
    #[case::hidden_user(json!({"type": "IAMUser", "accountId": "123456789012", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
                 ActorType::IamUser, Some("HIDDEN_DUE_TO_SECURITY_REASONS"), None, None)]
    #[case::identity_center_named(json!({"type": "IdentityCenterUser", "userName": "kim", "onBehalfOf": {"userId": "u-1"}}),
                 ActorType::IdentityCenterUser, Some("kim"), None, None)]
    #[case::role_from_arn(json!({"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/Deploy/run"}),
                 ActorType::AssumedRole, Some("run"), Some("Deploy"), None)]
    #[case::role(json!({"type": "Role", "arn": "arn:aws:iam::123456789012:role/Deploy"}),
                 ActorType::Role, Some("Deploy"), Some("Deploy"), None)]
    #[case::federated(json!({"type": "FederatedUser", "arn": "arn:aws:sts::123456789012:federated-user/bo",
                 "sessionContext": {"sessionIssuer": {"type": "IAMUser", "userName": "ana"}, "attributes": {"mfaAuthenticated": "false"}}}),
                 ActorType::FederatedUser, Some("bo"), None, Some(false))]
    #[case::directory(json!({"type": "Directory", "userName": "bo"}), ActorType::Directory, Some("bo"), None, None)]
    #[case::account(json!({"type": "AWSAccount", "principalId": "AIDA", "accountId": "210987654321"}),
                 ActorType::AwsAccount, Some("210987654321"), None, None)]
    #[case::service(json!({"type": "AWSService", "invokedBy": "backup.amazonaws.com"}),
                 ActorType::AwsService, Some("backup.amazonaws.com"), None, None)]
    #[case::identity_center(json!({"type": "IdentityCenterUser", "accountId": "123456789012", "onBehalfOf": {"userId": "u-1"}}),
                 ActorType::IdentityCenterUser, Some("u-1"), None, None)]
    #[case::saml(json!({"type": "SAMLUser", "userName": "bo", "principalId": "x:y"}), ActorType::SamlUser, Some("bo"), None, None)]
    #[case::web(json!({"type": "WebIdentityUser", "principalId": "accounts.example.org:app:7", "userName": "7"}),
                 ActorType::WebIdentityUser, Some("7"), None, None)]
    #[case::anonymous(json!({"type": "Unknown", "principalId": "Anonymous"}), ActorType::Unknown, Some("Anonymous"), None, None)]
    #[case::new_type(json!({"type": "Martian", "userName": "m"}), ActorType::Unknown, Some("m"), None, None)]
    #[case::account_only(json!({"accountId": "123456789012"}), ActorType::Unknown, None, None, None)]
    #[case::nonsense(json!([1, 2]), ActorType::Unknown, None, None, None)]
    fn identities(
        #[case] identity: Value,
        #[case] kind: ActorType,
        #[case] name: Option<&str>,
        #[case] role: Option<&str>,
        #[case] mfa: Option<bool>,
    ) {
        let actor = Actor::of(Packed::from(&identity).node());
        assert_eq!((actor.kind, actor.name.as_deref(), actor.role.as_deref(), actor.mfa), (kind, name, role, mfa));
    }

    #[test]
    fn sso_people_are_told_from_sessions() {
        let of = |role: &str| Actor::of(Packed::from(&role_session(role, "kim@example.org")).node());
        assert!(of("AWSReservedSSO_Admin_0123456789abcdef").is_sso());
        assert!(!of("Admin").is_sso());
    }
}
