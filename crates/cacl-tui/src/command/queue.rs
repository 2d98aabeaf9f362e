//! Commands for changes, one after the other, beside a screen that does not wait for them.

use std::{cell::OnceCell, collections::VecDeque, time::Duration};

use cacl_event::{Change, Text};
use futures_util::{FutureExt, future::LocalBoxFuture};

use super::{
    ends::{End, Ends},
    exec::exec,
    headless::counted,
    observer::Observer,
};
use crate::{
    failure::note,
    journal::{Keeper, Reader},
};

/// So many changes wait; then the feed does, too, and the log keeps the rest.
pub const ROOM: usize = 256;

/// The commands that are still to run, and the one that runs. A change is told once its command has ended: what is given up, the next
/// run has to make up for.
pub struct Queue<'a> {
    command: Option<String>,
    limit: Duration,
    /// Whether what commands say is to be seen.
    visible: bool,
    /// Where it is kept what was told, if anywhere.
    keeper: Option<&'a OnceCell<Keeper>>,
    /// Each with its JSON line.
    waiting: VecDeque<(Change, String)>,
    running: Option<Running>,
}

struct Running {
    id: Text,
    ended: LocalBoxFuture<'static, Result<(), String>>,
}

impl<'a> Queue<'a> {
    /// Empty, with the command that an observer was given, if any.
    pub fn of(observer: &Observer, keeper: Option<&'a OnceCell<Keeper>>) -> Self {
        let (command, limit) = (observer.exec.clone(), observer.limit);
        Self { command, limit, visible: false, keeper, waiting: VecDeque::new(), running: None }
    }

    /// Whether there is a command at all.
    pub fn is_wanted(&self) -> bool {
        self.command.is_some()
    }

    /// Whether another change may wait.
    pub fn has_room(&self) -> bool {
        self.waiting.len() < ROOM
    }

    /// Lets a change wait, with the JSON line that the command is to get.
    pub fn add(&mut self, change: &Change, line: String) {
        self.waiting.push_back((change.clone(), line));
    }

    /// No command is to run for a change, unless one is about to: the same may come more than once.
    pub async fn pass(&self, change: &Change) {
        let runs = self.running.as_ref().is_some_and(|running| running.id == change.id);
        if self.is_wanted() && !runs && !self.waiting.iter().any(|(waiting, _)| waiting.id == change.id) {
            told(self.keeper(), change).await;
        }
    }

    fn keeper(&self) -> Option<Keeper> {
        self.keeper.and_then(OnceCell::get).cloned()
    }

    /// How many commands have not come to an end.
    pub fn left(&self) -> usize {
        self.waiting.len() + usize::from(self.running.is_some())
    }

    /// How the next command went; never if there is none. May be dropped without losing one, but they run only while this is
    /// waited for.
    pub async fn next(&mut self) -> Result<(), String> {
        if self.running.is_none()
            && let Some(command) = self.command.clone()
            && let Some((change, line)) = self.waiting.pop_front()
        {
            let (visible, limit, keeper, id) = (self.visible, self.limit, self.keeper(), change.id.clone());
            let ended = async move {
                let ended = exec(&command, &line, visible, limit).await;
                told(keeper, &change).await;
                ended
            };
            self.running = Some(Running { id, ended: ended.boxed_local() });
        }
        let Some(running) = &mut self.running else { return std::future::pending().await };
        let ended = running.ended.as_mut().await;
        self.running = None;
        ended
    }

    /// Runs what is left, in the normal terminal, unless the end comes first.
    pub async fn finish(&mut self, ends: &mut Ends<'_>) -> Result<(), End> {
        note(&format!("--exec has {} left; Ctrl-C leaves the rest out", changes(self.left())));
        self.visible = true;
        while self.left() > 0 {
            if let Err(trouble) = ends.or(self.next()).await? {
                note(&trouble);
            }
        }
        Ok(())
    }

    /// Gives up what is left, the command that runs included, and says so.
    pub fn give_up(self) {
        if self.left() > 0 {
            note(&format!("--exec did not run, or not to its end, for {}", changes(self.left())));
        }
    }
}

/// A change needs no command any more.
async fn told(keeper: Option<Keeper>, change: &Change) {
    if let Some(keeper) = keeper {
        keeper.change(change, Some(Reader::Screen)).await;
    }
}

fn changes(count: usize) -> String {
    counted(count as u64, "change", "changes")
}

#[cfg(all(test, unix))]
mod tests {
    use std::pin::pin;

    use cacl_event::{Decoded, decode};

    use super::*;
    use crate::{journal, signals::Signals};

    fn change(id: &str) -> Change {
        match decode(include_str!("../../tests/fixtures/update.json")).pop() {
            Some(Decoded::Change(change)) => Change { id: id.into(), ..*change },
            other => panic!("{other:?}"),
        }
    }

    fn queue<'a>(command: String, lines: &[&str], keeper: Option<&'a OnceCell<Keeper>>) -> Queue<'a> {
        let observer = Observer { exec: Some(command), limit: Duration::from_mins(10), ..Observer::default() };
        let mut queue = Queue::of(&observer, keeper);
        for line in lines {
            queue.add(&change(line), (*line).to_owned());
        }
        queue
    }

    async fn finished(queue: &mut Queue<'_>, deadline: impl Future<Output = ()>) -> Result<(), End> {
        let mut signals = Signals::listen().expect("listens");
        queue.finish(&mut Ends { signals: &mut signals, deadline: pin!(deadline) }).await
    }

    #[tokio::test]
    async fn all_run_in_order_one_at_a_time_and_failures_stop_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let (lock, lines) = (folder.path().join("lock"), folder.path().join("lines"));
        // Two at once would fail to make the folder, and so would the second of two that leave it.
        let command = format!(
            "mkdir '{0}' && cat >> '{1}' && rmdir '{0}' && ! tail -n 1 '{1}' | grep b",
            lock.display(),
            lines.display()
        );
        let mut queue = queue(command, &["a", "b", "c"], None);
        let mut went = Vec::new();
        while queue.left() > 0 {
            // As often as something else comes first.
            tokio::select! {
                ended = queue.next() => went.push(ended.is_ok()),
                () = tokio::task::yield_now() => {}
            }
        }
        assert_eq!(went, [true, false, true]);
        assert_eq!(std::fs::read_to_string(lines).expect("written"), "a\nb\nc\n");
    }

    #[tokio::test]
    async fn what_is_left_is_run_in_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let lines = folder.path().join("lines");
        let mut queue = queue(format!("cat >> '{}'; false", lines.display()), &["a", "b"], None);
        assert_eq!(finished(&mut queue, std::future::pending()).await, Ok(()));
        assert_eq!(queue.left(), 0);
        assert_eq!(std::fs::read_to_string(lines).expect("written"), "a\nb\n");
    }

    #[tokio::test]
    async fn told_is_what_a_command_has_ended_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let began = folder.path().join("began");
        let keeper = journal::keeper(folder.path().join("journal.jsonl"));
        let cell = OnceCell::from(keeper.clone());
        let command = format!("grep -q b && touch '{}' && sleep 6000", began.display());
        let mut queue = queue(command, &["a", "b", "c"], Some(&cell));
        let has_begun = async {
            while !began.exists() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        assert_eq!(finished(&mut queue, has_begun).await, Err(End::TimeUp), "time is up for a command as well");
        for id in ["b", "c", "d"] {
            queue.pass(&change(id)).await;
        }
        assert_eq!(queue.left(), 2);
        let told = |id| keeper.told(id, Reader::Screen);
        assert_eq!(["a", "b", "c", "d"].map(told), [true, false, false, true]);
    }
}
