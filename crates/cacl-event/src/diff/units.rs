//! A validity and its unit are two parameters, and one thing to people: 15 minutes.

use super::{Class, Diff, Row};
use crate::settings::{VALIDITIES, Validity};

impl Diff {
    /// The rows as people read them, by class and path: a unit stands with its validity, which is as much changed as both are.
    pub fn folded(&self) -> Vec<Row> {
        let rows = self.rows.iter().filter_map(|row| Some(Row { class: self.folded_class(row)?, ..row.clone() }));
        let mut rows: Vec<Row> = rows.collect();
        rows.sort_by(|one, two| (one.class, &one.path).cmp(&(two.class, &two.path)));
        rows
    }

    /// The row of the unit of a validity's row.
    pub fn unit_of(&self, validity: &Row) -> Option<&Row> {
        self.row(Validity::of(&validity.path)?.unit_path?)
    }

    /// What was reset, as people count it: a unit goes with its validity, if that was reset as well.
    pub(crate) fn reset(&self) -> Vec<&str> {
        let is_reset = |row: &Row| row.class == Class::Reset;
        let is_told = |unit: &Row| validity_of(unit).and_then(|path| self.row(path)).is_some_and(is_reset);
        let resets = self.rows.iter().take_while(|row| is_reset(row));
        resets.filter(|row| !is_told(row)).map(|row| &*row.path).collect()
    }

    /// What became of a parameter and its unit together; `None` for a unit, if there is a row that it stands with.
    pub(super) fn folded_class(&self, row: &Row) -> Option<Class> {
        match (validity_of(row), self.unit_of(row)) {
            (Some(validity), _) if self.row(validity).is_some() => None,
            // Classes are in the order of what a reader has to know first.
            (None, Some(unit)) => Some(row.class.min(unit.class)),
            _ => Some(row.class),
        }
    }
}

/// The validity of a unit's row.
fn validity_of(unit: &Row) -> Option<&'static str> {
    VALIDITIES.iter().find(|validity| validity.unit_path == Some(&unit.path)).map(|validity| validity.path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Baseline, BaselineKind, testing};

    #[test]
    fn a_unit_stands_with_its_validity() {
        let before = json!({"accessTokenValidity": 15, "tokenValidityUnits.accessToken": "minutes", "idTokenValidity": 1,
                            "tokenValidityUnits.idToken": "hours", "tokenValidityUnits.refreshToken": "hours"});
        let before = Baseline { settings: testing::settings(before), kind: BaselineKind::Event, from: None };
        let sent =
            json!({"accessTokenValidity": 15, "idTokenValidity": 30, "tokenValidityUnits": {"idToken": "minutes"}});
        let change = testing::call("UpdateUserPoolClient", sent.clone(), &sent);
        let diff = Diff::of(&change, Some(&before));
        let folded: Vec<_> = diff.folded().iter().map(|row| (row.class, row.path.to_string())).collect();
        let expected = [
            (Class::Reset, "accessTokenValidity"),
            (Class::Reset, "tokenValidityUnits.refreshToken"),
            (Class::Changed, "idTokenValidity"),
        ];
        assert_eq!(folded, expected.map(|(class, path)| (class, path.to_owned())));
        let summary = diff.summary();
        assert_eq!((diff.rows.len(), summary.reset, summary.changed), (5, 2, 1));
        assert_eq!(diff.reset(), ["tokenValidityUnits.accessToken", "tokenValidityUnits.refreshToken"]);
    }
}
