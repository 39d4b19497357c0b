//! The only calls to the operating system.
//!
//! `linux/` and `macos/` hold what differs; each offers the same names.
#![allow(unsafe_code)]

mod blocking;
mod clock;
mod context;
mod errno;
pub mod extable;
mod fault;
pub mod file;
mod map;
mod result;
mod text;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod os;
#[cfg(target_os = "macos")]
#[path = "macos/mod.rs"]
mod os;

pub(crate) use blocking::blocking_call;
pub use blocking::{read, write};
pub use clock::monotonic_nanos;
pub use errno::errno;
pub use fault::install_fault_handler;
pub use file::{FsStat, Stat};
pub use map::{
    Backing, advise, lock, map_over, move_pages, page_size, protect, reserve, reserve_over, resident, sync,
};
#[cfg(target_os = "linux")]
pub use os::interruptible::interruptible;
