//! From a change to the call that undoes it: for the screen and for the command alike.

use cacl_event::{
    Baseline, Change, Class, ClientKey, Diff, History, Kind, Row, Settings, clean,
    restore::{Call, Loss, Restore, Way, had_secret, losses},
    settings::display,
};

use serde_json::Value;

use crate::screen::theme::Glyphs;

/// What the `aws` CLI must be told to get where this program does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--endpoint-url`.
    pub endpoint_url: Option<String>,
}

/// A way back.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// The call.
    pub call: Call,
    /// What it would do.
    pub effect: Effect,
    /// How many later changes of the client it takes back along.
    pub later: usize,
    /// How many changes took what is back by now, and would be gone again.
    pub again: usize,
}

/// What a call would do, from what is known of the client by now.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Make the client anew, which was deleted.
    Anew,
    /// Change it so.
    Changes(Diff),
    /// That is not known.
    Unknown,
}

impl Effect {
    /// Whether the client is like that already.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Changes(diff) if diff.is_empty())
    }

    /// `allowedOAuthScopes: + shop/orders.write`, one for each setting that would be another one; none if there is nothing to tell.
    pub fn lines(&self, glyphs: &Glyphs) -> Vec<String> {
        let Self::Changes(diff) = self else { return Vec::new() };
        let side = |value: fn(&Row) -> Option<&Value>| -> Settings {
            diff.rows.iter().filter_map(|row| Some((&row.path, value(row)?.clone()))).collect()
        };
        let (now, then) = (side(|row| row.before.as_ref()), side(|row| row.after.as_ref()));
        let line = |row: &Row| {
            let signed = |sign: &str, elements: &[Value]| -> Vec<String> {
                let element = |element| display(&row.path, Some(element), &then);
                elements.iter().map(|value| format!("{sign} {}", element(value))).collect()
            };
            let became = if let (Some(added), Some(removed)) = (&row.added, &row.removed) {
                [signed(glyphs.added, added), signed(glyphs.removed, removed)].concat().join(", ")
            } else {
                let now = display(&row.path, row.before.as_ref(), &now);
                let then = display(&row.path, row.after.as_ref(), &then);
                format!("{now} {} {then}", glyphs.arrow)
            };
            format!("{}: {became}", clean(&row.path))
        };
        diff.folded().iter().filter(|row| row.class != Class::Unchanged).map(line).collect()
    }
}

/// How it stands with what a change took from its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It took nothing.
    Nothing,
    /// It is still amiss, at least in part.
    Open,
    /// It is back.
    Back,
}

/// What a change took, and whether that is back.
pub fn standing(history: &History, change: &Change) -> Standing {
    let Some(client) = change.client_key() else { return Standing::Nothing };
    let now = now(history, &client).map(|now| now.settings);
    match losses(history, &client).iter().find(|loss| loss.change.id == change.id) {
        None => Standing::Nothing,
        Some(loss) if loss.is_open(now.as_ref()) => Standing::Open,
        Some(_) => Standing::Back,
    }
}

/// Whether a client is by now as it was before a change, which may well be for another reason than that somebody undid it.
pub fn is_back(history: &History, change: &Change) -> bool {
    let Some(before) = history.before(&change.id) else { return false };
    let now = change.client_key().and_then(|client| now(history, &client));
    now.is_some_and(|now| Diff::between(&now.settings, &before.settings).is_empty())
}

/// What is still amiss, the latest first, and how many losses there were.
pub fn open<'a>(history: &'a History, client: &ClientKey) -> (Vec<Loss<'a>>, usize) {
    let now = now(history, client).map(|now| now.settings);
    let mut losses = losses(history, client);
    let all = losses.len();
    losses.retain(|loss| loss.is_open(now.as_ref()));
    (losses, all)
}

/// The client as it is by now; `None` if it is no more.
fn now(history: &History, client: &ClientKey) -> Option<Baseline> {
    if deletion(history, client).is_some() {
        return None;
    }
    Some(history.now(client).unwrap_or(Baseline {
        settings: Settings::default(),
        kind: cacl_event::BaselineKind::None,
        from: None,
    }))
}

/// The call that deleted a client.
pub fn deletion<'a>(history: &'a History, client: &ClientKey) -> Option<&'a Change> {
    history.of_client(client).rev().find(|change| settles(change)).filter(|last| last.kind == Kind::Delete)
}

fn settles(change: &Change) -> bool {
    change.kind != Kind::Other && change.outcome.is_success()
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
    let Some(state) = history.after(&change.id) else {
        return Err("The state after this change is not known: its record does not tell it.".into());
    };
    call(history, change, &client, &state.settings, reach)
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
    let gone = deletion(history, client).is_some();
    let way = if gone { Way::Create { secret: had_secret(history.of_client(client)) } } else { Way::Update };
    let Reach { profile, endpoint_url } = reach;
    let restore = Restore { client, state, way, profile: profile.as_deref(), endpoint_url: endpoint_url.as_deref() };
    let later = history.of_client(client).rev().take_while(|later| later.id != change.id);
    let effect = match history.now(client) {
        _ if gone => Effect::Anew,
        Some(now) => Effect::Changes(Diff::between(&now.settings, state)),
        None => Effect::Unknown,
    };
    let now = now(history, client).map(|now| now.settings);
    let again = losses(history, client);
    let again = again.iter().filter(|loss| !loss.is_open(now.as_ref()) && loss.is_open(Some(state))).count();
    let nothing = || "No setting of that state is known: a call would only reset everything.".to_owned();
    let later = later.filter(|change| settles(change)).count();
    Ok(Undo { call: restore.call().ok_or_else(nothing)?, effect, later, again })
}
