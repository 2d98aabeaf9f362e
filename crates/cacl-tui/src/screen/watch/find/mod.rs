//! Finding changes: the line that a filter is typed into, the filter that is on, and the way to the next that matches.
//!
//! A filter takes effect as it is typed. What takes long is done in slices, in moments when nothing else waits.

mod line;
mod mark;
mod offers;
mod seek;
mod view;

use cacl_event::{Severity, filter::Filter};
use crossterm::event::Event;

pub use line::Line;
pub use mark::{mark, marked};
use seek::Seek;
pub use view::{ROWS, draw};

use super::{
    Model,
    model::Focus,
    rows::{Gone, Put, Renumbered, Row, Rows, lets_through},
};
use crate::{screen::keys::Action, severe::Severe};

/// How many rows a filter looks at between two looks at the keyboard; takes a few milliseconds.
const EFFORT: usize = 6_000;

/// After so many slices it is seen how far it is.
const SEEN: usize = 24;

/// What there is to finding.
#[derive(Debug, Default)]
pub struct Find {
    /// The line, while one types.
    pub line: Option<Line>,
    /// Filters that were on, the latest last.
    asked: Vec<String>,
    /// What is being looked for by `n` and `N`.
    seek: Option<Seek>,
    /// How many slices the filter has been looking for.
    slices: usize,
    /// The line of the detail that was found last.
    pub spot: Option<usize>,
    /// What has come in since the filter was put on,
    came: News,
    /// and what of it the filter lets through.
    seen: News,
}

/// What has come in since a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    /// The number from which on rows are new.
    pub from: u32,
    /// How many are new.
    pub new: usize,
    /// How bad they are.
    pub severe: Severe,
}

impl Find {
    /// These rows are gone, and so many of the oldest changes.
    pub fn let_go(&mut self, gone: &[Gone], numbers: &Renumbered, changes: usize) {
        self.came.let_go(gone.iter(), numbers);
        self.seen.let_go(gone.iter().filter(|gone| gone.shown), numbers);
        // It counts in positions.
        self.seek = None;
        if let Some(line) = &mut self.line {
            line.let_go(numbers, changes);
        }
    }

    /// The free words of the filter that is on, in lower case, to be marked.
    pub fn words(rows: &Rows) -> Vec<String> {
        rows.filter().into_iter().flat_map(Filter::words).map(str::to_lowercase).collect()
    }
}

impl News {
    /// None yet, where there are so many rows.
    pub fn since(rows: usize) -> Self {
        Self { from: u32::try_from(rows).unwrap_or(u32::MAX), ..Self::default() }
    }

    /// These rows are gone, which were counted.
    pub fn let_go<'a>(&mut self, gone: impl Iterator<Item = &'a Gone>, numbers: &Renumbered) {
        for gone in gone {
            self.count(gone.number, Some(gone.severity), None);
        }
        self.from = numbers.from(self.from);
    }

    /// Counts a row: as bad as it was, if it was counted before, and as it is, if it still is to be.
    fn count(&mut self, number: u32, was: Option<Severity>, is: Option<Severity>) {
        if number < self.from {
            return;
        }
        self.new = (self.new + usize::from(is.is_some())).saturating_sub(usize::from(was.is_some()));
        is.inspect(|is| self.severe.add(*is));
        was.inspect(|was| self.severe.take(*was));
    }
}

impl Model {
    /// Whether there is looking left to do.
    pub fn finds(&self) -> bool {
        let offers = self.find.line.as_ref().is_some_and(Line::is_learning);
        self.rows.sifting().is_some() || self.find.seek.is_some() || offers
    }

    /// Does a slice of it.
    pub fn find_on(&mut self) {
        if self.rows.sifting().is_some() {
            self.sift_on();
        } else if self.find.seek.is_some() {
            self.seek_on();
        } else if let Some(line) = &mut self.find.line {
            self.stale.frame |= line.learn(&self.history);
        }
    }

    /// What came in since the filter was put on, and is hidden by it, once that is known.
    pub fn hidden(&self) -> Option<News> {
        let Find { came, seen, .. } = self.find;
        let known = self.rows.filter().is_some() && self.rows.sifting().is_none();
        let hidden =
            News { from: came.from, new: came.new.saturating_sub(seen.new), severe: came.severe.without(seen.severe) };
        known.then_some(hidden).filter(|hidden| hidden.new > 0)
    }

    /// Puts a filter on, or takes it off. The selected change stays selected if it is let through.
    pub fn filter_by(&mut self, filter: Option<Filter>) {
        self.rows.sift(filter, self.selected, self.now);
        let since = News::since(self.rows.all());
        (self.find.came, self.find.seen, self.find.seek, self.find.slices) = (since, since, None, 0);
        if let Some(paused) = &mut self.paused {
            *paused = News { from: paused.from, ..News::default() };
            if self.rows.filter().is_none() {
                for number in paused.from..since.from {
                    paused.count(number, None, self.rows.row(number).map(Row::severity));
                }
            }
        }
        // Its words are marked.
        self.stale.detail = true;
        self.sift_on();
    }

    fn sift_on(&mut self) {
        let position = |model: &Self| model.selected.and_then(|number| model.rows.position(number));
        let before = position(self);
        let paused = &mut self.paused;
        self.rows.sift_on(&self.history, self.now, EFFORT, |number, row, shown| {
            if let Some(paused) = paused {
                paused.count(number, None, shown.then_some(row.severity()));
            }
        });
        // What is in view stays where it is while older matches come up above.
        if let (Some(before), Some(after)) = (before, position(self)) {
            self.offset += after.saturating_sub(before);
        }
        // A picture of what will be done in a moment would only hold up the one of it done.
        self.find.slices += 1;
        let done = self.rows.sifting().is_none();
        self.stale.frame |= done || self.find.slices % SEEN == 1;
    }

    /// Puts a row, new or derived anew.
    pub fn put(&mut self, row: Row) {
        let (history, now) = (&self.history, self.now);
        let (id, severity) = (row.id.clone(), row.severity());
        let put = self.rows.put(row, |filter, row| lets_through(filter, row, history, now));
        self.heed(&id, put.before, severity);
        self.stands(put);
    }

    /// As time goes by, a filter such as `since:1h` says something else.
    pub fn age(&mut self) {
        for number in self.rows.aged(self.now) {
            let (history, now) = (&self.history, self.now);
            let put = self.rows.put_again(number, |filter, row| lets_through(filter, row, history, now));
            self.stale.frame |= put.was != put.is;
            self.stands(put);
        }
    }

    fn stands(&mut self, put: Put) {
        let Put { number, before, was, is } = put;
        let severity = self.rows.row(number).map(Row::severity);
        // What is in view stays where it is when a late change takes its place above.
        match (was, is) {
            (None, Some(position)) if position < self.offset => self.offset += 1,
            (Some(position), None) if position < self.offset => self.offset -= 1,
            _ => {}
        }
        self.find.came.count(number, before, severity);
        for news in [Some(&mut self.find.seen), self.paused.as_mut()].into_iter().flatten() {
            news.count(number, before.and_then(|before| was.map(|_| before)), severity.filter(|_| is.is_some()));
        }
        self.stale.detail |= self.selected == Some(number);
    }

    /// Opens the line, with the filter that is on.
    pub fn open_line(&mut self) {
        self.focus = Focus::List;
        self.stale.detail |= self.aside.take().is_some();
        self.find.line = Some(Line::open(self));
    }

    /// Does what a key of the line is for.
    pub fn edit(&mut self, action: Action) {
        let Some(line) = &mut self.find.line else { return };
        let changed = match action {
            Action::Back => return self.restore(),
            Action::Keep if !line.has_chosen() => return self.keep(),
            Action::Keep | Action::Take => line.take(),
            Action::Down if line.newer(&self.find.asked) => true,
            Action::Up if !line.has_chosen() => line.older(&self.find.asked),
            Action::Down | Action::Up => {
                line.choose(action == Action::Down);
                false
            }
            _ => false,
        };
        self.stale.frame = true;
        if changed {
            self.refine();
        }
    }

    /// Takes what is typed or pasted into the line.
    pub fn type_in(&mut self, event: &Event) {
        if let Some(line) = &mut self.find.line
            && line.type_in(event)
        {
            self.stale.frame = true;
            self.refine();
        }
    }

    /// Filters by what stands in the line, if that is a filter.
    fn refine(&mut self) {
        let Some(line) = &mut self.find.line else { return };
        line.complete();
        let (filter, selected) = (line.live(), line.before.selected);
        if let Some(filter) = filter {
            self.show(filter, selected);
        }
    }

    /// Puts a filter on if it is another. Whatever was typed meanwhile, it is about the change that was selected at first.
    fn show(&mut self, filter: Filter, selected: Option<u32>) {
        let filter = Some(filter).filter(|filter| !filter.is_empty());
        if self.rows.filter() != filter.as_ref() {
            self.selected = selected;
            self.filter_by(filter);
        }
    }

    /// The filter is as it should be.
    fn keep(&mut self) {
        let Some(filter) = self.find.line.as_mut().and_then(Line::parse) else { return };
        let Some(line) = self.find.line.take() else { return };
        self.stale.frame = true;
        self.show(filter, line.before.selected);
        if let Some(filter) = self.rows.filter() {
            let text = filter.to_string();
            self.find.asked.retain(|asked| *asked != text);
            self.find.asked.push(text);
        } else if line.before.filter.is_some() {
            self.say("the filter is lifted");
        }
    }

    /// As if the line had not been opened.
    fn restore(&mut self) {
        let Some(line) = self.find.line.take() else { return };
        self.stale.frame = true;
        if self.rows.filter() != line.before.filter.as_ref() {
            self.selected = line.before.selected;
            self.filter_by(line.before.filter);
            self.offset = line.before.offset;
        }
    }

    /// Takes the filter off; `n` and `N` still know it.
    pub fn lift(&mut self) {
        if self.rows.filter().is_some() {
            self.filter_by(None);
        }
    }

    /// The filter that was put on last, whether or not it still is.
    fn last(&self) -> Option<Filter> {
        self.rows.filter().cloned().or_else(|| Filter::parse(self.find.asked.last()?).ok())
    }

    /// A filter from before the start, e.g. of the command line.
    pub fn begin_with(&mut self, filter: &Filter) {
        if !filter.is_empty() {
            self.find.asked.push(filter.to_string());
            self.filter_by(Some(filter.clone()));
        }
    }
}
