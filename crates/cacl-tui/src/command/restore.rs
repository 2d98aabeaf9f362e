//! `restore`: the call that brings a client back, on stdout, and nothing else there. It is never run from here.
//!
//! What the state was is read from the pipeline's log, the journal, and what CloudTrail remembers; with `--from`, from files.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use cacl_aws::{Session, Since, Status, lookup::Looked};
use cacl_event::{Change, ClientKey, History, clean};
use futures_util::{Stream, StreamExt};
use jiff::SignedDuration;

use super::{
    headless::{counted, hopeless, words},
    journaled::{self, Journaled, Wish},
    watch,
};
use crate::{
    Exit,
    cli::{Global, Restore, SourceOptions, Watch, values::Start},
    failure::{Failure, note},
    feed::{
        Feed, Past,
        past::{Memory, Wanted},
        replay::Recording,
    },
    report::Out,
    restore::{Undo, after, before, took},
};

/// How far back the log is read: as far as CloudTrail remembers, and as the stack keeps it by default.
const FAR: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Runs it.
pub async fn run(options: Restore, global: &Global) -> anyhow::Result<Exit> {
    let history = if options.from.is_empty() { read(&options, global).await? } else { recorded(&options)? };
    let client = find(&history, &options.client)?;
    let undo = match &options.to {
        Some(event) => {
            let change = event_of(&history, &client, event)?;
            after(&history, change, &global.reach()).map_err(|why| none(&why))?
        }
        None => latest(&history, &client, global)?,
    };
    if undo.later > 0 {
        note(&format!(
            "{} of the client since then would be undone, too",
            counted(undo.later as u64, "change", "changes")
        ));
    }
    let mut out = Out::stdout();
    out.line(undo.call.to_string().trim_end())?;
    out.flush()?;
    Ok(Exit::Done)
}

fn recorded(options: &Restore) -> anyhow::Result<History> {
    let mut history = History::default();
    for piece in Recording::of(&options.from)? {
        for item in piece? {
            if let Feed::Change(change) = item {
                history.insert(*change);
            }
        }
    }
    Ok(history)
}

/// What log and CloudTrail tell. Without a pipeline CloudTrail alone is asked.
async fn read(options: &Restore, global: &Global) -> anyhow::Result<History> {
    let session = Session::open(&global.access()).await?;
    let mut history = History::default();
    let wanted = Watch { log_group: options.log_group.clone(), ..Watch::default() };
    let place = match watch::find(&session, &wanted, global).await {
        Ok(place) => place,
        Err(error) if options.no_lookup || !error.is::<Failure>() => return Err(error),
        Err(error) => {
            note(&format!("{error}; asking CloudTrail alone"));
            let wanted = Wanted { lookup: true, snapshots: false };
            let mut memory = Memory::new(session, None, wanted, Looked::default());
            let feed = async_stream::stream! {
                while let Some(item) = memory.next().await {
                    yield item;
                }
            };
            learn(&mut history, feed, Awaited { log: false, past: true }).await?;
            return Ok(history);
        }
    };
    let source = SourceOptions { no_lookup: options.no_lookup, ..SourceOptions::default() };
    let start = Some(Start::From(options.since.unwrap_or(Since::Ago(FAR))));
    let wish = Wish { reader: None, start, source, journal: !options.no_journal, patience: Duration::ZERO };
    let Journaled { feed, .. } = journaled::open(&session, &place, wish).await;
    learn(&mut history, feed, Awaited { log: true, past: !options.no_lookup }).await?;
    Ok(history)
}

/// What has not been read to its end yet.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Awaited {
    log: bool,
    past: bool,
}

/// Takes in a feed until all that is awaited has been read.
async fn learn(history: &mut History, feed: impl Stream<Item = Feed>, mut awaited: Awaited) -> anyhow::Result<()> {
    let mut feed = std::pin::pin!(feed);
    while awaited.log || awaited.past {
        match feed.next().await {
            Some(Feed::Change(change)) => drop(history.insert(*change)),
            Some(Feed::Snapshot { client, taken, settings }) => history.snapshot(client, taken, *settings),
            Some(Feed::Status(Status::Live)) => awaited.log = false,
            Some(Feed::Status(status)) => match hopeless(&status) {
                Some(failure) => return Err(failure.into()),
                None => note(&words(&status)),
            },
            Some(Feed::Past(Past::Read)) => awaited.past = false,
            // CloudTrail answers twice a second, so where much happens this takes a while.
            Some(Feed::Past(Past::Reading { back_to, calls })) if calls % 20 == 0 => {
                note(&format!("asking CloudTrail: read back to {}", back_to.strftime("%Y-%m-%d")));
            }
            Some(Feed::Past(Past::Trouble(words))) => {
                note(&words);
                awaited.past = false;
            }
            Some(Feed::Note(words)) => note(&words),
            Some(_) => {}
            None => break,
        }
    }
    Ok(())
}

/// The client with this id, else the one with this name.
fn find(history: &History, wanted: &str) -> Result<ClientKey, Failure> {
    let named = |client: &ClientKey| history.of_client(client).rev().find_map(|change| history.client_name(&change.id));
    let all: BTreeMap<&ClientKey, Option<&str>> = history.clients().map(|client| (client, named(client))).collect();
    let by_id: Vec<_> = all.iter().filter(|(client, _)| &*client.client == wanted).collect();
    let by_name: Vec<_> = all.iter().filter(|(_, name)| **name == Some(wanted)).collect();
    match (if by_id.is_empty() { by_name } else { by_id }).as_slice() {
        [] => Err(Failure::new(
            Exit::NotFound,
            format!("nothing is known of a client {wanted}"),
            "give its id or its exact name; to look further back in the log: --since",
        )),
        [(client, _)] => Ok(ClientKey::clone(client)),
        several => {
            let mut help = "choose one by its id:".to_owned();
            for (client, _) in several {
                // Writing to a String cannot fail.
                let _ = write!(help, "\n{}  in {}", client.client, client.user_pool);
            }
            Err(Failure::new(Exit::Usage, format!("{} clients are called {wanted}", several.len()), help))
        }
    }
}

/// The change of the client whose id begins like this.
fn event_of<'a>(history: &'a History, client: &ClientKey, id: &str) -> Result<&'a Change, Failure> {
    let found: Vec<_> = history.of_client(client).filter(|change| change.id.starts_with(id)).collect();
    // An id may be the beginning of another one only in made-up events; whole, it is meant.
    match (found.iter().find(|change| &*change.id == id), found.as_slice()) {
        (Some(change), _) | (None, [change]) => Ok(change),
        (None, []) => {
            let mut help = "its events:".to_owned();
            for change in history.of_client(client).rev().take(10) {
                let _ = write!(help, "\n{}  {}", said(change), change.id);
            }
            Err(Failure::new(Exit::NotFound, format!("the client has no event {id}"), help))
        }
        (None, several) => {
            let mut help = "give more of it:".to_owned();
            for change in several {
                let _ = write!(help, "\n{}", change.id);
            }
            Err(Failure::new(Exit::Usage, format!("{} events of the client begin with {id}", several.len()), help))
        }
    }
}

/// Back to before the latest change that took something away.
fn latest(history: &History, client: &ClientKey, global: &Global) -> Result<Undo, Failure> {
    let takes = |change: &&Change| history.diff(&change.id).is_some_and(|diff| took(change, &diff));
    let Some(change) = history.of_client(client).rev().find(takes) else {
        return Err(none("No known change of this client took anything away."));
    };
    let undo = before(history, change, &global.reach()).map_err(|why| none(&why))?;
    note(&format!("back to the state before {}  {}", said(change), change.id));
    Ok(undo)
}

fn none(why: &str) -> Failure {
    let help = format!("{why}\nanother state: --to EVENT; to look further back in the log: --since");
    Failure::new(Exit::NotFound, "there is no call to print", help)
}

/// `2026-10-01T08:41:07Z UpdateUserPoolClient by kim@example.org`.
fn said(change: &Change) -> String {
    let by = change.actor.name.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
    clean(&format!("{} {}{by}", change.time, change.event)).into_owned()
}
