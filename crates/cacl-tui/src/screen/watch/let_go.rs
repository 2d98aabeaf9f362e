//! Letting go of the oldest changes, for whoever watches a busy account for weeks. The log, the journal and CloudTrail still have
//! them; what later changes are compared with stays.

use super::{Model, rows::Renumbered, timeline::Entry};

impl Model {
    /// Lets go of the oldest changes once there are an eighth more than are to be kept: to do so takes time in proportion to all. Not
    /// while they are being written to a file, which has said how many it will have.
    pub fn let_go(&mut self) {
        let Some(keep) = self.scene.wishes.keep else { return };
        let all = self.history.len();
        if all <= keep + keep / 8 || self.writes() {
            return;
        }
        let looked_at = self.change().map(|change| change.id.clone());
        self.history.forget(keep);
        let history = &self.history;
        let is_gone = |id: &str| history.get(id).is_none();
        let (gone, numbers) = self.rows.let_go(|row| is_gone(&row.id));
        self.gone = self.gone.saturating_add(gone.len());
        self.aside.take_if(|id| is_gone(id));
        self.mark.take_if(|id| is_gone(id));
        self.away.retain(|id| !is_gone(id));
        let was_seen = looked_at.is_some_and(|id| is_gone(&id));
        self.offset = self.offset.saturating_sub(gone.iter().filter(|gone| gone.shown).count());
        if let Some(paused) = &mut self.paused {
            paused.let_go(gone.iter().filter(|gone| gone.shown), &numbers);
        }
        self.find.let_go(&gone, &numbers, all - history.len());
        self.select_anew(&numbers, was_seen);
        self.timeline_lost(was_seen);
        self.stale.frame = true;
    }

    /// Where the selected change is gone, the oldest that is left is the nearest.
    fn select_anew(&mut self, numbers: &Renumbered, was_seen: bool) {
        self.selected = self.selected.and_then(|number| numbers.row(number));
        if was_seen {
            self.selected = self.selected.or_else(|| self.rows.at(0));
            self.renew_detail();
            self.say(format!("the change that was here is no longer among the latest {}", self.rows.all()));
        }
    }

    /// The same in the timeline.
    fn timeline_lost(&mut self, was_seen: bool) {
        self.renew_timeline();
        let Some(timeline) = &self.timeline else { return };
        match timeline.entries.first() {
            None => self.timeline = None,
            Some(Entry::Change(id)) if was_seen => {
                let id = id.clone();
                self.look_at(&id);
                self.timeline_follows();
            }
            Some(_) => {}
        }
    }
}
