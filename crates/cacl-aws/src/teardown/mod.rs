//! Delete everything, verify, and report what is left.
//!
//! Only what the stack's own record names is deleted, and what carries our names *and* our tag: a company's log bucket may
//! well be called `<prefix>-cloudtrail-<account>-<region>`. All of it may be gone already, in part or in whole.

mod carry_out;
mod look;
mod verify;

use crate::{Names, template::Planned};

pub use carry_out::teardown;
pub use look::plan;

/// What a teardown would delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeardownPlan {
    /// The names.
    pub names: Names,
    /// The stack's ARN; `None` if only the deployment bucket is left.
    pub stack: Option<String>,
    /// Its resources.
    pub resources: Vec<Planned>,
    /// Buckets that will be emptied and deleted, with the number of object versions in each.
    pub buckets: Vec<(String, usize)>,
    /// Trails that are not ours and stay, by name.
    pub untouched: Vec<String>,
}

#[cfg(test)]
mod tests;
