//! What only Linux hosts do.

pub mod file;
pub mod interruptible;
