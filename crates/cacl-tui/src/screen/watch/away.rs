//! What came while nobody watched: told once the log has been read to where we came in, and marked in the list.

use std::collections::HashSet;

use cacl_event::{Change, Severity, Text};

use super::Model;
use crate::{command::away, feed::Before};

/// What an earlier run has shown, and what not.
#[derive(Debug, Default)]
pub struct Away {
    /// Until the log has been read.
    before: Option<Before>,
    /// The changes that came since.
    unseen: HashSet<Text>,
}

impl Away {
    /// Whether a change came while nobody watched.
    pub fn has(&self, id: &str) -> bool {
        self.unseen.contains(id)
    }

    /// Takes in what was shown before.
    pub fn begin(&mut self, before: Before) {
        self.before = Some(before);
    }

    /// Keeps only these in mind.
    pub fn retain(&mut self, stays: impl Fn(&str) -> bool) {
        self.unseen.retain(|id| stays(id));
    }

    /// Takes note of a change that has not been shown in this run.
    pub fn meet(&mut self, change: &Change) {
        if self.before.as_ref().is_some_and(|before| before.is_news(change)) {
            self.unseen.insert(change.id.clone());
        }
    }
}

impl Model {
    /// The log has been read to its end: tells what was missed, once.
    pub fn tell_away(&mut self) {
        if self.away.before.take().is_none() || self.away.unseen.is_empty() {
            return;
        }
        let severity = |id: &Text| Some(self.history.judge(id)?.severity);
        let unseen: Vec<Severity> = self.away.unseen.iter().filter_map(severity).collect();
        self.remark(away(&unseen), unseen.iter().any(|severity| *severity >= Severity::High));
    }
}
