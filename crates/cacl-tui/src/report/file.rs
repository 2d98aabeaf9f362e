//! Files of many changes: JSON lines for programs, CSV for spreadsheets, Markdown for people.

use jiff::Timestamp;

use super::{Told, csv, markdown};

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// A line a change, for a spreadsheet.
    Csv,
    /// One JSON object a line, schema `cacl.change/1`.
    Jsonl,
    /// A report.
    Markdown,
}

/// What stands above the changes.
#[derive(Debug, Clone)]
pub struct Overview<'a> {
    /// What was watched: a stack, or a file.
    pub of: &'a str,
    /// Twelve digits, or empty.
    pub account: &'a str,
    /// E.g. `eu-west-1`, or empty.
    pub region: &'a str,
    /// When it is written.
    pub made: Timestamp,
    /// From the first change to the last one.
    pub span: Option<(Timestamp, Timestamp)>,
    /// How many changes there are of each severity, from info to critical.
    pub severities: [usize; 5],
}

impl File {
    /// In the order of the form.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Jsonl, Self::Markdown];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Jsonl => "JSON lines",
            Self::Markdown => "Markdown",
        }
    }

    /// What it is good for.
    pub fn does(self) -> &'static str {
        match self {
            Self::Csv => "A line a change, for a spreadsheet.",
            Self::Jsonl => "One JSON object a change, for programs; replay reads it.",
            Self::Markdown => "A report with every diff, for people.",
        }
    }

    /// How the file's name ends.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Markdown => "md",
        }
    }

    /// How the file begins.
    pub fn head(self, overview: &Overview<'_>) -> String {
        match self {
            Self::Csv => csv::head(),
            Self::Jsonl => String::new(),
            Self::Markdown => markdown::head(overview),
        }
    }

    /// A change in it.
    pub fn entry(self, told: &Told<'_>) -> String {
        match self {
            Self::Csv => csv::row(told),
            Self::Jsonl => told.json() + "\n",
            Self::Markdown => markdown::entry(told),
        }
    }
}
