//! The command line as it came: what is wrong with it, and what of it a command that the reader is told to run next needs, too.

use std::ffi::OsString;

use clap::{
    Arg, ArgMatches, Command, CommandFactory as _, FromArgMatches as _,
    builder::Resettable,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};

use cacl_event::restore::quoted;

use super::Cli;

/// The options that say which stack, and where. Whoever leaves one out next time means another.
const PLACE: [&str; 5] = ["profile", "region", "endpoint_url", "prefix", "stack_name"];

/// Options as they were given, ready for a shell.
#[derive(Debug, Clone, Default)]
pub struct Called {
    place: Vec<String>,
    deploy: Vec<String>,
}

impl Called {
    fn of(command: &Command, matches: &ArgMatches) -> Self {
        let Some((name, matches)) = matches.subcommand() else { return Self::default() };
        let words = |arg: &Arg| given(arg, matches);
        let is_answer = |arg: &Arg| arg.get_id() == "yes";
        let is_place = |arg: &&Arg| PLACE.contains(&arg.get_id().as_str());
        let wishes = command.find_subcommand("deploy").filter(|_| name == "deploy").into_iter();
        let wishes = wishes.flat_map(Command::get_arguments).filter(|arg| !arg.is_global_set() && !is_answer(arg));
        Self {
            place: command.get_arguments().filter(is_place).filter_map(words).collect(),
            deploy: wishes.filter_map(words).collect(),
        }
    }

    /// A command to run next. A deployment replaces what was asked for the last time, so `deploy` has all its options again, if
    /// this run is one.
    pub fn next(&self, command: &str) -> String {
        let deploy = self.deploy.iter().filter(|_| command == "deploy");
        let words = ["cacl-tui", command].into_iter();
        words.chain(self.place.iter().chain(deploy).map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

/// An option as it has to be given again: not if it says what holds anyway. A variable is still there the next time, unless it
/// was set for one command alone; then what is missed is the stack, so its name is said in any case.
fn given(arg: &Arg, matches: &ArgMatches) -> Option<String> {
    let id = arg.get_id().as_str();
    let long = arg.get_long()?;
    match matches.value_source(id)? {
        ValueSource::CommandLine => {}
        ValueSource::EnvVariable if matches!(id, "prefix" | "stack_name") => {}
        _ => return None,
    }
    if !arg.get_action().takes_values() {
        return Some(format!("--{long}"));
    }
    let values: Vec<_> = matches.get_raw(id)?.collect();
    let contradicts = arg.get_env().is_some_and(|name| std::env::var_os(name).is_some_and(|value| value != *values[0]));
    if values == arg.get_default_values() && !contradicts {
        return None;
    }
    let values: Vec<_> = values.into_iter().map(|value| value.to_string_lossy()).collect();
    Some(format!("--{long} {}", quoted(&values.join(","))))
}

impl Cli {
    /// Reads the command line. No command is `watch`, read as if it had been typed, so that its options can be given, and get
    /// their values from the environment.
    pub fn read(words: &[OsString]) -> Result<Self, clap::Error> {
        let read = |words: &[OsString]| -> Result<_, clap::Error> {
            let mut command = Self::command();
            let matches = command.try_get_matches_from_mut(words).map_err(|error| blame(error, words))?;
            Ok((command, matches))
        };
        let (mut command, matches) = match read(words) {
            Ok((_, matches)) if matches.subcommand().is_none() => read(&watching(words))?,
            Err(error) if error.kind() == ErrorKind::UnknownArgument => match read(&watching(words)) {
                Err(other) if other.kind() == ErrorKind::UnknownArgument => return Err(error),
                read => read?,
            },
            read => read?,
        };
        let mut cli = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
        cli.global.called = Called::of(&command, &matches);
        Ok(cli)
    }
}

/// The same, with the command that is meant where there is none.
fn watching(words: &[OsString]) -> Vec<OsString> {
    let (program, options) = words.split_at(words.len().min(1));
    [program, &["watch".into()], options].concat()
}

/// Says what is wrong with the words alone, if anything is; if nothing is, with which variable. clap speaks of options either
/// way, and its usage demands those that a variable gives.
fn blame(mut error: clap::Error, words: &[OsString]) -> clap::Error {
    if !error.use_stderr() {
        return error;
    }
    let deaf = |arg: Arg| arg.env(Resettable::Reset);
    let mut command = Cli::command().mut_args(deaf).mut_subcommands(|command| command.mut_args(deaf));
    if let Err(own) = command.try_get_matches_from_mut(words) {
        return own;
    }
    let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else { return error };
    let mut command = Cli::command();
    command.build();
    let all = command.get_arguments().chain(command.get_subcommands().flat_map(Command::get_arguments));
    let variable = all.filter(|arg| arg.to_string() == *option).find_map(Arg::get_env);
    if let Some(variable) = variable {
        let variable = variable.to_string_lossy().into_owned();
        error.insert(ContextKind::InvalidArg, ContextValue::String(variable));
    }
    error
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::Cli;
    use crate::cli::Command;

    fn words(line: &str) -> Vec<std::ffi::OsString> {
        line.split(' ').map(|word| word.replace('_', " ").into()).collect()
    }

    #[test]
    fn no_command_is_watch_with_its_options() {
        for line in ["cacl-tui --prefix shop", "cacl-tui --prefix shop --since 1h", "cacl-tui --since 1h --no-mouse"] {
            let cli = Cli::read(&words(line)).expect("understood");
            assert!(matches!(cli.command, Some(Command::Watch(_))), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_of_what_was_meant() {
        for (line, kind) in [
            ("cacl-tui --no-such-option", ErrorKind::UnknownArgument),
            ("cacl-tui --yes deploy", ErrorKind::UnknownArgument),
            ("cacl-tui --fail-on hgih", ErrorKind::InvalidValue),
            ("cacl-tui --since 1h --help", ErrorKind::DisplayHelp),
            ("cacl-tui no-such-command", ErrorKind::InvalidSubcommand),
        ] {
            assert_eq!(Cli::read(&words(line)).map_err(|error| error.kind()).err(), Some(kind), "{line}");
        }
    }

    #[test]
    fn what_is_run_next_means_the_same_stack() {
        let check = |line: &str, command: &str, expected: &str| {
            let cli = Cli::read(&words(line)).expect("understood");
            assert_eq!(cli.global.called.next(command), expected, "{line}");
        };
        check("cacl-tui deploy --yes", "watch", "cacl-tui watch");
        check("cacl-tui --prefix shop deploy", "watch", "cacl-tui watch --prefix shop");
        check("cacl-tui deploy --prefix cacl --trail auto", "deploy", "cacl-tui deploy");
        check(
            "cacl-tui deploy --region eu-west-1 --stack-name mine --profile my_work --scope app-clients",
            "teardown",
            "cacl-tui teardown --profile 'my work' --region eu-west-1 --stack-name mine",
        );
        check(
            "cacl-tui deploy -y --no-sandbox --events CreateUserPoolClient,UpdateUserPoolClient --client a --client b --prefix=shop",
            "deploy",
            "cacl-tui deploy --prefix shop --no-sandbox --events CreateUserPoolClient,UpdateUserPoolClient --client a,b",
        );
        check(
            "cacl-tui teardown --endpoint-url http://127.0.0.1:4566 --yes --color never",
            "teardown",
            "cacl-tui teardown --endpoint-url http://127.0.0.1:4566",
        );
        check("cacl-tui watch --prefix shop --since 1h", "deploy", "cacl-tui deploy --prefix shop");
        check("cacl-tui --prefix shop", "deploy", "cacl-tui deploy --prefix shop");
    }
}
