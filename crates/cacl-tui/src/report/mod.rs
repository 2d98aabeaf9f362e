//! Changes as lines on stdout: text for people, JSON for programs; and as files. Beside the screens, over the same data.
//!
//! Absent on purpose: anything that waits. A report is given a change and writes it.

mod csv;
mod file;
mod markdown;
mod out;
mod rows;
#[cfg(test)]
mod tests;
mod text;

use std::io::Write;

use cacl_event::{Change, Diff, History, Judgement, report::json_line};

pub use file::{File, Overview};
pub use out::{Lines, Out};
pub use text::Style;

/// In what form a change is written.
#[derive(Debug, Clone)]
pub enum Form {
    /// One line, for pipes.
    Line(Style),
    /// A few lines, for eyes.
    Block(Style),
    /// One JSON object, schema `cacl.change/1`.
    Jsonl,
}

/// All that is known of one change.
#[derive(Debug)]
pub struct Told<'a> {
    /// The call.
    pub change: &'a Change,
    /// The client's name, if anything tells it.
    pub client_name: Option<&'a str>,
    /// What it did.
    pub diff: Diff,
    /// How bad it is.
    pub judgement: Judgement,
}

impl<'a> Told<'a> {
    /// From the history; `None` for an id it does not know.
    pub fn of(history: &'a History, id: &str) -> Option<Self> {
        let (diff, judgement) = history.read(id)?;
        Some(Self { change: history.get(id)?, client_name: history.client_name(id), diff, judgement })
    }

    /// As one line of JSON.
    pub fn json(&self) -> String {
        json_line(self.change, self.client_name, &self.diff, &self.judgement)
    }
}

/// One change in words, without the last newline.
pub fn words(form: &Form, told: &Told<'_>) -> String {
    match form {
        Form::Line(style) => text::line(told, style),
        Form::Block(style) => text::block(told, style),
        Form::Jsonl => told.json(),
    }
}

/// Writes one change.
pub fn write<W: Write>(out: &mut Out<W>, form: &Form, told: &Told<'_>) -> anyhow::Result<()> {
    out.line(&words(form, told))
}
