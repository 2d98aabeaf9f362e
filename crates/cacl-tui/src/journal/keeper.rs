//! Whoever writes the journal while somebody watches: a thread of its own, so that a slow disk slows nothing else.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_stream::stream;
use cacl_event::{Change, Hops, Provenance, Text};
use futures_util::{Stream, StreamExt as _};
use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    time::timeout,
};

use super::{
    contents::{Contents, OVERLAP, Told},
    entry::{Entry, Reader},
    file::File,
};
use crate::feed::{Feed, came};

/// So many lines may wait for the disk before the feed waits for it, too.
const WAITING: usize = 1024;

/// Longer than a disk takes, and shorter than anybody wants to wait for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// At the end, the last lines get so long.
const LAST: Duration = Duration::from_secs(5);

/// So long the log must have been on a screen, read to its end, to count as seen.
pub const SEEN: SignedDuration = SignedDuration::from_secs(5);

/// When writing is tried again on a disk that was full.
const AGAIN: Duration = Duration::from_secs(20);

/// So many lines are kept for a disk that is full; with more of them lost, the journal ends there.
const KEPT: usize = 20_000;

/// How often it is noted down up to when the log was read: what came since is read again by the next run, and known.
const NOTED: SignedDuration = SignedDuration::from_mins(5);

/// More than there are in a journal.
const KNOWN: usize = 100_000;

/// A hand on the journal; every clone writes to the same.
#[derive(Debug, Clone)]
pub struct Keeper {
    lines: mpsc::Sender<String>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Given once the writer has ended.
    ended: tokio::sync::Semaphore,
}

#[derive(Debug, Default)]
struct State {
    /// To whom a change was told, of all that are in the journal.
    told: HashMap<Text, Told>,
    /// What is still to be handed over, and told by that.
    owed: HashSet<Text>,
    /// Up to when the log is read, and since when that is on disk.
    read: Option<Timestamp>,
    noted: Option<Timestamp>,
    /// What there is to say.
    news: Option<String>,
    /// Nothing is written any more.
    over: bool,
}

impl Keeper {
    /// Starts writing to the end of a file.
    pub fn start(file: File, contents: &Contents) -> Self {
        let (lines, waiting) = mpsc::channel(WAITING);
        let state = State { told: contents.told.clone(), ..State::default() };
        let shared = Arc::new(Shared { state: state.into(), ended: tokio::sync::Semaphore::new(0) });
        let writer = Writer { file, shared: Arc::clone(&shared), unwritten: Vec::new(), full: false };
        if std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run(waiting)).is_err() {
            shared.lock().over = true;
        }
        Self { lines, shared }
    }

    /// Whether a change had been told to a reader, as far as the journal knows.
    pub fn told(&self, id: &str, reader: Reader) -> bool {
        self.shared.lock().told.get(id).is_some_and(|told| told.to(reader))
    }

    /// Keeps a change, and that it was told; to nobody, if it comes from the past.
    pub async fn change(&self, change: &Change, reader: Option<Reader>) {
        let told: Told = reader.into_iter().collect();
        let hops = {
            let mut state = self.shared.lock();
            if reader.is_some() {
                state.owed.remove(&change.id);
            }
            let before = state.told.get(&change.id).copied();
            if before.is_some_and(|before| before.and(told) == before) {
                return;
            }
            if state.told.len() > KNOWN {
                // What is written twice is read as once.
                state.told.clear();
            }
            state.told.insert(change.id.clone(), before.unwrap_or_default().and(told));
            // What was in the log before we looked has no time "on screen" worth telling.
            Hops { screen: change.hops.screen.filter(|_| state.read.is_some()), ..change.hops }
        };
        let change = Box::new(Change { hops, ..change.clone() });
        self.write(&Entry::Change { told, change }).await;
    }

    /// Keeps a change that is still to be handed over. Until it was, the log has been read up to before it only.
    pub async fn owe(&self, change: &Change) {
        self.shared.lock().owed.insert(change.id.clone());
        self.change(change, None).await;
    }

    /// Keeps anything else.
    pub async fn write(&self, entry: &Entry) {
        if self.shared.lock().over {
            return;
        }
        let sent = match self.lines.try_send(entry.line()) {
            Ok(()) => true,
            Err(TrySendError::Full(line)) => {
                timeout(PATIENCE, self.lines.send(line)).await.is_ok_and(|sent| sent.is_ok())
            }
            Err(TrySendError::Closed(_)) => false,
        };
        if !sent {
            self.shared.give_up("the journal takes too long to write, so nothing more is kept");
        }
    }

    /// The log has been read to what was its end then, and told.
    pub async fn read(&self, by: Reader, until: Timestamp) {
        let due = {
            let mut state = self.shared.lock();
            if !state.owed.is_empty() {
                return;
            }
            state.read = Some(until);
            let due = state.noted.is_none_or(|noted| until.duration_since(noted) >= NOTED);
            if due {
                state.noted = Some(until);
            }
            due
        };
        if due {
            self.write(&Entry::Read { by, until }).await;
        }
    }

    /// What there is to say, once.
    pub fn news(&self) -> Option<String> {
        self.shared.lock().news.take()
    }

    /// Writes down how far the log was told, and waits a moment for the disk; what there is left to say.
    pub async fn close(self, by: Reader) -> Option<String> {
        let read = self.shared.lock().read;
        if let Some(until) = read {
            self.write(&Entry::Read { by, until }).await;
        }
        let Self { lines, shared } = self;
        drop(lines);
        let ended = timeout(LAST, shared.ended.acquire()).await.is_ok();
        let late = || "the journal takes too long to write, so the next run may not know all of this one".to_owned();
        let news = shared.lock().news.take();
        news.or_else(|| (!ended).then(late))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_up(&self, words: &str) {
        let mut state = self.lock();
        if !std::mem::replace(&mut state.over, true) {
            state.news = Some(words.to_owned());
        }
    }
}

/// The thread.
struct Writer {
    file: File,
    shared: Arc<Shared>,
    unwritten: Vec<String>,
    /// The last try failed.
    full: bool,
}

impl Writer {
    fn run(mut self, waiting: mpsc::Receiver<String>) {
        self.work(waiting);
        self.shared.ended.add_permits(1);
    }

    fn work(&mut self, mut waiting: mpsc::Receiver<String>) {
        while waiting.blocking_recv_many(&mut self.unwritten, WAITING) > 0 {
            self.write();
            while self.full && !waiting.is_closed() {
                // A disk that is full is left alone for a while, and then asked again, also if nothing more happens.
                nap(&waiting);
                while let Ok(line) = waiting.try_recv() {
                    self.unwritten.push(line);
                }
                if self.unwritten.len() > KEPT {
                    self.shared.give_up("the journal cannot be written for too long, so nothing more is kept");
                    return;
                }
                self.write();
            }
        }
        self.write();
    }

    fn write(&mut self) {
        while !self.unwritten.is_empty() {
            match self.file.append(&self.unwritten) {
                Ok(written) => drop(self.unwritten.drain(..written)),
                Err(error) => {
                    if !std::mem::replace(&mut self.full, true) {
                        let words = format!(
                            "the journal cannot be written ({error}), so the next run may not know of this one: {}",
                            self.file
                        );
                        self.shared.lock().news = Some(words);
                    }
                    return;
                }
            }
        }
        if std::mem::take(&mut self.full) {
            self.shared.lock().news = Some("the journal can be written again".to_owned());
        }
    }
}

/// Waits for a while, or for more that waits, or for the end.
fn nap(waiting: &mpsc::Receiver<String>) {
    let end = std::time::Instant::now() + AGAIN;
    while !waiting.is_closed() && waiting.len() < WAITING / 2 && std::time::Instant::now() < end {
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A screen that may be left before anybody has looked at it.
#[derive(Default)]
struct Glance {
    /// Since when all of the log is there.
    since: Option<Timestamp>,
    /// What is seen with it. What has come longer ago than that, the mark in the log tells.
    held: Vec<Change>,
}

impl Glance {
    /// Whether a change has come so recently that it has to be noted down by itself; unless that are more than anybody can look at.
    fn holds(&self, change: &Change, now: Timestamp) -> bool {
        self.held.len() < KEPT && came(change) > now.checked_sub(OVERLAP).unwrap_or(Timestamp::MIN)
    }

    /// Whether it has become more than that, now that the log has been read to its end again.
    fn is_a_look(&mut self, now: Timestamp) -> bool {
        now.duration_since(*self.since.get_or_insert(now)) >= SEEN
    }
}

/// The feed as it is; what it tells is kept. A change that is told to the screen is kept here, for it is shown at once; what
/// becomes of a line only whoever writes it knows, and of a change that is `handed` over whoever does that.
pub fn kept(
    feed: impl Stream<Item = Feed> + Send + 'static,
    keeper: Keeper,
    reader: Option<Reader>,
    handed: bool,
    now: impl Fn() -> Timestamp + Send + 'static,
) -> impl Stream<Item = Feed> + Send + 'static {
    Box::pin(stream! {
        let mut feed = std::pin::pin!(feed);
        // What has been read to its end now was asked for after the end before it, at the earliest. Whoever took their time
        // over a line in between has not been told what came meanwhile.
        let mut asked = now();
        let mut glance = (reader == Some(Reader::Screen) && !handed).then(Glance::default);
        while let Some(item) = feed.next().await {
            match &item {
                Feed::Change(change) if change.provenance == Provenance::History => keeper.change(change, None).await,
                Feed::Change(change) if handed => keeper.owe(change).await,
                Feed::Change(change) if reader == Some(Reader::Screen) => match &mut glance {
                    None => keeper.change(change, reader).await,
                    Some(glance) if glance.holds(change, asked) => glance.held.push(change.as_ref().clone()),
                    Some(_) => keeper.change(change, None).await,
                },
                Feed::Snapshot { client, taken, settings } => {
                    keeper.write(&Entry::Snapshot { client: client.clone(), taken: *taken, settings: settings.clone() }).await;
                }
                Feed::Looked(read) => keeper.write(&Entry::Looked(read.clone())).await,
                Feed::Status(cacl_aws::Status::Live) => {
                    for seen in glance.take_if(|glance| glance.is_a_look(now())).map(|glance| glance.held).unwrap_or_default() {
                        keeper.change(&seen, reader).await;
                    }
                    if let Some(reader) = reader.filter(|_| glance.is_none()) {
                        keeper.read(reader, asked).await;
                    }
                }
                _ => {}
            }
            let ended = matches!(item, Feed::Status(cacl_aws::Status::Live));
            if !matches!(item, Feed::Looked(_)) {
                yield item;
            }
            if ended {
                asked = now();
            }
            if let Some(words) = keeper.news() {
                yield Feed::Note(words);
            }
        }
    })
}
