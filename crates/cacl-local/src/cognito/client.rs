//! App clients: what a call leaves behind. An update **replaces**: every setting that the caller leaves out goes back to
//! its default, only the name, the secret and the dates of the past are kept.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Pool, State, rules, tables::SETTINGS};
use crate::{
    input::{flag, page, seconds, text, whole},
    world::{AwsError, World},
};

/// An app client.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// 26 small letters and digits.
    pub id: String,
    /// If it was made with one.
    pub secret: Option<String>,
    /// `ClientName`.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last replaced.
    pub modified: Timestamp,
    /// All else, as AWS answers it: normalised, unset settings absent.
    pub settings: Map<String, Value>,
}

impl Client {
    /// `UserPoolClientType`, in the order of AWS's model.
    pub fn describe(&self, pool_id: &str) -> Value {
        let mut described = Map::new();
        described.insert("UserPoolId".to_owned(), pool_id.into());
        described.insert("ClientName".to_owned(), self.name.as_str().into());
        described.insert("ClientId".to_owned(), self.id.as_str().into());
        if let Some(secret) = &self.secret {
            described.insert("ClientSecret".to_owned(), secret.as_str().into());
        }
        described.insert("LastModifiedDate".to_owned(), seconds(self.modified));
        described.insert("CreationDate".to_owned(), seconds(self.created));
        described.extend(self.settings.clone());
        Value::Object(described)
    }
}

/// The settings that a request leads to, whatever was there before.
fn settings_of(request: &Value) -> Map<String, Value> {
    let mut settings = Map::new();
    for member in SETTINGS {
        let sent = request.get(member.name).filter(|value| !is_empty_list(value)).cloned();
        let value = match member.name {
            "RefreshTokenValidity" => sent.filter(|value| *value != 0).or_else(|| Some(thirty_days(request))),
            "TokenValidityUnits" => sent.or_else(|| Some(json!({}))),
            "AllowedOAuthFlowsUserPoolClient" | "EnablePropagateAdditionalUserContextData" => {
                sent.or(Some(Value::Bool(false)))
            }
            "EnableTokenRevocation" => sent.or(Some(Value::Bool(true))),
            "AuthSessionValidity" => sent.or_else(|| Some(json!(3))),
            "RefreshTokenRotation" => sent.map(with_grace_period),
            _ => sent,
        };
        if let Some(value) = value {
            settings.insert(member.name.to_owned(), value);
        }
    }
    settings
}

fn is_empty_list(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

/// Thirty days, in the unit that the caller chose for refresh tokens.
fn thirty_days(request: &Value) -> Value {
    let unit = text(&request["TokenValidityUnits"], "RefreshToken").unwrap_or("days");
    (30 * 86_400 / rules::seconds_in(unit)).into()
}

fn with_grace_period(mut rotation: Value) -> Value {
    if rotation.get("RetryGracePeriodSeconds").is_none() {
        rotation["RetryGracePeriodSeconds"] = json!(0);
    }
    rotation
}

/// `CreateUserPoolClient`.
pub fn create(world: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let own_secret = text(input, "ClientSecret").map(str::to_owned);
    let has_secret = own_secret.is_some() || flag(input, "GenerateSecret") == Some(true);
    rules::check(pool, input, has_secret)?;
    let now = world.now();
    let client = Client {
        id: world.ids.lower(26),
        secret: has_secret.then(|| own_secret.unwrap_or_else(|| world.ids.lower(52))),
        name: text(input, "ClientName").unwrap_or_default().to_owned(),
        created: now,
        modified: now,
        settings: settings_of(input),
    };
    let described = client.describe(&pool.id);
    pool.clients.push(client);
    Ok(json!({"UserPoolClient": described}))
}

/// `DescribeUserPoolClient`.
pub fn describe(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let id = pool.id.clone();
    Ok(json!({"UserPoolClient": client_of(pool, input)?.describe(&id)}))
}

/// `UpdateUserPoolClient`.
pub fn update(world: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let has_secret = client_of(pool, input)?.secret.is_some();
    rules::check(pool, input, has_secret)?;
    let id = pool.id.clone();
    let client = client_of(pool, input)?;
    if let Some(name) = text(input, "ClientName") {
        name.clone_into(&mut client.name);
    }
    client.settings = settings_of(input);
    client.modified = world.now();
    Ok(json!({"UserPoolClient": client.describe(&id)}))
}

/// `DeleteUserPoolClient`.
pub fn delete(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let id = client_of(pool, input)?.id.clone();
    pool.clients.retain(|client| client.id != id);
    Ok(json!({}))
}

/// `ListUserPoolClients`.
pub fn list(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let all: Vec<_> = pool
        .clients
        .iter()
        .map(|client| json!({"ClientId": client.id, "UserPoolId": pool.id, "ClientName": client.name}))
        .collect();
    listed("UserPoolClients", all, input)
}

/// A page of a list under its name; sixty elements unless told otherwise.
pub fn listed(name: &str, all: Vec<Value>, input: &Value) -> Result<Value, AwsError> {
    let limit = whole(input, "MaxResults").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(60);
    let (page, token) = page(all, text(input, "NextToken"), limit)
        .ok_or_else(|| AwsError::bad("InvalidParameterException", "Invalid pagination token."))?;
    let mut listed = json!({name: page});
    if let Some(token) = token {
        listed["NextToken"] = token.into();
    }
    Ok(listed)
}

fn client_of<'a>(pool: &'a mut Pool, input: &Value) -> Result<&'a mut Client, AwsError> {
    let id = text(input, "ClientId").unwrap_or_default();
    pool.clients
        .iter_mut()
        .find(|client| client.id == id)
        .ok_or_else(|| AwsError::bad("ResourceNotFoundException", format!("User pool client {id} does not exist.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unset_settings_get_aws_defaults() {
        let settings =
            Value::Object(settings_of(&json!({"CallbackURLs": [], "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]})));
        let expected = json!({
            "RefreshTokenValidity": 30,
            "TokenValidityUnits": {},
            "ExplicitAuthFlows": ["ALLOW_USER_AUTH"],
            "AllowedOAuthFlowsUserPoolClient": false,
            "EnableTokenRevocation": true,
            "EnablePropagateAdditionalUserContextData": false,
            "AuthSessionValidity": 3
        });
        assert_eq!(settings.to_string(), expected.to_string());
    }

    #[test]
    fn thirty_days_are_told_in_the_callers_unit() {
        let table = [("seconds", 2_592_000), ("minutes", 43_200), ("hours", 720), ("days", 30)];
        for (unit, expected) in table {
            let settings = settings_of(&json!({"TokenValidityUnits": {"RefreshToken": unit}}));
            assert_eq!(settings["RefreshTokenValidity"], expected, "{unit}");
        }
    }

    #[test]
    fn rotation_has_a_grace_period() {
        let settings = settings_of(&json!({"RefreshTokenRotation": {"Feature": "ENABLED"}}));
        assert_eq!(settings["RefreshTokenRotation"], json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}));
    }
}
