//! What happens in the demo: real API calls by different people and programs, one after the other.
//!
//! Every call goes through the SDK to the local AWS, which answers, records and delivers as AWS does. The calls that are
//! refused belong to the story; any other that fails breaks it off.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context;
use cacl_aws::{
    Session,
    call::{COGNITO, call},
};
use serde_json::{Value, json};

/// Who deploys, and watches.
pub const DEPLOYER: &str = "ASIALOCALKIM";

/// How many changes the story makes that the rule lets through.
pub const CHANGES: u64 = 6;

/// How fast it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tempo {
    /// With time to look at each change.
    ForPeople,
    /// As fast as order allows: CloudTrail counts whole seconds, and within one second order means nothing.
    ForPipes,
}

impl Tempo {
    fn pause(self) -> Duration {
        match self {
            Self::ForPeople => Duration::from_secs(3),
            Self::ForPipes => Duration::from_millis(1100),
        }
    }
}

/// The people and programs, by the access keys that the local AWS knows them by.
#[derive(Clone, Copy)]
enum Who {
    Pipeline,
    Console,
    Alice,
    Sam,
    Visitor,
    Root,
}

impl Who {
    fn key(self) -> &'static str {
        match self {
            Self::Pipeline => "ASIALOCALCI",
            Self::Console => "ASIALOCALCONSOLE",
            Self::Alice => "AKIALOCALALICE",
            Self::Sam => "ASIALOCALSAM",
            Self::Visitor => "ASIALOCALROBIN",
            Self::Root => "AKIALOCALROOT",
        }
    }
}

struct Teller<'a> {
    cast: &'a Cast,
    tempo: Tempo,
}

/// What the story is about.
#[derive(Debug, Clone)]
pub struct Cast {
    endpoint_url: String,
    pool: String,
    client: String,
    scopes: Vec<String>,
    shop: String,
    old: String,
}

/// Gets everything ready: two clients beside the one that the stack made. The rule lets no creation through, but CloudTrail
/// remembers it, and so there is something to compare with.
pub async fn prepare(endpoint_url: &str, outputs: &BTreeMap<String, String>) -> anyhow::Result<Cast> {
    let output = |name: &str| outputs.get(name).cloned().with_context(|| format!("the stack has no {name}"));
    let (pool, client) = (output("UserPoolId")?, output("AppClientId")?);
    let session = super::session(endpoint_url, Who::Pipeline.key()).await?;
    let scopes = scopes(&session, &pool, &client).await?;
    let shop = create(&session, &pool, web_shop()).await?;
    let old = create(&session, &pool, old_mobile()).await?;
    Ok(Cast { endpoint_url: endpoint_url.to_owned(), pool, client, scopes, shop, old })
}

/// Tells the story from beginning to end.
pub async fn tell(cast: Cast, tempo: Tempo) -> anyhow::Result<()> {
    let teller = Teller { cast: &cast, tempo };
    let Cast { client, scopes, shop, old, .. } = &cast;
    // Time to read how to make changes of one's own.
    tokio::time::sleep(tempo.pause()).await;
    // The scope that the README asks one to remove, and everything else kept.
    teller.update(Who::Console, client, sandbox(&scopes[..1])).await?;
    // Cognito itself refuses a way in for whoever sits on the line, but not one for whoever owns another domain.
    let and_callback = |url| with(web_shop(), "CallbackURLs", json!(["https://shop.example.org/cb", url]));
    teller.refused(Who::Alice, shop, and_callback("http://shop.example.org/cb")).await;
    teller.update(Who::Alice, shop, and_callback("https://web-shop.example.net/cb")).await?;
    // A script that sends only what it wants to change, and so resets all the rest.
    teller
        .update(Who::Sam, shop, json!({"AccessTokenValidity": 8, "TokenValidityUnits": {"AccessToken": "hours"}}))
        .await?;
    // Denied: may look, but not touch.
    teller.refused(Who::Visitor, shop, web_shop()).await;
    teller.delete(Who::Root, old).await
}

/// The two scopes of the sandbox client, the harmless one first.
async fn scopes(session: &Session, pool: &str, client: &str) -> anyhow::Result<Vec<String>> {
    let input = json!({"UserPoolId": pool, "ClientId": client});
    let answer = call(session, COGNITO, "DescribeUserPoolClient", input).await?;
    let scopes = answer["UserPoolClient"]["AllowedOAuthScopes"].as_array().cloned().unwrap_or_default();
    let mut scopes: Vec<String> = scopes.iter().filter_map(|scope| scope.as_str().map(str::to_owned)).collect();
    scopes.sort();
    anyhow::ensure!(scopes.len() == 2, "the sandbox client has {} scopes instead of two", scopes.len());
    Ok(scopes)
}

async fn create(session: &Session, pool: &str, settings: Value) -> anyhow::Result<String> {
    let answer = call(session, COGNITO, "CreateUserPoolClient", with(settings, "UserPoolId", json!(pool))).await?;
    let id = answer["UserPoolClient"]["ClientId"].as_str();
    id.map(str::to_owned).context("a client was made without an id")
}

/// What to type to see a change of one's own.
pub fn try_it(outputs: &BTreeMap<String, String>) -> String {
    let name = |output: &str| outputs.get(output).map_or("ID", String::as_str);
    format!(
        "aws cognito-idp update-user-pool-client \\\n  --user-pool-id {} \\\n  --client-id {} --client-name mine",
        name("UserPoolId"),
        name("AppClientId")
    )
}

fn web_shop() -> Value {
    json!({
        "ClientName": "web-shop",
        "CallbackURLs": ["https://shop.example.org/cb"],
        "LogoutURLs": ["https://shop.example.org/out"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "profile"],
        "SupportedIdentityProviders": ["COGNITO"],
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": true,
        "AccessTokenValidity": 30,
        "TokenValidityUnits": {"AccessToken": "minutes"},
    })
}

fn old_mobile() -> Value {
    json!({
        "ClientName": "old-mobile",
        "CallbackURLs": ["oldmobile://signed-in"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "phone"],
        "SupportedIdentityProviders": ["COGNITO"],
        "PreventUserExistenceErrors": "ENABLED",
    })
}

/// The sandbox client as the template has it, with these scopes.
fn sandbox(scopes: &[String]) -> Value {
    json!({
        "ClientName": "cacl-app-client",
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": scopes,
        "EnableTokenRevocation": true,
        "PreventUserExistenceErrors": "ENABLED",
    })
}

fn with(mut settings: Value, name: &str, value: Value) -> Value {
    settings[name] = value;
    settings
}

impl Teller<'_> {
    async fn session(&self, who: Who) -> anyhow::Result<Session> {
        super::session(&self.cast.endpoint_url, who.key()).await
    }

    async fn update(&self, who: Who, client: &str, settings: Value) -> anyhow::Result<()> {
        tokio::time::sleep(self.tempo.pause()).await;
        let input = with(with(settings, "UserPoolId", json!(self.cast.pool)), "ClientId", json!(client));
        call(&self.session(who).await?, COGNITO, "UpdateUserPoolClient", input).await?;
        Ok(())
    }

    /// An update that is bound to fail.
    async fn refused(&self, who: Who, client: &str, settings: Value) {
        if let Err(refusal) = self.update(who, client, settings).await {
            tracing::info!("refused, as the story has it: {refusal}");
        }
    }

    async fn delete(&self, who: Who, client: &str) -> anyhow::Result<()> {
        tokio::time::sleep(self.tempo.pause()).await;
        let input = json!({"UserPoolId": self.cast.pool, "ClientId": client});
        call(&self.session(who).await?, COGNITO, "DeleteUserPoolClient", input).await?;
        Ok(())
    }
}
