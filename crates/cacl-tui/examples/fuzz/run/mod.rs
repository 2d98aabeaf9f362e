//! Rubbish in, and what must hold of everything that comes out.
//!
//! Structure-aware: records as CloudTrail writes them are mutated in their values, their members and their text, and wrapped
//! in all the ways in which they may come. Deterministic: a seed and a number of lines always give the same.

mod check;
mod filters;
mod lines;
mod rubbish;
mod screens;

use std::{error::Error, ffi::OsString, fmt, panic};

pub type Failure = Box<dyn Error + Send + Sync>;

/// How much of it.
#[derive(Debug, Clone)]
pub struct Options {
    /// `cacl-tui`.
    pub program: OsString,
    /// Lines of log.
    pub lines: usize,
    /// Filters.
    pub filters: usize,
    /// Of the sizes from 1×1 to 500×200 every how-manieth.
    pub every: usize,
    /// Seed of everything.
    pub seed: u64,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Done {
    /// Lines decoded.
    pub lines: usize,
    /// Changes among them.
    pub changes: usize,
    /// Filters that were typed.
    pub filters: usize,
    /// Those that are filters.
    pub parsed: usize,
    /// Frames drawn.
    pub frames: usize,
    /// Sizes at which the watch screen was drawn.
    pub sizes: usize,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lines, changes, filters, parsed, frames, sizes } = self;
        write!(f, "{lines} lines with {changes} changes, {filters} filters of which {parsed} parse, ")?;
        write!(f, "{frames} frames at {sizes} sizes: nothing found")
    }
}

/// Does all of it; the first finding ends it. A panic is a finding.
pub fn run(options: &Options, mut show: impl FnMut(&str)) -> Result<Done, Failure> {
    let mut done = Done::default();
    lines::run(options, &mut done, &mut show)?;
    filters::run(options, &mut done, &mut show)?;
    screens::run(options, &mut done, &mut show)?;
    Ok(done)
}

/// Does something with an input, which a panic would otherwise not tell.
fn guarded<T>(input: &dyn fmt::Debug, work: impl FnOnce() -> Result<T, String>) -> Result<T, Failure> {
    match panic::catch_unwind(panic::AssertUnwindSafe(work)) {
        Ok(Ok(outcome)) => Ok(outcome),
        Ok(Err(words)) => Err(format!("{words}\ninput: {input:?}").into()),
        Err(_) => Err(format!("a panic, see above\ninput: {input:?}").into()),
    }
}
