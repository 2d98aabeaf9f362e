//! What must hold of any line and of any filter, whoever made it up: the mutations beside this, or a fuzzer guided by
//! coverage (`fuzz/`).

use cacl_event::{
    Change, Decoded, Diff, Filter, History, decode, decode_document,
    filter::{Reading, Subject, complete},
    report::json_line,
    restore::{Restore, Way},
};
use jiff::Timestamp;
use serde_json::Value;

/// One line, into a history; how many changes there are in it.
pub fn line(line: &str, history: &mut History) -> Result<usize, String> {
    let items = decode(line);
    if items.is_empty() != line.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}').is_empty() {
        return Err("a line is lost".to_owned());
    }
    let document = decode_document(line).count();
    if document < usize::from(!items.is_empty()) {
        return Err("a document is lost".to_owned());
    }
    let mut changes = 0;
    for item in items {
        let Decoded::Change(change) = item else { continue };
        let id = change.id.clone();
        history.insert(*change);
        let change = history.get(&id).ok_or("a change is lost")?;
        told(history, change)?;
        changes += 1;
    }
    Ok(changes)
}

/// Everything that is said about a change.
fn told(history: &History, change: &Change) -> Result<(), String> {
    let diff = history.diff(&change.id).ok_or("no diff")?;
    let judgement = history.judge(&change.id).ok_or("no judgement")?;
    let json = json_line(change, history.client_name(&change.id), &diff, &judgement);
    harmless("the JSON line", &json)?;
    let read: Value = serde_json::from_str(&json).map_err(|error| format!("{error} in {json}"))?;
    if read["id"] != *change.id || read["diff"].as_array().map(Vec::len) != Some(diff.rows.len()) {
        return Err(format!("the JSON line says something else: {json}"));
    }
    if decode(&json).len() != 1 {
        return Err(format!("the JSON line does not decode to one change: {json}"));
    }
    judgement.reasons.iter().try_for_each(|reason| harmless("a reason", &cacl_event::clean(&reason.text)))?;
    restored(history, change, &diff)
}

/// The call that brings the client back: fit to be pasted.
fn restored(history: &History, change: &Change, diff: &Diff) -> Result<(), String> {
    let Some((client, before)) = change.client_key().zip(history.before(&change.id)) else { return Ok(()) };
    for state in [before.settings.clone(), diff.apply(&before.settings)] {
        for way in [Way::Update, Way::Create { secret: None }] {
            let call = Restore { client: &client, state: &state, way, profile: None, endpoint_url: None }.call();
            let Some(call) = call else { continue };
            call.command.lines().try_for_each(|line| harmless("the restoring call", line))?;
            call.notes.iter().try_for_each(|note| harmless("a note", note))?;
        }
    }
    Ok(())
}

/// A filter as it is typed; whether it is one.
pub fn filter(text: &str, offered: &[String], history: &History, now: Timestamp) -> Result<bool, String> {
    completed(text, offered)?;
    parsed(text, history, now)
}

/// What is offered at each place of a text.
fn completed(text: &str, offered: &[String]) -> Result<(), String> {
    for cursor in (0..=text.len() + 1).step_by(1 + text.len() / 40) {
        for completion in complete(text, cursor, |_| offered.to_vec()) {
            harmless("a completion", &completion.text)?;
            if text.get(completion.at.clone()).is_none() {
                return Err(format!("{completion:?} is not within the text"));
            }
            let mut accepted = text.to_owned();
            accepted.replace_range(completion.at.clone(), &completion.text);
            let _again = complete(&accepted, completion.at.start + completion.text.len(), |_| offered.to_vec());
        }
    }
    Ok(())
}

/// Whether it is a filter.
fn parsed(text: &str, history: &History, now: Timestamp) -> Result<bool, String> {
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => {
            harmless("an error", &error.to_string())?;
            return if text.get(error.at.clone()).is_some() { Ok(false) } else { Err(format!("no caret: {error:?}")) };
        }
    };
    let written = filter.to_string();
    if Filter::parse(&written).as_ref() != Ok(&filter) {
        return Err(format!("written as {written:?} it is another filter"));
    }
    let mut search = filter.search();
    for change in history.iter().take(20) {
        let subject = Subject { change, client_name: history.client_name(&change.id), gist: None, now };
        let read = || Reading::of(history, &change.id);
        if filter.matches(&subject, read) != search.matches(&subject, read) {
            return Err(format!("a search finds something else than the filter for {}", change.id));
        }
    }
    Ok(true)
}

/// What may never reach a terminal: controls, and what hides or reorders text. Written down here once more, so that a hole
/// in the program's own list is found.
pub fn harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text is fit for a terminal.
pub fn harmless(what: &str, text: &str) -> Result<(), String> {
    match text.chars().find(|character| harmful(*character)) {
        Some(character) => Err(format!("{what} has {character:?}: {text:?}")),
        None => Ok(()),
    }
}
