//! From a change to the call that undoes it: for the screen and for the command alike.

use cacl_event::{
    Change, ClientKey, Diff, History, Kind, Settings,
    restore::{Call, Restore, Way, had_secret},
};

/// What the `aws` CLI must be told to get where this program does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--endpoint-url`.
    pub endpoint_url: Option<String>,
}

/// A way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The call.
    pub call: Call,
    /// How many later changes of the client it takes back along.
    pub later: usize,
}

/// The call that brings a client back to the state before a change; why there is none, in words.
pub fn before(history: &History, change: &Change, reach: &Reach) -> Result<Undo, String> {
    let client = concerned(change)?;
    if change.kind == Kind::Create {
        return Err("This call created the client: there is no state before it to restore.".into());
    }
    let Some(baseline) = history.before(&change.id) else {
        return Err("The state before this change is not known: no earlier change of the client has been seen.".into());
    };
    call(history, change, &client, &baseline.settings, reach)
}

/// The same, to the state after a change.
pub fn after(history: &History, change: &Change, reach: &Reach) -> Result<Undo, String> {
    let client = concerned(change)?;
    if change.kind == Kind::Delete {
        return Err("This call deleted the client: after it there is no state to restore.".into());
    }
    // Every setting has a row, the unchanged ones too.
    let diff = history.diff(&change.id).map(|diff| diff.apply(&Settings::default()));
    call(history, change, &client, &diff.unwrap_or_default(), reach)
}

/// Whether a change took something away: a setting was lost or replaced, or the client with all of them.
pub fn took(change: &Change, diff: &Diff) -> bool {
    use cacl_event::Class::{Changed, Removed, Reset};
    let lost = |row: &cacl_event::Row| match row.class {
        Reset | Removed => true,
        Changed => row.removed.as_ref().is_none_or(|elements| !elements.is_empty()),
        _ => false,
    };
    diff.applied && (change.kind == Kind::Delete || diff.rows.iter().any(lost))
}

/// The client whose settings a change replaced.
fn concerned(change: &Change) -> Result<ClientKey, String> {
    if !change.outcome.is_success() {
        return Err("This call failed and changed nothing: there is nothing to restore.".into());
    }
    let client = change.client_key().filter(|_| change.kind != Kind::Other);
    client.ok_or_else(|| "This call did not replace the settings of a client: there is nothing to restore.".into())
}

fn call(
    history: &History,
    change: &Change,
    client: &ClientKey,
    state: &Settings,
    reach: &Reach,
) -> Result<Undo, String> {
    let settles = |change: &&Change| change.kind != Kind::Other && change.outcome.is_success();
    let gone = history.of_client(client).rev().find(settles).is_some_and(|last| last.kind == Kind::Delete);
    let way = if gone { Way::Create { secret: had_secret(history.of_client(client)) } } else { Way::Update };
    let Reach { profile, endpoint_url } = reach;
    let restore = Restore { client, state, way, profile: profile.as_deref(), endpoint_url: endpoint_url.as_deref() };
    let later = history.of_client(client).rev().take_while(|later| later.id != change.id).filter(settles).count();
    let nothing = || "No setting of that state is known: a call would only reset everything.".to_owned();
    Ok(Undo { call: restore.call().ok_or_else(nothing)?, later })
}
