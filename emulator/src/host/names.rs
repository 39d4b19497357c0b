//! Calls that take a directory and a name in it. Each passes through `folding`, which costs one look at a flag while
//! no volume is simulated.

use std::ffi::CStr;
use std::os::fd::{OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;

use super::file::Stat;
use super::os::file as os;
use super::{folding, raw};
use crate::syscall::Errno;
use crate::syscall::abi::{OpenFlags, Timespec};

/// Opens `name` in `dir`.
///
/// # Errors
/// The host's.
///
/// # Source
/// openat(2).
pub fn openat(dir: RawFd, name: &CStr, flags: OpenFlags, mode: u32) -> Result<OwnedFd, Errno> {
    folding::opening(dir, name, flags, |name, flags| raw::openat(dir, name, flags, mode))
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
    folding::opening(dir, name, flags, |name, flags| raw::openat_blocking(dir, name, flags, mode, interrupt))
}

/// Opens a handle on `name` itself, good for everything but its contents.
///
/// # Errors
/// The host's.
pub fn open_handle(dir: RawFd, name: &CStr) -> Result<OwnedFd, Errno> {
    folding::existing(dir, name, |name| os::open_handle(dir, name))
}

/// Opens the directory `name`, not following a symbolic link, to look names up in it.
///
/// # Errors
/// The host's; `ENOTDIR` or `ELOOP` for a symbolic link.
pub fn open_search(dir: RawFd, name: &CStr) -> Result<OwnedFd, Errno> {
    folding::existing(dir, name, |name| os::open_search(dir, name))
}

/// Opens the directory `path` beneath `dir` to look names up in it, if no symbolic link lies on the way.
///
/// # Errors
/// The host's; any means that the path must be walked step by step.
///
/// # Source
/// openat2(2).
pub fn open_search_beneath(dir: RawFd, path: &CStr) -> Result<OwnedFd, Errno> {
    if folding::covers(dir) { Err(Errno::ENOSYS) } else { os::open_search_beneath(dir, path) }
}

/// What `name` itself is; a symbolic link is not followed.
///
/// # Errors
/// The host's.
pub fn lstatat(dir: RawFd, name: &CStr) -> Result<Stat, Errno> {
    folding::existing(dir, name, |name| os::fstatat(dir, Some(name)))
}

/// The target of the symbolic link `name` in `dir`.
///
/// # Errors
/// The host's; `EINVAL` when it is not a link.
pub fn readlinkat(dir: RawFd, name: &CStr) -> Result<Vec<u8>, Errno> {
    folding::existing(dir, name, |name| raw::readlinkat(dir, name))
}

/// May the caller access `name` itself so? `effective` asks for the effective rather than the real identity.
///
/// # Errors
/// The host's.
pub fn faccessat(dir: RawFd, name: &CStr, mode: u32, effective: bool) -> Result<(), Errno> {
    folding::existing(dir, name, |name| os::faccessat(dir, name, mode, effective))
}

/// Sets the permission bits of `name` itself.
///
/// # Errors
/// The host's; `EOPNOTSUPP` for a symbolic link.
pub fn chmodat(dir: RawFd, name: &CStr, mode: u32) -> Result<(), Errno> {
    folding::existing(dir, name, |name| os::chmodat(dir, name, mode))
}

/// Sets the owner of `name` itself; `u32::MAX` leaves one as it is.
///
/// # Errors
/// The host's.
pub fn fchownat(dir: RawFd, name: &CStr, uid: u32, gid: u32) -> Result<(), Errno> {
    folding::existing(dir, name, |name| raw::fchownat(dir, name, uid, gid))
}

/// Sets access and modification time of `name` itself, or of `dir`; `None` is now.
///
/// # Errors
/// The host's.
///
/// # Source
/// utimensat(2).
pub fn utimensat(dir: RawFd, name: Option<&CStr>, times: Option<[Timespec; 2]>) -> Result<(), Errno> {
    match name {
        Some(name) => folding::existing(dir, name, |name| os::utimensat(dir, Some(name), times)),
        None => os::utimensat(dir, None, times),
    }
}

/// Makes a directory.
///
/// # Errors
/// The host's.
pub fn mkdirat(dir: RawFd, name: &CStr, mode: u32) -> Result<(), Errno> {
    folding::changing(dir, name, |name| raw::mkdirat(dir, name, mode))
}

/// Makes a file of any type.
///
/// # Errors
/// The host's.
pub fn mknodat(dir: RawFd, name: &CStr, mode: u32, device: (u32, u32)) -> Result<(), Errno> {
    folding::changing(dir, name, |name| os::mknodat(dir, name, mode, device))
}

/// Makes a symbolic link.
///
/// # Errors
/// The host's.
pub fn symlinkat(target: &CStr, dir: RawFd, name: &CStr) -> Result<(), Errno> {
    folding::changing(dir, name, |name| raw::symlinkat(target, dir, name))
}

/// Makes a second name; a symbolic link is not followed.
///
/// # Errors
/// The host's.
pub fn linkat(from: RawFd, old: &CStr, to: RawFd, new: &CStr) -> Result<(), Errno> {
    folding::linking((from, old), (to, new), |old, new| raw::linkat(from, old, to, new))
}

/// Gives the file behind `fd`, even one without a name, the name `name` in `dir`.
///
/// # Errors
/// The host's.
pub fn link_open_file(fd: RawFd, dir: RawFd, name: &CStr) -> Result<(), Errno> {
    folding::changing(dir, name, |name| os::link_open_file(fd, dir, name))
}

/// Removes a name: of a directory if `directory`, else of anything else.
///
/// # Errors
/// The host's.
pub fn unlinkat(dir: RawFd, name: &CStr, directory: bool) -> Result<(), Errno> {
    folding::changing(dir, name, |name| raw::unlinkat(dir, name, directory))
}

/// Renames; `flags` are `RENAME_*` (1 no-replace, 2 exchange, 4 whiteout).
///
/// # Errors
/// The host's.
///
/// # Source
/// renameat2(2).
pub fn renameat2(from: RawFd, old: &CStr, to: RawFd, new: &CStr, flags: u32) -> Result<(), Errno> {
    folding::renaming((from, old), (to, new), flags, |old, new| os::renameat2(from, old, to, new, flags))
}
