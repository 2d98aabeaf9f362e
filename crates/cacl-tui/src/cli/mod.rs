//! The command line: the one definition that makes the parser, `--help`, the completions and the man page.

pub mod environment;
pub mod values;

use std::{path::PathBuf, time::Duration};

use cacl_event::Filter;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint, builder::FalseyValueParser};

use crate::{
    Exit,
    restore::Reach,
    screen::{KEPT, Wishes},
};
use values::{Bell, Color, Level, Listed, Output, Recorded, Start};

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
    #[arg(long, global = true, value_name = "REGION", env = "AWS_REGION", hide_env_values = true)]
    pub region: Option<String>,
    /// Endpoint for all AWS services, such as the one of `cacl-tui local`
    #[arg(long, global = true, value_name = "URL", env = "AWS_ENDPOINT_URL", hide_env_values = true)]
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
}

impl Global {
    /// The stack's name, given or made from the prefix.
    pub fn stack(&self) -> String {
        self.stack_name.clone().unwrap_or_else(|| format!("{}-cognito-api-calls", self.prefix))
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

/// Which calls the rule lets through.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What to watch for")]
pub struct PatternOptions {
    /// Names of API calls [default: UpdateUserPoolClient,DeleteUserPoolClient]
    #[arg(long, value_name = "A,B", value_delimiter = ',', conflicts_with = "scope")]
    pub events: Vec<String>,
    /// A ready-made choice of calls
    #[arg(long, value_enum, value_name = "SCOPE")]
    pub scope: Option<Scope>,
    /// Only calls about these user pools (repeat, or separate by commas)
    #[arg(long = "user-pool", value_name = "ID", value_delimiter = ',')]
    pub user_pools: Vec<String>,
    /// Only calls about these app clients (repeat, or separate by commas)
    #[arg(long = "client", value_name = "ID", value_delimiter = ',')]
    pub clients: Vec<String>,
    /// Any EventBridge pattern, as JSON, in place of the options above
    #[arg(long = "pattern", value_name = "FILE", value_hint = ValueHint::FilePath,
          conflicts_with_all = ["events", "scope", "user_pools", "clients"])]
    pub file: Option<PathBuf>,
}

/// Ready-made choices of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// Every call that changes an app client
    AppClients,
    /// Every call that changes a user pool or what is in it, app clients too
    UserPools,
    /// Every Cognito call that changes something
    AllWrites,
}

/// Options of `deploy`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Deploy {
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Stop when the stack stands
    #[arg(long)]
    pub no_watch: bool,
    /// Whether to make a trail, or reuse one that logs write events already
    #[arg(long, value_enum, default_value_t, value_name = "CHOICE")]
    pub trail: Trail,
    /// Leave out the user pool and app client to try things on
    #[arg(long)]
    pub no_sandbox: bool,
    /// Mail every event to this address (it has to confirm once)
    #[arg(long, value_name = "EMAIL", env = "CACL_NOTIFY", hide_env_values = true, value_parser = values::email)]
    pub notify: Option<String>,
    /// The subscriber's executable, a Linux `bootstrap`
    #[arg(long, value_name = "FILE", env = "CACL_SUBSCRIBER", hide_env_values = true, value_hint = ValueHint::FilePath)]
    pub subscriber: Option<PathBuf>,
    /// How many days CloudWatch keeps the changes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, … 3653
    #[arg(long, value_name = "DAYS", default_value = "90", value_parser = RETENTIONS, hide_possible_values = true)]
    pub retention: String,
    /// What to show.
    #[command(flatten)]
    pub filter: FilterOptions,
    /// Keep no journal of what is watched afterwards, and ask none what was before
    #[arg(long, env = "CACL_NO_JOURNAL", hide_env_values = true, value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub no_journal: bool,
    /// Where it has what it shows from.
    #[command(flatten)]
    pub source: SourceOptions,
    /// How it shows it.
    #[command(flatten)]
    pub view: ViewOptions,
    /// The rule's pattern.
    #[command(flatten)]
    pub pattern: PatternOptions,
}

/// The retentions that CloudWatch Logs knows (`PutRetentionPolicy`), and that the stack's parameter allows.
const RETENTIONS: [&str; 22] = [
    "1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1096", "1827",
    "2192", "2557", "2922", "3288", "3653",
];

/// What to do about the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Trail {
    /// Reuse one if there is one, else make one
    #[default]
    Auto,
    /// Make one; a second one in an account is charged
    Create,
    /// Make none
    Reuse,
}

/// Options of `watch`.
#[derive(Debug, Clone, Default, Args)]
pub struct Watch {
    /// From when on: 30m, 24h, 7d, a time, or `last` for where the last run ended, nothing lost and nothing told twice
    /// [default: in the live view what was seen last, at least 24h and at most 7d; else now]
    #[arg(long, value_name = "WHEN", value_parser = values::start, verbatim_doc_comment)]
    pub since: Option<Start>,
    /// Follow this log group, with no need of the stack
    #[arg(long, value_name = "NAME", value_parser = values::log_group)]
    pub log_group: Option<String>,
    /// How to show [default: tui in a terminal, else text]
    #[arg(long, short, value_enum, value_name = "FORM", env = "CACL_OUTPUT", hide_env_values = true)]
    pub output: Option<Output>,
    /// Exit with 10 at a change as bad as this or worse (the live view: when it is left)
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<Level>,
    /// Run this with `sh -c` for every change, its JSON line on stdin
    #[arg(long, value_name = "CMD", value_hint = ValueHint::CommandString)]
    pub exec: Option<String>,
    /// End what --exec runs, with all that it started, after this time [default: 1m]
    #[arg(long, value_name = "TIME", value_parser = values::length, requires = "exec")]
    pub exec_timeout: Option<Duration>,
    /// Stop after so many changes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// Stop after this time; with --count and too few changes that is a failure
    #[arg(long, value_name = "TIME", value_parser = values::length)]
    pub timeout: Option<Duration>,
    /// What to show.
    #[command(flatten)]
    pub filter: FilterOptions,
    /// Keep no journal, and ask none what was before
    #[arg(long, env = "CACL_NO_JOURNAL", hide_env_values = true, value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub no_journal: bool,
    /// Where it has what it shows from.
    #[command(flatten)]
    pub source: SourceOptions,
    /// How it shows it.
    #[command(flatten)]
    pub view: ViewOptions,
}

/// Options of all live views about how they show it.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct ViewOptions {
    /// Ring and notify at new changes as bad as this or worse (the live view; `b` there turns it on and off)
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY|off", env = "CACL_BELL", hide_env_values = true)]
    pub bell: Bell,
}

impl ViewOptions {
    /// What they come to.
    pub fn wishes(self, reach: Reach) -> Wishes {
        Wishes { bell: self.bell.into(), reach, keep: Some(KEPT) }
    }
}

/// Options of all live views about where they have what they show from.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct SourceOptions {
    /// Have CloudWatch push changes as they come in, by Live Tail, and poll it less; AWS bills Live Tail by the minute
    #[arg(long)]
    pub live_tail: bool,
    /// Do not ask CloudTrail's event history (`LookupEvents`, 90 days) what clients were like before
    #[arg(long)]
    pub no_lookup: bool,
    /// Ask Cognito what each client is like that there is a word of: one `DescribeUserPoolClient` each, one a second
    #[arg(long)]
    pub snapshot: bool,
}

/// The option of everything that shows changes about which.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterOptions {
    /// Only changes that match, such as `sev>=high -actor:deploy since:1h`; the README has the language
    #[arg(long = "filter", value_name = "EXPR", env = "CACL_FILTER", hide_env_values = true, value_parser = values::filter)]
    pub filter: Option<Filter>,
}

/// Options of `teardown`.
#[derive(Debug, Args)]
pub struct Teardown {
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// Options of `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// Recorded events in any form; `-` is stdin, gzip is recognised
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// How to show [default: tui in a terminal, else text]
    #[arg(long, short, value_enum, value_name = "FORM", env = "CACL_OUTPUT", hide_env_values = true)]
    pub output: Option<Recorded>,
    /// Play in the original spacing, so many times faster [default: all at once]
    #[arg(long, value_name = "N", value_parser = values::speed)]
    pub speed: Option<f64>,
    /// Show calls that change no app client, too
    #[arg(long)]
    pub all: bool,
    /// Exit with 10 if a change is as bad as this or worse
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<Level>,
    /// What to show.
    #[command(flatten)]
    pub filter: FilterOptions,
}

/// Options of `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// The client's id, or its name
    #[arg(value_name = "CLIENT")]
    pub client: String,
    /// To the state after the event whose id begins so [default: to before the latest change that took something away]
    #[arg(long, value_name = "EVENT")]
    pub to: Option<String>,
    /// Read recorded events in any form, and ask AWS nothing; `-` is stdin
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath,
          conflicts_with_all = ["since", "log_group", "no_lookup"])]
    pub from: Vec<PathBuf>,
    /// How far back to read the log: 24h, 7d, or a time [default: 90d]
    #[arg(long, value_name = "WHEN", value_parser = values::since)]
    pub since: Option<cacl_aws::Since>,
    /// Read this log group, with no need of the stack
    #[arg(long, value_name = "NAME", value_parser = values::log_group)]
    pub log_group: Option<String>,
    /// Do not ask CloudTrail's event history (`LookupEvents`, 90 days)
    #[arg(long)]
    pub no_lookup: bool,
    /// Do not ask the journal of earlier runs, and keep none
    #[arg(long, env = "CACL_NO_JOURNAL", hide_env_values = true, value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub no_journal: bool,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// How long things take
    #[arg(long, value_enum, default_value_t, value_name = "PACE")]
    pub pace: Pace,
    /// Where it has what it shows from.
    #[command(flatten)]
    pub source: SourceOptions,
    /// How it shows it.
    #[command(flatten)]
    pub view: ViewOptions,
}

/// How long things take in the local AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Pace {
    /// As on AWS: minutes for a stack
    Real,
    /// Seconds
    #[default]
    Fast,
    /// No waiting
    Instant,
}

impl From<Pace> for cacl_local::Pace {
    fn from(pace: Pace) -> Self {
        match pace {
            Pace::Real => Self::Real,
            Pace::Fast => Self::Fast,
            Pace::Instant => Self::Instant,
        }
    }
}

/// Options of `local`.
#[derive(Debug, Args)]
pub struct Local {
    /// Port on 127.0.0.1; 0 is any free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// How long things take
    #[arg(long, value_enum, default_value_t, value_name = "PACE")]
    pub pace: Pace,
    /// What goes wrong.
    #[command(flatten)]
    pub faults: FaultOptions,
}

/// What goes wrong on purpose.
#[derive(Debug, Args)]
#[command(next_help_heading = "Faults")]
pub struct FaultOptions {
    /// Share of log reads that are throttled, 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = values::share)]
    pub throttle: f64,
    /// Share of events that come late, 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = values::share)]
    pub late: f64,
    /// Share of events that come twice, 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = values::share)]
    pub duplicate: f64,
    /// Let events overtake each other
    #[arg(long)]
    pub out_of_order: bool,
    /// Logical id of a resource that cannot be created
    #[arg(long, value_name = "ID")]
    pub fail_resource: Option<String>,
    /// Answer every call with expired credentials
    #[arg(long)]
    pub expired: bool,
    /// How long sessions of Live Tail last [default: 3h, as on AWS]
    #[arg(long, value_name = "TIME", value_parser = values::length)]
    pub live_tail_session: Option<Duration>,
}

impl From<FaultOptions> for cacl_local::Faults {
    fn from(options: FaultOptions) -> Self {
        Self {
            throttle: options.throttle,
            late: options.late,
            duplicate: options.duplicate,
            out_of_order: options.out_of_order,
            fail_resource: options.fail_resource,
            expired_credentials: options.expired,
            live_tail_session: options.live_tail_session,
        }
    }
}

/// Options of `pattern`.
#[derive(Debug, Args)]
pub struct Pattern {
    /// Say which of the events in these files match (`-` is stdin); exit with 1 if none does
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath)]
    pub test: Vec<PathBuf>,
    /// The rule's pattern.
    #[command(flatten)]
    pub pattern: PatternOptions,
}

/// Options of `rules`.
#[derive(Debug, Clone, Args)]
pub struct Rules {
    /// A table to read, or a JSON object a line
    #[arg(long, value_enum, value_name = "FORM", default_value_t)]
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
