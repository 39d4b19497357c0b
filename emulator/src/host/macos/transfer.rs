//! Moving bytes between descriptors, and room for them, on macOS hosts: what the host lacks is refused, and programs
//! then copy by themselves.

use std::os::fd::RawFd;
use std::sync::atomic::AtomicU32;

use crate::host::file;
use crate::host::result::check;
use crate::syscall::Errno;

/// Not on this host.
///
/// # Errors
/// `EINVAL`, which programs take for "not with these files".
pub fn sendfile(
    _to: RawFd,
    _from: RawFd,
    _offset: &mut Option<i64>,
    _count: usize,
    _interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    Err(Errno::EINVAL)
}

/// Not on this host.
///
/// # Errors
/// `EINVAL`.
pub fn splice(
    _from: (RawFd, &mut Option<i64>),
    _to: (RawFd, &mut Option<i64>),
    _count: usize,
    _flags: u32,
    _interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    Err(Errno::EINVAL)
}

/// Not on this host.
///
/// # Errors
/// `EINVAL`.
pub fn tee(
    _from: RawFd,
    _to: RawFd,
    _count: usize,
    _flags: u32,
    _interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    Err(Errno::EINVAL)
}

/// Not on this host.
///
/// # Errors
/// `EXDEV`, after which programs copy by themselves.
pub fn copy_file_range(
    _from: (RawFd, &mut Option<i64>),
    _to: (RawFd, &mut Option<i64>),
    _count: usize,
) -> Result<usize, Errno> {
    Err(Errno::EXDEV)
}

/// Makes a file longer where that is all that is asked.
///
/// # Errors
/// `EOPNOTSUPP` for a mode; the host's.
pub fn fallocate(fd: RawFd, mode: i32, offset: i64, len: i64) -> Result<(), Errno> {
    if mode != 0 {
        return Err(Errno::EOPNOTSUPP);
    }
    if offset < 0 || len <= 0 {
        return Err(Errno::EINVAL);
    }
    let end = offset.checked_add(len).ok_or(Errno::EFBIG)?;
    if file::fstat(fd)?.size < end as u64 { file::ftruncate(fd, end) } else { Ok(()) }
}

/// Advice is taken by doing nothing.
///
/// # Errors
/// `EINVAL` for unknown advice.
pub fn fadvise(_fd: RawFd, _offset: i64, _len: i64, advice: i32) -> Result<(), Errno> {
    if (0..6).contains(&advice) { Ok(()) } else { Err(Errno::EINVAL) }
}

/// Reads a file's bytes into the cache, which this host decides by itself.
///
/// # Errors
/// None.
pub fn readahead(_fd: RawFd, _offset: i64, _count: usize) -> Result<(), Errno> {
    Ok(())
}

/// Writes everything to its device.
///
/// # Errors
/// None.
pub fn syncfs(_fd: RawFd) -> Result<(), Errno> {
    file::sync();
    Ok(())
}

/// Writes a file to its device.
///
/// # Errors
/// The host's.
pub fn sync_file_range(fd: RawFd, _offset: i64, _len: i64, _flags: u32) -> Result<(), Errno> {
    file::fsync(fd)
}

/// Makes the device call `request` (Linux's number) on a buffer of ours.
///
/// # Errors
/// `ENOTTY` for a call that has no counterpart; the host's.
pub fn ioctl(fd: RawFd, request: u32, buffer: &mut [u8], _interrupt: &AtomicU32) -> Result<u64, Errno> {
    const TCGETS: u32 = 0x5401;
    const TCSETS: u32 = 0x5402;
    const TCSETSF: u32 = 0x5404;
    let host = match request {
        TCGETS => return super::termios::get(fd, buffer),
        TCSETS..=TCSETSF => return super::termios::set(fd, (request - TCSETS) as i32, buffer),
        0x540f => libc::TIOCGPGRP,
        0x5410 => libc::TIOCSPGRP,
        0x5411 => libc::TIOCOUTQ,
        0x5413 => libc::TIOCGWINSZ,
        0x5414 => libc::TIOCSWINSZ,
        0x541b => libc::FIONREAD,
        0x5421 => libc::FIONBIO,
        0x5452 => libc::FIOASYNC,
        _ => return Err(Errno::ENOTTY),
    };
    // SAFETY: each of these moves as many bytes as the buffer has, as on Linux.
    check(unsafe { libc::ioctl(fd, host, buffer.as_mut_ptr()) }).map(|value| value as u64)
}

/// Makes the device call `request` (Linux's number), whose argument is a number.
///
/// # Errors
/// `ENOTTY` for a call that has no counterpart; the host's.
pub fn ioctl_number(fd: RawFd, request: u32, number: u64, _interrupt: &AtomicU32) -> Result<u64, Errno> {
    // SAFETY: no pointers.
    let result = unsafe {
        match request {
            0x5409 | 0x5425 if number == 0 => libc::tcsendbreak(fd, 0),
            0x5409 => libc::tcdrain(fd),
            0x540a => libc::tcflow(fd, number as i32 + 1),
            0x540b => libc::tcflush(fd, number as i32 + 1),
            0x540e => libc::ioctl(fd, libc::TIOCSCTTY.into(), 0),
            0x5422 => libc::ioctl(fd, libc::TIOCNOTTY, 0),
            _ => return Err(Errno::ENOTTY),
        }
    };
    check(result).map(|_| 0)
}
