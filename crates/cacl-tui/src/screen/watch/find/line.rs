//! The line that a filter is typed into: its text, what is wrong with it, and how it could go on.

use std::{borrow::Cow, ops::Range};

use cacl_event::{
    FilterError, History, clean,
    filter::{Completion, Filter, Key, complete},
};
use crossterm::event::Event;
use tui_input::{Input, InputRequest, backend::crossterm::EventHandler};

use super::{Model, offers::Offers};
use crate::screen::watch::rows::Renumbered;

/// The line.
#[derive(Debug)]
pub struct Line {
    input: Input,
    /// Why its text is no filter.
    pub error: Option<FilterError>,
    /// How it could go on, the likeliest first.
    pub completions: Vec<Completion>,
    /// Which of these is chosen.
    pub chosen: Option<usize>,
    /// What to go back to.
    pub before: Before,
    offers: Offers,
    /// Which earlier filter it shows, counted from the latest, and what was typed before that.
    recalled: Option<(usize, String)>,
}

/// What was before typing began.
#[derive(Debug, Default)]
pub struct Before {
    /// The filter that was on.
    pub filter: Option<Filter>,
    /// The selected row.
    pub selected: Option<u32>,
    /// The first row in view.
    pub offset: usize,
}

/// As many characters as a line takes; a paste may have any number.
const MOST: usize = 1_000;

impl Line {
    /// With the filter that is on.
    pub fn open(model: &Model) -> Self {
        let filter = model.rows.filter().cloned();
        let text = filter.as_ref().map_or_else(String::new, |filter| plain(&filter.to_string()));
        let mut line = Self {
            input: Input::new(text),
            error: None,
            completions: Vec::new(),
            chosen: None,
            before: Before { filter, selected: model.selected, offset: model.offset },
            offers: Offers::of(model.history.len()),
            recalled: None,
        };
        line.learn(&model.history);
        line.complete();
        line
    }

    /// Its text, which is fit for a terminal.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Where the cursor stands, in bytes.
    pub fn cursor(&self) -> usize {
        self.text().char_indices().nth(self.input.cursor()).map_or(self.text().len(), |(at, _)| at)
    }

    /// The filter that stands in it; `None` if there is something wrong with it.
    pub fn parse(&mut self) -> Option<Filter> {
        let parsed = Filter::parse(self.text());
        self.error = parsed.as_ref().err().cloned();
        parsed.ok()
    }

    /// The filter to show while one types: the term at the cursor counts from when it is a filter, and a word that may become
    /// a key from when it is certain that it does not. Else the list would be empty at every `sev` before its `>=high`.
    pub fn live(&mut self) -> Option<Filter> {
        let parsed = self.parse();
        let term = self.term();
        let typed = &self.text()[term.clone()];
        let word = typed.trim_start_matches(['-', '!']).to_lowercase();
        let may_be_a_key = term.end == self.cursor() && Key::ALL.iter().any(|key| key.as_str().starts_with(&word));
        if parsed.is_some() && !may_be_a_key {
            return parsed;
        }
        let mut others = self.text().to_owned();
        others.replace_range(term, "");
        Filter::parse(&others).ok()
    }

    /// Where the term at the cursor stands.
    fn term(&self) -> Range<usize> {
        let (mut start, mut quoted) = (0, false);
        for (at, letter) in self.text().char_indices() {
            quoted ^= letter == '"';
            if letter.is_whitespace() && !quoted {
                if at >= self.cursor() {
                    return start..at;
                }
                start = at + letter.len_utf8();
            }
        }
        start..self.text().len()
    }

    /// Whether what is wrong is only that it is not finished.
    pub fn is_unfinished(&self) -> bool {
        !self.completions.is_empty() && self.error.as_ref().is_some_and(|error| error.at.end >= self.cursor())
    }

    /// Takes a key or a paste; whether the text is another.
    pub fn type_in(&mut self, event: &Event) -> bool {
        let before = self.input.clone();
        match event {
            Event::Paste(text) => {
                let room = MOST.saturating_sub(self.text().chars().count());
                for letter in plain(text).chars().take(room) {
                    self.input.handle(InputRequest::InsertChar(letter));
                }
            }
            event => {
                self.input.handle_event(event);
                let text = self.text();
                if text.chars().count() > MOST || clean(text) != text {
                    self.input = before.clone();
                }
            }
        }
        let moved = self.input.cursor() != before.cursor();
        let changed = self.text() != before.value();
        if changed {
            self.recalled = None;
        }
        changed || moved
    }

    /// Looks for ways to go on from where the cursor is.
    pub fn complete(&mut self) {
        self.chosen = None;
        self.completions = complete(self.text(), self.cursor(), |key| self.offers.get(key));
    }

    /// Whether there is more to learn from the history.
    pub fn is_learning(&self) -> bool {
        self.offers.is_learning()
    }

    /// Learns some more; whether it shows.
    pub fn learn(&mut self, history: &History) -> bool {
        let learnt = self.offers.learn(history);
        // What is being chosen from stays as it is.
        if learnt && self.chosen.is_none() {
            self.complete();
        }
        learnt
    }

    /// Rows are gone, and so many of the oldest changes.
    pub fn let_go(&mut self, numbers: &Renumbered, changes: usize) {
        self.before.selected = self.before.selected.and_then(|number| numbers.row(number));
        self.offers.let_go(changes);
    }

    /// Whether a completion is chosen.
    pub fn has_chosen(&self) -> bool {
        self.chosen.is_some()
    }

    /// Chooses the next completion or the one before; beyond the ends, none.
    pub fn choose(&mut self, next: bool) {
        let all = self.completions.len();
        let to = match (self.chosen, next) {
            (None, true) => Some(0),
            (None, false) => all.checked_sub(1),
            (Some(chosen), true) => Some(chosen + 1),
            (Some(chosen), false) => chosen.checked_sub(1),
        };
        self.chosen = to.filter(|to| *to < all);
    }

    /// Takes the chosen completion, else the first; whether there was one.
    pub fn take(&mut self) -> bool {
        let Some(completion) = self.completions.get(self.chosen.unwrap_or(0)) else { return false };
        let Completion { at, text, .. } = completion.clone();
        let mut value = self.text().to_owned();
        let cursor = value[..at.start].chars().count() + text.chars().count();
        value.replace_range(at, &text);
        self.input = Input::new(value).with_cursor(cursor);
        self.recalled = None;
        true
    }

    /// Shows an earlier filter; whether there is one.
    pub fn older(&mut self, asked: &[String]) -> bool {
        let (nth, typed) = match &self.recalled {
            Some((nth, typed)) => (nth + 1, typed.clone()),
            None => (0, self.text().to_owned()),
        };
        // The one that is typed already is no news.
        let mut earlier = asked.iter().rev().enumerate().skip(nth).filter(|(_, asked)| *asked != self.text());
        let Some((nth, text)) = earlier.next() else { return false };
        self.input = Input::new(plain(text));
        self.recalled = Some((nth, typed));
        true
    }

    /// Shows a later one, or what was typed; whether it showed an earlier one before.
    pub fn newer(&mut self, asked: &[String]) -> bool {
        let Some((nth, typed)) = self.recalled.take() else { return false };
        match nth.checked_sub(1).and_then(|nth| Some((nth, asked.iter().rev().nth(nth)?))) {
            Some((nth, text)) => {
                self.input = Input::new(plain(text));
                self.recalled = Some((nth, typed));
            }
            None => self.input = Input::new(typed),
        }
        true
    }
}

/// A text for one line: blanks for whatever breaks it, and nothing that cannot be shown as it is.
fn plain(text: &str) -> String {
    let blank = |letter: char| if letter.is_whitespace() { ' ' } else { letter };
    let letters = text.trim_end_matches(['\r', '\n']).chars().map(blank);
    letters.filter(|letter| matches!(clean(letter.encode_utf8(&mut [0; 4])), Cow::Borrowed(_))).collect()
}
