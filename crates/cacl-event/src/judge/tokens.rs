//! Rules about tokens.

use serde_json::Value;

use super::Subject;
use crate::{Row, settings::default_of};

/// A validity, where its unit stands, the unit it has otherwise, and what to call it.
const VALIDITIES: [(&str, &str, &str, &str); 4] = [
    ("accessTokenValidity", "tokenValidityUnits.accessToken", "hours", "access token"),
    ("idTokenValidity", "tokenValidityUnits.idToken", "hours", "id token"),
    ("refreshTokenValidity", "tokenValidityUnits.refreshToken", "days", "refresh token"),
    ("authSessionValidity", "", "minutes", "sign-in session"),
];

/// Compared in seconds, with the units and the defaults of either side.
pub(super) fn raised(subject: &Subject<'_>) -> Option<String> {
    if !subject.is_known_update() {
        return None;
    }
    let longer = VALIDITIES.iter().filter_map(|(path, unit_path, default_unit, name)| {
        let (validity, unit) = (subject.diff.row(path), subject.diff.row(unit_path));
        let lifetime = |side: fn(&Row) -> Option<&Value>| {
            Lifetime::of(path, default_unit, validity.and_then(side), unit.and_then(side))
        };
        let (before, after) = (lifetime(|row| row.before.as_ref())?, lifetime(|row| row.after.as_ref())?);
        (after.seconds > before.seconds).then(|| format!("{name} {} → {}", before.text, after.text))
    });
    let longer: Vec<String> = longer.collect();
    (!longer.is_empty()).then(|| format!("lives longer: {}", longer.join(", ")))
}

pub(super) fn revocation_off(subject: &Subject<'_>) -> Option<String> {
    let row = subject.altered("enableTokenRevocation")?;
    let was_on = row.before.as_ref() != Some(&Value::Bool(false));
    (was_on && row.after == Some(Value::Bool(false))).then(|| "token revocation turned off".to_owned())
}

/// How long a token lives.
struct Lifetime {
    seconds: u64,
    text: String,
}

impl Lifetime {
    /// An absent validity is the default one, which is in its default unit. `None` if the value is no validity.
    fn of(path: &str, default_unit: &str, validity: Option<&Value>, unit: Option<&Value>) -> Option<Self> {
        let (count, unit) = match validity {
            Some(validity) => (validity.as_u64()?, unit.and_then(Value::as_str).unwrap_or(default_unit)),
            None => (default_of(path)?.as_u64()?, default_unit),
        };
        let factor = match unit {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 3_600,
            "days" => 86_400,
            _ => return None,
        };
        let text = if count == 1 {
            format!("1 {}", unit.strip_suffix('s').unwrap_or(unit))
        } else {
            format!("{count} {unit}")
        };
        Some(Self { seconds: count.saturating_mul(factor), text })
    }
}
