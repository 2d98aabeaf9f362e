//! The settings that are spans of time, where their units stand, and which they are otherwise (API reference of
//! `CreateUserPoolClient`).

/// A setting that is a span of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Validity {
    pub(crate) path: &'static str,
    /// The setting that says the unit; `None` if the unit is fixed.
    pub(crate) unit_path: Option<&'static str>,
    /// The unit if no setting says it.
    pub(crate) unit: &'static str,
    /// What lives so long, for people; `None` if it is no token and no session.
    pub(crate) lives: Option<&'static str>,
}

pub(crate) const VALIDITIES: [Validity; 5] = [
    Validity {
        path: "accessTokenValidity",
        unit_path: Some("tokenValidityUnits.accessToken"),
        unit: "hours",
        lives: Some("access token"),
    },
    Validity {
        path: "idTokenValidity",
        unit_path: Some("tokenValidityUnits.idToken"),
        unit: "hours",
        lives: Some("id token"),
    },
    Validity {
        path: "refreshTokenValidity",
        unit_path: Some("tokenValidityUnits.refreshToken"),
        unit: "days",
        lives: Some("refresh token"),
    },
    Validity { path: "authSessionValidity", unit_path: None, unit: "minutes", lives: Some("sign-in session") },
    Validity { path: "refreshTokenRotation.retryGracePeriodSeconds", unit_path: None, unit: "seconds", lives: None },
];

impl Validity {
    /// That of a setting, if it is a span of time.
    pub(crate) fn of(path: &str) -> Option<&'static Self> {
        VALIDITIES.iter().find(|validity| validity.path == path)
    }
}

/// The setting that says the unit of a validity.
pub fn unit_of(path: &str) -> Option<&'static str> {
    Validity::of(path)?.unit_path
}

/// `1 hour`, `15 minutes`.
pub(crate) fn span(count: &str, unit: &str) -> String {
    let unit = if count == "1" { unit.strip_suffix('s').unwrap_or(unit) } else { unit };
    format!("{count} {unit}")
}
