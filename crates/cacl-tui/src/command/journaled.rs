//! What happens at a place, with what an earlier run knew of it: the journal around the feed.

use std::{collections::HashSet, time::Duration};

use cacl_aws::{Error, Session, Since, Tail, lookup::Looked};
use cacl_event::{Change, Provenance, Text};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use jiff::{SignedDuration, Timestamp};

use super::watch::Place;
use crate::{
    Exit,
    cli::{SourceOptions, values::Start},
    failure::Failure,
    feed::{
        Feed, live,
        past::{Memory, Wanted},
    },
    journal::{self, Contents, Entry, Keeper, Reader},
};

/// How much of the past the live view begins with. A day holds what one was called about, and gives the diffs their baselines.
const PAST: SignedDuration = SignedDuration::from_hours(24);

/// The live view goes back to what was seen last, but not further than this by itself.
const FURTHEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How lines and screens are served.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// To whom it is told; what is only looked through is told to nobody.
    pub reader: Option<Reader>,
    /// From when on, if that was said.
    pub start: Option<Start>,
    /// Where it comes from.
    pub source: SourceOptions,
    /// Whether a journal is kept.
    pub journal: bool,
    /// How long the past is waited for. What can be told anew later need not wait.
    pub patience: Duration,
    /// Whether a screen's changes are handed over to commands, too: then they are told once that is done, and whoever does it says so.
    pub handed: bool,
}

/// A feed, and who keeps what becomes of it.
pub struct Journaled {
    /// What happens.
    pub feed: BoxStream<'static, Feed>,
    /// The journal, if there is one.
    pub keeper: Option<Keeper>,
}

/// Opens a place, and its journal. Without one everything can be seen all the same, but whoever wants to go on from the last run
/// would miss something, and not know.
pub async fn open(session: &Session, place: &Place, wish: Wish) -> anyhow::Result<Journaled> {
    let (journal, note) = if wish.journal { opened(session, place).await } else { (None, None) };
    let (contents, keeper) = journal.unzip();
    let contents = contents.unwrap_or_default();
    if let (Some(Start::Last), Some(why)) = (wish.start, &note)
        && wish.reader.and_then(|reader| contents.resume(reader)).is_none()
    {
        let what = format!("it is not known where the last run ended: {why}");
        return Err(Failure::new(Exit::Failed, what, "mend that, or say from when on, as in --since 24h").into());
    }
    let start = start(wish, &contents, session.now());
    if let (Some(keeper), Some(by)) = (&keeper, wish.reader)
        && contents.read(by).is_none()
    {
        // Also a run that ends before it has read anything is one to go on from.
        keeper.write(&Entry::Read { by, until: start.resolve(session.now()) }).await;
    }
    let before = wish.reader.and_then(|reader| contents.before(reader)).map(Feed::Before);
    let known = match (wish.start, wish.reader) {
        (Some(Start::Last), Some(Reader::Lines)) => told(&contents, Reader::Lines),
        _ => HashSet::new(),
    };
    let past = from(session, place, start, wish, contents.looked, &contents.changes);
    let feed = match &keeper {
        Some(keeper) => {
            let clock = session.clone();
            journal::kept(past, keeper.clone(), wish.reader, wish.handed, move || clock.now()).left_stream()
        }
        None => past.right_stream(),
    };
    // What was told once is not told again to whoever goes on from there; the journal has it as a baseline.
    let feed = feed.filter(move |item| {
        let again = matches!(item, Feed::Change(change) if change.provenance == Provenance::Event && known.contains(&change.id));
        std::future::ready(!again)
    });
    let changes = contents.changes.into_iter().map(|change| Feed::Change(Box::new(change)));
    let snapshots = contents.snapshots.into_iter().map(|(client, taken, settings)| Feed::Snapshot {
        client,
        taken,
        settings: Box::new(settings),
    });
    let first = note.map(Feed::Note).into_iter().chain(before).chain(changes).chain(snapshots);
    Ok(Journaled { feed: stream::iter(first).chain(feed).boxed(), keeper })
}

/// What happens at a place from a time on, with no journal.
pub fn plain(session: &Session, place: &Place, since: Since, wish: Wish) -> impl Stream<Item = Feed> + Send + use<> {
    from(session, place, since, wish, Looked::default(), &[])
}

fn from(
    session: &Session,
    place: &Place,
    since: Since,
    wish: Wish,
    looked: Looked,
    known: &[Change],
) -> impl Stream<Item = Feed> + Send + use<> {
    let wanted = Wanted { lookup: !wish.source.no_lookup, snapshots: wish.source.snapshot };
    let mut memory = Memory::new(session.clone(), place.sandbox(), wanted, looked);
    for change in known {
        memory.learn(change);
    }
    let tail = Tail::new(&place.group, since);
    let log = if wish.source.live_tail {
        cacl_aws::tail::live(session.clone(), tail).boxed()
    } else {
        cacl_aws::tail::tail(session.clone(), tail).boxed()
    };
    live::follow(session.clone(), log, memory, wish.patience)
}

/// From when on. Without a word about it, lines begin now; a screen begins where it was left, but shows a day at least.
fn start(wish: Wish, contents: &Contents, now: Timestamp) -> Since {
    let last = wish.reader.and_then(|reader| contents.resume(reader));
    match (wish.start, wish.reader) {
        (Some(Start::From(since)), _) => since,
        (Some(Start::Last), Some(Reader::Screen)) => last.map_or(Since::Ago(PAST), Since::At),
        (Some(Start::Last), _) => last.map_or(Since::Ago(SignedDuration::ZERO), Since::At),
        (None, Some(Reader::Lines) | None) => Since::Ago(SignedDuration::ZERO),
        (None, Some(Reader::Screen)) => match last {
            Some(last) if now.duration_since(last) > FURTHEST => Since::Ago(FURTHEST),
            Some(last) if now.duration_since(last) > PAST => Since::At(last),
            _ => Since::Ago(PAST),
        },
    }
}

fn told(contents: &Contents, reader: Reader) -> HashSet<Text> {
    contents.told.iter().filter(|(_, told)| told.to(reader)).map(|(id, _)| id.clone()).collect()
}

async fn opened(session: &Session, place: &Place) -> (Option<(Contents, Keeper)>, Option<String>) {
    match whose(session, place).await {
        Ok(Some(place)) => journal::open(&place).await,
        // The log group is not there; the feed will say so.
        Ok(None) => (None, None),
        Err(error) => {
            let why = error.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            (None, Some(format!("there is no journal, for it is not known whose it would be: {error}{why}")))
        }
    }
}

/// Whose journal it is. A stack's ARN is that stack's alone; of a log group in AWS the name is enough, and elsewhere it is when it
/// was made that tells it from others.
async fn whose(session: &Session, place: &Place) -> Result<Option<journal::Place>, Error> {
    let region = session.region().to_owned();
    let endpoints = custom_endpoints(session);
    if let Some(stack) = &place.stack {
        let mut parts = stack.arn.split(':').skip(4);
        let account = parts.next().unwrap_or_default().to_owned();
        let name = parts.next().and_then(|rest| rest.split('/').nth(1)).unwrap_or_default().to_owned();
        let identity = format!("{} {:?} {endpoints:?}", stack.arn, stack.created);
        return Ok(Some(journal::Place { account, region, log: journal::Log::Stack(name), identity: Some(identity) }));
    }
    let account = session.identity().await?.account;
    let log = journal::Log::Group(place.group.clone());
    if endpoints.is_empty() {
        return Ok(Some(journal::Place { account, region, log, identity: None }));
    }
    let group = cacl_aws::tail::group(session, &place.group).await?;
    Ok(group.map(|group| {
        let identity = format!("{} {:?} {endpoints:?}", group.arn, group.created);
        journal::Place { account, region, log, identity: Some(identity) }
    }))
}

/// Where AWS is not AWS, for one service or for all.
fn custom_endpoints(session: &Session) -> Vec<String> {
    let services = std::env::vars().filter(|(name, value)| name.starts_with("AWS_ENDPOINT_URL_") && !value.is_empty());
    session.endpoint_url().map(str::to_owned).into_iter().chain(services.map(|(_, url)| url)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_goes_back_to_what_was_seen_within_bounds_and_lines_only_if_told_to() {
        let now: Timestamp = "2026-10-10T12:00:00Z".parse().expect("a time");
        let at = |time: &str| Since::At(time.parse().expect("a time"));
        let hours = |hours| Since::Ago(SignedDuration::from_hours(hours));
        let read = |by, until: &str| Contents::of(vec![Entry::Read { by, until: until.parse().expect("a time") }]);
        let none = Contents::default;
        let cases = [
            (Reader::Screen, None, none(), hours(24)),
            (Reader::Screen, None, read(Reader::Screen, "2026-10-10T08:00:00Z"), hours(24)),
            (Reader::Screen, None, read(Reader::Lines, "2026-10-08T08:00:00Z"), hours(24)),
            (Reader::Screen, None, read(Reader::Screen, "2026-10-08T08:00:00Z"), at("2026-10-08T07:50:00Z")),
            (Reader::Screen, None, read(Reader::Screen, "2026-08-08T08:00:00Z"), hours(7 * 24)),
            (
                Reader::Screen,
                Some(Start::Last),
                read(Reader::Screen, "2026-08-08T08:00:00Z"),
                at("2026-08-08T07:50:00Z"),
            ),
            (Reader::Screen, Some(Start::From(hours(1))), read(Reader::Screen, "2026-08-08T08:00:00Z"), hours(1)),
            (Reader::Lines, None, read(Reader::Lines, "2026-10-08T08:00:00Z"), hours(0)),
            (Reader::Lines, Some(Start::Last), none(), hours(0)),
            (Reader::Lines, Some(Start::Last), read(Reader::Screen, "2026-10-08T08:00:00Z"), hours(0)),
            (Reader::Lines, Some(Start::Last), read(Reader::Lines, "2026-08-08T08:00:00Z"), at("2026-08-08T07:50:00Z")),
        ];
        let source = SourceOptions::default();
        for (reader, asked, contents, expected) in cases {
            let wish = Wish {
                reader: Some(reader),
                start: asked,
                source,
                journal: true,
                patience: Duration::ZERO,
                handed: false,
            };
            assert_eq!(start(wish, &contents, now), expected, "{reader:?} {asked:?} {contents:?}");
        }
    }
}
