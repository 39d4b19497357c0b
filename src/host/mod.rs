//! The harness's own calls to the operating system.
//!
//! [`Spawn`] starts a case's process in a group of its own and [`Child`] ends and collects it; [`wait_readable`] waits
//! on several pipes at once; [`descendants`] finds and kills what a case leaves behind; [`Interrupts`] turns
//! SIGINT, SIGTERM and SIGHUP into a readable descriptor; [`write_durably`] replaces a file as a whole; [`measure`]
//! runs a process with as little around it as can be.

#![allow(unsafe_code, reason = "the one place where the harness calls the operating system itself")]

pub mod descendants;

pub mod at;
mod command;
mod daemon;
mod durable;
#[cfg(target_os = "linux")]
mod loop_device;
mod machine;
mod measured;
#[cfg(target_os = "linux")]
mod mounts;
#[cfg(target_os = "linux")]
mod namespace;
mod pipe;
mod process;
mod remove;
mod signal;
mod space;
mod times;

pub use command::command;
pub use daemon::{Daemon, kill};
pub use durable::write_durably;
#[cfg(target_os = "linux")]
pub use loop_device::LoopDevice;
pub use machine::{hostname, process_limit, user_id, user_name};
pub use measured::{Killed, Measured, measure};
#[cfg(target_os = "linux")]
pub use mounts::{mount_device, mount_fuse, mounts_beneath, unmount};
#[cfg(target_os = "linux")]
pub use namespace::{clear_umask, enter_user_namespace, is_root, owner, raise_descriptor_limit};
pub use pipe::{Pipe, pipe, wait_readable};
pub use process::{Child, Exit, Spawn, WaitStatus};
pub use remove::remove_tree;
pub use signal::{Interrupts, SIGINT, SIGKILL, SIGTERM};
pub use space::free_space;
pub use times::set_times;
