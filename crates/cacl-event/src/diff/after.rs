//! The state after a call.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Change, Kind, Settings, settings::filled_in};

/// The settings after a call that creates or replaces a client, as if it succeeded: those that the response tells, else
/// those of the request with what the service fills in and what an update keeps. `None` if neither is known.
pub(crate) fn after<'a>(change: &'a Change, before: Option<&Settings>) -> Option<Cow<'a, Settings>> {
    if let Some(resulting) = &change.resulting {
        return Some(Cow::Borrowed(resulting));
    }
    let sent = change.sent.as_ref()?;
    let kept = keeps_name(change, sent).then(|| before?.entry("clientName")).flatten();
    let added: Settings = filled_in().filter(|(path, _)| asked(sent, path).is_none()).collect();
    let mut entries: Vec<_> = sent.entries().filter(|entry| !entry.is_empty() && !is_instruction(entry.path)).collect();
    entries.extend(added.entries());
    entries.extend(kept);
    entries.sort_by(|one, two| one.path.cmp(two.path));
    Some(Cow::Owned(Settings::join(entries.into_iter())))
}

/// The name is the one setting that an update which leaves it out does not touch.
fn keeps_name(change: &Change, sent: &Settings) -> bool {
    change.kind == Kind::Update && asked(sent, "clientName").is_none()
}

fn asked(sent: &Settings, path: &str) -> Option<Value> {
    sent.entry(path).filter(|entry| !entry.is_empty()).map(|entry| entry.value())
}

/// `generateSecret` tells the service what to do once; no state has it.
fn is_instruction(path: &str) -> bool {
    path == "generateSecret"
}
