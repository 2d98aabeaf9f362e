//! A function's policy: who else may invoke it.

use serde_json::{Value, json};

use super::function::name_of;
use crate::{
    input::{required, text},
    world::{AwsError, Shared, lock},
};

/// `AddPermission`: a statement more.
pub fn add(world: &Shared, id: &str, request: &Value) -> Result<Value, AwsError> {
    let invalid = "InvalidParameterValueException";
    let sid = required(request, "StatementId", invalid)?;
    let principal = required(request, "Principal", invalid)?;
    let action = required(request, "Action", invalid)?;
    let mut state = lock(&world.lambda);
    let function = state.function(id)?;
    if function.policy.iter().any(|statement| statement["Sid"] == sid) {
        let message = format!(
            "The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the existing statement."
        );
        return Err(AwsError::new(409, "ResourceConflictException", message));
    }
    let principal = if principal.ends_with(".amazonaws.com") {
        json!({"Service": principal})
    } else if principal == "*" {
        json!("*")
    } else {
        json!({"AWS": principal})
    };
    let mut statement =
        json!({"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": function.arn});
    if let Some(arn) = text(request, "SourceArn") {
        statement["Condition"]["ArnLike"] = json!({"AWS:SourceArn": arn});
    }
    if let Some(account) = text(request, "SourceAccount") {
        statement["Condition"]["StringEquals"] = json!({"AWS:SourceAccount": account});
    }
    function.policy.push(statement.clone());
    Ok(json!({"Statement": statement.to_string()}))
}

/// `GetPolicy`.
pub fn get(world: &Shared, id: &str) -> Result<Value, AwsError> {
    let mut state = lock(&world.lambda);
    let function = state.function(id)?;
    if function.policy.is_empty() {
        return Err(none());
    }
    let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": function.policy});
    Ok(json!({"Policy": policy.to_string(), "RevisionId": function.describe()["RevisionId"]}))
}

/// `RemovePermission`.
pub fn remove(world: &Shared, id: &str, sid: &str) -> Result<(), AwsError> {
    let mut state = lock(&world.lambda);
    let function = state.function(id)?;
    let before = function.policy.len();
    function.policy.retain(|statement| statement["Sid"] != sid);
    if function.policy.len() == before { Err(none()) } else { Ok(()) }
}

fn none() -> AwsError {
    AwsError::new(404, "ResourceNotFoundException", "The resource you requested does not exist.")
}

/// Whether the statements let a service invoke the function on behalf of a resource.
pub fn lets_in(policy: &[Value], service: &str, source_arn: &str) -> bool {
    let account = source_arn.split(':').nth(4).unwrap_or_default();
    policy.iter().any(|statement| {
        let condition = &statement["Condition"];
        let arn_fits = text(&condition["ArnLike"], "AWS:SourceArn").is_none_or(|arn| like(arn, source_arn));
        let account_fits = text(&condition["StringEquals"], "AWS:SourceAccount").is_none_or(|known| known == account);
        let action_fits = matches!(text(statement, "Action"), Some("lambda:InvokeFunction" | "lambda:*"));
        let who = &statement["Principal"];
        (who["Service"] == service || who == "*") && action_fits && arn_fits && account_fits
    })
}

/// `ArnLike`: `*` is any text, `?` any character.
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

/// The id by which CloudFormation knows a statement.
pub fn physical_id(function: &str, sid: &str) -> String {
    format!("{}|{sid}", name_of(function))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_needs_a_statement_that_fits() {
        let rule = "arn:aws:events:us-east-1:123456789012:rule/changes";
        let statement = |principal: &str, action: &str, condition: Value| json!({"Principal": {"Service": principal}, "Action": action, "Condition": condition});
        let events = "events.amazonaws.com";
        let invoke = "lambda:InvokeFunction";
        let table = [
            (statement(events, invoke, json!({})), true),
            (statement(events, invoke, json!({"ArnLike": {"AWS:SourceArn": rule}})), true),
            (statement(events, invoke, json!({"ArnLike": {"AWS:SourceArn": "arn:aws:events:*:*:rule/ch?nges"}})), true),
            (statement(events, invoke, json!({"ArnLike": {"AWS:SourceArn": "arn:aws:events:*:*:rule/other"}})), false),
            (statement(events, invoke, json!({"StringEquals": {"AWS:SourceAccount": "123456789012"}})), true),
            (statement(events, invoke, json!({"StringEquals": {"AWS:SourceAccount": "210987654321"}})), false),
            (statement("sns.amazonaws.com", invoke, json!({})), false),
            (statement(events, "lambda:GetFunction", json!({})), false),
        ];
        for (statement, expected) in table {
            assert_eq!(lets_in(std::slice::from_ref(&statement), events, rule), expected, "{statement}");
        }
        assert!(!lets_in(&[], events, rule));
    }
}
