//! The descriptors the emulator keeps for itself: the last ones below the host's limit.

use std::os::fd::{OwnedFd, RawFd};

use crate::host::{self, file};
use crate::syscall::Errno;

/// The first number the guest never sees; also its highest `RLIMIT_NOFILE`.
pub fn reserved_base() -> RawFd {
    host::guest_limit() as RawFd
}

/// Moves a descriptor of the emulator's own out of the guest's sight.
///
/// # Errors
/// `EMFILE` when all are taken.
pub fn reserve(fd: OwnedFd) -> Result<OwnedFd, Errno> {
    use std::os::fd::AsRawFd;
    file::dup_from(fd.as_raw_fd(), reserved_base())
}
