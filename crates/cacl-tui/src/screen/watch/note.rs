//! What is told in the last line, in place of keys: how something went, and what came up by itself.

use super::Model;
use crate::screen::text;

/// So many remarks are kept: there is no room for more.
const REMARKS: usize = 3;

/// What is told until the next key, each thing once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    remarks: Vec<Remark>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Remark {
    words: String,
    /// Whether it is of trouble.
    trouble: bool,
    /// How often it was made.
    times: usize,
}

impl Note {
    fn add(&mut self, words: String, trouble: bool) {
        if let Some(same) = self.remarks.iter_mut().find(|remark| remark.words == words) {
            same.times += 1;
            return;
        }
        if self.remarks.len() == REMARKS {
            self.remarks.remove(0);
        }
        self.remarks.push(Remark { words, trouble, times: 1 });
    }
}

impl Model {
    /// Tells something in the footer line.
    pub fn say(&mut self, words: impl Into<String>) {
        self.note(words.into(), false);
    }

    /// Tells something, and nothing else any more.
    pub fn note(&mut self, words: String, trouble: bool) {
        self.note = None;
        self.remark(words, trouble);
    }

    /// Tells something beside what is told there already.
    pub fn remark(&mut self, words: String, trouble: bool) {
        self.note.get_or_insert_default().add(words, trouble);
        self.stale.frame = true;
    }

    /// What stands in the last line in place of keys, and whether there is trouble in it: what is told, and how far a search is.
    pub fn telling(&self) -> Option<(String, bool)> {
        let remarks = self.note.iter().flat_map(|note| &note.remarks);
        let trouble = remarks.clone().any(|remark| remark.trouble);
        let said = remarks.map(|Remark { words, times, .. }| match times {
            1 => words.clone(),
            times => format!("{words} ({})", text::count(*times, "time", "times")),
        });
        let words: Vec<_> = said.chain(self.seeking()).collect();
        (!words.is_empty()).then(|| (words.join(&format!(" {} ", self.theme.glyphs.dot)), trouble))
    }
}
