//! The journal: what was seen of one pipeline, kept on disk, so that the next run knows what was before, what is new since, and
//! how far CloudTrail's history has been read.
//!
//! # Where
//!
//! `$XDG_STATE_HOME/cacl-tui/` (mode 0700) has one file (mode 0600) for each place that is watched: `place` makes its name.
//! Beside it lies a `.lock`, which every run holds for the moment in which it reads, appends or compacts; so any number of them
//! share a journal. One that does not let go is waited for some seconds; then the journal is read as it is, and what is to be
//! written waits.
//!
//! # What: `cacl.journal/1`
//!
//! A line is one JSON object, and stands by itself: it begins with `schema` and `kind`. Times are RFC 3339.
//!
//! | `kind` | members |
//! |---|---|
//! | `change` | `id`; `time`; `told`: to whom, any of `screen` and `lines`, empty if it is from CloudTrail's history alone; `hops`: `lambda`, `log`, `ingested`, `screen`, those that are known; `record`: the masked CloudTrail record |
//! | `snapshot` | `userPool`, `client`, `taken`; `settings`: by path, as Cognito described them |
//! | `looked` | `call`, `from`, `to`: all such calls that CloudTrail's history has from one second to another are here |
//! | `read` | `by`: `screen` or `lines`; `until`: up to then the log has been read, and told |
//!
//! Members may be added to a kind, and kinds may be added; readers ignore what they do not know. A journal with a line of a newer
//! schema is left alone. A line that is none (a crash in the middle of one, a full disk) is skipped, and goes with the next
//! compaction; an append begins with a newline where the last line has none. The same change may be there more than once: what
//! is known of it is what all of them say together.
//!
//! # How long
//!
//! 90 days, and at most some 32 MiB; of each client the last state and the last snapshot stay, however old they are. A
//! compaction writes another file and puts it in the journal's place, once the journal has grown by half. A journal to which nothing
//! was written for that long is deleted by the next run, whichever that is: it was of a stack that is gone, or of an emulator.
//!
//! # What counts as seen
//!
//! A line, once its reader has taken it. On a screen, what was there for some seconds after the log had been read to its end: who
//! leaves sooner is told again. What is for a command to run for counts once that has ended, and the
//! log is read up to there only.
//!
//! Absent on purpose: secrets (records and settings come masked, see `cacl_event::mask`), and any failure: whoever cannot keep a
//! journal watches all the same, and is told.

mod compact;
mod contents;
mod entry;
mod file;
mod keeper;
mod place;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use contents::{Contents, OVERLAP, Told};
pub use entry::{Entry, Reader};
pub use keeper::{Keeper, kept};
pub use place::{Log, Place};

use file::File;

/// A journal in a file of a test's.
#[cfg(test)]
pub fn keeper(path: std::path::PathBuf) -> Keeper {
    Keeper::start(File::at(path), &Contents::default())
}

/// Opens a place's journal, if there can be one: what it knows, who writes to it, and what there is to say of that.
pub async fn open(place: &Place) -> (Option<(Contents, Keeper)>, Option<String>) {
    let Some(path) = place.path() else {
        return (None, Some("there is no journal: neither XDG_STATE_HOME nor HOME says where it could be".to_owned()));
    };
    let file = File::at(path);
    let read = tokio::task::spawn_blocking(move || {
        file.sweep(Timestamp::now());
        file.open(Timestamp::now()).map(|read| (read, file))
    });
    match read.await {
        Ok(Ok((read, file))) => {
            let note = match read.skipped {
                _ if read.busy => Some(format!(
                    "another cacl-tui keeps the journal to itself; it was read as it is, and is written once that lets go: {file}"
                )),
                0 => None,
                skipped => {
                    let lines = if skipped == 1 { "a line" } else { "lines" };
                    Some(format!("the journal had {lines} that nobody can read ({skipped}), left out: {file}"))
                }
            };
            let contents = Contents::of(read.entries);
            let keeper = Keeper::start(file, &contents);
            (Some((contents, keeper)), note)
        }
        Ok(Err(unusable)) => (None, Some(unusable.to_string())),
        Err(error) => (None, Some(format!("the journal cannot be read: {error}"))),
    }
}
