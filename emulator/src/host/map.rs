//! Memory from the host.

use std::io;

/// Reserves `len` bytes without access and without committing memory.
///
/// # Errors
/// The host's `mmap` error.
///
/// # Source
/// mmap(2).
pub fn reserve(len: usize) -> io::Result<*mut u8> {
    // SAFETY: a new anonymous mapping at a place the host chooses touches nothing of ours.
    let at = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            len,
            libc::PROT_NONE,
            libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if at == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(at.cast()) }
}

/// The host's page size in bytes, which is the guest's too.
pub fn page_size() -> u64 {
    // SAFETY: no pointers involved.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) as u64 }
}
