//! CloudFormation: stacks from templates, through change sets or directly, followed by their events. Nested stacks,
//! macros, imports, drift, stack sets, stack policies and notifications are absent.

mod api;
mod change_set;
mod engine;
mod intrinsics;
mod order;
mod parameters;
mod render;
mod resources;
mod state;
mod template;
mod yaml;

pub use self::{api::handle, state::State};

/// Namespace of the answers.
pub const NAMESPACE: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
