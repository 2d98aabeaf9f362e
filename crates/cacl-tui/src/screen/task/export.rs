//! A file, written in slices: it has its name only when it is whole, and never takes another one's place.

use std::{
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use cacl_event::clean;
use tempfile::NamedTempFile;

/// A step on the way to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A file of this name is to be written.
    Begin(PathBuf),
    /// The next part.
    Write(String),
    /// That was all; what it was, for people.
    Finish(String),
    /// It is not wanted any more.
    Cancel,
}

/// What is being written.
#[derive(Debug)]
pub(super) struct Exporter {
    folder: PathBuf,
    /// Readable by its owner alone, and gone when it is dropped. And what it is to be called.
    file: Option<(NamedTempFile, PathBuf)>,
    written: usize,
}

impl Exporter {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, file: None, written: 0 }
    }

    /// Takes a step; after one that failed nothing is left of the file.
    pub(super) fn step(&mut self, step: Step) -> Result<String, String> {
        match step {
            Step::Begin(path) => self.begin(&path),
            Step::Write(text) => self.write(&text),
            Step::Finish(what) => self.finish(&what),
            Step::Cancel => {
                self.file = None;
                Ok("nothing was written".into())
            }
        }
    }

    fn begin(&mut self, path: &Path) -> Result<String, String> {
        let path = self.folder.join(expanded(path, etcetera::home_dir().ok()));
        if path.symlink_metadata().is_ok() {
            return Err(taken(&path));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".cacl-").suffix(".part").tempfile_in(folder);
        let file = file.map_err(|error| refused(folder, &error))?;
        (self.file, self.written) = (Some((file, path)), 0);
        Ok(String::new())
    }

    fn write(&mut self, text: &str) -> Result<String, String> {
        let Some((mut file, path)) = self.file.take() else { return Ok(String::new()) };
        file.write_all(text.as_bytes()).map_err(|error| refused(&path, &error))?;
        self.written += text.len();
        self.file = Some((file, path));
        Ok(String::new())
    }

    fn finish(&mut self, what: &str) -> Result<String, String> {
        let Some((file, path)) = self.file.take() else { return Ok(String::new()) };
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(format!("wrote {what} to {}, {}", name(&path), super::size(self.written))),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Err(taken(&path)),
            Err(error) => Err(refused(&path, &error.error)),
        }
    }
}

fn taken(path: &Path) -> String {
    format!("{} is there already: choose another name", name(path))
}

fn refused(path: &Path, error: &io::Error) -> String {
    let help = match error.kind() {
        ErrorKind::NotFound => ": choose a folder that is there",
        ErrorKind::PermissionDenied => ": choose a folder of yours",
        _ => "",
    };
    // tempfile adds its own path to the error's words; what kind it is says enough.
    let why = error.get_ref().map_or_else(|| error.to_string(), |_| error.kind().to_string());
    format!("cannot write to {}: {why}{help}", name(path))
}

fn name(path: &Path) -> String {
    clean(&path.display().to_string()).into_owned()
}

/// `~/x` as a shell has it; no shell reads what is typed here.
fn expanded(path: &Path, home: Option<PathBuf>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home() {
        let home = || Some(PathBuf::from("/home/kim"));
        let check = |path: &str, home, expected: &str| assert_eq!(expanded(path.as_ref(), home), Path::new(expected));
        check("~/x.csv", home(), "/home/kim/x.csv");
        check("~/a b/x.csv", home(), "/home/kim/a b/x.csv");
        check("x~/y.csv", home(), "x~/y.csv");
        check("~sam/x.csv", home(), "~sam/x.csv");
        check("~x.csv", home(), "~x.csv");
        check("/tmp/~", home(), "/tmp/~");
        check("~/x.csv", None, "~/x.csv");
    }
}
