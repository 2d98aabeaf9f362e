//! What a stack's status means to whoever wants to deploy.

use super::follow::is_at_rest;

/// What is in the way of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Nothing.
    None,
    /// An operation under way; it is followed first.
    Moving,
    /// The stack can only be deleted; it is, with all that is in it, and made anew.
    Wreck,
    /// A rollback that failed half way; it is carried through first.
    Stuck,
}

impl Obstacle {
    /// By the stack's status.
    pub fn of(status: &str) -> Self {
        match status {
            "REVIEW_IN_PROGRESS" | "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "DELETE_FAILED" => {
                Self::Wreck
            }
            "UPDATE_ROLLBACK_FAILED" => Self::Stuck,
            status if is_at_rest(status) => Self::None,
            _ => Self::Moving,
        }
    }
}
