//! `restore`: the call that brings a client back, on stdout, and nothing else there. It is never run from here.
//!
//! What the state was is read from the pipeline's log, the journal, and what CloudTrail remembers; with `--from`, from files.

use std::{fmt::Write as _, time::Duration};

use cacl_aws::{Session, Since, Status, lookup::Looked};
use cacl_event::{
    Change, ClientKey, History, clean,
    restore::{Loss, quoted},
};
use futures_util::{Stream, StreamExt};
use jiff::SignedDuration;

use super::{
    headless::{Sought, counted, hopeless, words},
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
    look,
    report::Out,
    restore::{Effect, Undo, after, before, open},
    screen::theme::Theme,
};

mod which;

use which::{namesakes, which};

/// How far back the log is read: as far as CloudTrail remembers, and as the stack keeps it by default.
const FAR: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Runs it.
pub async fn run(options: Restore, global: &Global) -> anyhow::Result<Exit> {
    let history = if options.from.is_empty() { read(&options, global).await? } else { recorded(&options)? };
    let further = further(&options);
    let client = which(&history, &options.client, further)?;
    let none = |why: &str| {
        let help = format!("{why}\nanother state: --to EVENT; {further}");
        Failure::new(Exit::NotFound, "there is no call to print", help)
    };
    let undo = if let Some(event) = &options.to {
        let change = event_of(&history, &client, event)?;
        let undo = after(&history, change, &global.reach()).map_err(|why| none(&why))?;
        note(&format!("to the state after {}", said(change)));
        tell(&undo, "", global);
        undo
    } else {
        let (losses, all) = open(&history, &client);
        let Some((last, earlier)) = losses.split_first() else { return Err(nothing(all, further).into()) };
        let undo = before(&history, last.change, &global.reach()).map_err(|why| none(&why))?;
        note(&format!("back to the state before {}", said(last.change)));
        tell(&undo, ", too", global);
        tell_earlier(&history, last, earlier);
        undo
    };
    if undo.effect == Effect::Anew {
        for other in namesakes(&history, &client) {
            note(&format!("a client of that name is there already: {}", clean(&other.client)));
        }
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
            learn(&mut history, feed, Awaited { log: false, past: true }, &Sought::default()).await?;
            return Ok(history);
        }
    };
    let source = SourceOptions { no_lookup: options.no_lookup, ..SourceOptions::default() };
    let start = Some(Start::From(options.since.unwrap_or(Since::Ago(FAR))));
    let wish =
        Wish { reader: None, start, source, journal: !options.no_journal, patience: Duration::ZERO, handed: false };
    let Journaled { feed, .. } = journaled::open(&session, &place, wish).await?;
    let awaited = Awaited { log: true, past: !options.no_lookup };
    learn(&mut history, feed, awaited, &watch::sought(&place, global)).await?;
    Ok(history)
}

/// What has not been read to its end yet.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Awaited {
    log: bool,
    past: bool,
}

/// Takes in a feed until all that is awaited has been read.
async fn learn(
    history: &mut History,
    feed: impl Stream<Item = Feed>,
    mut awaited: Awaited,
    sought: &Sought,
) -> anyhow::Result<()> {
    let mut feed = std::pin::pin!(feed);
    while awaited.log || awaited.past {
        match feed.next().await {
            Some(Feed::Change(change)) => drop(history.insert(*change)),
            Some(Feed::Snapshot { client, taken, settings }) => history.snapshot(client, taken, *settings),
            Some(Feed::Status(Status::Live)) => awaited.log = false,
            Some(Feed::Status(status)) => match hopeless(&status, sought) {
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

/// The change of the client whose id begins like this.
fn event_of<'a>(history: &'a History, client: &ClientKey, id: &str) -> Result<&'a Change, Failure> {
    let found: Vec<_> = history.of_client(client).filter(|change| change.id.starts_with(id)).collect();
    // An id may be the beginning of another one only in made-up events; whole, it is meant.
    match (found.iter().find(|change| &*change.id == id), found.as_slice()) {
        (Some(change), _) | (None, [change]) => Ok(change),
        (None, []) => {
            let mut help = "its events:".to_owned();
            for change in history.of_client(client).rev().take(10) {
                // Writing to a String cannot fail.
                let _ = write!(help, "\n{}", said(change));
            }
            Err(Failure::new(Exit::NotFound, format!("the client has no event {id}"), help))
        }
        (None, several) => {
            let mut help = "give more of it:".to_owned();
            for change in several {
                let _ = write!(help, "\n{}", clean(&change.id));
            }
            Err(Failure::new(Exit::Usage, format!("{} events of the client begin with {id}", several.len()), help))
        }
    }
}

/// How to know more.
fn further(options: &Restore) -> &'static str {
    if options.from.is_empty() {
        "to look further back in the log: --since"
    } else {
        "to know more: more files after --from"
    }
}

/// What a call would do.
fn tell(undo: &Undo, too: &str, global: &Global) {
    let glyphs = Theme::new(false, look::look(global.color).ascii).glyphs;
    let lines = undo.effect.lines(glyphs);
    match undo.effect {
        Effect::Anew => note("the client was deleted: the call makes it anew"),
        Effect::Unknown => note("what the client is like now is not known, nor what the call would change"),
        Effect::Changes(_) if undo.effect.is_nothing() => {
            note("the client is like that already: the call would change nothing");
        }
        Effect::Changes(_) => {
            note(&format!("the call changes, from what is known of the client by now:\n{}", lines.join("\n")));
        }
    }
    if undo.later > 0 && !undo.effect.is_nothing() {
        note(&format!(
            "{} of the client since then would be undone{too}",
            counted(undo.later as u64, "change", "changes")
        ));
    }
    if undo.again > 0 {
        let many = counted(undo.again as u64, "change", "changes");
        note(&format!("what {many} took away is back by now, and the call would take it away again"));
    }
}

/// What was taken before and is not there in the state that is to be restored either.
fn tell_earlier(history: &History, last: &Loss<'_>, earlier: &[Loss<'_>]) {
    /// Older ones can be found with these.
    const MANY: usize = 5;
    let state = history.before(&last.change.id).map(|before| before.settings);
    let earlier: Vec<_> = earlier.iter().filter(|loss| loss.is_open(state.as_ref())).collect();
    if earlier.is_empty() {
        return;
    }
    let mut words =
        "more was taken from the client before that, and the call does not put it back; to undo it as well:".to_owned();
    for loss in earlier.iter().take(MANY) {
        let from = history.before(&loss.change.id).and_then(|before| before.from);
        let way = from
            .map_or_else(|| "no event is known to go back to".to_owned(), |id| format!("--to {}", quoted(&clean(&id))));
        // Writing to a String cannot fail.
        let _ = write!(words, "\n{way}  before {}", said(loss.change));
    }
    if earlier.len() > MANY {
        let _ = write!(words, "\nand {} more", earlier.len() - MANY);
    }
    note(&words);
}

fn nothing(losses: usize, further: &str) -> Failure {
    let why = match losses {
        0 => "no known change of the client took anything away".to_owned(),
        1 => "what a change took from the client is back".to_owned(),
        many => format!("what {many} changes took from the client is back"),
    };
    let help = format!("{why}\nanother state: --to EVENT; {further}");
    Failure::new(Exit::NotFound, "there is nothing to put back", help)
}

/// `2026-10-01T08:41:07Z UpdateUserPoolClient by kim@example.org  10000000-…`.
fn said(change: &Change) -> String {
    let by = change.actor.name.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
    clean(&format!("{} {}{by}  {}", change.time, change.event, change.id)).into_owned()
}
