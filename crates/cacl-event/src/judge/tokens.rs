//! Rules about tokens.

use serde_json::Value;

use super::Subject;
use crate::{
    Row,
    settings::{VALIDITIES, Validity, default_of, span},
};

/// Compared in seconds, with the units and the defaults of either side.
pub(super) fn raised(subject: &Subject<'_>) -> Option<String> {
    if !subject.is_known_update() {
        return None;
    }
    let longer = VALIDITIES.iter().filter_map(|validity| {
        let touched = |path: &str| subject.touched(path).is_some();
        if !touched(validity.path) && !validity.unit_path.is_some_and(touched) {
            return None;
        }
        let (count, unit) = (subject.diff.row(validity.path), subject.diff.row(validity.unit_path.unwrap_or_default()));
        let lifetime =
            |side: fn(&Row) -> Option<&Value>| Lifetime::of(validity, count.and_then(side), unit.and_then(side));
        let (before, after) = (lifetime(|row| row.before.as_ref())?, lifetime(|row| row.after.as_ref())?);
        let lives = validity.lives.filter(|_| after.seconds > before.seconds)?;
        Some(format!("{lives} {} → {}", before.text, after.text))
    });
    let longer: Vec<String> = longer.collect();
    (!longer.is_empty()).then(|| format!("lives longer: {}", longer.join(", ")))
}

pub(super) fn revocation_off(subject: &Subject<'_>) -> Option<String> {
    let row = subject.altered("enableTokenRevocation")?;
    let was_on = row.before.as_ref() != Some(&Value::Bool(false));
    (was_on && row.after == Some(Value::Bool(false))).then(|| "token revocation turned off".to_owned())
}

/// `DISABLED` by default.
pub(super) fn rotation_off(subject: &Subject<'_>) -> Option<String> {
    let row = subject.altered("refreshTokenRotation.feature").filter(|_| subject.is_known_update())?;
    let is_on = |value: &Option<Value>| value.as_ref().and_then(Value::as_str) == Some("ENABLED");
    (is_on(&row.before) && !is_on(&row.after))
        .then(|| "refresh token rotation turned off: a stolen one stays good as long as the owner's".to_owned())
}

/// How long a token lives.
struct Lifetime {
    seconds: u64,
    text: String,
}

impl Lifetime {
    /// An absent validity is the default one, which is in its default unit. `None` if the value is no validity.
    fn of(validity: &Validity, count: Option<&Value>, unit: Option<&Value>) -> Option<Self> {
        let (count, unit) = match count {
            Some(count) => (count.as_u64()?, unit.and_then(Value::as_str).unwrap_or(validity.unit)),
            None => (default_of(validity.path)?.as_u64()?, validity.unit),
        };
        let factor = match unit {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 3_600,
            "days" => 86_400,
            _ => return None,
        };
        Some(Self { seconds: count.saturating_mul(factor), text: span(&count.to_string(), unit) })
    }
}
