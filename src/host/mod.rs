//! The harness's own calls to the operating system.

mod command;

pub use command::command;
