//! From what a C function returns to a `Result`.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

use super::errno::errno;
use crate::syscall::Errno;

/// An integer that C functions return, negative for failure.
pub(super) trait Returned: Copy {
    fn failed(self) -> bool;
}

macro_rules! returned {
    ($($ty:ty)*) => { $(impl Returned for $ty { fn failed(self) -> bool { self < 0 } })* };
}
returned!(i32 i64 isize);

/// The host's error number of the call that just failed.
pub(super) fn last() -> Errno {
    errno(&io::Error::last_os_error())
}

/// `value`, or the host's error when it is negative.
pub(super) fn check<T: Returned>(value: T) -> Result<T, Errno> {
    if value.failed() { Err(last()) } else { Ok(value) }
}

/// The new descriptor `fd`, or the host's error when it is negative.
pub(super) fn owned(fd: i32) -> Result<OwnedFd, Errno> {
    let fd = check(fd)?;
    // SAFETY: the host just made it for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
