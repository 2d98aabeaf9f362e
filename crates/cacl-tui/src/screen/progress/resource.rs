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

/// What a status of `CloudFormation` says of how far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It ends in `_IN_PROGRESS`, or in nothing known.
    Begun,
    /// It ends in `_COMPLETE` or `_SKIPPED`.
    Complete,
    /// It ends in `_FAILED`.
    Failed,
}

impl Step {
    /// Reads, e.g., `UPDATE_ROLLBACK_IN_PROGRESS`.
    pub fn of(status: &str) -> Self {
        if status.ends_with("_COMPLETE") || status.ends_with("_SKIPPED") {
            Self::Complete
        } else if status.ends_with("_FAILED") {
            Self::Failed
        } else {
            Self::Begun
        }
    }
}

/// Where the stack as a whole is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It is being made or changed.
    Forward,
    /// It is being taken back after a failure.
    Back,
    /// It is being deleted.
    Away,
}

impl Direction {
    /// Reads a status of the stack itself.
    pub fn of(status: &str) -> Self {
        if status.starts_with("DELETE_") {
            Self::Away
        } else if status.contains("ROLLBACK") {
            Self::Back
        } else {
            Self::Forward
        }
    }
}

impl Resource {
    /// One to which nothing has happened.
    pub fn waiting(id: &str, kind: &str) -> Self {
        let state = State::Waiting;
        Self { id: id.into(), kind: kind.into(), state, reason: None, started: None, changed: None }
    }

    /// Takes an event in, while the stack goes in a direction.
    pub fn event(&mut self, event: &StackEvent, direction: Direction) {
        let state = match (Step::of(&event.status), direction) {
            (Step::Failed, _) => State::Failed,
            (_, Direction::Back) => State::Undone,
            (Step::Complete, _) => State::Done,
            (Step::Begun, _) => State::Running,
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
            ("CREATE_IN_PROGRESS", Step::Begun, Direction::Forward),
            ("UPDATE_COMPLETE", Step::Complete, Direction::Forward),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Step::Begun, Direction::Forward),
            ("DELETE_FAILED", Step::Failed, Direction::Away),
            ("DELETE_SKIPPED", Step::Complete, Direction::Away),
            ("ROLLBACK_COMPLETE", Step::Complete, Direction::Back),
            ("UPDATE_ROLLBACK_FAILED", Step::Failed, Direction::Back),
            ("", Step::Begun, Direction::Forward),
        ];
        for (text, step, direction) in cases {
            assert_eq!((Step::of(text), Direction::of(text)), (step, direction), "{text}");
        }
    }
}
