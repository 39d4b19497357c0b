//! What only macOS hosts do.

pub mod interruptible;
pub mod process;
pub mod signal;
