//! The calls: mostly updates, some refused or denied, some deletions, by several people.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::{Failure, Length, Options, wire::Wire};

/// The calls that the rule takes.
pub const RULE: [&str; 2] = ["UpdateUserPoolClient", "DeleteUserPoolClient"];

const PEOPLE: [&str; 4] = ["AKIALOCALALICE", "ASIALOCALKIM", "ASIALOCALSAM", "ASIALOCALCI"];
/// Who may change nothing.
const READER: &str = "ASIALOCALROBIN";

/// Makes calls.
#[derive(Debug)]
pub struct Caller {
    wire: Wire,
    pool: String,
    clients: Mutex<Vec<String>>,
    /// How many have been begun.
    begun: AtomicUsize,
    /// How many that the rule takes have been answered.
    answered: AtomicUsize,
}

impl Caller {
    /// With a pool and clients of its own.
    pub async fn new(wire: Wire, options: &Options) -> Result<Self, Failure> {
        let pool = wire.cognito(PEOPLE[0], "CreateUserPool", &json!({"PoolName": "soak"})).await?;
        let pool = pool.map_err(|error| error.to_string())?;
        let pool = pool["UserPool"]["Id"].as_str().ok_or("no pool")?.to_owned();
        let (clients, begun, answered) = (Mutex::default(), AtomicUsize::new(0), AtomicUsize::new(0));
        let caller = Self { wire, pool, clients, begun, answered };
        for _ in 0..options.clients {
            caller.create().await?;
        }
        Ok(caller)
    }

    /// How many calls that the rule takes have been answered.
    pub fn calls(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// Calls until it is enough.
    pub async fn call(&self, options: &Options) -> Result<(), Failure> {
        let started = Instant::now();
        try_join_all((0..options.workers).map(|_| self.work(options, started))).await.map(drop)
    }

    async fn work(&self, options: &Options, started: Instant) -> Result<(), Failure> {
        loop {
            let index = self.begun.fetch_add(1, Ordering::Relaxed);
            #[expect(clippy::cast_precision_loss, reason = "a soak has less than 2^52 calls")]
            if let Some(rate) = options.rate {
                sleep_until(started + Duration::from_secs_f64(index as f64 / f64::from(rate))).await;
            }
            let enough = match options.length {
                Length::Time(time) => started.elapsed() >= time,
                Length::Calls(calls) => index >= calls,
            };
            if enough {
                return Ok(());
            }
            self.one(&mut fastrand::Rng::with_seed(options.seed ^ (index as u64) << 20)).await?;
        }
    }

    async fn one(&self, rng: &mut fastrand::Rng) -> Result<(), Failure> {
        let person = PEOPLE[rng.usize(..PEOPLE.len())];
        match rng.u8(..100) {
            0 => {
                let gone = {
                    let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
                    let at = rng.usize(..clients.len());
                    clients.swap_remove(at)
                };
                self.counted(person, RULE[1], &json!({"UserPoolId": self.pool, "ClientId": gone})).await?;
                self.create().await
            }
            1 => self.counted(READER, RULE[0], &self.update(rng)).await,
            2 => {
                let mut update = self.update(rng);
                update["AllowedOAuthScopes"] = json!(["no-such/scope"]);
                self.counted(person, RULE[0], &update).await
            }
            _ => self.counted(person, RULE[0], &self.update(rng)).await,
        }
    }

    /// A call that the rule takes, whether it succeeds or not.
    async fn counted(&self, key: &str, operation: &str, input: &Value) -> Result<(), Failure> {
        // A refusal is as good a change as any: it is recorded.
        let _accepted = self.wire.cognito(key, operation, input).await?;
        self.answered.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn create(&self) -> Result<(), Failure> {
        let input = json!({"UserPoolId": self.pool, "ClientName": "soak"});
        let made = self.wire.cognito(PEOPLE[0], "CreateUserPoolClient", &input).await?.map_err(|no| no.to_string())?;
        let id = made["UserPoolClient"]["ClientId"].as_str().ok_or("no client")?.to_owned();
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        Ok(())
    }

    fn update(&self, rng: &mut fastrand::Rng) -> Value {
        let client = {
            let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
            clients[rng.usize(..clients.len())].clone()
        };
        let urls = |rng: &mut fastrand::Rng, path: &str| -> Vec<String> {
            (0..rng.u8(1..4)).map(|_| format!("https://app-{}.example.org/{path}", rng.u8(..20))).collect()
        };
        let scopes = &["openid", "email", "profile"][..rng.usize(1..=3)];
        let mut update = json!({
            "UserPoolId": self.pool,
            "ClientId": client,
            "ClientName": format!("client-{}", rng.u8(..50)),
            "CallbackURLs": urls(rng, "callback"),
            "LogoutURLs": urls(rng, "goodbye"),
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthScopes": scopes,
            "SupportedIdentityProviders": ["COGNITO"],
            "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        });
        if rng.bool() {
            update["PreventUserExistenceErrors"] = json!("ENABLED");
            update["AccessTokenValidity"] = json!(rng.u8(5..60));
            update["TokenValidityUnits"] = json!({"AccessToken": "minutes"});
        }
        update
    }
}
