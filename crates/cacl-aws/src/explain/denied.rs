//! What a refusal says: which action, on what, and by which kind of policy.

/// The parts of "User: … is not authorized to perform: ACTION on resource: RESOURCE because …".
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Denied<'a> {
    /// E.g. `iam:CreateRole`.
    pub action: &'a str,
    /// An ARN, where told.
    pub resource: Option<&'a str>,
    /// The kind of policy that forbids it outright, e.g. `a service control policy`; asking for a permission is no help then.
    pub forbidden_by: Option<&'a str>,
}

/// Reads a refusal; `None` where the text names no action, as S3's plain `Access Denied`.
pub(super) fn read(text: &str) -> Option<Denied<'_>> {
    let (_, rest) = text.split_once("not authorized to perform: ")?;
    let action = word(rest)?;
    let resource = rest.split_once("on resource: ").and_then(|(_, rest)| word(rest));
    let forbidden_by = rest
        .split_once("explicit deny in ")
        .map(|(_, by)| by.split([':', '.', ',', '(', ';', '"']).next().unwrap_or(by).trim())
        .filter(|by| !by.is_empty());
    Some(Denied { action, resource, forbidden_by })
}

fn word(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(['"', '\'', ' ']);
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';')).unwrap_or(text.len());
    let word = text[..end].trim_end_matches(['.', ')']);
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_action_resource_and_the_policy_that_forbids() {
        let plain = "User: arn:aws:iam::123456789012:user/kim is not authorized to perform: iam:CreateRole on resource: \
                     arn:aws:iam::123456789012:role/cacl because no identity-based policy allows the iam:CreateRole action";
        let denied = Denied {
            action: "iam:CreateRole",
            resource: Some("arn:aws:iam::123456789012:role/cacl"),
            forbidden_by: None,
        };
        assert_eq!(read(plain), Some(denied));
        let quoted = "not authorized to perform: s3:CreateBucket on resource: \"arn:aws:s3:::cacl-x\" with an explicit \
                      deny in a service control policy: arn:aws:organizations::1:policy/p-1";
        let denied = Denied {
            action: "s3:CreateBucket",
            resource: Some("arn:aws:s3:::cacl-x"),
            forbidden_by: Some("a service control policy"),
        };
        assert_eq!(read(quoted), Some(denied));
        let bare = "User is not authorized to perform: sts:GetCallerIdentity.";
        assert_eq!(read(bare).map(|denied| denied.action), Some("sts:GetCallerIdentity"));
        assert_eq!(read("Access Denied"), None);
        assert_eq!(read("not authorized to perform: "), None);
    }
}
