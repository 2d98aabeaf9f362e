//! The screens: watching changes, and following a deployment or a teardown.
//!
//! State, update, view: a model is changed by `update`, which is synchronous and total; a view reads the model and writes a
//! frame, and does nothing else. One loop drives both screens; it is generic over the terminal's backend and over the
//! streams that feed it, so a test runs it whole. Keys are named in [`keys`] alone, colours and glyphs in [`theme`] alone.
//!
//! Absent on purpose: calls to AWS, prompts, and anything that prints. Plans and confirmations are plain text in the normal
//! terminal, before and after a screen.

use std::{convert::Infallible, future::Future, io, pin::Pin, time::Duration};

use cacl_event::{Filter, Severity};
use futures_util::Stream;
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::Backend};

use crate::{feed::Feed, restore::Reach};

mod bar;
mod footer;
mod help;
pub mod keys;
mod layout;
mod page;
mod panel;
mod progress;
mod run;
mod scroll;
pub mod task;
pub mod terminal;
#[cfg(test)]
mod tests;
mod text;
pub mod theme;
mod watch;

pub use run::Outside;
pub use task::Task;
pub use terminal::Session;

/// The facts of the watch screen's header that do not change. What is not known at first comes with the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scene {
    /// The stack's name; for a replay the file's.
    pub stack: String,
    /// Whether it is a recording that is shown, and no pipeline.
    pub recorded: bool,
    /// Twelve digits, or empty.
    pub account: String,
    /// E.g. `eu-west-1`, or empty.
    pub region: String,
    /// Who is watching, e.g. `IdentityAdmin kim@example.org`, or empty.
    pub who: String,
    /// Since when changes are being recorded, if known.
    pub armed: Option<Timestamp>,
    /// What to try, for the empty list in place of the usual advice, and for the help; may have several lines.
    pub hint: Option<String>,
    /// Which changes to show at first, if not all.
    pub filter: Option<Filter>,
    /// What the user wants of it.
    pub wishes: Wishes,
}

/// So many changes a live view keeps: what many pages would show, in memory that any machine has.
pub const KEPT: usize = 100_000;

/// What the user wants of the watch screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Ring at live changes that are as bad as this.
    pub bell: Option<Severity>,
    /// Where restore calls go.
    pub reach: Reach,
    /// How many changes to keep, the latest; all of them if it does not say. A few more may be there.
    pub keep: Option<usize>,
}

/// How watching ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// `q`.
    Quit,
    /// Ctrl-C, a signal, or the terminal went away.
    Interrupted,
}

/// How following a deployment or a teardown ended.
#[derive(Debug)]
pub enum Progressed {
    /// It came to its end.
    Done(cacl_aws::stack::Done),
    /// The user left; AWS carries on.
    Detached,
    /// It failed; the screen has shown why, and the caller says it again in the normal terminal.
    Failed(cacl_aws::Error),
    /// A signal, or the terminal went away; AWS carries on.
    Interrupted,
}

/// What is being followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// "Deploying" or "Tearing down".
    pub verb: String,
    /// The stack's name.
    pub stack: String,
    /// Twelve digits.
    pub account: String,
    /// E.g. `eu-west-1`.
    pub region: String,
    /// How long it usually takes.
    pub expected: Option<Duration>,
    /// When it began.
    pub started: Timestamp,
    /// What leaving means, e.g. "the deployment goes on; `cacl-tui deploy` comes back to it".
    pub detach_hint: String,
}

/// How to draw.
#[derive(Debug, Clone)]
pub struct Look {
    /// The 16 ANSI colours, or none at all.
    pub color: bool,
    /// Only ASCII for glyphs and borders.
    pub ascii: bool,
    /// The zone in which times are shown.
    pub time_zone: TimeZone,
}

/// Keys, pastes, resizes. Its end counts as the terminal going away.
pub type Input = Pin<Box<dyn Stream<Item = io::Result<crossterm::event::Event>>>>;

/// Shows changes as they come until the user leaves. The feed may end (a replay does); the screen stays.
pub async fn watch<B>(
    terminal: &mut Terminal<B>,
    scene: &Scene,
    look: &Look,
    feed: impl Stream<Item = Feed>,
    outside: Outside<'_, impl Future<Output = ()>, impl Fn() -> Timestamp, impl FnMut(Task) -> Result<String, String>>,
) -> anyhow::Result<Ended>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
{
    run::run(terminal, &mut watch::Model::new(scene, look), feed, outside).await
}

/// Follows a deployment or a teardown; returns by itself when it is done.
pub async fn progress<B>(
    terminal: &mut Terminal<B>,
    heading: &Heading,
    look: &Look,
    progress: impl Stream<Item = Result<cacl_aws::Progress, cacl_aws::Error>>,
    outside: Outside<
        '_,
        impl Future<Output = ()>,
        impl Fn() -> Timestamp,
        impl FnMut(Infallible) -> Result<String, String>,
    >,
) -> anyhow::Result<Progressed>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
{
    run::run(terminal, &mut progress::Model::new(heading, look), progress, outside).await
}
