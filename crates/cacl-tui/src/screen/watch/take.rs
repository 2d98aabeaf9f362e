//! Takes the feed in: what each item changes in what is known, and so in what is seen.

use cacl_event::{Change, ClientKey, Inserted, Provenance, Text};

use super::{Model, header, rows::Row};
use crate::feed::{Feed, Past};

impl Model {
    /// Takes an item in.
    pub fn take(&mut self, item: Feed) {
        match item {
            Feed::Change(change) => self.change_came(*change),
            Feed::Platform(_) => self.source.platform(),
            Feed::Foreign { time, text } => {
                self.lines.take(time, text);
                self.stale.frame = true;
            }
            Feed::Snapshot { client, taken, settings } => {
                self.history.snapshot(client.clone(), taken, *settings);
                let later = self.history.of_client(&client).filter(|change| change.time > taken);
                let later: Vec<_> = later.map(|change| change.id.clone()).collect();
                self.renew(&later);
                self.meets(Some(&client));
            }
            Feed::Caller { account, name } => {
                (self.scene.account, self.scene.who) = (account, name);
                self.stale.frame = true;
            }
            Feed::Armed(time) => {
                self.scene.armed = Some(time);
                self.stale.frame = true;
                self.tick();
            }
            Feed::Past(past) => self.past_came(past),
            Feed::Looked(_) => {}
            Feed::Before(before) => self.away.begin(before),
            Feed::Note(words) => self.remark(words, true),
            Feed::Push(push) => {
                self.push = Some(push);
                self.stale.frame = true;
            }
            Feed::Status(status) => {
                // Words that stay the same need no frame; the clock sees whether they do.
                let (hops, trouble) = (self.source.hops(), self.source.trouble().map(str::to_owned));
                self.source.status(status, self.now);
                if self.source.live {
                    self.tell_away();
                }
                self.stale.frame |= hops != self.source.hops() || trouble.as_deref() != self.source.trouble();
            }
            Feed::End => {
                self.stale.frame |= !self.source.ended;
                self.source.ended = true;
            }
        }
    }

    fn change_came(&mut self, mut change: Change) {
        // What was in the log before we looked has no time "on screen" worth telling.
        let event = change.provenance == Provenance::Event;
        let first = self.source.live && event && !self.is_shown(&change.id);
        change.hops.screen = first.then(|| change.hops.screen.unwrap_or(self.now));
        if event {
            self.source.change(&change);
        }
        if event && !self.source.live {
            self.away.meet(&change);
        }
        // Before, so that one that comes late is not let go at once.
        self.let_go();
        let (id, client) = (change.id.clone(), change.client_key());
        let inserted = self.history.insert(change);
        if inserted == Inserted::Known {
            return;
        }
        let mut renewed = self.history.dependants(&id);
        renewed.push(id);
        self.renew(&renewed);
        // Even without depending on it, another change of the client may learn its name from this one.
        self.meets(client.as_ref());
    }

    /// What the reader sees of the past: how far it is known, while that takes its time, and why not more is.
    fn past_came(&mut self, past: Past) {
        let before = header::past(self);
        self.past = match (past, self.past.take()) {
            // That it ended is no news to whoever knows how.
            (Past::Read, Some(Past::Trouble(words))) => Some(Past::Trouble(words)),
            (past, _) => Some(past),
        };
        self.stale.frame |= header::past(self) != before;
        self.stale.detail |= matches!(self.past, Some(Past::Trouble(_)));
    }

    /// Puts the rows of these changes, new or derived anew.
    fn renew(&mut self, ids: &[Text]) {
        for id in ids {
            if self.is_shown(id)
                && let Some(row) = Row::of(&self.history, id)
            {
                self.put(row);
                self.stale.frame = true;
            }
        }
    }

    /// Something was learnt of a client: its changes may read differently.
    fn meets(&mut self, client: Option<&ClientKey>) {
        if client.is_some() && client == self.change().and_then(Change::client_key).as_ref() {
            self.stale.detail = true;
            self.stale.frame = true;
        }
        if client.is_some() && client == self.timeline.as_ref().map(|timeline| &timeline.client) {
            self.timeline_met();
            self.stale.frame = true;
        }
    }

    /// What is known from the past alone is a baseline, and has no row of its own.
    fn is_shown(&self, id: &str) -> bool {
        self.history.get(id).is_some_and(|change| change.provenance == Provenance::Event)
    }
}
