//! Which client is meant: by its id, or by a name that it has or had.

use std::fmt::Write as _;

use cacl_event::{Change, ClientKey, History, clean};

use crate::{
    Exit,
    failure::{Failure, note},
    restore::deletion,
};

/// A client that may be meant.
struct Candidate<'a> {
    client: &'a ClientKey,
    /// What it is called now, or was at last.
    name: Option<String>,
    deleted: Option<&'a Change>,
}

/// The client with this id, else the living one with this name, else the only one that was ever called so. Others of that name
/// are told. What a refused call asked for may be any name, and any client; it counts where nothing else is known.
pub fn which(history: &History, wanted: &str, further: &str) -> Result<ClientKey, Failure> {
    let clients = || history.clients();
    let mut meant: Vec<&ClientKey> = clients().filter(|client| &*client.client == wanted).collect();
    if meant.is_empty() {
        meant = clients().filter(|client| names(history, client).iter().any(|name| name == wanted)).collect();
    }
    if meant.is_empty() {
        meant = clients().filter(|client| asked_for(history, client).any(|name| name == wanted)).collect();
    }
    meant.sort();
    let candidate = |client| {
        let name = names(history, client).pop().or_else(|| asked_for(history, client).last());
        Candidate { client, name, deleted: deletion(history, client) }
    };
    let all: Vec<Candidate<'_>> = meant.into_iter().map(candidate).collect();
    let is_first = |one: &&Candidate<'_>| one.deleted.is_none() && one.name.as_deref() == Some(wanted);
    let first: Vec<&Candidate<'_>> = all.iter().filter(is_first).collect();
    let rest: Vec<&Candidate<'_>> = all.iter().filter(|one| !is_first(one)).collect();
    match (first.as_slice(), rest.as_slice()) {
        ([one], []) => Ok(one.client.clone()),
        ([one], others) => {
            let id = clean(&one.client.client);
            note(&listed(&format!("this is {id}; also called {wanted}, and left alone:"), others));
            Ok(one.client.clone())
        }
        ([], []) => Err(Failure::new(
            Exit::NotFound,
            format!("nothing is known of a client {wanted}"),
            format!("give its id or its exact name; {further}"),
        )),
        ([], [one]) => {
            if *one.client.client != *wanted
                && let Some(name) = one.name.as_deref().filter(|name| *name != wanted)
            {
                note(&format!("{wanted} is called {} by now: {}", clean(name), clean(&one.client.client)));
            }
            Ok(one.client.clone())
        }
        (first, rest) => {
            let several: Vec<&Candidate<'_>> = first.iter().chain(rest).copied().collect();
            let what = format!("{} clients are or were called {wanted}", several.len());
            Err(Failure::new(Exit::Usage, what, listed("choose one by its id:", &several)))
        }
    }
}

/// The living clients of the pool that are called as a deleted one was at last: it may have been made anew already.
pub fn namesakes(history: &History, gone: &ClientKey) -> Vec<ClientKey> {
    let Some(name) = names(history, gone).pop() else { return Vec::new() };
    let is_one = |client: &&ClientKey| {
        client.user_pool == gone.user_pool
            && deletion(history, client).is_none()
            && names(history, client).pop().is_some_and(|other| other == name)
    };
    let mut found: Vec<ClientKey> = history.clients().filter(is_one).cloned().collect();
    found.sort();
    found
}

/// The names of a client, from the first to the last.
fn names(history: &History, client: &ClientKey) -> Vec<String> {
    let mut names: Vec<String> = told(history, client, true).collect();
    let now = history.now(client).and_then(|now| now.settings.get("clientName"));
    names.extend(now.and_then(|name| name.as_str().map(str::to_owned)));
    names.dedup();
    names
}

/// The names that calls for a client gave which were refused.
fn asked_for(history: &History, client: &ClientKey) -> impl Iterator<Item = String> {
    told(history, client, false)
}

fn told(history: &History, client: &ClientKey, applied: bool) -> impl Iterator<Item = String> {
    let changes = history.of_client(client).filter(move |change| change.outcome.is_success() == applied);
    changes.filter_map(|change| history.client_name(&change.id)).map(str::to_owned)
}

fn listed(words: &str, candidates: &[&Candidate<'_>]) -> String {
    let mut text = words.to_owned();
    for Candidate { client, name, deleted } in candidates {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{}  in {}", clean(&client.client), clean(&client.user_pool));
        if let Some(name) = name {
            let _ = write!(text, ", {}", clean(name));
        }
        if let Some(change) = deleted {
            let by = change.actor.name.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
            let _ = write!(text, ", deleted {}{}", change.time, clean(&by));
        }
    }
    text
}
