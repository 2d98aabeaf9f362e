//! Recorded events: files in any form that `cacl_event` decodes, stdin, gzip.
//!
//! They are read as they are asked for: the first changes can be shown before the last ones are read.

mod document;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::Context;
use cacl_event::{Change, Decoded, Provenance};
use futures_util::{Stream, stream};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::Feed;
use document::Document;

/// What files hold, in pieces that were read at once: calls, by (time, id) within the piece, lines that are no events, and a note of
/// each file without an event. A call that is recorded twice is here twice: knowing that is the history's part. The first file
/// that cannot be read ends it.
#[derive(Debug)]
pub struct Recording {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<Open>,
    recorded: Recorded,
}

/// What is known of a recording by whoever does not read it: whether all of it has been read, and there was nothing in it.
#[derive(Debug, Clone, Default)]
pub struct Recorded(Arc<AtomicU8>);

impl Recorded {
    const READ: u8 = 1;
    const EVENTS: u8 = 2;

    /// Whether it is known that there is no event.
    pub fn is_empty(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Self::READ
    }
}

#[derive(Debug)]
struct Open {
    file: PathBuf,
    document: Document,
    /// Whether there was an event in it.
    told: bool,
}

impl Recording {
    /// Of these files; `-` is stdin. One that is not there is known now.
    pub fn of(files: &[PathBuf]) -> anyhow::Result<Self> {
        for file in files {
            check(file).with_context(|| format!("cannot read {}", name(file)))?;
        }
        Ok(Self { files: Vec::from(files).into_iter(), open: None, recorded: Recorded::default() })
    }

    /// For whoever does not read it.
    pub fn recorded(&self) -> Recorded {
        self.recorded.clone()
    }

    fn piece(&mut self) -> anyhow::Result<Option<Vec<Feed>>> {
        let Some(open) = &mut self.open else {
            let Some(file) = self.files.next() else {
                self.recorded.0.fetch_or(Recorded::READ, Ordering::Relaxed);
                return Ok(None);
            };
            let document = Document::open(&file).with_context(|| format!("cannot read {}", name(&file)))?;
            self.open = Some(Open { file, document, told: false });
            return Ok(Some(Vec::new()));
        };
        let read = open.document.next().with_context(|| format!("cannot read {}", name(&open.file)))?;
        let Some(decoded) = read else {
            let empty = (!open.told).then(|| Feed::Note(format!("there is no event in {}", name(&open.file))));
            self.open = None;
            return Ok(Some(empty.into_iter().collect()));
        };
        let mut items: Vec<_> = decoded.into_iter().filter_map(item).collect();
        sort(&mut items);
        if items.iter().any(|item| matches!(item, Feed::Change(_))) {
            open.told = true;
            self.recorded.0.fetch_or(Recorded::EVENTS, Ordering::Relaxed);
        }
        Ok(Some(items))
    }
}

impl Iterator for Recording {
    type Item = anyhow::Result<Vec<Feed>>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.piece();
        if piece.is_err() {
            (self.files, self.open) = (Vec::new().into_iter(), None);
        }
        piece.transpose()
    }
}

/// Whether a file can be opened. A pipe is opened once only.
fn check(file: &Path) -> io::Result<()> {
    if file.as_os_str() == "-" {
        return Ok(());
    }
    let what = fs::metadata(file)?;
    if what.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if what.is_file() {
        File::open(file)?;
    }
    Ok(())
}

fn item(decoded: Decoded) -> Option<Feed> {
    match decoded {
        // What is replayed is what is to be seen, also if CloudTrail's memory is where it was found.
        Decoded::Change(change) => Some(Feed::Change(Box::new(Change { provenance: Provenance::Event, ..*change }))),
        Decoded::Foreign(_) => Some(decoded.into()),
        Decoded::Platform(_) => None,
    }
}

/// What has no time of its own comes first, calls by (time, id).
pub fn sort(items: &mut [Feed]) {
    fn order(item: &Feed) -> Option<(Timestamp, &str)> {
        match item {
            Feed::Change(change) => Some((change.time, &change.id)),
            _ => None,
        }
    }
    items.sort_by(|a, b| order(a).cmp(&order(b)));
}

/// A file as one names it.
pub fn name(file: &Path) -> String {
    if file.as_os_str() == "-" { "stdin".to_owned() } else { file.display().to_string() }
}

/// How many pieces wait to be shown, at most.
const AHEAD: usize = 4;

/// The items as a feed that ends, read and decoded by a thread of its own, a little ahead of whoever shows them.
pub fn stream(
    recording: impl Iterator<Item = anyhow::Result<Vec<Feed>>> + Send + 'static,
) -> impl Stream<Item = anyhow::Result<Feed>> + Send {
    let (sender, mut pieces) = mpsc::channel(AHEAD);
    // Where no thread can be had, the sender is dropped with the closure, and there is nothing to show but why.
    let thread = thread::Builder::new().name("replay".to_owned()).spawn(move || {
        // Whoever showed it may have left.
        let mut recording = recording;
        let _unread = recording.find_map(|piece| sender.blocking_send(piece).err());
    });
    async_stream::try_stream! {
        let thread = thread.context("cannot read beside the screen")?;
        while let Some(piece) = pieces.recv().await {
            for item in piece? {
                yield item;
            }
        }
        // It lets go of the channel last, so that this is no wait.
        if thread.join().is_err() {
            Err(anyhow::anyhow!("reading broke off by a fault of this program"))?;
        }
        yield Feed::End;
    }
}

/// Items as a feed that ends: at once, or calls in their original spacing divided by a speed.
pub fn play(items: Vec<Feed>, speed: Option<f64>) -> impl Stream<Item = Feed> + Send + 'static {
    let items = items.into_iter().chain([Feed::End]);
    stream::unfold((items, None), move |(mut items, mut last): (_, Option<Timestamp>)| async move {
        let item = Iterator::next(&mut items)?;
        if let (Some(speed), Feed::Change(change)) = (speed, &item) {
            tokio::time::sleep(last.map_or(Duration::ZERO, |last| pause(last, change.time, speed))).await;
            last = Some(change.time);
        }
        Some((item, (items, last)))
    })
}

fn pause(from: Timestamp, to: Timestamp, speed: f64) -> Duration {
    Duration::try_from_secs_f64(to.duration_since(from).as_secs_f64() / speed).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests;
