//! Descriptors of the emulator's own, out of the guest's way: the last ones below the host's limit.

use std::io;
use std::sync::OnceLock;

use super::{limit, set_limit};

/// How many descriptors are the emulator's.
const PRIVATE: u64 = 64;
/// Where they end at most: the host's tables grow with the highest descriptor in use, and fork copies them.
const TOP: u64 = 16384;

#[allow(clippy::unnecessary_cast, reason = "the constant is unsigned on some hosts")]
const RESOURCE: i32 = libc::RLIMIT_NOFILE as i32;

/// The first descriptor that is not the guest's, which is the highest limit it can have.
pub fn guest_limit() -> u64 {
    static END: OnceLock<u64> = OnceLock::new();
    *END.get_or_init(|| {
        limit(RESOURCE).map_or(1024, |(soft, _)| soft).min(TOP).saturating_sub(PRIVATE).max(16)
    })
}

/// Makes room above the descriptors that the guest expects; gives its soft limit. Call once, at the start.
///
/// # Errors
/// The host's.
pub fn raise_file_limit() -> io::Result<u64> {
    let (soft, hard) = limit(RESOURCE)?;
    let raised = hard.min(TOP).max(soft);
    // A host that refuses leaves less room, no more.
    let _ = set_limit(RESOURCE, raised, hard);
    Ok(soft.min(guest_limit()))
}

/// A duplicate of `fd` among our own descriptors, closed on exec.
///
/// # Errors
/// The host's.
pub fn private_fd(fd: i32) -> io::Result<i32> {
    let end = libc::c_int::try_from(guest_limit()).unwrap_or(libc::c_int::MAX);
    // SAFETY: duplicating a descriptor touches no memory.
    let result = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, end) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
