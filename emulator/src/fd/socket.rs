//! Sockets.

use std::sync::{Mutex, PoisonError};

use super::open_file::OpenFile;

/// A socket.
#[derive(Debug, Default)]
pub struct Socket {
    /// The `AF_UNIX` address as the guest gave it, where the host knows it under another name.
    bound: Mutex<Option<Vec<u8>>>,
}

impl OpenFile for Socket {
    fn bound_address(&self) -> Option<Vec<u8>> {
        self.bound.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_bound_address(&self, address: Vec<u8>) {
        *self.bound.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }
}
