//! Sockets. Addresses, options and control messages are in Linux's form on every host.

pub use super::os::net::{
    accept, bind, connect, get_option, listen, name, receive, send, set_option, shutdown, socket, socketpair,
};

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
pub fn take_received(fd: std::os::fd::RawFd) -> std::os::fd::OwnedFd {
    use std::os::fd::FromRawFd;
    // SAFETY: the host just made it for this process, and nobody else knows of it.
    unsafe { std::os::fd::OwnedFd::from_raw_fd(fd) }
}
