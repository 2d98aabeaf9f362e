//! Cognito as a caller sees it, and the records that its calls leave, compared whole with records in AWS's shape.

use serde_json::{Value, json};

use super::{handle, resource};
use crate::{
    cloudtrail,
    world::{Caller, Shared, World},
};

fn developer() -> Caller {
    Caller {
        access_key: "AKIAEXAMPLEDEVELOPER".to_owned(),
        identity: json!({
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLEDEVELOPER0",
            "arn": "arn:aws:iam::000000000000:user/developer",
            "accountId": "000000000000",
            "accessKeyId": "AKIAEXAMPLEDEVELOPER",
            "userName": "developer",
        }),
        source_ip: "198.51.100.7".to_owned(),
        user_agent: "aws-cli/2.31.0".to_owned(),
        invoked_by: None,
        request_id: "11111111-2222-4333-8444-555555555555".to_owned(),
        from_console: false,
        read_only: false,
    }
}

/// A world with a pool, a resource server `api` and a client `web`; with the ids of pool and client.
struct Example {
    world: Shared,
    pool: String,
    client: String,
}

impl Example {
    fn new() -> Self {
        let world = World::test();
        let made = handle(&world, &developer(), "CreateUserPool", &json!({"PoolName": "people"})).expect("a pool");
        let pool = made["UserPool"]["Id"].as_str().expect("an id").to_owned();
        let scopes = ["read", "write"].map(|name| json!({"ScopeName": name, "ScopeDescription": name}));
        let server = json!({"UserPoolId": pool, "Identifier": "api", "Name": "api", "Scopes": scopes});
        handle(&world, &developer(), "CreateResourceServer", &server).expect("a resource server");
        let request = json!({
            "UserPoolId": pool,
            "ClientName": "web",
            "GenerateSecret": true,
            "CallbackURLs": ["https://app.example.org/callback"],
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "api/read", "api/write"],
            "AllowedOAuthFlowsUserPoolClient": true,
            "PreventUserExistenceErrors": "ENABLED",
        });
        let made = handle(&world, &developer(), "CreateUserPoolClient", &request).expect("a client");
        let client = made["UserPoolClient"]["ClientId"].as_str().expect("an id").to_owned();
        Self { world, pool, client }
    }

    fn request(&self, more: Value) -> Value {
        let mut request = json!({"UserPoolId": self.pool, "ClientId": self.client});
        if let (Value::Object(request), Value::Object(more)) = (&mut request, more) {
            request.extend(more);
        }
        request
    }

    fn client(&self) -> Value {
        let described = handle(&self.world, &developer(), "DescribeUserPoolClient", &self.request(json!({})));
        described.expect("the client")["UserPoolClient"].clone()
    }

    /// The newest record, with `POOL`, `CLIENT` and `EVENT` in the place of its ids.
    fn record(&self) -> Value {
        let found = cloudtrail::handle(&self.world, &developer(), "LookupEvents", &json!({"MaxResults": 1}));
        let record = found.expect("events")["Events"][0]["CloudTrailEvent"].as_str().expect("a record").to_owned();
        let record = record.replace(&self.pool, "POOL").replace(&self.client, "CLIENT");
        let mut record: Value = serde_json::from_str(&record).expect("JSON");
        assert_eq!(record["eventID"].as_str().map(str::len), Some(36));
        record["eventID"] = "EVENT".into();
        record
    }
}

/// Field by field and in the same order.
fn assert_same(record: &Value, fixture: &str) {
    let expected: Value = serde_json::from_str(fixture).expect("a fixture");
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
    assert_eq!(pretty(record), pretty(&expected));
}

#[tokio::test]
async fn a_creation_is_recorded_as_aws_does() {
    assert_same(&Example::new().record(), include_str!("fixtures/create.json"));
}

#[tokio::test]
async fn an_update_replaces_resets_and_is_recorded() {
    let example = Example::new();
    let request = example.request(json!({
        "RefreshTokenValidity": 7,
        "AccessTokenValidity": 15,
        "TokenValidityUnits": {"AccessToken": "minutes"},
    }));
    let before = example.client();
    handle(&example.world, &developer(), "UpdateUserPoolClient", &request).expect("an update");
    assert_same(&example.record(), include_str!("fixtures/update.json"));
    let after = example.client();
    for kept in ["ClientName", "ClientSecret", "ClientId", "CreationDate"] {
        assert_eq!(before[kept], after[kept], "{kept}");
    }
    for reset in ["CallbackURLs", "AllowedOAuthFlows", "AllowedOAuthScopes", "PreventUserExistenceErrors"] {
        assert_eq!(after.get(reset), None, "{reset}");
    }
    assert_eq!(after["AllowedOAuthFlowsUserPoolClient"], false);
}

#[tokio::test]
async fn a_refused_call_changes_nothing_and_is_recorded_with_what_it_wanted() {
    let example = Example::new();
    let before = example.client();
    let request = example.request(json!({"AllowedOAuthScopes": ["api/admin"]}));
    let error = handle(&example.world, &developer(), "UpdateUserPoolClient", &request).expect_err("no such scope");
    assert_eq!(error.code, "ScopeDoesNotExistException");
    assert_same(&example.record(), include_str!("fixtures/refused.json"));
    assert_eq!(example.client(), before);
}

#[tokio::test]
async fn a_denied_call_is_recorded_without_what_it_wanted() {
    let example = Example::new();
    let caller = Caller { read_only: true, from_console: true, ..developer() };
    let request = example.request(json!({}));
    let error = handle(&example.world, &caller, "DeleteUserPoolClient", &request).expect_err("denied");
    assert_eq!(error.code, "AccessDeniedException");
    assert_same(&example.record(), include_str!("fixtures/denied.json"));
    assert!(handle(&example.world, &caller, "DescribeUserPoolClient", &request).is_ok(), "reading is allowed");
}

#[tokio::test]
async fn what_cloudformation_does_is_recorded_as_its_doing() {
    let example = Example::new();
    let caller = developer().through_cloudformation("66666666-7777-4888-9999-aaaaaaaaaaaa".to_owned());
    let kind = "AWS::Cognito::UserPoolClient";
    resource::delete(&example.world, &caller, kind, &example.client).await.expect("deleted");
    assert_same(&example.record(), include_str!("fixtures/delete-through-cloudformation.json"));
    resource::delete(&example.world, &caller, kind, &example.client).await.expect("gone already");
}

#[tokio::test]
async fn missing_things_are_missed_in_aws_words() {
    let example = Example::new();
    let table = [
        ("DescribeUserPool", json!({"UserPoolId": "us-east-1_none"}), "User pool us-east-1_none does not exist."),
        ("UpdateUserPoolClient", example.request(json!({"ClientId": "none"})), "User pool client none does not exist."),
        (
            "DeleteResourceServer",
            example.request(json!({"Identifier": "none"})),
            "Resource server none does not exist.",
        ),
    ];
    for (operation, request, message) in table {
        let error = handle(&example.world, &developer(), operation, &request).expect_err(operation);
        assert_eq!((error.code.as_ref(), error.message.as_str()), ("ResourceNotFoundException", message));
    }
    let error = handle(&example.world, &developer(), "InitiateAuth", &json!({})).expect_err("not there");
    assert_eq!(error.code, "UnknownOperationException");
}

#[tokio::test]
async fn a_scope_that_goes_is_taken_from_the_clients() {
    let example = Example::new();
    let scopes = [json!({"ScopeName": "read", "ScopeDescription": "read"})];
    let request = json!({"UserPoolId": example.pool, "Identifier": "api", "Name": "api", "Scopes": scopes});
    handle(&example.world, &developer(), "UpdateResourceServer", &request).expect("an update");
    assert_eq!(example.client()["AllowedOAuthScopes"], json!(["openid", "api/read"]));
}

#[tokio::test]
async fn a_protected_pool_stays_and_an_update_resets_it() {
    let world = World::test();
    let request = json!({"PoolName": "people", "DeletionProtection": "ACTIVE", "UsernameAttributes": ["email"]});
    let made = handle(&world, &developer(), "CreateUserPool", &request).expect("a pool");
    let pool = json!({"UserPoolId": made["UserPool"]["Id"]});
    let error = handle(&world, &developer(), "DeleteUserPool", &pool).expect_err("protected");
    assert_eq!(error.code, "InvalidParameterException");
    handle(&world, &developer(), "UpdateUserPool", &pool).expect("an update");
    let after = &handle(&world, &developer(), "DescribeUserPool", &pool).expect("the pool")["UserPool"];
    assert_eq!(after["DeletionProtection"], "INACTIVE");
    assert_eq!((&after["Name"], &after["UsernameAttributes"]), (&json!("people"), &json!(["email"])));
    handle(&world, &developer(), "DeleteUserPool", &pool).expect("deleted");
    assert!(handle(&world, &developer(), "DescribeUserPool", &pool).is_err());
}

#[tokio::test]
async fn lists_come_in_pages() {
    let example = Example::new();
    for name in ["b", "c"] {
        let request = json!({"UserPoolId": example.pool, "ClientName": name});
        handle(&example.world, &developer(), "CreateUserPoolClient", &request).expect("a client");
    }
    let mut request = json!({"UserPoolId": example.pool, "MaxResults": 2});
    let mut names = Vec::new();
    loop {
        let page = handle(&example.world, &developer(), "ListUserPoolClients", &request).expect("a page");
        names.extend(page["UserPoolClients"].as_array().expect("a list").iter().map(|c| c["ClientName"].clone()));
        let Some(token) = page.get("NextToken") else { break };
        request["NextToken"] = token.clone();
    }
    assert_eq!(names, ["web", "b", "c"]);
}

#[tokio::test]
async fn cloudformation_makes_changes_and_replaces() {
    let example = Example::new();
    let kind = "AWS::Cognito::UserPoolClient";
    let old = json!({
        "UserPoolId": example.pool,
        "GenerateSecret": "true",
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["api/read"],
        "AllowedOAuthFlowsUserPoolClient": "true",
        "RefreshTokenValidity": "5",
    });
    let made = resource::create(&example.world, &developer(), kind, "AppClient", &old).await.expect("a client");
    assert_eq!((made.physical_id.len(), made.attributes.len()), (26, 3));
    assert!(made.attributes["Name"].as_str().is_some_and(|name| name.starts_with("AppClient-")));
    let mut new = old.clone();
    new["AllowedOAuthScopes"] = json!(["api/write"]);
    let updated = resource::update(&example.world, &developer(), kind, &made.physical_id, &old, &new).await;
    assert_eq!(updated, Ok(crate::world::Updated::InPlace(made.clone())));
    new["GenerateSecret"] = false.into();
    let updated = resource::update(&example.world, &developer(), kind, &made.physical_id, &old, &new).await;
    assert_eq!(updated, Ok(crate::world::Updated::Replace));
}
