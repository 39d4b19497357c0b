//! The descriptors the emulator keeps for itself: the last ones below the host's limit.

use std::os::fd::{OwnedFd, RawFd};
use std::sync::OnceLock;

use crate::host::file;
use crate::syscall::Errno;

/// How many descriptors the emulator keeps for itself.
const COUNT: u64 = 64;
/// Hosts without a limit still get numbers of a sane size.
const HIGHEST: u64 = 1 << 20;

/// The first number the guest never sees; also its `RLIMIT_NOFILE`.
pub fn reserved_base() -> RawFd {
    static BASE: OnceLock<RawFd> = OnceLock::new();
    *BASE.get_or_init(|| file::descriptor_limit().min(HIGHEST).saturating_sub(COUNT).max(16) as RawFd)
}

/// Moves a descriptor of the emulator's own out of the guest's sight.
///
/// # Errors
/// `EMFILE` when all are taken.
pub fn reserve(fd: OwnedFd) -> Result<OwnedFd, Errno> {
    use std::os::fd::AsRawFd;
    file::dup_from(fd.as_raw_fd(), reserved_base())
}
