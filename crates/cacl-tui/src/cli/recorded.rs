//! Options of what reads recorded events.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueHint, builder::FalseyValueParser};

use super::{
    FilterOptions,
    values::{self, Level, Recorded},
};

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
    /// The client's id, or a name that it has or had; of several a living client comes first
    #[arg(value_name = "CLIENT")]
    pub client: String,
    /// To the state after the event whose id begins so [default: to before the latest change that took something away which is
    /// not back]
    #[arg(long, value_name = "EVENT")]
    pub to: Option<String>,
    /// Read recorded events in any form, all of them, and ask AWS nothing; `-` is stdin
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath,
          conflicts_with_all = ["since", "log_group", "no_lookup"])]
    pub from: Vec<PathBuf>,
    /// How far back to read the log: 24h, 7d, or a time; with --from there is none [default: 90d]
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
