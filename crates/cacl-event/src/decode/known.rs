//! What a line of an export knows of a change beside its record.

use crate::{Baseline, BaselineKind, Change, Settings, change::Known, mask::kept, pack::Node};

/// What one of our JSON lines knows, and the change that was read from its record does not; `None` if that is nothing.
pub(super) fn of(line: Node<'_>, change: &Change) -> Option<Box<Known>> {
    let client_name = line.text("clientName").map(kept).filter(|_| change.client_name.is_none());
    let before = before(line);
    (client_name.is_some() || before.is_some()).then(|| Box::new(Known { client_name, before }))
}

/// The state before, if there was one: every setting that it had has a row.
fn before(line: Node<'_>) -> Option<Baseline> {
    let word = line.text("baseline")?;
    let kind = *BaselineKind::ALL.iter().find(|kind| kind.as_str() == word && **kind != BaselineKind::None)?;
    let row = |row: Node<'_>| {
        let before = row.get("before").filter(|before| !before.is_empty())?;
        Some((row.text("path")?.to_owned(), before.to_value()))
    };
    let settings: Settings = line.get("diff").filter(|diff| diff.is_list())?.elements().filter_map(row).collect();
    Some(Baseline { settings, kind, from: None })
}
