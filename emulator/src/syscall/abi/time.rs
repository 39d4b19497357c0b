//! `struct timespec`.

use super::bytes::{Reader, Writer};
use crate::mem::{GuestAddr, Mem};
use crate::syscall::Errno;

/// Its size in bytes.
pub const TIMESPEC_SIZE: usize = 16;

/// Seconds and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Timespec {
    /// Seconds.
    pub sec: i64,
    /// Nanoseconds, or `UTIME_NOW`, `UTIME_OMIT` where those are allowed.
    pub nsec: i64,
}

impl Timespec {
    /// Copies it from the guest.
    ///
    /// # Errors
    /// `EFAULT`.
    pub fn read(mem: Mem, addr: GuestAddr) -> Result<Timespec, Errno> {
        let bytes = Reader::<TIMESPEC_SIZE>::copy(mem, addr)?;
        Ok(Timespec { sec: bytes.i64(0), nsec: bytes.i64(8) })
    }

    /// Copies it to the guest.
    ///
    /// # Errors
    /// `EFAULT`.
    pub fn write(self, mem: Mem, addr: GuestAddr) -> Result<(), Errno> {
        Writer::<TIMESPEC_SIZE>::default().i64(0, self.sec).i64(8, self.nsec).put(mem, addr)
    }

    /// Refuses negative seconds, and nanoseconds outside 0–999,999,999.
    ///
    /// # Errors
    /// `EINVAL`.
    pub fn checked(self) -> Result<Timespec, Errno> {
        if self.sec < 0 || !(0..1_000_000_000).contains(&self.nsec) { Err(Errno::EINVAL) } else { Ok(self) }
    }
}
