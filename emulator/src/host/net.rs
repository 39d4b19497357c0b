//! Sockets. Addresses, options and control messages are in Linux's form on every host.

use std::os::fd::RawFd;
use std::sync::atomic::AtomicU32;

use super::{folding, os};
use crate::mem::Span;
use crate::syscall::Errno;

pub use super::os::net::{
    accept, get_option, listen, name, receive, set_option, shutdown, socket, socketpair,
};

/// Gives a socket its address.
///
/// # Errors
/// The host's.
pub fn bind(fd: RawFd, address: &[u8]) -> Result<(), Errno> {
    folding::making_socket(address, |address| os::net::bind(fd, address))
}

/// As [`bind`], with a path that starts in the directory `dir`; `None` when this host cannot do that.
pub fn bind_in(dir: RawFd, fd: RawFd, address: &[u8]) -> Option<Result<(), Errno>> {
    os::process::in_directory(dir, || bind(fd, address))
}

/// Connects a socket.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn connect(fd: RawFd, address: &[u8], interrupt: &AtomicU32) -> Result<(), Errno> {
    folding::reaching_socket(address, |address| os::net::connect(fd, address, interrupt))
}

/// Sends a message.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn send(
    fd: RawFd,
    spans: &[Span],
    address: &mut [u8],
    control: &mut [u8],
    flags: i32,
    interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    folding::reaching_socket(address, |address| {
        os::net::send(fd, spans, &mut address.to_vec(), control, flags, interrupt)
    })
}

/// A received message.
#[derive(Debug)]
pub struct Received {
    /// How many bytes went into the spans (or would have, with `MSG_TRUNC`).
    pub count: usize,
    /// The sender's address.
    pub address: Vec<u8>,
    /// Control messages.
    pub control: Vec<u8>,
    /// `MSG_*` flags.
    pub flags: u32,
}

/// Takes over a descriptor that came with a message just received.
pub fn take_received(fd: RawFd) -> std::os::fd::OwnedFd {
    use std::os::fd::FromRawFd;
    // SAFETY: the host just made it for this process, and nobody else knows of it.
    unsafe { std::os::fd::OwnedFd::from_raw_fd(fd) }
}
