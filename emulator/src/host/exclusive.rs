//! Whole-file locks that the emulator takes for itself, which no signal for the guest interrupts.

use std::os::fd::RawFd;

use super::result::check;
use crate::syscall::Errno;

/// Locks the open file for this description alone, waiting for whoever holds it.
///
/// # Errors
/// The host's.
///
/// # Source
/// flock(2).
pub fn lock_exclusive(fd: RawFd) -> Result<(), Errno> {
    loop {
        // SAFETY: no pointers.
        match check(unsafe { libc::flock(fd, libc::LOCK_EX) }) {
            Err(Errno::EINTR) => {}
            other => return other.map(|_| ()),
        }
    }
}

/// Gives the lock up, whatever other descriptors share the description.
pub fn unlock(fd: RawFd) {
    // SAFETY: no pointers; it cannot fail for an open file.
    unsafe { libc::flock(fd, libc::LOCK_UN) };
}

/// Reads a whole file of the emulator's own, up to one byte more than `most`.
///
/// # Errors
/// The host's.
pub fn read_up_to(fd: RawFd, most: usize) -> Result<Vec<u8>, Errno> {
    let mut bytes = Vec::new();
    while bytes.len() <= most {
        let start = bytes.len();
        bytes.resize((start + (1 << 16)).min(most + 1), 0);
        let got = super::file::pread_own(fd, &mut bytes[start..], start as i64)?;
        bytes.truncate(start + got);
        if got == 0 {
            break;
        }
    }
    Ok(bytes)
}
