//! What might be typed as a filter: parsed, written again, completed at every place, and asked of changes.

use cacl_event::{
    Decoded, Filter, History, decode,
    filter::{Key, Reading, Subject, complete},
};
use fastrand::Rng;
use jiff::Timestamp;

use super::{
    Done, Failure, Options, guarded, harmless,
    rubbish::{self, Source},
};

const PIECES: [&str; 28] = [
    "-",
    "!",
    ":",
    "=",
    ">=",
    "<",
    ">",
    ",",
    "\"",
    "\\",
    "(",
    ")",
    "*",
    "/",
    " ",
    "\t",
    "high",
    "critical",
    "update",
    "1h",
    "7d",
    "2026-10-01",
    "2026-10-01T08:00:00Z",
    "198.51.100.0/24",
    "::/0",
    "reset",
    "root-call",
    "web",
];

pub fn run(options: &Options, done: &mut Done, show: &mut impl FnMut(&str)) -> Result<(), Failure> {
    let mut rng = Rng::with_seed(options.seed ^ 0xF11E);
    let source = Source::new();
    let mut history = History::default();
    for _ in 0..300 {
        for item in decode(&source.line(&mut rng)) {
            if let Decoded::Change(change) = item {
                history.insert(*change);
            }
        }
    }
    for count in 1..=options.filters {
        let text = typed(&mut rng);
        let offered: Vec<String> = (0..3).map(|_| rubbish::text(&mut rng)).collect();
        done.parsed += usize::from(guarded(&text, || {
            completed(&text, &offered)?;
            parsed(&text, &history, &mut rng)
        })?);
        done.filters += 1;
        if count.is_multiple_of(100_000) {
            show(&format!("{} filters, {} parse", done.filters, done.parsed));
        }
    }
    Ok(())
}

fn typed(rng: &mut Rng) -> String {
    let mut text = String::new();
    for _ in 0..rng.usize(1..6) {
        match rng.u8(0..8) {
            0..=2 => {
                text.push_str(Key::ALL[rng.usize(..Key::ALL.len())].as_str());
                text.push_str([":", ">=", "=", "<", ":!", ""][rng.usize(..6)]);
            }
            3 => text.push_str(&rubbish::text(rng)),
            _ => text.push_str(PIECES[rng.usize(..PIECES.len())]),
        }
        if rng.bool() {
            text.push(' ');
        }
    }
    text
}

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
fn parsed(text: &str, history: &History, rng: &mut Rng) -> Result<bool, String> {
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
    for _ in 0..20 {
        let Some(change) = history.at(rng.usize(..history.len())) else { continue };
        let now = Timestamp::from_second(1_790_000_000 + rng.i64(0..4_000)).unwrap_or_default();
        let subject = Subject { change, client_name: history.client_name(&change.id), gist: None, now };
        let read = || Reading::of(history, &change.id);
        if filter.matches(&subject, read) != search.matches(&subject, read) {
            return Err(format!("a search finds something else than the filter for {}", change.id));
        }
    }
    Ok(true)
}
