//! `n` and `N`: to the next place that matches.

use cacl_event::filter::Filter;

use super::{EFFORT, Model, mark};
use crate::screen::watch::{model::Focus, rows::lets_through};

/// A search through all rows, round and round.
#[derive(Debug)]
pub struct Seek {
    filter: Filter,
    forward: bool,
    /// The position that it began at.
    from: usize,
    /// How many have been looked at.
    looked: usize,
}

/// How many rows are looked at in a slice: some may have to be read.
const SLICE: usize = EFFORT / 12;

impl Model {
    /// To the next match, or the previous one.
    pub fn next_match(&mut self, forward: bool) {
        let Some(filter) = self.last() else { return self.say("there is no filter: / makes one") };
        if self.focus == Focus::Detail {
            self.next_word(&filter, forward);
        } else if self.rows.filter().is_some() {
            self.next_row(forward);
        } else if let Some(from) = self.selected.and_then(|number| self.rows.position(number)) {
            self.find.seek = Some(Seek { filter, forward, from, looked: 0 });
            self.seek_on();
        }
    }

    /// Whoever does something else does not want to be taken elsewhere any more.
    pub fn stop_seeking(&mut self) {
        self.stale.frame |= self.find.seek.take().is_some();
    }

    /// How far the search is, if there is one.
    pub fn seeking(&self) -> Option<String> {
        let Seek { filter, looked, .. } = self.find.seek.as_ref()?;
        Some(format!("looking for {filter}: {} % of the list", looked * 100 / self.rows.len().max(1)))
    }

    /// All that are seen match.
    fn next_row(&mut self, forward: bool) {
        let Some(from) = self.selected.and_then(|number| self.rows.position(number)) else { return };
        let to = step(from, 1, self.rows.len(), forward);
        self.go_to(from, to, forward);
    }

    pub(super) fn seek_on(&mut self) {
        let Some(mut seek) = self.find.seek.take() else { return };
        let (all, start) = (self.rows.len(), seek.looked);
        let matches = |position: usize| {
            let row = self.rows.at(position).and_then(|number| self.rows.row(number));
            row.is_some_and(|row| lets_through(&seek.filter, row, &self.history, self.now))
        };
        let end = (start + SLICE).min(all);
        // The last one is where it began.
        let found = (start + 1..=end).map(|nth| step(seek.from, nth, all, seek.forward)).find(|to| matches(*to));
        match found {
            Some(to) => self.go_to(seek.from, to, seek.forward),
            None if end < all => {
                seek.looked = end;
                self.find.seek = Some(seek);
                self.stale.frame = true;
            }
            None => self.remark(format!("no change matches {}", seek.filter), false),
        }
    }

    fn go_to(&mut self, from: usize, to: usize, forward: bool) {
        self.follow(to + 1 == self.rows.len());
        self.select_at(to);
        self.stale.frame = true;
        let words = match (to == from, forward) {
            (true, _) => "this is the only one that matches",
            (false, true) if to < from => "from the top",
            (false, false) if to > from => "from the end",
            _ => return,
        };
        self.remark(words.to_owned(), false);
    }

    fn next_word(&mut self, filter: &Filter, forward: bool) {
        let words: Vec<String> = filter.words().map(str::to_lowercase).collect();
        if words.is_empty() {
            return self.say("the filter has no free word to look for here");
        }
        let has = |line: &ratatui::text::Line<'_>| !mark::places(&line.to_string(), &words).is_empty();
        let lines = self.detail.pane.lines.len();
        // From above the first line, so that one in it counts as next.
        let from = self.find.spot.filter(|spot| *spot < lines);
        let at = |nth: usize| match (from, forward) {
            (Some(from), _) => step(from, nth, lines, forward),
            (None, true) => nth - 1,
            (None, false) => lines - nth,
        };
        let Some(to) = (1..=lines).map(at).find(|line| has(&self.detail.pane.lines[*line])) else {
            return self.say("no word of the filter stands here");
        };
        self.find.spot = Some(to);
        self.detail.show_line(to);
        self.stale.frame = true;
        match (from, forward) {
            (Some(from), true) if to <= from => self.say("from the top"),
            (Some(from), false) if to >= from => self.say("from the end"),
            _ => {}
        }
    }
}

/// So many steps on, round and round.
fn step(from: usize, steps: usize, all: usize, forward: bool) -> usize {
    let steps = steps % all.max(1);
    (if forward { from + steps } else { from + all - steps }) % all.max(1)
}
