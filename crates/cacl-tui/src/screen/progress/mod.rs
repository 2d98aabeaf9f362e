//! The progress screen: a deployment or a teardown, resource by resource.

mod model;
mod resource;
mod update;
mod view;

pub use model::Model;
