//! The command line: the one definition that makes the parser, `--help`, the completions and the man page.

mod call;
pub mod environment;
mod local;
mod pipeline;
mod recorded;
pub mod values;
mod watch;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};

use crate::{Exit, restore::Reach};
pub use call::Called;
pub use local::{Demo, FaultOptions, Local, Pace};
pub use pipeline::{Deploy, Pattern, PatternOptions, Scope, Teardown, Trail};
pub use recorded::{Replay, Restore};
use values::{Color, Listed};
pub use watch::{FilterOptions, SourceOptions, ViewOptions, Watch};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "cacl-tui",
    version,
    about = "Shows, live in a terminal, every change made to Amazon Cognito app clients",
    long_about = "Shows, live in a terminal, every change made to Amazon Cognito app clients: who changed which client, from where, \
                  what exactly changed, and whether that is dangerous. It stands up the pipeline it needs as one CloudFormation \
                  stack, follows it, and removes it without a trace. Without a command it watches.",
    after_help = after_help(),
    disable_help_subcommand = true,
    max_term_width = 110
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; nothing is `watch`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

fn after_help() -> String {
    format!(
        "Exit codes:\n{}\n\nA flag wins over the environment, the environment over .env in the current directory, and that over the \
         default.\nNo AWS account at hand? `cacl-tui demo` shows everything on this machine.",
        Exit::table()
    )
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Named profile of the AWS configuration.
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        help = "Named profile of the AWS configuration [env: AWS_PROFILE]"
    )]
    pub profile: Option<String>,
    /// AWS region; by default what the profile says
    #[arg(long, global = true, value_name = "REGION", env = "AWS_REGION", hide_env_values = true, value_parser = values::region)]
    pub region: Option<String>,
    /// Endpoint for all AWS services, such as the one of `cacl-tui local`
    #[arg(long, global = true, value_name = "URL", env = "AWS_ENDPOINT_URL", hide_env_values = true, value_parser = values::endpoint_url)]
    pub endpoint_url: Option<String>,
    /// Begins the name of everything in AWS
    #[arg(long, global = true, default_value = "cacl", env = "SERVICE_PREFIX", hide_env_values = true, value_parser = values::prefix)]
    pub prefix: String,
    /// The stack's name.
    #[arg(long, global = true, value_name = "NAME", help = "The stack's name [default: <PREFIX>-cognito-api-calls]",
        env = "CACL_STACK_NAME", hide_env_values = true, value_parser = values::stack_name)]
    pub stack_name: Option<String>,
    /// When to colour.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        env = "CACL_COLOR",
        help = "When to colour; NO_COLOR is heeded",
        hide_env_values = true
    )]
    pub color: Color,
    /// Leave the mouse to the terminal.
    #[arg(
        long,
        global = true,
        env = "CACL_MOUSE",
        help = "Leave the mouse to the terminal: no clicks, no wheel [env: CACL_MOUSE=off]",
        hide_env = true,
        value_parser = values::no_mouse
    )]
    pub no_mouse: bool,
    /// Append a log of what the program does to this file
    #[arg(long, global = true, value_name = "FILE", env = "CACL_LOG", hide_env_values = true, value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
    /// What it was called with, for commands to run next.
    #[arg(skip)]
    pub called: Called,
}

impl Global {
    /// The stack's name, given or made from the prefix.
    pub fn stack(&self) -> String {
        self.stack_name.clone().unwrap_or_else(|| format!("{}-cognito-api-calls", self.prefix))
    }

    /// A command of ours for the reader to run next, about the same stack.
    pub fn next(&self, command: &str) -> String {
        self.called.next(command)
    }

    /// What the `aws` CLI must be told to get where this program does. The variable counts as well as the flag: it may stand in
    /// a `.env` that the shell does not read.
    pub fn reach(&self) -> Reach {
        let access = self.access();
        let variable = || std::env::var("AWS_PROFILE").ok().filter(|profile| !profile.is_empty());
        Reach { profile: access.profile.or_else(variable), endpoint_url: access.endpoint_url }
    }

    /// How to reach AWS. An empty variable counts as none.
    pub fn access(&self) -> cacl_aws::Access {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        cacl_aws::Access {
            profile: given(&self.profile),
            region: given(&self.region),
            endpoint_url: given(&self.endpoint_url),
            ..cacl_aws::Access::default()
        }
    }
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Stand up the stack, with a plan first, and go on to watching
    Deploy(Box<Deploy>),
    /// Show changes as they happen (also without a command)
    Watch(Watch),
    /// Delete everything that deploy made, and check that nothing is left
    Teardown(Teardown),
    /// Show recorded events as `watch` would
    Replay(Replay),
    /// Print the call that brings a client back to an earlier state; never runs it
    Restore(Restore),
    /// Deploy, watch and tear down on this machine, with no AWS account
    Demo(Demo),
    /// Run the embedded local AWS on its own
    Local(Local),
    /// Print the EventBridge pattern that these options give
    Pattern(Pattern),
    /// Print the rules that changes are judged by
    Rules(Rules),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page (read it with `cacl-tui man | man -l -`)
    Man,
    /// The Lambda function, as the local AWS starts it.
    #[command(hide = true)]
    Subscriber,
}

/// Options of `rules`.
#[derive(Debug, Clone, Args)]
pub struct Rules {
    /// A table to read, or a JSON object a line
    #[arg(long, short, value_enum, value_name = "FORM", default_value_t)]
    pub output: Listed,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command};

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_may_come_before_and_after() {
        for line in [["cacl-tui", "--prefix", "shop", "watch"], ["cacl-tui", "watch", "--prefix", "shop"]] {
            let cli = Cli::try_parse_from(line).expect("parses");
            assert_eq!(cli.global.stack(), "shop-cognito-api-calls");
            assert!(matches!(cli.command, Some(Command::Watch(_))));
        }
    }

    #[test]
    fn the_mouse_can_be_left_alone() {
        for (line, expected) in
            [(&["cacl-tui", "watch"] as &[&str], false), (&["cacl-tui", "watch", "--no-mouse"], true)]
        {
            assert_eq!(Cli::try_parse_from(line).expect("parses").global.no_mouse, expected);
        }
        for (value, expected) in [("off", Ok(true)), ("on", Ok(false)), ("maybe", Err(()))] {
            assert_eq!(super::values::no_mouse(value).map_err(drop), expected);
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for line in [
            &["cacl-tui", "deploy", "--events", "A", "--scope", "app-clients"] as &[&str],
            &["cacl-tui", "deploy", "--pattern", "x", "--client", "y"],
            &["cacl-tui", "deploy", "--retention", "2"],
            &["cacl-tui", "replay"],
            &["cacl-tui", "watch", "--count", "0"],
            &["cacl-tui", "--prefix", "UPPER"],
        ] {
            assert!(Cli::try_parse_from(line).is_err(), "{line:?}");
        }
    }
}
