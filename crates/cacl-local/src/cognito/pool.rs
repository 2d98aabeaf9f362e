//! User pools, as far as an app client needs one. Users, groups, domains and identity providers are absent.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Client, ResourceServer, State, client::listed, schema, tables::UPDATE_POOL};
use crate::{
    input::{list, seconds, text},
    world::{AwsError, World},
};

/// A user pool with all that is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// `<region>_` and nine letters and digits.
    pub id: String,
    /// `PoolName`.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub modified: Timestamp,
    /// All else, as AWS answers it.
    pub settings: Value,
    /// App clients, oldest first.
    pub clients: Vec<Client>,
    /// Resource servers, oldest first.
    pub servers: Vec<ResourceServer>,
}

impl Pool {
    fn describe(&self) -> Value {
        let mut described = Map::new();
        described.insert("Id".to_owned(), self.id.as_str().into());
        described.insert("Name".to_owned(), self.name.as_str().into());
        if let Value::Object(settings) = &self.settings {
            described.extend(settings.clone());
        }
        described.insert("LastModifiedDate".to_owned(), seconds(self.modified));
        described.insert("CreationDate".to_owned(), seconds(self.created));
        described.insert("EstimatedNumberOfUsers".to_owned(), 0.into());
        described.insert("Arn".to_owned(), self.arn.as_str().into());
        Value::Object(described)
    }
}

impl State {
    /// The pool that a request names.
    pub fn pool_of(&mut self, input: &Value) -> Result<&mut Pool, AwsError> {
        let id = text(input, "UserPoolId").unwrap_or_default();
        self.pools
            .iter_mut()
            .find(|pool| pool.id == id)
            .ok_or_else(|| AwsError::bad("ResourceNotFoundException", format!("User pool {id} does not exist.")))
    }
}

/// What a pool is where the caller says nothing.
fn defaults() -> Value {
    json!({
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": true,
                "RequireLowercase": true,
                "RequireNumbers": true,
                "RequireSymbols": true,
                "TemporaryPasswordValidityDays": 7
            },
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}
        },
        "DeletionProtection": "INACTIVE",
        "LambdaConfig": {},
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "MfaConfiguration": "OFF",
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "UserPoolTags": {},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7},
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}, {"Priority": 2, "Name": "verified_phone_number"}]
        },
        "UserPoolTier": "ESSENTIALS"
    })
}

/// The defaults with what was sent laid over them; structures are merged, all else is replaced.
fn lay_over(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                lay_over(under.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}

fn settings_of(request: &Value) -> Value {
    let mut sent = request.clone();
    if let Value::Object(sent) = &mut sent {
        sent.retain(|name, _| !matches!(name.as_str(), "PoolName" | "UserPoolId" | "Schema"));
    }
    let mut settings = defaults();
    lay_over(&mut settings, &sent);
    settings
}

/// `CreateUserPool`.
#[expect(clippy::unnecessary_wraps, reason = "it stands in the table of operations, most of which can fail")]
pub fn create(world: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let id = format!("{}_{}", world.region, world.ids.pick(LETTERS, 9));
    let mut settings = settings_of(input);
    settings["SchemaAttributes"] = schema::attributes(list(input, "Schema"));
    let pool = Pool {
        arn: world.arn("cognito-idp", &format!("userpool/{id}")),
        id,
        name: text(input, "PoolName").unwrap_or_default().to_owned(),
        created: world.now(),
        modified: world.now(),
        settings,
        clients: Vec::new(),
        servers: Vec::new(),
    };
    let described = pool.describe();
    state.pools.push(pool);
    Ok(json!({"UserPool": described}))
}

/// `DescribeUserPool`.
pub fn describe(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({"UserPool": state.pool_of(input)?.describe()}))
}

/// `UpdateUserPool`: replaces what can be replaced; what was fixed at creation stays.
pub fn update(world: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    let mut settings = settings_of(input);
    if let (Value::Object(settings), Value::Object(before)) = (&mut settings, &pool.settings) {
        let fixed = before.iter().filter(|(name, _)| !UPDATE_POOL.iter().any(|member| member.name == name.as_str()));
        settings.extend(fixed.map(|(name, value)| (name.clone(), value.clone())));
    }
    pool.settings = settings;
    if let Some(name) = text(input, "PoolName") {
        name.clone_into(&mut pool.name);
    }
    pool.modified = world.now();
    Ok(json!({}))
}

/// `DeleteUserPool`: with all its clients, unless it is protected.
pub fn delete(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let pool = state.pool_of(input)?;
    if pool.settings["DeletionProtection"] == "ACTIVE" {
        return Err(AwsError::bad(
            "InvalidParameterException",
            "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.",
        ));
    }
    let id = pool.id.clone();
    state.pools.retain(|pool| pool.id != id);
    Ok(json!({}))
}

/// `ListUserPools`.
pub fn list_all(_: &World, state: &mut State, input: &Value) -> Result<Value, AwsError> {
    let all = state.pools.iter().map(|pool| {
        json!({
            "Id": pool.id,
            "Name": pool.name,
            "LambdaConfig": pool.settings["LambdaConfig"],
            "LastModifiedDate": seconds(pool.modified),
            "CreationDate": seconds(pool.created),
        })
    });
    listed("UserPools", all.collect(), input)
}
