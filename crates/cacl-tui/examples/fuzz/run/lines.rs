//! Lines of log, through all that is done with them: decoding, history, diff, judgement, reports, the call that restores a
//! client, and the program's own reports over the same lines.

use std::{collections::BTreeSet, fs, process::Command};

use cacl_event::{Change, History};
use fastrand::Rng;
use serde_json::Value;

use super::{
    Done, Failure, Options,
    check::{self, harmless},
    guarded,
    rubbish::Source,
};

/// So many lines are one log.
const LOG: usize = 5_000;

pub fn run(options: &Options, done: &mut Done, show: &mut impl FnMut(&str)) -> Result<(), Failure> {
    let source = Source::new();
    let mut rng = Rng::with_seed(options.seed);
    let mut left = options.lines;
    while left > 0 {
        let lines: Vec<String> = (0..left.min(LOG)).map(|_| source.line(&mut rng)).collect();
        left -= lines.len();
        let mut history = History::default();
        for line in &lines {
            done.changes += guarded(line, || check::line(line, &mut history))?;
        }
        done.lines += lines.len();
        guarded(&"a log of them", || whole(&history, &mut rng))?;
        replayed(options, &lines, &history)?;
        if left.is_multiple_of(10 * LOG) {
            show(&format!("{} lines, {} changes", done.lines, done.changes));
        }
    }
    Ok(())
}

/// What holds of a whole log.
fn whole(history: &History, rng: &mut Rng) -> Result<(), String> {
    let keys: Vec<_> = history.iter().map(|change| (change.time, change.id.clone())).collect();
    if !keys.is_sorted() || keys.iter().map(|(_, id)| id).collect::<BTreeSet<_>>().len() != keys.len() {
        return Err("the order is wrong, or an id is there twice".to_owned());
    }
    // What came last when everything was read must say the same as when all is known in another order.
    let mut changes: Vec<Change> = history.iter().cloned().collect();
    rng.shuffle(&mut changes);
    let mut other = History::default();
    for change in changes {
        other.insert(change);
    }
    for (_, id) in &keys {
        if history.diff(id) != other.diff(id) {
            return Err(format!("the diff of {id} depends on the order of arrival"));
        }
    }
    Ok(())
}

/// The same lines through the program: each report fit for a terminal, and each change there once.
fn replayed(options: &Options, lines: &[String], history: &History) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    // A line of a log has no line breaks of its own.
    let log: Vec<String> = lines.iter().map(|line| line.replace(['\n', '\r'], " ")).collect();
    fs::write(folder.path().join("log"), log.join("\n"))?;
    for form in ["jsonl", "text", "csv", "markdown"] {
        let output = Command::new(&options.program)
            .args(["replay", "--all", "--output", form, "log"])
            .env_clear()
            .env("HOME", folder.path())
            .current_dir(folder.path())
            .output()?;
        guarded(&(options.seed, form), || {
            if !output.status.success() {
                return Err(format!(
                    "replay ended with {}: {}",
                    output.status,
                    String::from_utf8_lossy(&output.stderr)
                ));
            }
            let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
            // A byte order mark is how a file for spreadsheets begins, and at no other place.
            let text = if form == "csv" { text.strip_prefix('\u{feff}').ok_or("no byte order mark")? } else { &text };
            text.lines().try_for_each(|line| harmless(form, line))?;
            match form {
                "jsonl" => once(text, history),
                "csv" => cells(text),
                _ => Ok(()),
            }
        })?;
    }
    Ok(())
}

fn once(text: &str, history: &History) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    for line in text.lines() {
        let read: Value = serde_json::from_str(line).map_err(|error| format!("{error} in {line}"))?;
        let id = read["id"].as_str().ok_or("no id")?.to_owned();
        if !ids.insert(id.clone()) {
            return Err(format!("{id} is told twice"));
        }
    }
    // A line that was broken by us may be read in another way as a part of a file, so only whole ones are compared.
    let missing = history.iter().filter(|change| !ids.contains(&*change.id)).count();
    if missing * 10 > history.len() {
        return Err(format!("{missing} of {} changes are not told", history.len()));
    }
    Ok(())
}

/// A file for spreadsheets: records of one length, and no cell that a spreadsheet would run.
fn cells(text: &str) -> Result<(), String> {
    for record in csv::Reader::from_reader(text.as_bytes()).records() {
        let record = record.map_err(|error| error.to_string())?;
        if let Some(cell) = record.iter().find(|cell| cell.starts_with(['=', '+', '-', '@'])) {
            return Err(format!("a spreadsheet would run {cell:?}"));
        }
    }
    Ok(())
}
