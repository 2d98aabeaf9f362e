//! The watch screen: changes as they come, and what each did.

mod detail;
mod empty;
mod header;
mod json;
mod list;
mod model;
mod rows;
mod source;
mod times;
mod update;
mod view;

pub use model::Model;
