//! Resource servers: the custom scopes of a pool. Where a scope goes, the clients that had it lose it.

use serde_json::{Value, json};

use super::{Pool, State, client::listed};
use crate::{
    input::{list, text},
    world::{AwsError, World},
};

/// A resource server.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceServer {
    /// What a scope's full name begins with.
    pub identifier: String,
    /// For people.
    pub name: String,
    /// `[{ScopeName, ScopeDescription}]`.
    pub scopes: Vec<Value>,
}

impl ResourceServer {
    /// Whether `<identifier>/<scope>` is one of its scopes.
    pub fn has_scope(&self, full_name: &str) -> bool {
        let scope = full_name.strip_prefix(&self.identifier).and_then(|rest| rest.strip_prefix('/'));
        scope.is_some_and(|scope| self.scopes.iter().any(|known| known["ScopeName"] == scope))
    }

    fn of(input: &Value) -> Self {
        Self {
            identifier: text(input, "Identifier").unwrap_or_default().to_owned(),
            name: text(input, "Name").unwrap_or_default().to_owned(),
            scopes: list(input, "Scopes").to_vec(),
        }
    }

    fn describe(&self, pool_id: &str) -> Value {
        json!({"UserPoolId": pool_id, "Identifier": self.identifier, "Name": self.name, "Scopes": self.scopes})
    }
}

/// `CreateResourceServer`.
pub fn create(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let server = ResourceServer::of(input);
    if pool.servers.iter().any(|known| known.identifier == server.identifier) {
        let message = format!("Resource server already exists for identifier {}.", server.identifier);
        return Err(AwsError::bad("InvalidParameterException", message));
    }
    let described = server.describe(&pool.id);
    pool.servers.push(server);
    Ok(json!({"ResourceServer": described}))
}

/// `DescribeResourceServer`.
pub fn describe(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let server = &pool.servers[position(pool, input)?];
    Ok(json!({"ResourceServer": server.describe(&pool.id)}))
}

/// `UpdateResourceServer`: replaces the name and all scopes.
pub fn update(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let position = position(pool, input)?;
    let before = std::mem::replace(&mut pool.servers[position], ResourceServer::of(input));
    let after = pool.servers[position].clone();
    take_from_clients(pool, |scope| before.has_scope(scope) && !after.has_scope(scope));
    Ok(json!({"ResourceServer": after.describe(&pool.id)}))
}

/// `DeleteResourceServer`.
pub fn delete(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let position = position(pool, input)?;
    let gone = pool.servers.remove(position);
    take_from_clients(pool, |scope| gone.has_scope(scope));
    Ok(json!({}))
}

/// `ListResourceServers`.
pub fn list_all(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let all = pool.servers.iter().map(|server| server.describe(&pool.id)).collect();
    listed("ResourceServers", all, input)
}

fn take_from_clients(pool: &mut Pool, gone: impl Fn(&str) -> bool) {
    for client in &mut pool.clients {
        if let Some(Value::Array(scopes)) = client.settings.get_mut("AllowedOAuthScopes") {
            scopes.retain(|scope| !scope.as_str().is_some_and(&gone));
        }
    }
}

fn position(pool: &Pool, input: &Value) -> Result<usize, AwsError> {
    let identifier = text(input, "Identifier").unwrap_or_default();
    pool.servers.iter().position(|server| server.identifier == identifier).ok_or_else(|| {
        AwsError::bad("ResourceNotFoundException", format!("Resource server {identifier} does not exist."))
    })
}
