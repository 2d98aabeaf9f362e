//! What holds where a setting is absent.
//!
//! From the API reference of `CreateUserPoolClient` and `UpdateUserPoolClient`; what a response spells out was seen in
//! captured records.

use serde_json::{Value, json};

use super::VALIDITIES;

/// What the service assumes where a setting is absent, for showing "→ LEGACY": `preventUserExistenceErrors` and so on.
/// Validities are in their default unit. `None` where absent means simply nothing.
pub fn default_of(path: &str) -> Option<Value> {
    Some(match path {
        "preventUserExistenceErrors" => json!("LEGACY"),
        "refreshTokenValidity" => json!(30),
        "accessTokenValidity" | "idTokenValidity" => json!(1),
        "authSessionValidity" => json!(3),
        "enableTokenRevocation" => json!(true),
        "enablePropagateAdditionalUserContextData" | "allowedOAuthFlowsUserPoolClient" => json!(false),
        "explicitAuthFlows" => json!(["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]),
        "refreshTokenRotation.feature" => json!("DISABLED"),
        _ => json!(VALIDITIES.iter().find(|validity| validity.unit_path == Some(path))?.unit),
    })
}

/// The settings that the service spells out in the state when a request leaves them out.
pub(crate) fn filled_in() -> impl Iterator<Item = (&'static str, Value)> {
    [
        ("allowedOAuthFlowsUserPoolClient", json!(false)),
        ("authSessionValidity", json!(3)),
        ("enablePropagateAdditionalUserContextData", json!(false)),
        ("enableTokenRevocation", json!(true)),
        ("refreshTokenValidity", json!(30)),
    ]
    .into_iter()
}
