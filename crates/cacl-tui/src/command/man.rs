//! The manual page, from the same definition as `--help`, with the exit codes and the keys.

use std::io;

use clap::CommandFactory;
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};

use crate::{
    Exit,
    cli::Cli,
    report::Out,
    screen::{keys, theme::Theme},
};

/// Prints the page.
pub fn run() -> anyhow::Result<Exit> {
    let mut out = Out::stdout();
    out.line(page()?.trim_end())?;
    out.flush()?;
    Ok(Exit::Done)
}

fn page() -> io::Result<String> {
    let mut page = Vec::new();
    let mut command = Cli::command().after_help("");
    command.build();
    let man = Man::new(command.clone()).manual("User Commands");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        section(subcommand, &mut page)?;
    }
    exit_codes().to_writer(&mut page)?;
    key_table().to_writer(&mut page)?;
    environment().to_writer(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// What a command does and takes, less the global options, which are said once.
fn section(subcommand: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let name = subcommand.get_name().to_uppercase();
    let mut roff = Roff::new();
    roff.control("SH", [name.as_str()]);
    roff.text([roman(subcommand.get_about().map(ToString::to_string).unwrap_or_default() + ".")]);
    roff.to_writer(page)?;
    let said_above = |arg: &clap::Arg| arg.is_global_set() || arg.get_id() == "help";
    let own = subcommand.clone().mut_args(|arg| if said_above(&arg) { arg.hide(true) } else { arg });
    let mut options = Vec::new();
    Man::new(own).render_options_section(&mut options)?;
    // It brings headings of its own, one for every group of options; inside a section they are one too many.
    let options = String::from_utf8_lossy(&options).into_owned();
    let body = options.lines().filter(|line| !line.starts_with(".SH")).collect::<Vec<_>>().join("\n");
    page.extend_from_slice(body.as_bytes());
    page.push(b'\n');
    Ok(())
}

fn exit_codes() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for exit in Exit::ALL {
        roff.control("TP", []);
        roff.text([bold(exit.code().to_string())]);
        roff.text([roman(exit.meaning())]);
    }
    roff
}

fn key_table() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["KEYS"]);
    for row in keys::rows(Theme::new(false, false).glyphs) {
        roff.control("TP", []);
        roff.text([bold(row.keys), roman(format!(" ({})", row.place))]);
        roff.text([roman(row.does)]);
    }
    roff
}

fn environment() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["ENVIRONMENT"]);
    roff.text([roman(
        "Read from the environment, else from .env in the current directory; the file .env.dist of the sources describes each. \
         A flag wins over both.",
    )]);
    for name in include_str!("../../../../.env.dist").lines().filter_map(variable) {
        roff.control("TP", []);
        roff.text([bold(name)]);
    }
    roff
}

/// The name in a line such as `#AWS_REGION=us-east-1`.
fn variable(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix('#')?.split_once('=')?;
    name.chars().all(|c| c.is_ascii_uppercase() || c == '_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::Exit;

    #[test]
    fn the_page_has_every_part() {
        let page = page().expect("renders");
        for part in ["EXIT STATUS", "KEYS", "ENVIRONMENT", "DEPLOY", "REPLAY", "AWS_PROFILE", "SERVICE_PREFIX"] {
            assert!(page.contains(part), "{part}");
        }
        for exit in Exit::ALL {
            assert!(page.contains(&format!("\\fB{}\\fR", exit.code())), "{exit:?}");
        }
        assert!(!page.contains("Runtime API"), "hidden commands stay hidden");
    }
}
