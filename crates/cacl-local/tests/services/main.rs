//! The local AWS as its clients see it: what is on the wire, and the life of stacks.

mod client;
mod stack;
mod wire;
