//! Cognito user pools: pools, app clients and resource servers, and what AWS notes about calls that change them.
//!
//! Every mutating call becomes a `CloudTrail` record, whether it succeeds or not. Absent: users, sign-in, domains,
//! identity providers, tags as operations, quotas.

mod client;
mod pool;
mod resource;
mod rules;
mod schema;
mod server;
mod shape;
mod tables;
#[cfg(test)]
mod tests;
mod trail;

use serde_json::Value;

pub use self::{
    client::Client,
    pool::Pool,
    resource::{SCHEMAS, create, delete, update},
    server::ResourceServer,
};
use self::{
    shape::Member,
    tables::{
        CREATE_CLIENT, CREATE_POOL, LIST_CLIENTS, LIST_POOLS, LIST_SERVERS, ONE_CLIENT, ONE_POOL, ONE_SERVER,
        PUT_SERVER, UPDATE_CLIENT, UPDATE_POOL,
    },
};
use crate::{
    input::text,
    permission,
    world::{AwsError, Caller, Shared, World, lock},
};

/// What it remembers.
#[derive(Debug, Default)]
pub struct State {
    /// Oldest first.
    pub pools: Vec<Pool>,
}

/// An operation of the API.
#[derive(Debug, Clone, Copy)]
struct Operation {
    name: &'static str,
    /// Whether it changes something; such calls are recorded.
    writes: bool,
    members: &'static [Member],
    run: fn(&World, &mut State, &Value) -> Result<Value, AwsError>,
}

const fn write(
    name: &'static str,
    members: &'static [Member],
    run: fn(&World, &mut State, &Value) -> Result<Value, AwsError>,
) -> Operation {
    Operation { name, writes: true, members, run }
}

const fn read(
    name: &'static str,
    members: &'static [Member],
    run: fn(&World, &mut State, &Value) -> Result<Value, AwsError>,
) -> Operation {
    Operation { writes: false, ..write(name, members, run) }
}

const OPERATIONS: &[Operation] = &[
    write("CreateUserPool", CREATE_POOL, pool::create),
    read("DescribeUserPool", ONE_POOL, pool::describe),
    write("UpdateUserPool", UPDATE_POOL, pool::update),
    write("DeleteUserPool", ONE_POOL, pool::delete),
    read("ListUserPools", LIST_POOLS, pool::list_all),
    write("CreateUserPoolClient", CREATE_CLIENT, client::create),
    read("DescribeUserPoolClient", ONE_CLIENT, client::describe),
    write("UpdateUserPoolClient", UPDATE_CLIENT, client::update),
    write("DeleteUserPoolClient", ONE_CLIENT, client::delete),
    read("ListUserPoolClients", LIST_CLIENTS, client::list),
    write("CreateResourceServer", PUT_SERVER, server::create),
    read("DescribeResourceServer", ONE_SERVER, server::describe),
    write("UpdateResourceServer", PUT_SERVER, server::update),
    write("DeleteResourceServer", ONE_SERVER, server::delete),
    read("ListResourceServers", LIST_SERVERS, server::list_all),
];

/// Answers an operation of the JSON protocol.
pub fn handle(world: &Shared, caller: &Caller, operation: &str, input: &Value) -> Result<Value, AwsError> {
    let operation = OPERATIONS.iter().find(|known| known.name == operation).ok_or_else(AwsError::unknown_operation)?;
    let outcome = perform(world, caller, operation, input);
    if operation.writes {
        trail::record(world, caller, operation, input, &outcome);
    }
    outcome
}

fn perform(world: &World, caller: &Caller, operation: &Operation, input: &Value) -> Result<Value, AwsError> {
    if operation.writes && caller.read_only {
        return Err(access_denied(world, caller, operation, input));
    }
    let input = shape::check(operation.members, input)?;
    (operation.run)(world, &mut lock(&world.cognito), &input)
}

/// IAM's wording; the resource stands in the message only.
fn access_denied(world: &World, caller: &Caller, operation: &Operation, input: &Value) -> AwsError {
    let resource = world.arn("cognito-idp", &format!("userpool/{}", text(input, "UserPoolId").unwrap_or("*")));
    AwsError::bad("AccessDeniedException", permission::refusal(caller, "cognito-idp", operation.name, &resource))
}

#[cfg(test)]
mod testing {
    //! A pool for tests of the parts.

    use serde_json::json;

    use super::{Pool, ResourceServer, schema};

    /// Resource server `api` with `read` and `write`, and a custom attribute `team`.
    pub fn pool() -> Pool {
        let scopes = ["read", "write"].map(|name| json!({"ScopeName": name, "ScopeDescription": name}));
        Pool {
            id: "us-east-1_Example01".to_owned(),
            name: "example".to_owned(),
            arn: "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Example01".to_owned(),
            created: jiff::Timestamp::UNIX_EPOCH,
            modified: jiff::Timestamp::UNIX_EPOCH,
            settings: json!({"SchemaAttributes": schema::attributes(&[json!({"Name": "team"})])}),
            clients: Vec::new(),
            servers: vec![ResourceServer {
                identifier: "api".to_owned(),
                name: "api".to_owned(),
                scopes: scopes.to_vec(),
            }],
        }
    }
}
