//! One row of a diff in words, and the summary of all.

use cacl_event::{Class, Diff, Row, Settings, settings::display};
use serde_json::Value;

use crate::screen::theme::{Glyphs, Theme};

/// The settings on both sides of a diff, so that a validity finds its unit.
pub struct Sides {
    glyphs: &'static Glyphs,
    before: Settings,
    after: Settings,
}

impl Sides {
    /// Put together from the rows.
    pub fn of(diff: &Diff, glyphs: &'static Glyphs) -> Self {
        let side = |value: fn(&Row) -> Option<&Value>| {
            diff.rows.iter().filter_map(|row| Some((row.path.clone(), value(row)?.clone()))).collect()
        };
        Self { glyphs, before: side(|row| row.before.as_ref()), after: side(|row| row.after.as_ref()) }
    }

    /// What became of the row's value, without its name.
    pub fn describe(&self, row: &Row) -> String {
        let Glyphs { added: plus, removed: minus, arrow, .. } = self.glyphs;
        let before = || display(&row.path, row.before.as_ref(), &self.before);
        let after = || display(&row.path, row.after.as_ref(), &self.after);
        match row.class {
            Class::Reset => format!("{} {arrow} {} (not sent)", before(), after()),
            Class::Removed if row.after.is_none() => before(),
            Class::Changed => match (&row.added, &row.removed) {
                (Some(added), Some(removed)) if !(added.is_empty() && removed.is_empty()) => {
                    let gained = added.iter().map(|value| format!("{plus} {}", self.element(row, value)));
                    let lost = removed.iter().map(|value| format!("{minus} {}", self.element(row, value)));
                    gained.chain(lost).collect::<Vec<_>>().join(", ")
                }
                _ => format!("{} {arrow} {}", before(), after()),
            },
            Class::Removed => format!("{} {arrow} {}", before(), after()),
            Class::Added | Class::Set | Class::Defaulted | Class::Unchanged => after(),
        }
    }

    fn element(&self, row: &Row, value: &Value) -> String {
        display(&row.path, Some(value), &self.after)
    }
}

/// Such as `+1 −2 ↺3`; empty if nothing changed.
pub fn summary(diff: &Diff, theme: &Theme) -> String {
    let counts = diff.summary();
    [
        (Class::Added, counts.added),
        (Class::Removed, counts.removed),
        (Class::Changed, counts.changed),
        (Class::Reset, counts.reset),
        (Class::Set, counts.set),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(class, count)| format!("{}{count}", theme.class(class).0))
    .collect::<Vec<_>>()
    .join(" ")
}
