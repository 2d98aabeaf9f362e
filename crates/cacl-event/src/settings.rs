//! The settings of an app client: parameter paths and values.

use std::borrow::Cow;

use serde_json::Value;

/// Sorted by path; paths as in `CloudTrail`, nested with dots, without ids, dates and secrets. Lists of scalars are
/// sets: kept sorted, each element once. Packed, because a history holds many: values are made when asked for.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Settings(Box<[u8]>);

impl Settings {
    /// The settings in a `userPoolClient` of a response or in a `UserPoolClient` of `DescribeUserPoolClient` (whose
    /// names begin with capitals); what is empty counts as absent.
    pub fn of_client(client: &Value) -> Self {
        let _ = client;
        todo!()
    }

    /// The value at a path.
    pub fn get(&self, path: &str) -> Option<Value> {
        let _ = path;
        todo!()
    }

    /// All, by path.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Value)> {
        [].into_iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        todo!()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<P: AsRef<str>> FromIterator<(P, Value)> for Settings {
    /// Paths and values as they are to be (flattened already); of a repeated path the last one counts.
    fn from_iter<I: IntoIterator<Item = (P, Value)>>(settings: I) -> Self {
        let _ = settings.into_iter().count();
        todo!()
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// What the service assumes where a setting is absent, for showing "→ LEGACY": `preventUserExistenceErrors` and so on.
pub fn default_of(path: &str) -> Option<Value> {
    let _ = path;
    todo!()
}

/// A value for people: validities with their unit, looked up in the settings they stand in (`15 minutes`), lists joined, text
/// cleaned; an absent one as the default that then holds, else `none`.
pub fn display(path: &str, value: Option<&Value>, settings: &Settings) -> String {
    let _ = (path, value, settings);
    todo!()
}
