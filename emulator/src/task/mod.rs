//! Threads, futex, signals, fork, exec.

mod ending;
mod exec;
mod help;
mod life;
mod limits;
mod process;
mod run;
pub mod signal;
mod thread;
mod threads;
mod vfork;

pub use ending::{
    EXIT_EMULATOR_BUG, EXIT_HOST, EXIT_NOT_EXECUTABLE, EXIT_NOT_FOUND, EXIT_UNSUPPORTED, EXIT_USAGE, Ending,
};
pub use exec::{ExecError, Program};
pub(crate) use life::Birth;
pub use limits::{INFINITY, Limits};
pub use process::{Config, Fallback, Process, ProgramImage};
pub use thread::{End, Task};
pub use threads::Threads;
