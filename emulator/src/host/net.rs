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
