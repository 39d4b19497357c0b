//! What only Linux hosts do.

pub mod file;
pub mod interruptible;
pub mod process;
pub mod signal;
