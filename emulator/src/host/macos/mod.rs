//! What only macOS hosts do.

pub mod interruptible;
