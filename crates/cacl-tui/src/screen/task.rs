//! What the watch screen wants done outside of it, and how that is done in a real terminal.
//!
//! Tasks are data, so that a test sees what was asked for. They are carried out between two frames.

use std::io;

use crossterm::{clipboard::CopyToClipboard, execute};

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Put a text into the clipboard.
    Copy {
        /// What it is, for people, e.g. "the event".
        what: &'static str,
        /// The text.
        text: String,
    },
}

/// Does it, and says in words for the user what was done, or why it could not be.
pub fn carry_out(task: Task) -> Result<String, String> {
    match task {
        Task::Copy { what, text } => execute!(io::stdout(), CopyToClipboard::to_clipboard_from(&text))
            .map(|()| format!("copied {what}"))
            .map_err(|error| format!("cannot copy: {error}")),
    }
}
