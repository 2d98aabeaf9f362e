//! Who is calling, named for people.

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
    /// For people: `IdentityAdmin kim@example.org` for an SSO session, `Deployer ci-42` for another role's, `user/Alice`,
    /// `root`.
    pub fn name(&self) -> String {
        let resource = self.arn.splitn(6, ':').nth(5).unwrap_or(&self.arn);
        match resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/')) {
            Some((role, session)) => format!("{} {session}", permission_set(role)),
            None => resource.to_owned(),
        }
    }

    /// Whether this is the embedded local AWS (its user ids begin with `AIDACACLLOCAL`).
    pub fn is_local(&self) -> bool {
        self.user_id.starts_with("AIDACACLLOCAL")
    }
}

/// IAM Identity Center names its roles `AWSReservedSSO_<permission set>_<16 hex digits>`.
fn permission_set(role: &str) -> &str {
    role.strip_prefix("AWSReservedSSO_")
        .and_then(|rest| rest.rsplit_once('_'))
        .map_or(role, |(permission_set, _)| permission_set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_a_name_for_people() {
        let check = |arn: &str, expect: &str| {
            let identity = Identity { account: "123456789012".into(), arn: arn.into(), user_id: "AIDAEXAMPLE".into() };
            assert_eq!(identity.name(), expect);
            assert!(!identity.is_local());
        };
        check(
            "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_IdentityAdmin_0123456789abcdef/kim@example.org",
            "IdentityAdmin kim@example.org",
        );
        check("arn:aws:sts::123456789012:assumed-role/Deployer/ci-42", "Deployer ci-42");
        check("arn:aws-cn:iam::123456789012:user/Alice", "user/Alice");
        check("arn:aws:iam::123456789012:root", "root");
        check("arn:aws:sts::123456789012:federated-user/bob", "federated-user/bob");
        check("odd", "odd");
    }
}
