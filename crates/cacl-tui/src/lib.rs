//! The program: command line, feeds, reports and screens.

pub mod feed;
pub mod screen;
