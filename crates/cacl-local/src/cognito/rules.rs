//! What Cognito refuses in an app client, beyond the shape of the request; in AWS's words where they are known.
//!
//! A word on redirect URLs, because the demo wants an insecure one: AWS takes `https://…` of any host, `http://` for
//! loopback hosts only, and custom schemes of mobile apps (`example-app://callback`, no checks there). So a callback
//! that is dangerous *and* accepted is one on a new domain or on a custom scheme, which any other app on the phone may
//! claim; plain `http://` to another host is refused here as there.
//!
//! Deliberately absent: identity providers other than `COGNITO` (none can be made here), domains, quotas.

use serde_json::Value;

use super::{Pool, schema};
use crate::{
    input::{flag, text, texts, whole},
    world::AwsError,
};

/// Scopes that every pool has.
const BUILT_IN: [&str; 5] = ["phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"];

/// Whether the pool takes a client with these settings; `has_secret` is the client's, which an update cannot change.
pub fn check(pool: &Pool, settings: &Value, has_secret: bool) -> Result<(), AwsError> {
    auth_flows(settings)?;
    refresh_token_rotation(pool, settings)?;
    oauth(settings, has_secret)?;
    scopes(pool, settings)?;
    redirects(settings)?;
    providers(pool, settings)?;
    validities(settings)?;
    attributes(pool, settings)
}

fn auth_flows(settings: &Value) -> Result<(), AwsError> {
    let flows = texts(settings, "ExplicitAuthFlows");
    let new = flows.iter().filter(|flow| flow.starts_with("ALLOW_")).count();
    if new != 0 && new != flows.len() {
        return Err(invalid("Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names."));
    }
    Ok(())
}

fn refresh_token_rotation(pool: &Pool, settings: &Value) -> Result<(), AwsError> {
    if settings["RefreshTokenRotation"]["Feature"] != "ENABLED" {
        return Ok(());
    }
    if pool.settings["UserPoolTier"] == "LITE" {
        return Err(AwsError::bad(
            "FeatureUnavailableInTierException",
            "The following features need to be disabled for the LITE pricing tier configured: Refresh Token Rotation",
        ));
    }
    if texts(settings, "ExplicitAuthFlows").contains(&"ALLOW_REFRESH_TOKEN_AUTH") {
        return Err(invalid(
            "ALLOW_REFRESH_TOKEN_AUTH is not a permitted ExplicitAuthFlow when refresh token rotation is enabled.",
        ));
    }
    Ok(())
}

fn oauth(settings: &Value, has_secret: bool) -> Result<(), AwsError> {
    let flows = texts(settings, "AllowedOAuthFlows");
    let scopes = texts(settings, "AllowedOAuthScopes");
    let redirecting = flows.iter().any(|flow| matches!(*flow, "code" | "implicit"));
    if flows.contains(&"client_credentials") {
        if redirecting {
            return Err(invalid_flow(
                "client_credentials flow can not be selected along with code flow or implicit flow.",
            ));
        }
        if !has_secret {
            return Err(invalid_flow(
                "client_credentials flow can not be selected if client does not have a client secret.",
            ));
        }
        if let Some(scope) = scopes.iter().find(|scope| BUILT_IN.contains(scope)) {
            return Err(invalid_flow(format!("{scope} is not supported with client_credentials flow.")));
        }
    }
    if flag(settings, "AllowedOAuthFlowsUserPoolClient") == Some(true) && (flows.is_empty() || scopes.is_empty()) {
        return Err(invalid_flow(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ));
    }
    if redirecting && texts(settings, "CallbackURLs").is_empty() {
        return Err(invalid_flow("CallbackUrls can not be empty when code flow or implicit flow is selected"));
    }
    Ok(())
}

fn scopes(pool: &Pool, settings: &Value) -> Result<(), AwsError> {
    let unknown = texts(settings, "AllowedOAuthScopes")
        .into_iter()
        .find(|scope| !BUILT_IN.contains(scope) && !pool.servers.iter().any(|server| server.has_scope(scope)));
    unknown.map_or(Ok(()), |scope| {
        Err(AwsError::bad("ScopeDoesNotExistException", format!("Invalid scope requested: {scope}")))
    })
}

fn redirects(settings: &Value) -> Result<(), AwsError> {
    let callbacks = texts(settings, "CallbackURLs");
    for url in callbacks.iter().chain(&texts(settings, "LogoutURLs")) {
        redirect(url)?;
    }
    match text(settings, "DefaultRedirectURI") {
        Some(default) if !callbacks.contains(&default) => {
            Err(invalid(format!("The default redirect URI {default} is not in the callback URIs list.")))
        }
        _ => Ok(()),
    }
}

fn redirect(url: &str) -> Result<(), AwsError> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(invalid(format!("{url} is not a valid redirect URI.")));
    };
    if url.contains('#') {
        return Err(invalid(format!("{url} cannot use fragment")));
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    if scheme.eq_ignore_ascii_case("http") && !["localhost", "127.0.0.1", "::1"].contains(&host) {
        return Err(invalid(format!("{url} cannot use the HTTP protocol.")));
    }
    Ok(())
}

fn providers(pool: &Pool, settings: &Value) -> Result<(), AwsError> {
    let missing = texts(settings, "SupportedIdentityProviders").into_iter().find(|provider| *provider != "COGNITO");
    missing.map_or(Ok(()), |provider| {
        Err(invalid(format!("The provider {provider} does not exist for User Pool {}.", pool.id)))
    })
}

/// Access and id tokens live from five minutes to a day, refresh tokens from an hour to ten years.
fn validities(settings: &Value) -> Result<(), AwsError> {
    const DAY: i64 = 86_400;
    let table = [
        ("AccessTokenValidity", "AccessToken", "hours", 300..=DAY),
        ("IdTokenValidity", "IdToken", "hours", 300..=DAY),
        ("RefreshTokenValidity", "RefreshToken", "days", 3_600..=3_650 * DAY),
    ];
    for (name, unit, usual, range) in table {
        // A refresh token's 0 asks for the default.
        let Some(number) = whole(settings, name).filter(|number| *number != 0) else { continue };
        let unit = text(&settings["TokenValidityUnits"], unit).unwrap_or(usual);
        let in_range = number.checked_mul(seconds_in(unit)).is_some_and(|seconds| range.contains(&seconds));
        if !in_range {
            return Err(invalid("Invalid range for token validity."));
        }
    }
    Ok(())
}

/// The length of a unit of `TokenValidityUnits`, in seconds.
pub fn seconds_in(unit: &str) -> i64 {
    match unit {
        "days" => 86_400,
        "hours" => 3_600,
        "minutes" => 60,
        _ => 1,
    }
}

fn attributes(pool: &Pool, settings: &Value) -> Result<(), AwsError> {
    for (list, what) in [("ReadAttributes", "read"), ("WriteAttributes", "write")] {
        if texts(settings, list).into_iter().any(|name| !schema::has(&pool.settings, name)) {
            return Err(invalid(format!("Invalid {what} attributes specified while creating a client")));
        }
    }
    let writes = texts(settings, "WriteAttributes");
    if writes.iter().any(|name| matches!(*name, "sub" | "email_verified" | "phone_number_verified")) {
        return Err(invalid("Invalid write attributes specified while creating a client"));
    }
    Ok(())
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::bad("InvalidParameterException", message)
}

fn invalid_flow(message: impl Into<String>) -> AwsError {
    AwsError::bad("InvalidOAuthFlowException", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::testing::pool, *};

    fn refused(settings: &Value, has_secret: bool) -> Option<String> {
        check(&pool(), settings, has_secret).err().map(|error| format!("{}: {}", error.code, error.message))
    }

    #[test]
    fn takes_what_aws_takes() {
        let table = [
            json!({}),
            json!({"AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["api/read"], "AllowedOAuthFlowsUserPoolClient": true}),
            json!({"AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "api/write"], "CallbackURLs": ["http://localhost:3000/cb"]}),
            json!({"CallbackURLs": ["http://127.0.0.1/cb", "http://[::1]:8080", "example-app://callback", "https://login.example.org?x=1"]}),
            json!({"LogoutURLs": ["https://example.org/bye"], "SupportedIdentityProviders": ["COGNITO"]}),
            json!({"AccessTokenValidity": 24, "IdTokenValidity": 5, "TokenValidityUnits": {"IdToken": "minutes"}}),
            json!({"RefreshTokenValidity": 3650}),
            json!({"RefreshTokenValidity": 0}),
            json!({"ReadAttributes": ["email", "custom:team"], "WriteAttributes": ["given_name"]}),
            json!({"ExplicitAuthFlows": ["USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"]}),
            json!({"RefreshTokenRotation": {"Feature": "ENABLED"}, "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}),
            json!({"RefreshTokenRotation": {"Feature": "DISABLED"}, "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]}),
        ];
        for settings in table {
            assert_eq!(refused(&settings, true), None, "{settings}");
        }
    }

    #[test]
    fn refuses_what_aws_refuses() {
        let invalid = "InvalidParameterException";
        let flow = "InvalidOAuthFlowException";
        let table = [
            (
                json!({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"]}),
                invalid,
                "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.",
            ),
            (
                json!({"RefreshTokenRotation": {"Feature": "ENABLED"}, "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]}),
                invalid,
                "ALLOW_REFRESH_TOKEN_AUTH is not a permitted ExplicitAuthFlow when refresh token rotation is enabled.",
            ),
            (
                json!({"AllowedOAuthFlows": ["client_credentials", "code"]}),
                flow,
                "client_credentials flow can not be selected along with code flow or implicit flow.",
            ),
            (
                json!({"AllowedOAuthFlows": ["client_credentials"]}),
                flow,
                "client_credentials flow can not be selected if client does not have a client secret.",
            ),
            (
                json!({"AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"]}),
                flow,
                "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
            ),
            (
                json!({"AllowedOAuthFlows": ["implicit"], "AllowedOAuthScopes": ["openid"]}),
                flow,
                "CallbackUrls can not be empty when code flow or implicit flow is selected",
            ),
            (
                json!({"AllowedOAuthScopes": ["openid", "api/admin"]}),
                "ScopeDoesNotExistException",
                "Invalid scope requested: api/admin",
            ),
            (
                json!({"CallbackURLs": ["http://example.org/cb"]}),
                invalid,
                "http://example.org/cb cannot use the HTTP protocol.",
            ),
            (
                json!({"LogoutURLs": ["HTTP://localhost.example.org"]}),
                invalid,
                "HTTP://localhost.example.org cannot use the HTTP protocol.",
            ),
            (
                json!({"CallbackURLs": ["https://example.org/#x"]}),
                invalid,
                "https://example.org/#x cannot use fragment",
            ),
            (
                json!({"CallbackURLs": ["https://a.example.org"], "DefaultRedirectURI": "https://b.example.org"}),
                invalid,
                "The default redirect URI https://b.example.org is not in the callback URIs list.",
            ),
            (
                json!({"SupportedIdentityProviders": ["COGNITO", "Google"]}),
                invalid,
                "The provider Google does not exist for User Pool us-east-1_Example01.",
            ),
            (json!({"AccessTokenValidity": 25}), invalid, "Invalid range for token validity."),
            (
                json!({"IdTokenValidity": 299, "TokenValidityUnits": {"IdToken": "seconds"}}),
                invalid,
                "Invalid range for token validity.",
            ),
            (json!({"RefreshTokenValidity": 3651}), invalid, "Invalid range for token validity."),
            (
                json!({"ReadAttributes": ["shoe_size"]}),
                invalid,
                "Invalid read attributes specified while creating a client",
            ),
            (
                json!({"WriteAttributes": ["sub"]}),
                invalid,
                "Invalid write attributes specified while creating a client",
            ),
        ];
        for (settings, code, message) in table {
            assert_eq!(refused(&settings, false), Some(format!("{code}: {message}")), "{settings}");
        }
        let built_in = json!({"AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["openid"]});
        let message = "InvalidOAuthFlowException: openid is not supported with client_credentials flow.";
        assert_eq!(refused(&built_in, true).as_deref(), Some(message));
    }
}
