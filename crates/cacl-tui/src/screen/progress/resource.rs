//! What became of a resource.

use cacl_aws::StackEvent;
use jiff::{SignedDuration, Timestamp};

/// A resource of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Logical id.
    pub id: String,
    /// E.g. `AWS::S3::Bucket`.
    pub kind: String,
    /// How far it is.
    pub state: State,
    /// Why, in `CloudFormation`'s words.
    pub reason: Option<String>,
    /// When work on it began.
    pub started: Option<Timestamp>,
    /// When it last changed its state.
    pub changed: Option<Timestamp>,
}

/// How far a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing has happened to it.
    Waiting,
    /// Being made, changed or deleted.
    Running,
    /// As it should be.
    Done,
    /// It could not be done.
    Failed,
    /// Being taken back, or taken back, because something else failed.
    Undone,
}

/// What a status of `CloudFormation` means, whatever the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// It ends in `_COMPLETE` or `_SKIPPED`.
    pub complete: bool,
    /// It ends in `_FAILED`.
    pub failed: bool,
    /// It begins with `DELETE_`.
    pub delete: bool,
    /// It speaks of a rollback.
    pub rollback: bool,
}

impl Status {
    /// Reads, e.g., `UPDATE_ROLLBACK_IN_PROGRESS`.
    pub fn of(status: &str) -> Self {
        Self {
            complete: status.ends_with("_COMPLETE") || status.ends_with("_SKIPPED"),
            failed: status.ends_with("_FAILED"),
            delete: status.starts_with("DELETE_"),
            rollback: status.contains("ROLLBACK"),
        }
    }
}

impl Resource {
    /// One to which nothing has happened.
    pub fn waiting(id: &str, kind: &str) -> Self {
        let state = State::Waiting;
        Self { id: id.into(), kind: kind.into(), state, reason: None, started: None, changed: None }
    }

    /// Takes an event in. `undoing` is true once the operation is being rolled back.
    pub fn event(&mut self, event: &StackEvent, undoing: bool) {
        let status = Status::of(&event.status);
        let state = match status {
            Status { failed: true, .. } => State::Failed,
            _ if undoing => State::Undone,
            Status { complete: true, .. } => State::Done,
            _ => State::Running,
        };
        // A failure stays in sight while everything is taken back.
        if self.state == State::Failed && state == State::Undone {
            return;
        }
        if self.started.is_none() || matches!(self.state, State::Done | State::Failed) {
            self.started = Some(event.time);
        }
        self.changed = Some(event.time);
        self.state = state;
        self.reason.clone_from(&event.reason);
    }

    /// How long it has been under way, or how long it took.
    pub fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        let started = self.started?;
        match self.state {
            State::Waiting => None,
            State::Running => Some(now.duration_since(started)),
            State::Done | State::Failed | State::Undone => Some(self.changed?.duration_since(started)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_by_its_ends() {
        let cases = [
            ("CREATE_IN_PROGRESS", [false, false, false, false]),
            ("UPDATE_COMPLETE", [true, false, false, false]),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", [false, false, false, false]),
            ("DELETE_FAILED", [false, true, true, false]),
            ("DELETE_SKIPPED", [true, false, true, false]),
            ("ROLLBACK_COMPLETE", [true, false, false, true]),
            ("UPDATE_ROLLBACK_FAILED", [false, true, false, true]),
            ("", [false, false, false, false]),
        ];
        for (text, expected) in cases {
            let status = Status::of(text);
            assert_eq!([status.complete, status.failed, status.delete, status.rollback], expected, "{text}");
        }
    }
}
