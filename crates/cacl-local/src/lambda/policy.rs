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

/// The id by which CloudFormation knows a statement.
pub fn physical_id(function: &str, sid: &str) -> String {
    format!("{}|{sid}", name_of(function))
}
