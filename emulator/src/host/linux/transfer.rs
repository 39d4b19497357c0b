//! Moving bytes between descriptors, and room for them, on Linux hosts.

use std::os::fd::RawFd;
use std::sync::atomic::AtomicU32;

use crate::host::blocking_call;
use crate::host::result::check;
use crate::syscall::Errno;

fn pointer(offset: &mut Option<i64>) -> *mut i64 {
    offset.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut)
}

/// Sends from a file, at `offset` (moved on) or at its position.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn sendfile(
    to: RawFd,
    from: RawFd,
    offset: &mut Option<i64>,
    count: usize,
    interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    let at = pointer(offset);
    // SAFETY: the offset is ours.
    Ok(unsafe { blocking_call!(interrupt, SYS_sendfile, libc::sendfile, to, from, at, count) }?)
}

/// Moves between a pipe and another descriptor.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn splice(
    from: (RawFd, &mut Option<i64>),
    to: (RawFd, &mut Option<i64>),
    count: usize,
    flags: u32,
    interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    let (from, from_at) = (from.0, pointer(from.1));
    let (to, to_at) = (to.0, pointer(to.1));
    // SAFETY: the offsets are ours.
    Ok(unsafe {
        blocking_call!(interrupt, SYS_splice, libc::splice, from, from_at, to, to_at, count, flags)
    }?)
}

/// Copies from pipe to pipe without taking out.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn tee(from: RawFd, to: RawFd, count: usize, flags: u32, interrupt: &AtomicU32) -> Result<usize, Errno> {
    // SAFETY: no pointers.
    Ok(unsafe { blocking_call!(interrupt, SYS_tee, libc::tee, from, to, count, flags) }?)
}

/// Copies between files.
///
/// # Errors
/// The host's.
pub fn copy_file_range(
    from: (RawFd, &mut Option<i64>),
    to: (RawFd, &mut Option<i64>),
    count: usize,
) -> Result<usize, Errno> {
    let (from, from_at) = (from.0, pointer(from.1));
    let (to, to_at) = (to.0, pointer(to.1));
    // SAFETY: the offsets are ours.
    let moved = unsafe { libc::syscall(libc::SYS_copy_file_range, from, from_at, to, to_at, count, 0_u32) };
    check(moved).map(|count| count as usize)
}

/// Makes or takes away room in a file.
///
/// # Errors
/// The host's.
pub fn fallocate(fd: RawFd, mode: i32, offset: i64, len: i64) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::fallocate(fd, mode, offset, len) }).map(|_| ())
}

/// Tells how a file will be used; `advice` is Linux's number.
///
/// # Errors
/// The host's.
pub fn fadvise(fd: RawFd, offset: i64, len: i64, advice: i32) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::syscall(libc::SYS_fadvise64, fd, offset, len, advice) }).map(|_| ())
}

/// Reads a file's bytes into the cache.
///
/// # Errors
/// The host's.
pub fn readahead(fd: RawFd, offset: i64, count: usize) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::readahead(fd, offset, count) }).map(|_| ())
}

/// Writes a file system's data to its device.
///
/// # Errors
/// The host's.
pub fn syncfs(fd: RawFd) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::syncfs(fd) }).map(|_| ())
}

/// Writes a part of a file to its device.
///
/// # Errors
/// The host's.
pub fn sync_file_range(fd: RawFd, offset: i64, len: i64, flags: u32) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::sync_file_range(fd, offset, len, flags) }).map(|_| ())
}

/// Makes the device call `request` on a buffer of ours, which the caller sized for it.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn ioctl(fd: RawFd, request: u32, buffer: &mut [u8], interrupt: &AtomicU32) -> Result<u64, Errno> {
    let at = buffer.as_mut_ptr();
    // SAFETY: the table of requests gives each the size of what the kernel reads or writes.
    Ok(unsafe { blocking_call!(interrupt, SYS_ioctl, libc::ioctl, fd, request, at) }? as u64)
}

/// Makes the device call `request`, whose argument is a number.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn ioctl_number(fd: RawFd, request: u32, number: u64, interrupt: &AtomicU32) -> Result<u64, Errno> {
    // SAFETY: the table of requests has only such here that take a number.
    Ok(unsafe { blocking_call!(interrupt, SYS_ioctl, libc::ioctl, fd, request, number) }? as u64)
}
