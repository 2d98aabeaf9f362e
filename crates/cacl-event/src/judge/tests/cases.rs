//! Every rule with cases for it and against it.

use serde_json::{Value, json};

use crate::{Baseline, BaselineKind, Change, testing};

/// What a rule is asked, and what it is to answer.
pub(super) struct Case {
    pub(super) rule: &'static str,
    pub(super) change: Change,
    pub(super) before: Option<Baseline>,
    pub(super) applies: bool,
}

/// An update that sends all of the settings after, whose baseline is known.
fn update(rule: &'static str, before: Value, after: &Value, applies: bool) -> Case {
    let change = testing::call("UpdateUserPoolClient", after.clone(), after);
    let before = Baseline { settings: testing::settings(before), kind: BaselineKind::Event, from: None };
    Case { rule, change, before: Some(before), applies }
}

/// Any other call.
fn call(rule: &'static str, event: &str, parameters: Value, applies: bool) -> Case {
    Case { rule, change: testing::call(event, parameters, &Value::Null), before: None, applies }
}

/// An update of which the record says more.
fn said(rule: &'static str, members: &Value, applies: bool) -> Case {
    let mut record = testing::record("UpdateUserPoolClient", json!({}), &Value::Null);
    for (name, value) in members.as_object().into_iter().flatten() {
        record[name] = value.clone();
    }
    Case { rule, change: testing::change(&record), before: None, applies }
}

/// A person with the console, or without it.
fn person(rule: &'static str, identity: &Value, console: bool, applies: bool) -> Case {
    said(rule, &json!({"userIdentity": identity, "sessionCredentialFromConsole": console.to_string()}), applies)
}

fn mfa(identity: Value, mfa: &str) -> Value {
    let mut identity = identity;
    identity["sessionContext"]["attributes"]["mfaAuthenticated"] = json!(mfa);
    identity
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Case> {
    urls().into_iter().chain(flows()).chain(reach()).chain(tokens()).chain(calls()).chain(pipeline()).chain(callers())
}

/// Where users are sent.
fn urls() -> Vec<Case> {
    vec![
        update(
            "url-plain-http",
            json!({"callbackURLs": ["https://a.example.org"]}),
            &json!({"callbackURLs": ["https://a.example.org", "http://a.example.org"]}),
            true,
        ),
        update("url-plain-http", json!({}), &json!({"logoutURLs": ["HTTP://a.example.org"]}), true),
        update(
            "url-plain-http",
            json!({}),
            &json!({"callbackURLs": ["http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]/cb"]}),
            false,
        ),
        update("url-plain-http", json!({}), &json!({"callbackURLs": ["http://localhost.example.org/cb"]}), true),
        update("url-plain-http", json!({}), &json!({"callbackURLs": ["http://localhost@example.org/cb"]}), true),
        update("url-plain-http", json!({}), &json!({"callbackURLs": ["https://a.example.org"]}), false),
        update(
            "url-plain-http",
            json!({"callbackURLs": ["http://a.example.org"]}),
            &json!({"callbackURLs": ["http://a.example.org"]}),
            false,
        ),
        update(
            "url-plain-http",
            json!({"callbackURLs": ["http://a.example.org", "https://a.example.org"]}),
            &json!({"callbackURLs": ["https://a.example.org"]}),
            false,
        ),
        update("url-wildcard", json!({}), &json!({"callbackURLs": ["https://*.example.org"]}), true),
        update(
            "url-wildcard",
            json!({"callbackURLs": ["https://*.example.org"]}),
            &json!({"callbackURLs": ["https://*.example.org", "https://a.example.org"]}),
            false,
        ),
        update(
            "url-new-domain",
            json!({"callbackURLs": ["https://a.example.org"]}),
            &json!({"callbackURLs": ["https://a.example.org", "https://b.example.org"]}),
            true,
        ),
        update("url-new-domain", json!({}), &json!({"callbackURLs": ["https://a.example.org"]}), true),
        update(
            "url-new-domain",
            json!({"logoutURLs": ["https://A.example.org/out"]}),
            &json!({"callbackURLs": ["https://a.example.org/cb"]}),
            false,
        ),
        update("url-new-domain", json!({}), &json!({"callbackURLs": ["http://localhost/cb"]}), false),
        update(
            "url-new-domain",
            json!({"callbackURLs": ["a.b://cb"]}),
            &json!({"callbackURLs": ["a.b://cb2", "c.d://cb"]}),
            true,
        ),
    ]
}

/// How tokens are got.
fn flows() -> Vec<Case> {
    vec![
        update(
            "implicit-flow-added",
            json!({"allowedOAuthFlows": ["code"]}),
            &json!({"allowedOAuthFlows": ["code", "implicit"]}),
            true,
        ),
        update(
            "implicit-flow-added",
            json!({"allowedOAuthFlows": ["implicit"]}),
            &json!({"allowedOAuthFlows": ["implicit", "code"]}),
            false,
        ),
        update("client-credentials-flow-added", json!({}), &json!({"allowedOAuthFlows": ["client_credentials"]}), true),
        update("client-credentials-flow-added", json!({}), &json!({"allowedOAuthFlows": ["code"]}), false),
        update("password-auth-enabled", json!({}), &json!({"explicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}), true),
        update("password-auth-enabled", json!({}), &json!({"explicitAuthFlows": ["USER_PASSWORD_AUTH"]}), true),
        update(
            "password-auth-enabled",
            json!({"explicitAuthFlows": ["USER_PASSWORD_AUTH"]}),
            &json!({"explicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}),
            false,
        ),
        update("password-auth-enabled", json!({}), &json!({"explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}), false),
        update(
            "admin-auth-enabled",
            json!({}),
            &json!({"explicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]}),
            true,
        ),
        update("admin-auth-enabled", json!({}), &json!({"explicitAuthFlows": ["ADMIN_NO_SRP_AUTH"]}), true),
        update("admin-auth-enabled", json!({}), &json!({"explicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}), false),
        update(
            "oauth-turned-on",
            json!({"allowedOAuthFlowsUserPoolClient": false}),
            &json!({"allowedOAuthFlowsUserPoolClient": true}),
            true,
        ),
        update(
            "oauth-turned-on",
            json!({"allowedOAuthFlowsUserPoolClient": true}),
            &json!({"allowedOAuthFlowsUserPoolClient": true}),
            false,
        ),
        update(
            "oauth-turned-on",
            json!({"allowedOAuthFlowsUserPoolClient": true}),
            &json!({"allowedOAuthFlowsUserPoolClient": false}),
            false,
        ),
    ]
}

/// What the client and its users may do.
fn reach() -> Vec<Case> {
    vec![
        update("scope-added", json!({"allowedOAuthScopes": ["a"]}), &json!({"allowedOAuthScopes": ["a", "b"]}), true),
        update("scope-added", json!({"allowedOAuthScopes": ["a", "b"]}), &json!({"allowedOAuthScopes": ["a"]}), false),
        update(
            "identity-provider-added",
            json!({"supportedIdentityProviders": ["COGNITO"]}),
            &json!({"supportedIdentityProviders": ["COGNITO", "Evil"]}),
            true,
        ),
        update(
            "identity-provider-added",
            json!({"supportedIdentityProviders": ["COGNITO", "Evil"]}),
            &json!({"supportedIdentityProviders": ["COGNITO"]}),
            false,
        ),
        update(
            "write-attributes-widened",
            json!({"writeAttributes": ["name"]}),
            &json!({"writeAttributes": ["name", "email"]}),
            true,
        ),
        update("write-attributes-widened", json!({"writeAttributes": ["name"]}), &json!({}), true),
        update(
            "write-attributes-widened",
            json!({"writeAttributes": ["name", "email"]}),
            &json!({"writeAttributes": ["name"]}),
            false,
        ),
        update("write-attributes-widened", json!({}), &json!({"writeAttributes": ["name"]}), false),
        update(
            "user-existence-exposed",
            json!({"preventUserExistenceErrors": "ENABLED"}),
            &json!({"preventUserExistenceErrors": "LEGACY"}),
            true,
        ),
        update("user-existence-exposed", json!({"preventUserExistenceErrors": "ENABLED"}), &json!({}), true),
        update(
            "user-existence-exposed",
            json!({"preventUserExistenceErrors": "LEGACY"}),
            &json!({"preventUserExistenceErrors": "ENABLED"}),
            false,
        ),
        update("settings-reset", json!({"logoutURLs": ["https://a.example.org"]}), &json!({}), true),
        update("settings-reset", json!({"logoutURLs": ["https://a.example.org"]}), &json!({"logoutURLs": []}), false),
        update(
            "read-attributes-widened",
            json!({"readAttributes": ["name"]}),
            &json!({"readAttributes": ["name", "email"]}),
            true,
        ),
        update("read-attributes-widened", json!({}), &json!({"readAttributes": ["name"]}), false),
        update(
            "read-attributes-widened",
            json!({"readAttributes": ["name", "email"]}),
            &json!({"readAttributes": ["name"]}),
            false,
        ),
        update(
            "access-taken-away",
            json!({"allowedOAuthScopes": ["a", "b"]}),
            &json!({"allowedOAuthScopes": ["a"]}),
            true,
        ),
        update(
            "access-taken-away",
            json!({"callbackURLs": ["https://a.example.org"]}),
            &json!({"callbackURLs": []}),
            true,
        ),
        update(
            "access-taken-away",
            json!({"supportedIdentityProviders": ["Okta", "COGNITO"]}),
            &json!({"supportedIdentityProviders": ["COGNITO"]}),
            true,
        ),
        update(
            "access-taken-away",
            json!({"allowedOAuthScopes": ["a"]}),
            &json!({"allowedOAuthScopes": ["b", "a"]}),
            false,
        ),
        update("access-taken-away", json!({"allowedOAuthScopes": ["a"]}), &json!({}), false),
        call("access-taken-away", "DeleteUserPoolClient", json!({}), false),
    ]
}

/// How long tokens are good.
fn tokens() -> Vec<Case> {
    vec![
        update(
            "token-validity-raised",
            json!({"refreshTokenValidity": 30}),
            &json!({"refreshTokenValidity": 31}),
            true,
        ),
        update(
            "token-validity-raised",
            json!({"accessTokenValidity": 5, "tokenValidityUnits.accessToken": "minutes"}),
            &json!({"accessTokenValidity": 5, "tokenValidityUnits": {"accessToken": "hours"}}),
            true,
        ),
        update(
            "token-validity-raised",
            json!({"accessTokenValidity": 60, "tokenValidityUnits.accessToken": "minutes"}),
            &json!({"accessTokenValidity": 1, "tokenValidityUnits": {"accessToken": "hours"}}),
            false,
        ),
        update(
            "token-validity-raised",
            json!({"accessTokenValidity": 15, "tokenValidityUnits.accessToken": "minutes"}),
            &json!({}),
            true,
        ),
        update("token-validity-raised", json!({}), &json!({"idTokenValidity": 24}), true),
        update("token-validity-raised", json!({}), &json!({"idTokenValidity": 1, "refreshTokenValidity": 30}), false),
        update("token-validity-raised", json!({"authSessionValidity": 15}), &json!({"authSessionValidity": 3}), false),
        update(
            "token-revocation-off",
            json!({"enableTokenRevocation": true}),
            &json!({"enableTokenRevocation": false}),
            true,
        ),
        update(
            "token-revocation-off",
            json!({"enableTokenRevocation": false}),
            &json!({"enableTokenRevocation": true}),
            false,
        ),
        update(
            "refresh-token-rotation-off",
            json!({"refreshTokenRotation.feature": "ENABLED"}),
            &json!({"refreshTokenRotation": {"feature": "DISABLED"}}),
            true,
        ),
        update("refresh-token-rotation-off", json!({"refreshTokenRotation.feature": "ENABLED"}), &json!({}), true),
        update("refresh-token-rotation-off", json!({"refreshTokenRotation.feature": "DISABLED"}), &json!({}), false),
        update(
            "refresh-token-rotation-off",
            json!({}),
            &json!({"refreshTokenRotation": {"feature": "ENABLED"}}),
            false,
        ),
    ]
}

/// Calls that say it all by their names.
fn calls() -> Vec<Case> {
    let by_name: [(&'static str, &[&str]); 10] = [
        ("client-deleted", &["DeleteUserPoolClient"]),
        ("client-created", &["CreateUserPoolClient"]),
        ("secret-added", &["AddUserPoolClientSecret"]),
        ("secret-deleted", &["DeleteUserPoolClientSecret"]),
        ("session-configuration-changed", &["SetUserPoolClientSessionConfiguration"]),
        (
            "sign-in-page-changed",
            &[
                "CreateManagedLoginBranding",
                "UpdateManagedLoginBranding",
                "DeleteManagedLoginBranding",
                "SetUICustomization",
            ],
        ),
        ("resource-server-changed", &["UpdateResourceServer"]),
        ("scopes-taken-away", &["DeleteResourceServer"]),
        ("user-pool-deleted", &["DeleteUserPool"]),
        ("identity-provider-configured", &["CreateIdentityProvider", "UpdateIdentityProvider"]),
    ];
    let mut cases = vec![
        call("pool-mfa-off", "SetUserPoolMfaConfig", json!({"mfaConfiguration": "OFF"}), true),
        call("pool-mfa-off", "SetUserPoolMfaConfig", json!({"mfaConfiguration": "ON"}), false),
        call("pool-mfa-off", "UpdateUserPool", json!({"mfaConfiguration": "OFF"}), false),
    ];
    for (rule, events) in by_name {
        cases.extend(events.iter().map(|event| call(rule, event, json!({}), true)));
        cases.extend(["DescribeUserPoolClient", "InitiateAuth"].map(|event| call(rule, event, json!({}), false)));
    }
    cases
}

/// The pipeline's own parts, and those of others.
fn pipeline() -> Vec<Case> {
    let touched = [
        ("StopLogging", json!({"name": "cacl-main"})),
        ("StopLogging", json!({"name": "arn:aws:cloudtrail:eu-west-1:123456789012:trail/cacl-main"})),
        (
            "PutEventSelectors",
            json!({"trailName": "cacl-main", "eventSelectors": [{"readWriteType": "WriteOnly", "includeManagementEvents": true}]}),
        ),
        ("DeleteBucket", json!({"bucketName": "x-cloudtrail-123456789012-eu-west-1"})),
        ("PutBucketPolicy", json!({"bucketName": "x-cloudtrail-123456789012-eu-west-1"})),
        ("DisableRule", json!({"name": "x-app-client-api-call-events"})),
        ("RemoveTargets", json!({"rule": "x-app-client-api-call-events"})),
        ("UpdateFunctionCode20150331v2", json!({"functionName": "x-app-client-api-call-subscriber"})),
        (
            "DeleteFunction20150331",
            json!({"functionName": "arn:aws:lambda:eu-west-1:123456789012:function:x-app-client-api-call-subscriber"}),
        ),
        ("RemovePermission20150331v2", json!({"functionName": "x-app-client-api-call-subscriber"})),
        ("DetachRolePolicy", json!({"roleName": "x-cognito-api-calls-SubscriberRole-1A2B3C"})),
        ("DeleteLogGroup", json!({"logGroupName": "/aws/lambda/x-app-client-api-call-subscriber"})),
        (
            "PutRetentionPolicy",
            json!({"logGroupName": "/aws/lambda/x-app-client-api-call-subscriber", "retentionInDays": 1}),
        ),
        (
            "DeleteQueue",
            json!({"queueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/x-cognito-api-calls-DeadLetterQueue-1A2B3C"}),
        ),
        ("DeleteTopic", json!({"topicArn": "arn:aws:sns:eu-west-1:123456789012:x-app-client-api-call-notifications"})),
        ("DeleteStack", json!({"stackName": "x-cognito-api-calls"})),
    ];
    let others = [
        ("DisableRule", json!({"name": "nightly"})),
        ("EnableRule", json!({"name": "x-app-client-api-call-events"})),
        ("UpdateFunctionCode20150331v2", json!({"functionName": "nightly"})),
        ("UpdateFunctionCodeSigning", json!({"functionName": "x-app-client-api-call-subscriber"})),
        ("DeleteRule", json!({})),
        ("DeleteLogGroup", json!({"logGroupName": "/aws/lambda/nightly"})),
        ("StopLogging", json!({"name": "audit"})),
    ];
    let write_only = json!([{"readWriteType": "WriteOnly", "includeManagementEvents": true}]);
    let advanced =
        |fields: Value| json!({"trailName": "audit", "advancedEventSelectors": [{"fieldSelectors": fields}]});
    let management = json!({"field": "eventCategory", "equals": ["Management"]});
    let trails = [
        ("StopLogging", json!({"name": "audit"}), true),
        ("DeleteTrail", json!({"name": "audit"}), true),
        ("UpdateTrail", json!({"name": "audit", "isMultiRegionTrail": false}), true),
        ("UpdateTrail", json!({"name": "audit", "isMultiRegionTrail": true}), false),
        ("StartLogging", json!({"name": "audit"}), false),
        ("StopLogging", json!({"name": "cacl-main"}), false),
        ("PutEventSelectors", json!({"trailName": "audit", "eventSelectors": write_only}), false),
        (
            "PutEventSelectors",
            json!({"trailName": "audit", "eventSelectors": [{"readWriteType": "ReadOnly", "includeManagementEvents": true}]}),
            true,
        ),
        (
            "PutEventSelectors",
            json!({"trailName": "audit", "eventSelectors": [{"readWriteType": "All", "includeManagementEvents": false}]}),
            true,
        ),
        ("PutEventSelectors", advanced(json!([management])), false),
        ("PutEventSelectors", advanced(json!([management, {"field": "readOnly", "equals": ["true"]}])), true),
        ("PutEventSelectors", advanced(json!([{"field": "eventCategory", "equals": ["Data"]}])), true),
        ("PutEventSelectors", json!({"trailName": "audit"}), false),
    ];
    let touched = touched.into_iter().map(|(event, parameters)| call("pipeline-tampered", event, parameters, true));
    let others = others.into_iter().map(|(event, parameters)| call("pipeline-tampered", event, parameters, false));
    let trails =
        trails.into_iter().map(|(event, parameters, applies)| call("trail-weakened", event, parameters, applies));
    touched.chain(others).chain(trails).collect()
}

/// Who called, and how it ended.
fn callers() -> Vec<Case> {
    let user = json!({"type": "IAMUser", "userName": "root"});
    let sso = json!({"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/kim"});
    let failed = |rule, code: &str, applies| said(rule, &json!({"errorCode": code}), applies);
    vec![
        person("root-call", &json!({"type": "Root"}), false, true),
        person("root-call", &user, false, false),
        person("console-without-mfa", &mfa(user.clone(), "false"), true, true),
        person("console-without-mfa", &mfa(json!({"type": "Root"}), "false"), true, true),
        person("console-without-mfa", &mfa(user.clone(), "true"), true, false),
        person("console-without-mfa", &mfa(user.clone(), "false"), false, false),
        person("console-without-mfa", &user, true, false),
        person("console-without-mfa", &mfa(sso, "false"), true, false),
        failed("denied-attempt", "AccessDenied", true),
        failed("denied-attempt", "AccessDeniedException", true),
        failed("denied-attempt", "Client.UnauthorizedOperation", true),
        failed("denied-attempt", "NotAuthorizedException", true),
        failed("denied-attempt", "InvalidParameterException", false),
        failed("failed-attempt", "InvalidParameterException", true),
        failed("failed-attempt", "TooManyRequestsException", true),
        failed("failed-attempt", "AccessDenied", false),
        failed("failed-attempt", "", false),
    ]
}
