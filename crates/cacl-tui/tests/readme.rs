//! The README against the program: its tables are made from the program's own, its commands are ones that there are.
//!
//! When a table differs, the failure prints the one that belongs there; with `README_UPDATE=1` in the environment it is
//! put there instead.

mod common;

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use cacl_event::judge;
use cacl_tui::{
    Exit,
    cli::Cli,
    screen::{keys, theme::Theme},
};
use clap::Parser;
use common::{Home, ran};
use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

const README: &str = include_str!("../../../README.md");

/// What stands between `<!-- name -->` and `<!-- /name -->`.
fn part(name: &str) -> &'static str {
    let (_, rest) = README.split_once(&format!("<!-- {name} -->\n")).expect("the part begins");
    let (part, _) = rest.split_once(&format!("<!-- /{name} -->")).expect("the part ends");
    part.trim()
}

fn table(head: &str, rows: impl Iterator<Item = String>) -> String {
    let rule = "|---".repeat(head.matches('|').count() - 1) + "|";
    [head.to_owned(), rule].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[track_caller]
fn check(name: &str, expected: &str) {
    /// Several tables may be written at once.
    static WRITING: Mutex<()> = Mutex::new(());
    let found = part(name);
    if found != expected && env::var_os("README_UPDATE").is_some() {
        let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        let readme = root().join("README.md");
        let text = fs::read_to_string(&readme).expect("README.md");
        let [before, after] = [found, expected].map(|table| format!("<!-- {name} -->\n{table}\n<!-- /{name} -->"));
        assert!(text.contains(&before), "README.md has changed meanwhile");
        fs::write(readme, text.replace(&before, &after)).expect("written");
        return;
    }
    assert!(found == expected, "README.md has another table of {name}; this belongs there:\n\n{expected}\n");
}

#[test]
fn the_rules_are_the_judges() {
    let rows = judge::rules().iter().map(|rule| {
        let mark = if rule.even_if_failed { " ¹" } else { "" };
        format!("| {} | `{}`{mark} | {} |", rule.severity.as_str(), rule.id, rule.sentence)
    });
    check("rules", &table("| severity | rule | |", rows));
}

#[test]
fn the_keys_are_the_key_tables() {
    let rows = keys::rows(Theme::new(false, false).glyphs).into_iter().map(|row| {
        let keys: Vec<String> = row.keys.split(' ').map(|keys| format!("`{}`", keys.replace('|', "\\|"))).collect();
        format!("| {} | {} | {} |", keys.join(" "), row.does, row.place)
    });
    check("keys", &table("| key | | where |", rows));
}

#[test]
fn the_exit_codes_are_the_programs() {
    let rows = Exit::ALL.iter().map(|exit| format!("| {} | {} |", exit.code(), exit.meaning()));
    check("exit codes", &table("| code | |", rows));
}

#[test]
fn the_fields_are_those_of_a_line() -> Outcome {
    let recording = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/update.json");
    let (code, stdout, stderr) = ran(Home::new().cacl().args(["replay", "--output", "jsonl", recording]));
    assert_eq!(code, 0, "{stderr}");
    let line: Value = serde_json::from_str(stdout.lines().next().ok_or("no line")?)?;
    let fields: BTreeSet<&str> = line.as_object().ok_or("no object")?.keys().map(String::as_str).collect();
    let first_column = part("fields").lines().skip(2).filter_map(|row| row.split('|').nth(1));
    let documented: BTreeSet<&str> = first_column.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert_eq!(documented, fields);
    Ok(())
}

/// The lines of all shell blocks, those that end in a backslash put together, comments left out.
fn commands() -> Vec<String> {
    let blocks = README.split("```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    blocks
        .flat_map(|block| block.replace("\\\n", " ").lines().map(str::to_owned).collect::<Vec<_>>())
        .map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// Words as a shell would see them; single quotes are all the quoting that these lines need.
fn words(line: &str) -> Vec<String> {
    let quoted = line.split('\'').enumerate();
    quoted
        .flat_map(|(nth, text)| match nth % 2 {
            1 => vec![text.to_owned()],
            _ => text.split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}

#[test]
fn every_command_of_ours_is_understood() {
    let ours: Vec<String> = commands()
        .into_iter()
        .map(|line| line.replace("cargo run -p cacl-tui --", "cacl-tui"))
        .filter(|line| line.starts_with("cacl-tui"))
        .collect();
    assert!(ours.len() > 10, "{ours:?}");
    for line in ours {
        assert!(Cli::try_parse_from(words(&line)).is_ok(), "{line}: {:?}", Cli::try_parse_from(words(&line)));
    }
}

#[test]
fn every_file_that_it_links_to_is_there() {
    let links = README.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    for link in links.filter(|link| !link.is_empty() && !link.starts_with("http")) {
        assert!(root().join(link).exists(), "{link} is not there");
    }
}
