//! What the program does: one module a command, and one `match` that chooses.

mod artifact;
mod ask;
mod completions;
mod demo;
mod deploy;
mod ends;
mod exec;
mod headless;
mod journaled;
mod local;
mod man;
mod observer;
mod pattern;
mod plan;
mod progress;
mod queue;
mod replay;
mod restore;
mod rules;
mod subscriber;
mod teardown;
mod trail;
mod view;
mod watch;

pub use headless::away;

use crate::{
    Exit,
    cli::{Cli, Command, Watch},
};

/// Carries out the command line.
pub async fn run(cli: Cli) -> anyhow::Result<Exit> {
    let global = cli.global;
    let command = cli.command.unwrap_or_else(|| Command::Watch(Watch::default()));
    match command {
        Command::Deploy(options) => deploy::run(*options, &global).await,
        Command::Watch(options) => watch::run(options, &global).await,
        Command::Teardown(options) => teardown::run(&options, &global).await,
        Command::Replay(options) => replay::run(options, &global).await,
        Command::Restore(options) => restore::run(options, &global).await,
        Command::Demo(options) => demo::run(&options, &global).await,
        Command::Local(options) => local::run(options).await,
        Command::Pattern(options) => pattern::run(&options),
        Command::Rules(options) => rules::run(&options, &global),
        Command::Completions { shell } => completions::run(shell),
        Command::Man => man::run(),
        Command::Subscriber => subscriber::run().await,
    }
}
