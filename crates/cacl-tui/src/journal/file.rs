//! The file: locked, appended to, mended, and put anew. Nothing here waits in the name of a screen.

use std::{
    cell::Cell,
    fmt,
    fs::{self, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use super::{
    compact::{Limits, kept},
    entry::{Entry, Unread},
    place,
};

/// As long as CloudTrail remembers, and as much as is read in a moment.
pub const LIMITS: Limits = Limits { age: SignedDuration::from_hours(90 * 24), bytes: 24 << 20 };

/// No event is longer than a megabyte: what is, is none of ours.
const LONGEST_LINE: u64 = 8 << 20;

/// Longer than anything takes that is done under the lock. Whoever has it for longer stands still, and need not be waited for.
const PATIENCE: Duration = Duration::from_secs(4);

/// How often it is tried meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// A journal's file.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    limits: Limits,
    patience: Duration,
    /// How long it was after it was compacted, or when that was last found to be of no use.
    compacted: Cell<u64>,
}

/// What was in it.
#[derive(Debug, Default)]
pub struct Found {
    /// What each line said.
    pub entries: Vec<Entry>,
    /// How many nobody can read.
    pub skipped: usize,
    /// Whether another run has it for so long that it was read as it is.
    pub busy: bool,
    /// How many there were.
    lines: usize,
}

/// Why there is no journal.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// A newer version of the program has it.
    #[error("the journal was written by a newer version of cacl-tui, so it is left alone: {}", .0.display())]
    Newer(PathBuf),
    /// It cannot be read.
    #[error("the journal cannot be used, so earlier runs are not known: {}: {}", .0.display(), .1)]
    Failed(PathBuf, io::Error),
}

impl fmt::Display for File {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(formatter)
    }
}

impl File {
    /// A file that need not be there.
    pub fn at(path: PathBuf) -> Self {
        Self { path, limits: LIMITS, patience: PATIENCE, compacted: Cell::new(0) }
    }

    #[cfg(test)]
    pub fn with_limits(path: PathBuf, limits: Limits) -> Self {
        Self { limits, patience: Duration::from_mins(10), ..Self::at(path) }
    }

    #[cfg(test)]
    pub fn impatient(self) -> Self {
        Self { patience: PAUSE, ..self }
    }

    /// Makes the folder and the file if need be, reads all of it, and compacts it if that is worth it. What another run keeps to
    /// itself is read all the same: a file that is put in its place is a whole one.
    pub fn open(&self, now: Timestamp) -> Result<Found, Unusable> {
        let failed = |error| Unusable::Failed(self.path.clone(), error);
        let lock = match self.lock() {
            Ok(lock) => lock,
            Err(error) if error.kind() == ErrorKind::ResourceBusy => return self.glance(),
            Err(error) => return Err(failed(error)),
        };
        drop(self.appended_to().map_err(failed)?);
        let found = self.read().map_err(failed)?.ok_or_else(|| Unusable::Newer(self.path.clone()))?;
        let found = self.tidied(found, now);
        self.compacted.set(self.length());
        drop(lock);
        Ok(found)
    }

    /// Reads it without the lock: its last line may be one that is being written.
    fn glance(&self) -> Result<Found, Unusable> {
        let found = match self.read() {
            Err(error) if error.kind() == ErrorKind::NotFound => Found::default(),
            read => read
                .map_err(|error| Unusable::Failed(self.path.clone(), error))?
                .ok_or_else(|| Unusable::Newer(self.path.clone()))?,
        };
        Ok(Found { busy: true, skipped: 0, ..found })
    }

    /// Appends lines, each by one write, after mending an end that is none; how many of them. A file that has
    /// become too long, and by half longer than what there was to keep of it, is compacted.
    pub fn append(&self, lines: &[String]) -> io::Result<usize> {
        let lock = self.lock()?;
        let mut file = self.appended_to()?;
        let mut done = 0;
        let mut length = file.seek(SeekFrom::End(0))?;
        // Another run may have done it.
        self.compacted.set(self.compacted.get().min(length));
        if length > 0 && !self.ends_whole()? {
            file.write_all(b"\n")?;
        }
        for line in lines {
            // What is written by halves is written again, once there is room; the half is a line that says nothing.
            let written = write_once(&mut file, line.as_bytes());
            match written {
                Ok(written) if written == line.len() => done += 1,
                Ok(_) => return if done > 0 { Ok(done) } else { Err(ErrorKind::StorageFull.into()) },
                Err(error) => return if done > 0 { Ok(done) } else { Err(error) },
            }
            length += line.len() as u64;
        }
        // The lines are there whether or not there is room to put them anew: told otherwise, the caller would append them again.
        if length > 4 * self.limits.bytes as u64 / 3 && length > 3 * self.compacted.get() / 2 {
            if let Err(error) = self.compact() {
                tracing::warn!("the journal cannot be compacted: {error}");
            }
            self.compacted.set(self.length());
        }
        drop(lock);
        Ok(done)
    }

    /// Deletes the journals beside this one to which nothing was written for as long as anything is kept. What has another
    /// name, or begins otherwise, is somebody else's.
    pub fn sweep(&self, now: Timestamp) {
        let Some(files) = self.path.parent().and_then(|folder| fs::read_dir(folder).ok()) else { return };
        let old = |path: &Path| {
            let file = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
            let written = Timestamp::try_from(file.modified().ok()?).ok()?;
            (now.duration_since(written) > self.limits.age).then_some(())
        };
        for file in files.flatten() {
            let path = file.path();
            let named = file.file_name().to_str().is_some_and(place::is_name) && path != self.path;
            if named && old(&path).is_some() && begins_as_one(&path) {
                let _ = fs::remove_file(&path);
                let _ = fs::remove_file(beside(&path, "lock"));
            }
        }
    }

    fn length(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |file| file.len())
    }

    fn compact(&self) -> io::Result<()> {
        let Some(found) = self.read()? else { return Ok(()) };
        self.put_anew(&kept(found.entries, self.limits, Timestamp::now()))
    }

    /// Held until it is dropped; `ResourceBusy` if another run does not let go. A file beside, for the journal itself may be
    /// another one a moment later.
    fn lock(&self) -> io::Result<fs::File> {
        if let Some(folder) = self.path.parent() {
            make_folder(folder)?;
        }
        let lock = private().write(true).create(true).truncate(false).open(beside(&self.path, "lock"))?;
        let end = Instant::now() + self.patience;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) if Instant::now() < end => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::new(ErrorKind::ResourceBusy, "another cacl-tui keeps it to itself"));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    fn appended_to(&self) -> io::Result<fs::File> {
        let file = private().append(true).create(true).open(&self.path)?;
        keep_private(&file)?;
        Ok(file)
    }

    fn ends_whole(&self) -> io::Result<bool> {
        let mut file = fs::File::open(&self.path)?;
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        Ok(last == *b"\n")
    }

    /// All that can be read; `None` if it is a newer version's.
    fn read(&self) -> io::Result<Option<Found>> {
        let mut file = BufReader::with_capacity(1 << 16, fs::File::open(&self.path)?);
        let mut found = Found::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            if (&mut file).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
                return Ok(Some(found));
            }
            found.lines += 1;
            match Entry::of(line.trim_ascii_end()) {
                Ok(entry) => found.entries.push(entry),
                Err(Unread::Newer) => return Ok(None),
                Err(Unread::Broken) => found.skipped += 1,
                Err(Unread::Unknown) => {}
            }
        }
    }

    /// Compacts what has many lines that say nothing more.
    fn tidied(&self, found: Found, now: Timestamp) -> Found {
        let kept = kept(found.entries.clone(), self.limits, now);
        if found.skipped == 0 && kept.len() + kept.len() / 4 + 16 >= found.lines {
            return found;
        }
        match self.put_anew(&kept) {
            Ok(()) => Found { entries: kept, ..found },
            // A full disk is no reason not to know what is there.
            Err(error) => {
                tracing::warn!("the journal cannot be compacted: {error}");
                found
            }
        }
    }

    /// Another file in the journal's place, or none.
    fn put_anew(&self, entries: &[Entry]) -> io::Result<()> {
        let path = beside(&self.path, "new");
        let written = (|| {
            let mut file = private().write(true).create(true).truncate(true).open(&path)?;
            keep_private(&file)?;
            let mut out = io::BufWriter::new(&mut file);
            for entry in entries {
                out.write_all(entry.line().as_bytes())?;
            }
            out.flush()?;
            drop(out);
            file.sync_all()?;
            fs::rename(&path, &self.path)
        })();
        if written.is_err() {
            let _ = fs::remove_file(&path);
        }
        written
    }
}

/// Whether a file is empty or begins as a journal does.
fn begins_as_one(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(100).read_to_end(&mut head));
    read.is_ok() && (head.is_empty() || Entry::begins(&head))
}

/// The file whose name has an ending more.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_path_buf().into_os_string();
    name.push(".");
    name.push(ending);
    name.into()
}

/// One write; only a signal is a reason for another.
fn write_once(file: &mut impl Write, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match file.write(bytes) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            written => return written,
        }
    }
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

/// Also where a file was there before us.
#[cfg(unix)]
fn keep_private(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if file.metadata()?.permissions().mode().trailing_zeros() >= 6 {
        return Ok(());
    }
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_private(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// For the user alone, as XDG has it. One that is there and cannot be changed (systemd's) stays as it is: the files are private.
#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    match fs::metadata(folder) {
        Ok(there) if there.permissions().mode() & 0o077 != 0 => {
            let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
            Ok(())
        }
        Ok(_) => Ok(()),
        Err(_) => fs::DirBuilder::new().recursive(true).mode(0o700).create(folder),
    }
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
