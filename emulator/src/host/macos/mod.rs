//! What only macOS hosts do.

pub mod event;
pub mod file;
pub mod interruptible;
pub mod net;
pub mod process;
pub mod signal;
mod termios;
pub mod transfer;
pub mod xattr;
