//! The only calls to the operating system.
//!
//! `linux/` and `macos/` hold what differs; each offers the same names. `names` holds the calls that name a file, which
//! `folding` may respell.
#![allow(unsafe_code)]

mod blocking;
mod clock;
mod context;
mod direct;
mod errno;
pub mod event;
mod exclusive;
pub mod extable;
mod fault;
pub mod file;
pub mod float;
pub mod folding;
mod handshake;
mod map;
mod names;
pub mod net;
mod private_fd;
mod process;
mod raw;
mod result;
mod shm;
mod signal;
mod status;
mod text;
mod translated;
pub mod transfer {
    //! Moving bytes between descriptors, room in files, device calls.
    pub use super::os::transfer::*;
}
pub mod xattr {
    //! Extended attributes.
    pub use super::os::xattr::*;
}

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod os;
#[cfg(target_os = "macos")]
#[path = "macos/mod.rs"]
mod os;

pub(crate) use blocking::blocking_call;
pub use blocking::{read, write};
pub use clock::{clock_time, monotonic_nanos};
pub use direct::{Direct, direct};
pub use errno::errno;
pub use fault::install_fault_handler;
pub use file::{FsStat, Stat};
pub use handshake::{Handshake, Waiting, handshake};
pub use map::{
    Backing, advise, common_number, extend_pages, grow_pages, lock, map_over, move_pages, page_size,
    populate, populate_heap, protect, reserve, reserve_code, reserve_over, resident, sync,
};
#[cfg(target_os = "linux")]
pub use os::interruptible::interruptible;
pub use os::process::{exit_thread, futex, futex_wake, path_of, prctl_word, sleep, thread_id, wait4, waitid};
pub use os::signal::{
    die_by, kick, kill, pause, pending, queue, set_disposition, set_mask, start_disposition, tgkill,
    timed_wait,
};
pub use private_fd::{guest_limit, private_fd, raise_file_limit};
use process::retry;
pub use process::{
    FutexFourth, canonical_directory, close, close_on_exec, exit_now, fork, ids, limit, limit_of, node_name,
    open_for_reading, pid, random, set_limit, set_limit_of, start_thread,
};
pub use shm::{attach as attach_segment, segment};
pub use signal::{Disposition, SYNCHRONOUS, attach, forget, on_crash, take};
pub use status::{set_status_fd, wants_status, write_all, write_line};
pub use translated::set_translated;
