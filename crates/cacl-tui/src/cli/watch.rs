//! Options of `watch`, and those that every live view takes.

use std::time::Duration;

use cacl_event::Filter;
use clap::{ArgAction, Args, ValueHint, builder::FalseyValueParser};

use super::values::{self, Bell, Level, Output, Start};
use crate::{
    restore::Reach,
    screen::{KEPT, Wishes},
};

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
    #[arg(long, value_name = "N", value_parser = values::count)]
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
    /// Ask Cognito what each client is like that a successful call names: one `DescribeUserPoolClient` each, one a second
    #[arg(long)]
    pub snapshot: bool,
}

/// The option of everything that shows changes about which.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterOptions {
    /// Only changes that match, such as `sev>=high -actor:deploy since:1h`; the README has the language
    #[arg(long = "filter", value_name = "EXPR", env = "CACL_FILTER", hide_env_values = true, value_parser = values::filter, allow_hyphen_values = true)]
    pub filter: Option<Filter>,
}
