//! Options of what stands the pipeline up and takes it away.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum, ValueHint, builder::FalseyValueParser};

use super::{FilterOptions, SourceOptions, ViewOptions, values};

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

/// Which calls the rule lets through.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What to watch for")]
pub struct PatternOptions {
    /// Names of write calls; those of a newer API go into a --pattern [default: UpdateUserPoolClient,DeleteUserPoolClient]
    #[arg(long, value_name = "A,B", value_delimiter = ',', conflicts_with = "scope")]
    pub events: Vec<String>,
    /// A ready-made choice of calls
    #[arg(long, value_enum, value_name = "SCOPE")]
    pub scope: Option<Scope>,
    /// Only calls about these user pools, and those that name none (repeat, or separate by commas)
    #[arg(long = "user-pool", value_name = "ID", value_delimiter = ',')]
    pub user_pools: Vec<String>,
    /// Only calls about these app clients, by id; and those that name none (repeat, or separate by commas)
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

/// Options of `teardown`.
#[derive(Debug, Args)]
pub struct Teardown {
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
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
