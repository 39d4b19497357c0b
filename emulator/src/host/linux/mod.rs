//! What only Linux hosts do.

pub mod event;
pub mod file;
mod fork;
pub mod interruptible;
pub mod net;
pub mod process;
pub mod signal;
mod syscall;
pub mod transfer;
pub mod xattr;

pub(in crate::host) use fork::prepare as prepare_fork;
pub(in crate::host) use syscall::syscall;
