//! Calls that take a directory and a name in it, as POSIX has them; `names` is how the rest reaches them.

use std::ffi::CStr;
use std::os::fd::{OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;

use super::blocking_call;
use super::result::{check, owned};
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;

/// Opens `name` in `dir`.
///
/// # Errors
/// The host's.
///
/// # Source
/// openat(2).
pub fn openat(dir: RawFd, name: &CStr, flags: OpenFlags, mode: u32) -> Result<OwnedFd, Errno> {
    let flags = super::os::file::open_flags(flags);
    // SAFETY: the name is a C string.
    owned(unsafe { libc::openat(dir, name.as_ptr(), flags, mode as libc::c_uint) })
}

/// As [`openat`], for files whose opening may block, as a FIFO's does.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn openat_blocking(
    dir: RawFd,
    name: &CStr,
    flags: OpenFlags,
    mode: u32,
    interrupt: &AtomicU32,
) -> Result<OwnedFd, Errno> {
    let flags = super::os::file::open_flags(flags);
    // SAFETY: the name is a C string.
    let fd = unsafe {
        blocking_call!(interrupt, SYS_openat, super::os::file::fixed::openat, dir, name.as_ptr(), flags, mode)
    }?;
    owned(fd as i32)
}

/// The target of the symbolic link `name` in `dir`.
///
/// # Errors
/// The host's; `EINVAL` when it is not a link.
pub fn readlinkat(dir: RawFd, name: &CStr) -> Result<Vec<u8>, Errno> {
    let mut target = vec![0_u8; 4096];
    // SAFETY: a C string and a buffer of ours.
    let len =
        check(unsafe { libc::readlinkat(dir, name.as_ptr(), target.as_mut_ptr().cast(), target.len()) })?;
    target.truncate(len as usize);
    Ok(target)
}

/// Makes a directory.
///
/// # Errors
/// The host's.
pub fn mkdirat(dir: RawFd, name: &CStr, mode: u32) -> Result<(), Errno> {
    // SAFETY: the name is a C string.
    check(unsafe { libc::mkdirat(dir, name.as_ptr(), mode as libc::mode_t) }).map(|_| ())
}

/// Removes a name: of a directory if `directory`, else of anything else.
///
/// # Errors
/// The host's.
pub fn unlinkat(dir: RawFd, name: &CStr, directory: bool) -> Result<(), Errno> {
    let flags = if directory { libc::AT_REMOVEDIR } else { 0 };
    // SAFETY: the name is a C string.
    check(unsafe { libc::unlinkat(dir, name.as_ptr(), flags) }).map(|_| ())
}

/// Makes a symbolic link.
///
/// # Errors
/// The host's.
pub fn symlinkat(target: &CStr, dir: RawFd, name: &CStr) -> Result<(), Errno> {
    // SAFETY: both are C strings.
    check(unsafe { libc::symlinkat(target.as_ptr(), dir, name.as_ptr()) }).map(|_| ())
}

/// Makes a second name; a symbolic link is not followed.
///
/// # Errors
/// The host's.
pub fn linkat(from: RawFd, old: &CStr, to: RawFd, new: &CStr) -> Result<(), Errno> {
    // SAFETY: both are C strings.
    check(unsafe { libc::linkat(from, old.as_ptr(), to, new.as_ptr(), 0) }).map(|_| ())
}

/// Sets the owner of `name` itself; `u32::MAX` leaves one as it is.
///
/// # Errors
/// The host's.
pub fn fchownat(dir: RawFd, name: &CStr, uid: u32, gid: u32) -> Result<(), Errno> {
    // SAFETY: the name is a C string.
    check(unsafe { libc::fchownat(dir, name.as_ptr(), uid, gid, libc::AT_SYMLINK_NOFOLLOW) }).map(|_| ())
}
