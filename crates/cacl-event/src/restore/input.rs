//! The call's input: the API's own JSON, fit to stand in single quotes.

use serde_json::{Map, Value, json};

use super::{Restore, Way};
use crate::{
    clean::clean_json,
    mask::{MASK, is_hidden},
};

/// What the call says.
pub(super) struct Input {
    /// Several lines, without single quotes, `!`, doubled backslashes or anything unprintable.
    pub(super) json: String,
    pub(super) notes: Vec<String>,
}

/// `None` if no setting is known.
pub(super) fn of(restore: &Restore<'_>) -> Option<Input> {
    let mut members = Map::new();
    members.insert("UserPoolId".into(), json!(&*restore.client.user_pool));
    if restore.way == Way::Update {
        members.insert("ClientId".into(), json!(&*restore.client.client));
    }
    let (mut hidden, mut unknown) = (Vec::new(), Vec::new());
    let ids = members.len();
    for (path, value) in restore.state.iter() {
        let known = known_part(&value);
        if known.as_ref() != Some(&value) {
            hidden.push(plain(path));
        }
        if let Some(value) = known {
            if !is_known(path) {
                unknown.push(plain(path));
            }
            put(&mut members, path, value);
        }
    }
    if members.len() == ids {
        return None;
    }
    let mut notes = Vec::new();
    if !hidden.is_empty() {
        notes.push(format!("Hidden by CloudTrail, and so not restored: {}. Add them by hand.", hidden.join(", ")));
    }
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        notes.push(format!("Newer than this program: {unknown}. An older aws CLI may not know them either."));
    }
    if let Way::Create { secret } = restore.way {
        create(&mut members, secret, &mut notes);
    }
    let pretty = serde_json::to_string_pretty(&Value::Object(members)).unwrap_or_default();
    Some(Input { json: shell_safe(&pretty), notes })
}

/// What only a creation says.
fn create(members: &mut Map<String, Value>, secret: Option<bool>, notes: &mut Vec<String>) {
    if !members.contains_key("ClientName") {
        notes
            .push("The name of the client is not known. Add ClientName: a client cannot be created without it.".into());
    }
    // Only a client with a secret may have this flow.
    let flows = members.get("AllowedOAuthFlows").and_then(Value::as_array);
    let needs_secret = flows.is_some_and(|flows| flows.contains(&json!("client_credentials")));
    match secret {
        _ if needs_secret => members.insert("GenerateSecret".into(), json!(true)),
        Some(secret) => members.insert("GenerateSecret".into(), json!(secret)),
        None => {
            let note = "Whether the client had a secret is not known. If it had, add GenerateSecret: true.";
            notes.push(note.into());
            None
        }
    };
}

/// The settings that an update takes (API reference of `UpdateUserPoolClient`, 2026), and the members of those that have any.
const KNOWN: [(&str, &[&str]); 21] = [
    ("accessTokenValidity", &[]),
    ("allowedOAuthFlows", &[]),
    ("allowedOAuthFlowsUserPoolClient", &[]),
    ("allowedOAuthScopes", &[]),
    ("analyticsConfiguration", &["applicationArn", "applicationId", "externalId", "roleArn", "userDataShared"]),
    ("authSessionValidity", &[]),
    ("callbackURLs", &[]),
    ("clientName", &[]),
    ("defaultRedirectURI", &[]),
    ("enablePropagateAdditionalUserContextData", &[]),
    ("enableTokenRevocation", &[]),
    ("explicitAuthFlows", &[]),
    ("idTokenValidity", &[]),
    ("logoutURLs", &[]),
    ("preventUserExistenceErrors", &[]),
    ("readAttributes", &[]),
    ("refreshTokenRotation", &["feature", "retryGracePeriodSeconds"]),
    ("refreshTokenValidity", &[]),
    ("supportedIdentityProviders", &[]),
    ("tokenValidityUnits", &["accessToken", "idToken", "refreshToken"]),
    ("writeAttributes", &[]),
];

fn is_known(path: &str) -> bool {
    KNOWN.iter().any(|(name, within)| match path.split_once('.') {
        None => path == *name && within.is_empty(),
        Some((outer, inner)) => outer == *name && within.contains(&inner),
    })
}

/// The value without what is hidden in it; `None` if nothing is left.
fn known_part(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) if is_hidden(text) || text.contains(MASK) => None,
        Value::Array(elements) if !elements.is_empty() => {
            let known: Vec<Value> = elements.iter().filter_map(known_part).collect();
            (!known.is_empty()).then_some(Value::Array(known))
        }
        // A list of objects: no setting has one today, so there is no telling which half of one would do.
        Value::Object(members) => {
            let whole = members.values().all(|member| known_part(member).as_ref() == Some(member));
            whole.then(|| value.clone())
        }
        other => Some(other.clone()),
    }
}

/// Puts a value at its place. The API's names begin with capitals where `CloudTrail` has a lower first letter. A setting's
/// members have no members of their own, so a path has two parts at most; what is deeper stays one name.
fn put(members: &mut Map<String, Value>, path: &str, value: Value) {
    if let Some((outer, inner)) = path.split_once('.') {
        let outer = members.entry(capitalised(outer)).or_insert_with(|| json!({}));
        if let Value::Object(outer) = outer {
            outer.insert(capitalised(inner), value);
            return;
        }
    }
    // The ids are there already, and stay.
    members.entry(capitalised(path)).or_insert(value);
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// A name that means nothing to a shell.
fn plain(name: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '_' };
    name.chars().take(80).map(letter).collect()
}

/// The same JSON, its texts without anything that ends single quotes (`'`), that some shells read within them (`!` in older
/// bash, `\\` in fish), or that a terminal acts upon. What is no text has none of these, but for the ends of lines.
fn shell_safe(json: &str) -> String {
    // Backslashes come in pairs here, so a pair is one backslash of a text wherever it begins.
    let json = json.replace(r"\\", r"\u005c").replace('\'', r"\u0027").replace('!', r"\u0021");
    let lines: Vec<String> = json.split('\n').map(|line| clean_json(line.to_owned())).collect();
    lines.join("\n")
}
