//! The watch screen: changes as they come, and what each did.

mod alarm;
mod away;
mod detail;
mod empty;
mod export;
mod find;
mod header;
mod json;
mod let_go;
mod lines;
mod list;
mod model;
mod mouse;
mod note;
mod restore;
mod rows;
mod settle;
mod source;
mod take;
mod timeline;
mod times;
mod update;
mod view;

pub use model::Model;
