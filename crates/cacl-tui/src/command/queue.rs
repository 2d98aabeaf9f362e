//! Commands for changes, one after the other, beside a screen that does not wait for them.

use std::{collections::VecDeque, time::Duration};

use futures_util::{FutureExt, future::LocalBoxFuture};

use super::{exec::exec, headless::counted, observer::Observer};
use crate::{failure::note, signals::Signals};

/// So many changes wait; then the feed does, too, and the log keeps the rest.
pub const ROOM: usize = 256;

/// The commands that are still to run, and the one that runs.
pub struct Queue {
    command: Option<String>,
    limit: Duration,
    /// Whether what commands say is to be seen.
    visible: bool,
    waiting: VecDeque<String>,
    running: Option<LocalBoxFuture<'static, Result<(), String>>>,
}

impl Queue {
    /// Empty, with the command that an observer was given, if any.
    pub fn of(observer: &Observer) -> Self {
        let (command, limit) = (observer.exec.clone(), observer.limit);
        Self { command, limit, visible: false, waiting: VecDeque::new(), running: None }
    }

    /// Whether there is a command at all.
    pub fn is_wanted(&self) -> bool {
        self.command.is_some()
    }

    /// Whether another change may wait.
    pub fn has_room(&self) -> bool {
        self.waiting.len() < ROOM
    }

    /// Lets a change wait, as the JSON line that the command is to get.
    pub fn add(&mut self, line: String) {
        self.waiting.push_back(line);
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
            && let Some(line) = self.waiting.pop_front()
        {
            let (visible, limit) = (self.visible, self.limit);
            self.running = Some(async move { exec(&command, &line, visible, limit).await }.boxed_local());
        }
        let Some(running) = &mut self.running else { return std::future::pending().await };
        let ended = running.await;
        self.running = None;
        ended
    }

    /// Runs what is left, in the normal terminal; somebody may stop that.
    pub async fn finish(&mut self, signals: &mut Signals) {
        note(&format!("--exec has {} left; Ctrl-C leaves the rest out", changes(self.left())));
        self.visible = true;
        while self.left() > 0 {
            tokio::select! {
                biased;
                _ = signals.next() => return,
                ended = self.next() => {
                    if let Err(trouble) = ended {
                        note(&trouble);
                    }
                }
            }
        }
    }

    /// Gives up what is left, the command that runs included, and says so.
    pub fn give_up(self) {
        if self.left() > 0 {
            note(&format!("--exec did not run, or not to its end, for {}", changes(self.left())));
        }
    }
}

fn changes(count: usize) -> String {
    counted(count as u64, "change", "changes")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn queue(command: String, lines: &[&str]) -> Queue {
        let observer = Observer { exec: Some(command), limit: Duration::from_mins(1), ..Observer::default() };
        let mut queue = Queue::of(&observer);
        for line in lines {
            queue.add((*line).to_owned());
        }
        queue
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
        let mut queue = queue(command, &["a", "b", "c"]);
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
        let mut queue = queue(format!("cat >> '{}'; false", lines.display()), &["a", "b"]);
        queue.finish(&mut Signals::listen().expect("listens")).await;
        assert_eq!(queue.left(), 0);
        assert_eq!(std::fs::read_to_string(lines).expect("written"), "a\nb\n");
    }
}
