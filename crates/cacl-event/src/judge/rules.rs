//! The rules, worst first.

use super::{Rule, Severity, client, pipeline, tokens, urls};

/// All rules, worst first.
pub fn rules() -> &'static [Rule] {
    RULES
}

/// A rule about the settings: it applies to what took effect.
const fn settings(
    id: &'static str,
    severity: Severity,
    looks_at: &'static [&'static str],
    sentence: &'static str,
    test: fn(&super::Subject<'_>) -> Option<String>,
) -> Rule {
    Rule { id, severity, looks_at, sentence, even_if_failed: false, test }
}

/// A rule about who called or how it ended: it applies to any call.
const fn call(
    id: &'static str,
    severity: Severity,
    looks_at: &'static [&'static str],
    sentence: &'static str,
    test: fn(&super::Subject<'_>) -> Option<String>,
) -> Rule {
    Rule { id, severity, looks_at, sentence, even_if_failed: true, test }
}

static RULES: &[Rule] = &[
    call("root-call", Severity::Critical, &["actor"], "the call was made by the account's root user", client::by_root),
    settings(
        "pipeline-tampered",
        Severity::Critical,
        &["event", "requestParameters"],
        "a part of the pipeline that shows these changes was stopped, changed or deleted",
        pipeline::tampered,
    ),
    settings("client-deleted", Severity::High, &["event"], "the client was deleted", client::deleted),
    settings(
        "settings-reset",
        Severity::High,
        &["diff"],
        "settings were reset to their defaults: the call did not send them",
        client::reset,
    ),
    settings(
        "url-plain-http",
        Severity::High,
        &["callbackURLs", "logoutURLs"],
        "a callback or logout URL over plain http was added (localhost excepted)",
        urls::plain_http,
    ),
    settings(
        "url-wildcard",
        Severity::High,
        &["callbackURLs", "logoutURLs"],
        "a callback or logout URL with a wildcard was added",
        urls::wildcard,
    ),
    settings(
        "implicit-flow-added",
        Severity::High,
        &["allowedOAuthFlows"],
        "the implicit flow was added: tokens travel in URLs",
        client::implicit_flow,
    ),
    call("denied-attempt", Severity::High, &["outcome"], "the call was denied", client::denied),
    settings(
        "scopes-taken-away",
        Severity::High,
        &["event"],
        "a resource server was deleted: its scopes are gone from every client",
        client::resource_server_deleted,
    ),
    settings("user-pool-deleted", Severity::High, &["event"], "the whole user pool was deleted", client::pool_deleted),
    settings(
        "trail-weakened",
        Severity::High,
        &["event", "requestParameters"],
        "a trail that may feed the pipeline was stopped, deleted or logs less",
        pipeline::trail_weakened,
    ),
    settings(
        "url-new-domain",
        Severity::Medium,
        &["callbackURLs", "logoutURLs"],
        "a callback or logout URL of a domain that the client did not have was added",
        urls::new_domain,
    ),
    settings(
        "client-credentials-flow-added",
        Severity::Medium,
        &["allowedOAuthFlows"],
        "the client_credentials flow was added: the client acts without a user",
        client::client_credentials_flow,
    ),
    settings(
        "password-auth-enabled",
        Severity::Medium,
        &["explicitAuthFlows"],
        "USER_PASSWORD_AUTH was enabled: passwords pass through the app",
        client::password_auth,
    ),
    settings(
        "admin-auth-enabled",
        Severity::Medium,
        &["explicitAuthFlows"],
        "an ADMIN_ auth flow was enabled: whoever holds the IAM permission can sign users in",
        client::admin_auth,
    ),
    settings("scope-added", Severity::Medium, &["allowedOAuthScopes"], "a scope was added", client::scope_added),
    settings(
        "identity-provider-added",
        Severity::Medium,
        &["supportedIdentityProviders"],
        "an identity provider was added",
        client::provider_added,
    ),
    settings(
        "write-attributes-widened",
        Severity::Medium,
        &["writeAttributes"],
        "users may write more of their attributes through the client",
        client::write_attributes_widened,
    ),
    settings(
        "token-validity-raised",
        Severity::Medium,
        &["accessTokenValidity", "idTokenValidity", "refreshTokenValidity", "authSessionValidity"],
        "tokens or sessions live longer",
        tokens::raised,
    ),
    settings(
        "token-revocation-off",
        Severity::Medium,
        &["enableTokenRevocation"],
        "token revocation was turned off",
        tokens::revocation_off,
    ),
    settings(
        "refresh-token-rotation-off",
        Severity::Medium,
        &["refreshTokenRotation.feature"],
        "refresh token rotation was turned off: a stolen one stays good",
        tokens::rotation_off,
    ),
    settings(
        "user-existence-exposed",
        Severity::Medium,
        &["preventUserExistenceErrors"],
        "sign-in errors tell again whether a user exists",
        client::user_existence_exposed,
    ),
    settings("secret-added", Severity::Medium, &["event"], "a secret was added to the client", client::secret_added),
    settings(
        "secret-deleted",
        Severity::Medium,
        &["event"],
        "a secret of the client was deleted",
        client::secret_deleted,
    ),
    settings(
        "resource-server-changed",
        Severity::Medium,
        &["event"],
        "a resource server was changed: scopes of clients may be gone",
        client::resource_server_changed,
    ),
    settings(
        "pool-mfa-off",
        Severity::Medium,
        &["event", "mfaConfiguration"],
        "MFA was set to off for the whole user pool",
        client::pool_without_mfa,
    ),
    settings(
        "identity-provider-configured",
        Severity::Medium,
        &["event"],
        "an identity provider of the user pool was set up: whoever runs it can sign users in",
        client::provider_configured,
    ),
    call(
        "console-without-mfa",
        Severity::Medium,
        &["actor", "origin"],
        "the call was made from the console without MFA",
        client::console_without_mfa,
    ),
    settings(
        "access-taken-away",
        Severity::Low,
        &[
            "allowedOAuthScopes",
            "allowedOAuthFlows",
            "explicitAuthFlows",
            "supportedIdentityProviders",
            "callbackURLs",
            "logoutURLs",
        ],
        "a scope, flow, provider or URL was taken away: what used it stops working",
        client::access_taken_away,
    ),
    settings(
        "oauth-turned-on",
        Severity::Low,
        &["allowedOAuthFlowsUserPoolClient"],
        "OAuth and the hosted sign-in pages were turned on for the client",
        client::oauth_turned_on,
    ),
    settings(
        "read-attributes-widened",
        Severity::Low,
        &["readAttributes"],
        "the client may read more of its users' attributes",
        client::read_attributes_widened,
    ),
    settings(
        "session-configuration-changed",
        Severity::Low,
        &["event"],
        "the client's session configuration was changed",
        client::session_configuration,
    ),
    settings(
        "sign-in-page-changed",
        Severity::Low,
        &["event"],
        "the look of the sign-in pages was changed",
        client::sign_in_page,
    ),
    settings("client-created", Severity::Low, &["event"], "a client was created", client::created),
    call("failed-attempt", Severity::Low, &["outcome"], "the call failed", client::failed),
];
