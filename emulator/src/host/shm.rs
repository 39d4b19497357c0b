//! System V shared memory in the guest's reservation.

use std::io;

/// A segment, as far as attaching it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its key; 0 for `IPC_PRIVATE`.
    pub key: u32,
    /// Bytes.
    pub len: u64,
}

/// The segment with this id.
///
/// # Errors
/// The host's; `ENOSYS` on hosts without it.
///
/// # Source
/// shmctl(2), `IPC_STAT`.
pub fn segment(id: i32) -> io::Result<Segment> {
    #[cfg(target_os = "linux")]
    {
        // The kernel's `struct shmid64_ds`, which is the same on every 64-bit machine (asm-generic/shmbuf.h).
        const SIZE: usize = 112;
        const SEGMENT_SIZE: usize = 48;
        let mut found = [0_u8; SIZE];
        // SAFETY: the structure is ours and as long as the kernel's.
        if unsafe { libc::syscall(libc::SYS_shmctl, id, libc::IPC_STAT, found.as_mut_ptr()) } == -1 {
            return Err(io::Error::last_os_error());
        }
        let word = |at: usize, len: usize| {
            found[at..at + len].iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))
        };
        Ok(Segment { key: word(0, 4) as u32, len: word(SEGMENT_SIZE, 8) })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = id;
        Err(io::Error::from_raw_os_error(libc::ENOSYS))
    }
}

/// Maps segment `id`, which has `len` bytes, at `at`, for reading and, unless `read_only`, writing.
///
/// # Errors
/// The host's; `ENOSYS` on hosts that cannot put it over the reservation. The range is still ours then.
///
/// # Safety
/// As for [`super::map_over`], for `len` bytes rounded up to pages.
///
/// # Source
/// shmat(2).
pub unsafe fn attach(id: i32, at: *mut u8, len: usize, read_only: bool) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: the caller's promise.
    unsafe {
        let flags = libc::SHM_REMAP | if read_only { libc::SHM_RDONLY } else { 0 };
        if libc::shmat(id, at.cast(), flags) as isize != -1 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        super::reserve_over(at, len)?;
        Err(error)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (id, at, len, read_only);
        Err(io::Error::from_raw_os_error(libc::ENOSYS))
    }
}
