//! What policies allow: their statements against one request. A deny stands above any allow, and what nobody allows is
//! denied.
//!
//! Only what services do among themselves is held against policies (a rule sends to a queue, a function writes its log),
//! so that a stack without a right that it needs fails here as it does on AWS; what people may do is decided by who they
//! are, see [`crate::sts`]. Known are `*` and `?`, service principals, and conditions on texts, ARNs and flags. A statement
//! that says anything else (`NotAction`, another operator) does not apply.

use serde_json::Value;

use crate::ACCOUNT;

/// A service that acts on behalf of one of its resources.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// E.g. `events.amazonaws.com`.
    pub service: &'static str,
    /// The resource.
    pub arn: &'a str,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Who, where a resource's policy is asked; a role's own policies are about the role.
    pub by: Option<Source<'a>>,
    /// E.g. `sqs:SendMessage`.
    pub action: &'a str,
    /// The ARN of what it is done to.
    pub resource: &'a str,
}

/// The statements of a policy document, which may have one instead of a list.
pub fn statements(document: &Value) -> &[Value] {
    match document.get("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// Whether the statements allow it.
pub fn allows<'v>(statements: impl IntoIterator<Item = &'v Value>, wish: &Wish<'_>) -> bool {
    let mut allowed = false;
    for statement in statements.into_iter().filter(|statement| applies(statement, wish)) {
        match statement["Effect"].as_str() {
            Some("Allow") => allowed = true,
            _ => return false,
        }
    }
    allowed
}

fn applies(statement: &Value, wish: &Wish<'_>) -> bool {
    let mut conditions = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    wish.by.is_none_or(|by| is_principal(&statement["Principal"], by.service))
        && any(&statement["Action"], |pattern| like(pattern, wish.action))
        && any(&statement["Resource"], |pattern| like(pattern, wish.resource))
        && conditions.all(|(operator, keys)| holds(operator, keys, wish.by))
}

fn is_principal(principal: &Value, service: &str) -> bool {
    principal == "*" || principal["AWS"] == "*" || any(&principal["Service"], |known| known == service)
}

/// One operator of a condition with all its keys.
fn holds(operator: &str, keys: &Value, by: Option<Source<'_>>) -> bool {
    keys.as_object().into_iter().flatten().all(|(key, wanted)| {
        let Some(value) = context(key, by) else { return false };
        match operator {
            "StringEquals" => any(wanted, |wanted| wanted == value),
            "StringLike" | "ArnLike" | "ArnEquals" => any(wanted, |pattern| like(pattern, value)),
            "Bool" => wanted.to_string().trim_matches('"').eq_ignore_ascii_case(value),
            _ => false,
        }
    })
}

/// What is known about a request, by condition key; the case of keys does not matter.
fn context<'a>(key: &str, by: Option<Source<'a>>) -> Option<&'a str> {
    match key.to_ascii_lowercase().as_str() {
        "aws:sourcearn" => by.map(|by| by.arn),
        "aws:sourceaccount" => by.map(|by| by.arn.split(':').nth(4).unwrap_or(ACCOUNT)),
        "aws:securetransport" => Some("true"),
        "s3:x-amz-acl" => Some("bucket-owner-full-control"),
        _ => None,
    }
}

/// A policy has one text or a list of them.
fn any(value: &Value, holds: impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => holds(text),
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).any(holds),
        _ => false,
    }
}

/// `*` is any text, `?` any character.
fn like(pattern: &str, text: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = letters.as_str();
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| like(rest, &text[at..]))
        }
        Some(wanted) => {
            let mut found = text.chars();
            found.next().is_some_and(|letter| wanted == '?' || wanted == letter)
                && like(letters.as_str(), found.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const RULE: &str = "arn:aws:events:us-east-1:123456789012:rule/changes";
    const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:dead";

    /// A statement that lets the rule send to the queue, with these members instead.
    fn with(members: Value) -> Value {
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": QUEUE,
            "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
        });
        if let (Value::Object(statement), Value::Object(members)) = (&mut statement, members) {
            statement.extend(members);
        }
        statement
    }

    #[rstest]
    #[case::fits(json!({}), true)]
    #[case::lists(json!({"Action": ["sqs:GetQueueUrl", "sqs:SendMessage"], "Resource": ["x", QUEUE]}), true)]
    #[case::wildcards(json!({"Action": "sqs:*", "Resource": "arn:aws:sqs:*:*:d?ad"}), true)]
    #[case::anybody(json!({"Principal": "*"}), true)]
    #[case::unconditional(json!({"Condition": {}}), true)]
    #[case::account(json!({"Condition": {"StringEquals": {"AWS:SourceAccount": "123456789012"}}}), true)]
    #[case::secure(json!({"Condition": {"Bool": {"aws:SecureTransport": true}}}), true)]
    #[case::deny(json!({"Effect": "Deny"}), false)]
    #[case::other_service(json!({"Principal": {"Service": "sns.amazonaws.com"}}), false)]
    #[case::person(json!({"Principal": {"AWS": "123456789012"}}), false)]
    #[case::other_action(json!({"Action": "sqs:ReceiveMessage"}), false)]
    #[case::other_resource(json!({"Resource": "arn:aws:sqs:us-east-1:123456789012:other"}), false)]
    #[case::other_rule(json!({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:*:rule/other"}}}), false)]
    #[case::other_account(json!({"Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}}}), false)]
    #[case::insecure(json!({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}), false)]
    #[case::one_of_two(json!({"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012", "aws:PrincipalTag/x": "y"}}}), false)]
    #[case::unknown_operator(json!({"Condition": {"DateLessThan": {"aws:SourceArn": RULE}}}), false)]
    fn one_statement(#[case] members: Value, #[case] expected: bool) {
        let by = Some(Source { service: "events.amazonaws.com", arn: RULE });
        let wish = Wish { by, action: "sqs:SendMessage", resource: QUEUE };
        assert_eq!(allows([&with(members)], &wish), expected);
    }

    #[test]
    fn a_deny_stands_above_any_allow_and_nothing_is_no() {
        let by = Some(Source { service: "events.amazonaws.com", arn: RULE });
        let wish = Wish { by, action: "sqs:SendMessage", resource: QUEUE };
        let [allow, deny] = [with(json!({})), with(json!({"Effect": "Deny", "Principal": "*", "Condition": {}}))];
        assert!(!allows([&allow, &deny], &wish) && !allows([&deny, &allow], &wish));
        let insecure = with(json!({"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}));
        assert!(allows([&allow, &insecure], &wish));
        assert!(!allows([], &wish));
        assert!(statements(&Value::Null).is_empty());
        assert_eq!(statements(&json!({"Statement": {"Effect": "Allow"}})).len(), 1);
    }
}
