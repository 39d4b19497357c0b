//! `struct flock` (64-bit form).

use super::bytes::{Reader, Writer};
use crate::mem::{GuestAddr, Mem};
use crate::syscall::Errno;

/// Its size in bytes: type, whence (2 each), 4 of padding, start, length (8 each), pid (4), 4 of padding.
pub const FLOCK_SIZE: usize = 32;

/// A record lock. `kind`: 0 read, 1 write, 2 none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "fcntl(2)'s fields")]
pub struct Flock {
    pub kind: i16,
    pub whence: i16,
    pub start: i64,
    pub len: i64,
    pub pid: i32,
}

impl Flock {
    /// Copies it from the guest.
    ///
    /// # Errors
    /// `EFAULT`.
    pub fn read(mem: Mem, addr: GuestAddr) -> Result<Flock, Errno> {
        let bytes = Reader::<FLOCK_SIZE>::copy(mem, addr)?;
        Ok(Flock {
            kind: bytes.u16(0) as i16,
            whence: bytes.u16(2) as i16,
            start: bytes.i64(8),
            len: bytes.i64(16),
            pid: bytes.i32(24),
        })
    }

    /// Copies it to the guest.
    ///
    /// # Errors
    /// `EFAULT`.
    pub fn write(self, mem: Mem, addr: GuestAddr) -> Result<(), Errno> {
        Writer::<FLOCK_SIZE>::default()
            .u16(0, self.kind as u16)
            .u16(2, self.whence as u16)
            .i64(8, self.start)
            .i64(16, self.len)
            .u32(24, self.pid as u32)
            .put(mem, addr)
    }
}
