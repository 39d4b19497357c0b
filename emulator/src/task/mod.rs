//! Threads, futex, signals, fork, exec.

mod process;
mod thread;

pub use process::{Config, Fallback, Process};
pub use thread::Task;
