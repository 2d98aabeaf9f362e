//! Rules about who called, how it ended, and what became of the client.

use serde_json::Value;

use super::Subject;
use crate::{ActorType, Class, Kind, Origin, Outcome, Row};

impl Subject<'_> {
    /// What a list gained, against a known baseline.
    pub(super) fn gained(&self, path: &str) -> Vec<&str> {
        let row = self.touched(path);
        let added = row.and_then(|row| row.added.as_deref()).unwrap_or_default();
        added.iter().filter_map(Value::as_str).collect()
    }

    /// The row of a setting that is not as it was, against a known baseline.
    pub(super) fn altered(&self, path: &str) -> Option<&Row> {
        self.touched(path).filter(|row| row.class != Class::Set)
    }

    /// The row of a setting, unless it is as it was.
    pub(super) fn touched(&self, path: &str) -> Option<&Row> {
        self.touched.iter().find(|row| row.path == path)
    }

    /// Whether the call is an update whose baseline is known: then what was there before is known, the defaults included.
    pub(super) fn is_known_update(&self) -> bool {
        self.change.kind == Kind::Update && self.diff.baseline != crate::BaselineKind::None
    }

    fn is_call(&self, events: &[&str]) -> bool {
        events.contains(&&*self.change.event)
    }
}

/// `"scope added: a, b"`, unless there is nothing to name.
pub(super) fn named(what: &str, values: &[&str]) -> Option<String> {
    (!values.is_empty()).then(|| format!("{what}: {}", values.join(", ")))
}

fn says(applies: bool, text: &str) -> Option<String> {
    applies.then(|| text.to_owned())
}

pub(super) fn by_root(subject: &Subject<'_>) -> Option<String> {
    says(subject.change.actor.kind == ActorType::Root, "called by the account's root user")
}

/// Of SSO people `CloudTrail` says "no MFA" whatever their identity provider asked of them, so it says nothing.
pub(super) fn console_without_mfa(subject: &Subject<'_>) -> Option<String> {
    let actor = &subject.change.actor;
    let without = subject.change.origin == Origin::Console && actor.mfa == Some(false) && !actor.is_sso();
    says(without, "called from the console without MFA")
}

pub(super) fn denied(subject: &Subject<'_>) -> Option<String> {
    match &subject.change.outcome {
        Outcome::Failed { code, .. } if subject.change.outcome.is_denied() => {
            Some(format!("denied ({code}): attempted, not applied"))
        }
        _ => None,
    }
}

pub(super) fn failed(subject: &Subject<'_>) -> Option<String> {
    match &subject.change.outcome {
        Outcome::Failed { code, .. } if !subject.change.outcome.is_denied() => {
            Some(format!("failed ({code}): attempted, not applied"))
        }
        _ => None,
    }
}

pub(super) fn deleted(subject: &Subject<'_>) -> Option<String> {
    says(subject.change.kind == Kind::Delete, "the client was deleted")
}

pub(super) fn created(subject: &Subject<'_>) -> Option<String> {
    says(subject.change.kind == Kind::Create, "a new client")
}

pub(super) fn reset(subject: &Subject<'_>) -> Option<String> {
    let paths = subject.diff.reset();
    match paths.as_slice() {
        [] => None,
        [path] => Some(format!("1 setting was reset, the call did not send it: {path}")),
        _ => Some(format!("{} settings were reset, the call did not send them: {}", paths.len(), paths.join(", "))),
    }
}

fn flow_added(subject: &Subject<'_>, flow: &str) -> bool {
    subject.gained("allowedOAuthFlows").contains(&flow)
}

/// The flow that gives tokens away in URLs.
pub(super) const IMPLICIT: &str = "implicit";

pub(super) fn implicit_flow(subject: &Subject<'_>) -> Option<String> {
    says(flow_added(subject, IMPLICIT), "implicit flow added: tokens travel in URLs")
}

pub(super) fn client_credentials_flow(subject: &Subject<'_>) -> Option<String> {
    says(flow_added(subject, "client_credentials"), "client_credentials flow added: the client acts without a user")
}

/// The auth flows that were not there before under their old names (`USER_PASSWORD_AUTH`, `ADMIN_NO_SRP_AUTH`) or their new
/// ones (`ALLOW_…`).
fn auth_flow_added<'a>(subject: &'a Subject<'_>, names: [&str; 2]) -> Vec<&'a str> {
    let path = "explicitAuthFlows";
    let had = subject.altered(path).and_then(|row| row.before.as_ref()?.as_array());
    let had_any = had.is_some_and(|had| had.iter().filter_map(Value::as_str).any(|flow| names.contains(&flow)));
    let mut added = subject.gained(path);
    added.retain(|flow| names.contains(flow) && !had_any);
    added
}

pub(super) fn password_auth(subject: &Subject<'_>) -> Option<String> {
    named("password sign-in enabled", &auth_flow_added(subject, ["USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"]))
}

pub(super) fn admin_auth(subject: &Subject<'_>) -> Option<String> {
    let names = ["ADMIN_NO_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"];
    named("administrative sign-in enabled", &auth_flow_added(subject, names))
}

pub(super) fn scope_added(subject: &Subject<'_>) -> Option<String> {
    if !subject.is_known_update() {
        return None;
    }
    named("scope added", &subject.gained("allowedOAuthScopes"))
}

pub(super) fn provider_added(subject: &Subject<'_>) -> Option<String> {
    if !subject.is_known_update() {
        return None;
    }
    named("identity provider added", &subject.gained("supportedIdentityProviders"))
}

/// Without the setting every standard attribute may be written, so losing it widens too.
pub(super) fn write_attributes_widened(subject: &Subject<'_>) -> Option<String> {
    let row = subject.altered("writeAttributes").filter(|_| subject.is_known_update())?;
    match (&row.before, &row.after) {
        (Some(_), None) => Some("all standard attributes may be written".to_owned()),
        (Some(_), Some(_)) => named("attributes may be written", &subject.gained("writeAttributes")),
        (None, _) => None,
    }
}

/// Absent means `LEGACY`.
pub(super) fn user_existence_exposed(subject: &Subject<'_>) -> Option<String> {
    let row = subject.altered("preventUserExistenceErrors").filter(|_| subject.is_known_update())?;
    let prevents = |value: &Option<Value>| value.as_ref().and_then(Value::as_str) == Some("ENABLED");
    says(prevents(&row.before) && !prevents(&row.after), "sign-in errors tell again whether a user exists")
}

/// The setting says `false` where it is off, and the flows of the client mean nothing then.
pub(super) fn oauth_turned_on(subject: &Subject<'_>) -> Option<String> {
    let row = subject.altered("allowedOAuthFlowsUserPoolClient").filter(|_| subject.is_known_update())?;
    let is_on = |value: &Option<Value>| *value == Some(Value::Bool(true));
    says(!is_on(&row.before) && is_on(&row.after), "OAuth and the hosted sign-in pages turned on for the client")
}

/// Without the setting the standard attributes may be read; whether that is more is not known.
pub(super) fn read_attributes_widened(subject: &Subject<'_>) -> Option<String> {
    let row = subject.altered("readAttributes").filter(|row| row.before.is_some() && subject.is_known_update())?;
    row.after.as_ref()?;
    named("attributes may be read", &subject.gained("readAttributes"))
}

/// What an update takes away on purpose; what it forgets is a reset.
pub(super) fn access_taken_away(subject: &Subject<'_>) -> Option<String> {
    const LISTS: [(&str, &str); 6] = [
        ("allowedOAuthScopes", "scope"),
        ("allowedOAuthFlows", "OAuth flow"),
        ("explicitAuthFlows", "auth flow"),
        ("supportedIdentityProviders", "identity provider"),
        ("callbackURLs", "callback URL"),
        ("logoutURLs", "logout URL"),
    ];
    if !subject.is_known_update() {
        return None;
    }
    let of_list = |(path, what): (&str, &str)| {
        let row = subject.touched(path).filter(|row| matches!(row.class, Class::Changed | Class::Removed))?;
        let gone: Vec<&str> = row.removed.as_deref()?.iter().filter_map(Value::as_str).collect();
        named(what, &gone)
    };
    let gone: Vec<String> = LISTS.into_iter().filter_map(of_list).collect();
    (!gone.is_empty()).then(|| format!("taken away: {}", gone.join("; ")))
}

pub(super) fn pool_deleted(subject: &Subject<'_>) -> Option<String> {
    says(subject.is_call(&["DeleteUserPool"]), "the user pool was deleted, with all its clients and users")
}

/// Of what was before nothing is known, but what is true now is bad enough.
pub(super) fn pool_without_mfa(subject: &Subject<'_>) -> Option<String> {
    let is_off = || subject.change.sent.as_ref()?.get("mfaConfiguration").map(|value| value == "OFF");
    let applies = subject.is_call(&["SetUserPoolMfaConfig"]) && is_off() == Some(true);
    says(applies, "MFA was set to off for the whole user pool")
}

pub(super) fn provider_configured(subject: &Subject<'_>) -> Option<String> {
    let events = ["CreateIdentityProvider", "UpdateIdentityProvider"];
    says(
        subject.is_call(&events),
        "an identity provider of the user pool was set up: whoever runs it can sign users in",
    )
}

pub(super) fn secret_added(subject: &Subject<'_>) -> Option<String> {
    says(subject.is_call(&["AddUserPoolClientSecret"]), "a secret was added to the client")
}

pub(super) fn secret_deleted(subject: &Subject<'_>) -> Option<String> {
    says(subject.is_call(&["DeleteUserPoolClientSecret"]), "a secret of the client was deleted")
}

pub(super) fn session_configuration(subject: &Subject<'_>) -> Option<String> {
    says(subject.is_call(&["SetUserPoolClientSessionConfiguration"]), "the client's session configuration was changed")
}

pub(super) fn sign_in_page(subject: &Subject<'_>) -> Option<String> {
    let events = [
        "CreateManagedLoginBranding",
        "UpdateManagedLoginBranding",
        "DeleteManagedLoginBranding",
        "SetUICustomization",
    ];
    says(subject.is_call(&events), "the look of the sign-in pages was changed")
}

pub(super) fn resource_server_changed(subject: &Subject<'_>) -> Option<String> {
    says(subject.is_call(&["UpdateResourceServer"]), "a resource server was changed: scopes of clients may be gone")
}

pub(super) fn resource_server_deleted(subject: &Subject<'_>) -> Option<String> {
    says(
        subject.is_call(&["DeleteResourceServer"]),
        "a resource server was deleted: its scopes are gone from every client",
    )
}
