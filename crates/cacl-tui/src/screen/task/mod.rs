//! What the watch screen wants done outside of it, and how that is done in a real terminal and folder.
//!
//! Tasks are data, so that a test sees what was asked for. They are carried out between two frames, by an [`Outlet`], which
//! writes to whatever it is given.

use std::{
    env,
    io::{self, IsTerminal, Stdout, Write},
    path::PathBuf,
};

mod export;
mod sequence;

use export::Exporter;
pub use export::Step;
use sequence::{Multiplexer, Notice};

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Put a text into the clipboard.
    Copy {
        /// What it is, for people, e.g. "the event".
        what: String,
        /// The text.
        text: String,
    },
    /// Ring the bell, and have the desktop show a notification.
    Ring {
        /// What it says, one line.
        words: String,
    },
    /// A step on the way to a file.
    Export(Step),
}

/// What there is to know of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether the writer is one at all.
    pub terminal: bool,
    multiplexer: Option<Multiplexer>,
    notice: Notice,
}

impl Facts {
    /// From the environment.
    pub fn of(terminal: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        Self { terminal, multiplexer: Multiplexer::of(&variable), notice: Notice::of(&variable) }
    }
}

/// Where tasks are carried out.
#[derive(Debug)]
pub struct Outlet<W: Write> {
    out: W,
    facts: Facts,
    exporter: Exporter,
}

impl Outlet<Stdout> {
    /// Stdout, and the current folder.
    pub fn stdout() -> Self {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        Self::new(io::stdout(), Facts::of(io::stdout().is_terminal(), variable), PathBuf::new())
    }
}

/// More than this, as text, some terminals do not take: they read 100,000 bytes of Base64 at most.
const CLIPBOARD: usize = 74_994;

impl<W: Write> Outlet<W> {
    /// Any writer, and a folder that names of files are relative to.
    pub fn new(out: W, facts: Facts, folder: PathBuf) -> Self {
        Self { out, facts, exporter: Exporter::new(folder) }
    }

    /// Does it, and says in words for the user what was done, or why it could not be. No words: nothing worth telling.
    pub fn carry_out(&mut self, task: Task) -> Result<String, String> {
        match task {
            Task::Copy { what, text } => self.copy(&what, &text),
            Task::Ring { words } => self.ring(&words),
            Task::Export(step) => self.exporter.step(step),
        }
    }

    fn copy(&mut self, what: &str, text: &str) -> Result<String, String> {
        if !self.facts.terminal {
            return Err("cannot copy: stdout is no terminal".into());
        }
        let text = sequence::harmless(text);
        let written = self.send(&sequence::clipboard(&text, self.facts.multiplexer));
        written.map_err(|error| format!("cannot copy: {error}"))?;
        let size = size(text.len());
        Ok(if text.len() > CLIPBOARD {
            format!(
                "copied {what}, {size}; some terminals take no more than {}: e writes a file",
                self::size(CLIPBOARD)
            )
        } else {
            format!("copied {what}, {size}")
        })
    }

    fn ring(&mut self, words: &str) -> Result<String, String> {
        if self.facts.terminal {
            let notice = sequence::notification(words, self.facts.notice, self.facts.multiplexer);
            self.send(&notice).map_err(|error| format!("cannot ring: {error}"))?;
        }
        Ok(String::new())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }
}

/// `43 bytes`, `12 KB`, `3.4 MB`.
fn size(bytes: usize) -> String {
    match bytes {
        1 => "1 byte".into(),
        0..10_000 => format!("{bytes} bytes"),
        10_000..1_000_000 => format!("{} KB", bytes / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests;
