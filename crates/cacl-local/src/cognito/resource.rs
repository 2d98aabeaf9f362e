//! Cognito for CloudFormation: the same calls as anybody's, so they are recorded like anybody's.

use serde_json::{Map, Value, json};

use super::{
    handle,
    shape::coerce,
    tables::{CREATE_CLIENT, CREATE_POOL, PUT_SERVER},
};
use crate::{
    input::text,
    world::{AwsError, Caller, Resource, Schema, Shared, Updated, lock},
};

const POOL: &str = "AWS::Cognito::UserPool";
const SERVER: &str = "AWS::Cognito::UserPoolResourceServer";
const CLIENT: &str = "AWS::Cognito::UserPoolClient";

/// The CloudFormation types.
pub const SCHEMAS: &[Schema] = &[
    Schema {
        resource_type: POOL,
        properties: &[
            "AccountRecoverySetting",
            "AdminCreateUserConfig",
            "AdminCreateUserConfig.AllowAdminCreateUserOnly",
            "AdminCreateUserConfig.InviteMessageTemplate",
            "AdminCreateUserConfig.InviteMessageTemplate.EmailMessage",
            "AdminCreateUserConfig.InviteMessageTemplate.EmailSubject",
            "AdminCreateUserConfig.InviteMessageTemplate.SMSMessage",
            "AdminCreateUserConfig.UnusedAccountValidityDays",
            "AliasAttributes",
            "AutoVerifiedAttributes",
            "DeletionProtection",
            "DeviceConfiguration",
            "EmailAuthenticationMessage",
            "EmailAuthenticationSubject",
            "EmailConfiguration",
            "EmailVerificationMessage",
            "EmailVerificationSubject",
            "EnabledMfas",
            "IssuerConfiguration",
            "KeyConfiguration",
            "LambdaConfig",
            "MfaConfiguration",
            "Policies",
            "Policies.PasswordPolicy",
            "Policies.PasswordPolicy.MinimumLength",
            "Policies.PasswordPolicy.PasswordHistorySize",
            "Policies.PasswordPolicy.RequireLowercase",
            "Policies.PasswordPolicy.RequireNumbers",
            "Policies.PasswordPolicy.RequireSymbols",
            "Policies.PasswordPolicy.RequireUppercase",
            "Policies.PasswordPolicy.TemporaryPasswordValidityDays",
            "Policies.SignInPolicy",
            "Policies.SignInPolicy.AllowedFirstAuthFactors",
            "Schema",
            "SmsAuthenticationMessage",
            "SmsConfiguration",
            "SmsVerificationMessage",
            "UserAttributeUpdateSettings",
            "UserPoolAddOns",
            "UserPoolName",
            "UserPoolTags",
            "UserPoolTier",
            "UsernameAttributes",
            "UsernameConfiguration",
            "VerificationMessageTemplate",
            "WebAuthnFactorConfiguration",
            "WebAuthnRelyingPartyID",
            "WebAuthnUserVerification",
        ],
        required: &[],
        attributes: &["Arn", "ProviderName", "ProviderURL", "UserPoolId"],
    },
    Schema {
        resource_type: SERVER,
        properties: &["Identifier", "Name", "Scopes", "Scopes.ScopeDescription", "Scopes.ScopeName", "UserPoolId"],
        required: &["Identifier", "Name", "UserPoolId"],
        attributes: &[],
    },
    Schema {
        resource_type: CLIENT,
        properties: &[
            "AccessTokenValidity",
            "AllowedOAuthFlows",
            "AllowedOAuthFlowsUserPoolClient",
            "AllowedOAuthScopes",
            "AnalyticsConfiguration",
            "AnalyticsConfiguration.ApplicationArn",
            "AnalyticsConfiguration.ApplicationId",
            "AnalyticsConfiguration.ExternalId",
            "AnalyticsConfiguration.RoleArn",
            "AnalyticsConfiguration.UserDataShared",
            "AuthSessionValidity",
            "CallbackURLs",
            "ClientName",
            "DefaultRedirectURI",
            "EnablePropagateAdditionalUserContextData",
            "EnableTokenRevocation",
            "ExplicitAuthFlows",
            "GenerateSecret",
            "IdTokenValidity",
            "LogoutURLs",
            "PreventUserExistenceErrors",
            "ReadAttributes",
            "RefreshTokenRotation",
            "RefreshTokenRotation.Feature",
            "RefreshTokenRotation.RetryGracePeriodSeconds",
            "RefreshTokenValidity",
            "SupportedIdentityProviders",
            "TokenValidityUnits",
            "TokenValidityUnits.AccessToken",
            "TokenValidityUnits.IdToken",
            "TokenValidityUnits.RefreshToken",
            "UserPoolId",
            "WriteAttributes",
        ],
        required: &["UserPoolId"],
        attributes: &["ClientId", "ClientSecret", "Name"],
    },
];

/// Makes a resource for CloudFormation.
pub async fn create(
    world: &Shared,
    caller: &Caller,
    resource_type: &str,
    logical_id: &str,
    properties: &Value,
) -> Result<Resource, AwsError> {
    let made_up_name = || format!("{logical_id}-{}", world.ids.upper(12));
    match resource_type {
        POOL => {
            let mut request = pool_request(properties);
            request.entry("PoolName").or_insert_with(|| made_up_name().into());
            let made = handle(world, caller, "CreateUserPool", &Value::Object(request))?;
            Ok(pool_resource(world, text(&made["UserPool"], "Id").unwrap_or_default()))
        }
        SERVER => {
            let request = coerce(PUT_SERVER, properties);
            handle(world, caller, "CreateResourceServer", &request)?;
            Ok(server_resource(&request))
        }
        CLIENT => {
            let mut request = coerce(CREATE_CLIENT, properties);
            if text(&request, "ClientName").is_none() {
                request["ClientName"] = made_up_name().into();
            }
            let made = handle(world, caller, "CreateUserPoolClient", &request)?;
            Ok(client_resource(&made["UserPoolClient"]))
        }
        other => Err(unknown(other)),
    }
}

/// Changes a resource for CloudFormation.
pub async fn update(
    world: &Shared,
    caller: &Caller,
    resource_type: &str,
    physical_id: &str,
    old: &Value,
    new: &Value,
) -> Result<Updated, AwsError> {
    let same = |names: &[&str]| names.iter().all(|name| old.get(name) == new.get(name));
    match resource_type {
        POOL => {
            if !same(&["AliasAttributes", "UsernameAttributes", "UsernameConfiguration"]) {
                return Ok(Updated::Replace);
            }
            let mut request = pool_request(new);
            request.insert("UserPoolId".to_owned(), physical_id.into());
            handle(world, caller, "UpdateUserPool", &Value::Object(request))?;
            Ok(Updated::InPlace(pool_resource(world, physical_id)))
        }
        SERVER if !same(&["UserPoolId", "Identifier"]) => Ok(Updated::Replace),
        SERVER => {
            let request = coerce(PUT_SERVER, new);
            handle(world, caller, "UpdateResourceServer", &request)?;
            Ok(Updated::InPlace(server_resource(&request)))
        }
        CLIENT if !same(&["UserPoolId", "GenerateSecret"]) => Ok(Updated::Replace),
        CLIENT => {
            let mut request = coerce(CREATE_CLIENT, new);
            request["ClientId"] = physical_id.into();
            let made = handle(world, caller, "UpdateUserPoolClient", &request)?;
            Ok(Updated::InPlace(client_resource(&made["UserPoolClient"])))
        }
        other => Err(unknown(other)),
    }
}

/// Deletes a resource for CloudFormation.
pub async fn delete(world: &Shared, caller: &Caller, resource_type: &str, physical_id: &str) -> Result<(), AwsError> {
    let (operation, request) = match resource_type {
        POOL => ("DeleteUserPool", json!({"UserPoolId": physical_id})),
        SERVER => {
            let (pool, identifier) = physical_id.split_once('|').unwrap_or((physical_id, ""));
            ("DeleteResourceServer", json!({"UserPoolId": pool, "Identifier": identifier}))
        }
        CLIENT => {
            let Some(pool) = pool_of_client(world, physical_id) else { return Ok(()) };
            ("DeleteUserPoolClient", json!({"UserPoolId": pool, "ClientId": physical_id}))
        }
        other => return Err(unknown(other)),
    };
    handle(world, caller, operation, &request).map(drop)
}

fn pool_request(properties: &Value) -> Map<String, Value> {
    let Value::Object(properties) = coerce(CREATE_POOL, properties) else { return Map::new() };
    let renamed = properties.into_iter().map(|(name, value)| match name.as_str() {
        "UserPoolName" => ("PoolName".to_owned(), value),
        _ => (name, value),
    });
    renamed.collect()
}

fn pool_resource(world: &Shared, id: &str) -> Resource {
    let provider = format!("cognito-idp.{}.amazonaws.com/{id}", world.region);
    Resource::new(id)
        .with("Arn", world.arn("cognito-idp", &format!("userpool/{id}")))
        .with("ProviderURL", format!("https://{provider}"))
        .with("ProviderName", provider)
        .with("UserPoolId", id)
}

fn server_resource(request: &Value) -> Resource {
    let [pool, identifier] = ["UserPoolId", "Identifier"].map(|name| text(request, name).unwrap_or_default());
    Resource { ref_value: identifier.to_owned(), ..Resource::new(format!("{pool}|{identifier}")) }
}

fn client_resource(client: &Value) -> Resource {
    let id = text(client, "ClientId").unwrap_or_default();
    let mut resource = Resource::new(id).with("ClientId", id).with("Name", client["ClientName"].clone());
    if let Some(secret) = text(client, "ClientSecret") {
        resource = resource.with("ClientSecret", secret);
    }
    resource
}

fn pool_of_client(world: &Shared, client_id: &str) -> Option<String> {
    let state = lock(&world.cognito);
    let pool = state.pools.iter().find(|pool| pool.clients.iter().any(|client| client.id == client_id))?;
    Some(pool.id.clone())
}

fn unknown(resource_type: &str) -> AwsError {
    AwsError::validation(format!("Unrecognized resource types: [{resource_type}]"))
}
