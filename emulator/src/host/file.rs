//! Files and directories: what POSIX has, alike on every host. Paths are one name beside a directory handle.

use std::ffi::CStr;
use std::os::fd::{BorrowedFd, IntoRawFd, OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;

use super::blocking_call;
use super::result::{check, last, owned};
use crate::mem::Span;
use crate::syscall::Errno;
use crate::syscall::abi::{Flock, OpenFlags, Timespec};

/// The directory handle that stands for the working directory.
pub const CWD: RawFd = libc::AT_FDCWD;

/// What the host knows of a file. Device numbers are (major, minor).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "statx(2)'s fields")]
pub struct Stat {
    pub dev: (u32, u32),
    pub ino: u64,
    pub mode: u32,
    pub nlink: u64,
    pub uid: u32,
    pub gid: u32,
    pub rdev: (u32, u32),
    pub size: u64,
    pub blksize: u32,
    pub blocks: u64,
    pub atime: Timespec,
    pub mtime: Timespec,
    pub ctime: Timespec,
    pub btime: Timespec,
    /// Which of these are valid, as `STATX_*` bits.
    pub mask: u32,
    pub attributes: u64,
    pub attributes_mask: u64,
    pub mount: u64,
}

impl Stat {
    /// What makes it the same object as another.
    pub fn identity(&self) -> ((u32, u32), u64) {
        (self.dev, self.ino)
    }

    /// Is the file's type `kind` (one of the `S_IF*` values)?
    pub fn is(&self, kind: u32) -> bool {
        self.mode & S_IFMT == kind
    }
}

/// The bits of a mode that hold the type.
pub const S_IFMT: u32 = 0o170_000;
/// A directory.
pub const S_IFDIR: u32 = 0o040_000;
/// A regular file.
pub const S_IFREG: u32 = 0o100_000;
/// A symbolic link.
pub const S_IFLNK: u32 = 0o120_000;
/// A character device.
pub const S_IFCHR: u32 = 0o020_000;
/// A socket.
pub const S_IFSOCK: u32 = 0o140_000;
/// A pipe.
pub const S_IFIFO: u32 = 0o010_000;

/// What the host knows of a file system.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "statfs(2)'s fields")]
pub struct FsStat {
    pub magic: u64,
    pub block_size: u64,
    pub blocks: u64,
    pub blocks_free: u64,
    pub blocks_available: u64,
    pub files: u64,
    pub files_free: u64,
    pub id: u64,
    pub name_max: u64,
    pub fragment_size: u64,
    pub flags: u64,
}

/// Closes a descriptor of the guest's.
///
/// # Errors
/// The host's; the descriptor is gone all the same.
pub fn close(fd: RawFd) -> Result<(), Errno> {
    // SAFETY: the caller owns the number; a stale one is `EBADF`.
    check(unsafe { libc::close(fd) }).map(|_| ())
}

/// Reads into `spans`.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Source
/// readv(2).
pub fn readv(fd: RawFd, spans: &[Span], interrupt: &AtomicU32) -> Result<usize, Errno> {
    let (at, count) = (spans.as_ptr().cast::<libc::iovec>(), spans.len());
    // SAFETY: a span is laid out as an iovec and lies in guest memory.
    Ok(unsafe { blocking_call!(interrupt, SYS_readv, libc::readv, fd, at, count) }?)
}

/// Writes from `spans`.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Source
/// writev(2).
pub fn writev(fd: RawFd, spans: &[Span], interrupt: &AtomicU32) -> Result<usize, Errno> {
    let (at, count) = (spans.as_ptr().cast::<libc::iovec>(), spans.len());
    // SAFETY: a span is laid out as an iovec and lies in guest memory.
    Ok(unsafe { blocking_call!(interrupt, SYS_writev, libc::writev, fd, at, count) }?)
}

/// Reads into memory of the emulator's own, from the position on.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn read_own(fd: RawFd, into: &mut [u8], interrupt: &AtomicU32) -> Result<usize, Errno> {
    // SAFETY: the slice is ours.
    Ok(unsafe { super::read(fd, into.as_mut_ptr(), into.len(), interrupt) }?)
}

/// Reads into one span.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn read_span(fd: RawFd, span: Span, interrupt: &AtomicU32) -> Result<usize, Errno> {
    // SAFETY: the span lies in guest memory.
    Ok(unsafe { super::read(fd, span.start(), span.len(), interrupt) }?)
}

/// Writes from one span.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn write_span(fd: RawFd, span: Span, interrupt: &AtomicU32) -> Result<usize, Errno> {
    // SAFETY: the span lies in guest memory.
    Ok(unsafe { super::write(fd, span.start(), span.len(), interrupt) }?)
}

/// Reads at `offset` into `span`.
///
/// # Errors
/// The host's.
pub fn pread(fd: RawFd, span: Span, offset: i64) -> Result<usize, Errno> {
    // SAFETY: the span lies in guest memory.
    check(unsafe { libc::pread(fd, span.start().cast(), span.len(), offset) }).map(|n| n as usize)
}

/// Writes `span` at `offset`.
///
/// # Errors
/// The host's.
pub fn pwrite(fd: RawFd, span: Span, offset: i64) -> Result<usize, Errno> {
    // SAFETY: the span lies in guest memory.
    check(unsafe { libc::pwrite(fd, span.start().cast(), span.len(), offset) }).map(|n| n as usize)
}

/// Reads at `offset` into memory of the emulator's own.
///
/// # Errors
/// The host's.
pub fn pread_own(fd: RawFd, into: &mut [u8], offset: i64) -> Result<usize, Errno> {
    // SAFETY: the slice is ours.
    check(unsafe { libc::pread(fd, into.as_mut_ptr().cast(), into.len(), offset) }).map(|n| n as usize)
}

/// Writes memory of the emulator's own at `offset`.
///
/// # Errors
/// The host's.
pub fn pwrite_own(fd: RawFd, from: &[u8], offset: i64) -> Result<usize, Errno> {
    // SAFETY: the slice is ours.
    check(unsafe { libc::pwrite(fd, from.as_ptr().cast(), from.len(), offset) }).map(|n| n as usize)
}

/// Moves the file position. `whence` is Linux's number (0–4).
///
/// # Errors
/// The host's; `EINVAL` for an unknown `whence`.
pub fn lseek(fd: RawFd, offset: i64, whence: u32) -> Result<u64, Errno> {
    let whence = match whence {
        0 => libc::SEEK_SET,
        1 => libc::SEEK_CUR,
        2 => libc::SEEK_END,
        3 => libc::SEEK_DATA,
        4 => libc::SEEK_HOLE,
        _ => return Err(Errno::EINVAL),
    };
    // SAFETY: no pointers.
    check(unsafe { libc::lseek(fd, offset, whence) }).map(|at| at as u64)
}

/// Sets the permission bits.
///
/// # Errors
/// The host's.
pub fn fchmod(fd: RawFd, mode: u32) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::fchmod(fd, mode as libc::mode_t) }).map(|_| ())
}

/// Sets the owner; `u32::MAX` leaves one as it is.
///
/// # Errors
/// The host's.
pub fn fchown(fd: RawFd, uid: u32, gid: u32) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::fchown(fd, uid, gid) }).map(|_| ())
}

/// Cuts or extends a file.
///
/// # Errors
/// The host's.
pub fn ftruncate(fd: RawFd, len: i64) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::ftruncate(fd, len) }).map(|_| ())
}

/// Writes a file's data and metadata to its device.
///
/// # Errors
/// The host's.
pub fn fsync(fd: RawFd) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::fsync(fd) }).map(|_| ())
}

/// Writes everything to its device.
pub fn sync() {
    // SAFETY: no arguments.
    unsafe { libc::sync() }
}

/// Goes to the directory `fd`.
///
/// # Errors
/// The host's.
pub fn fchdir(fd: RawFd) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::fchdir(fd) }).map(|_| ())
}

/// Sets the file mode creation mask and returns the old one.
pub fn umask(mask: u32) -> u32 {
    // SAFETY: cannot fail.
    unsafe { libc::umask(mask as libc::mode_t) as u32 }
}

/// A second descriptor for `fd`: the lowest free one from `from` on, closed on exec.
///
/// # Errors
/// The host's.
pub fn dup_from(fd: RawFd, from: RawFd) -> Result<OwnedFd, Errno> {
    // SAFETY: no pointers.
    owned(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, from) })
}

/// Is the descriptor closed on exec?
///
/// # Errors
/// `EBADF`.
pub fn closes_on_exec(fd: RawFd) -> Result<bool, Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::fcntl(fd, libc::F_GETFD) }).map(|flags| flags & libc::FD_CLOEXEC != 0)
}

/// Makes the descriptor close, or not close, on exec.
///
/// # Errors
/// `EBADF`.
pub fn set_close_on_exec(fd: RawFd, on: bool) -> Result<(), Errno> {
    let flags = if on { libc::FD_CLOEXEC } else { 0 };
    // SAFETY: no pointers.
    check(unsafe { libc::fcntl(fd, libc::F_SETFD, flags) }).map(|_| ())
}

/// The descriptor's status flags and access mode, as the guest numbers them.
///
/// # Errors
/// The host's.
pub fn status_flags(fd: RawFd) -> Result<OpenFlags, Errno> {
    // SAFETY: no pointers.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
    Ok(super::os::file::guest_flags(flags))
}

/// Sets the status flags that may change: append, non-blocking, async, direct, no-atime.
///
/// # Errors
/// The host's.
pub fn set_status_flags(fd: RawFd, flags: OpenFlags) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::fcntl(fd, libc::F_SETFL, super::os::file::open_flags(flags)) }).map(|_| ())
}

/// Asks for, takes or gives up a record lock; `command` is Linux's number.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Source
/// fcntl(2).
pub fn record_lock(fd: RawFd, command: u32, lock: Flock, interrupt: &AtomicU32) -> Result<Flock, Errno> {
    let command = super::os::file::lock_command(command)?;
    // SAFETY: zero is valid for every field.
    let mut host: libc::flock = unsafe { std::mem::zeroed() };
    host.l_type = match lock.kind {
        0 => libc::F_RDLCK as _,
        1 => libc::F_WRLCK as _,
        2 => libc::F_UNLCK as _,
        _ => return Err(Errno::EINVAL),
    };
    host.l_whence = lock.whence;
    host.l_start = lock.start;
    host.l_len = lock.len;
    host.l_pid = lock.pid;
    // SAFETY: the structure is ours.
    unsafe {
        blocking_call!(interrupt, SYS_fcntl, super::os::file::fixed::lock, fd, command, &raw mut host)
    }?;
    let kind = match host.l_type {
        kind if kind == libc::F_RDLCK as _ => 0,
        kind if kind == libc::F_WRLCK as _ => 1,
        _ => 2,
    };
    Ok(Flock { kind, whence: host.l_whence, start: host.l_start, len: host.l_len, pid: host.l_pid })
}

/// Reads at `offset` into `spans`, with Linux's `RWF_*` flags.
///
/// # Errors
/// The host's.
pub fn preadv(fd: RawFd, spans: &[Span], offset: i64, flags: i32) -> Result<usize, Errno> {
    super::os::file::transfer_at(fd, spans, offset, flags, false)
}

/// Writes `spans` at `offset`, with Linux's `RWF_*` flags.
///
/// # Errors
/// The host's.
pub fn pwritev(fd: RawFd, spans: &[Span], offset: i64, flags: i32) -> Result<usize, Errno> {
    super::os::file::transfer_at(fd, spans, offset, flags, true)
}

/// Takes or gives up a whole-file lock; `operation` is Linux's number.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Source
/// flock(2); the numbers are the same everywhere.
pub fn flock(fd: RawFd, operation: u32, interrupt: &AtomicU32) -> Result<(), Errno> {
    // SAFETY: no pointers.
    unsafe { blocking_call!(interrupt, SYS_flock, libc::flock, fd, operation) }?;
    Ok(())
}

/// A borrowed handle on `fd`, only to learn what it is.
///
/// # Errors
/// The host's.
pub fn fstat(fd: RawFd) -> Result<Stat, Errno> {
    super::os::file::fstatat(fd, None)
}

/// Gives up ownership: the number belongs to the guest from now on.
pub fn release(fd: OwnedFd) -> RawFd {
    fd.into_raw_fd()
}

/// A borrow of the emulator's own standing descriptor `fd`.
///
/// # Errors
/// `EBADF` when it is not open.
pub fn duplicate(fd: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    fd.try_clone_to_owned().map_err(|_| last())
}

/// Does the host have `path`, links followed?
pub fn exists(path: &CStr) -> bool {
    // SAFETY: a C string.
    unsafe { libc::access(path.as_ptr(), libc::F_OK) == 0 }
}

pub use super::exclusive::{lock_exclusive, read_up_to, unlock};
pub use super::names::{
    chmodat, faccessat, fchownat, link_open_file, linkat, lstatat, mkdirat, mknodat, open_handle,
    open_search, open_search_beneath, openat, openat_blocking, readlinkat, renameat2, symlinkat, unlinkat,
    utimensat,
};
pub use super::os::file::{
    access_open, dup_onto, fcntl_number, fdatasync, fstatfs, getdents, memfd, open_descriptors,
    open_terminal_peer, path_of, pipe, proc_fd, scratch_file, working_directory,
};
pub use super::text::{exists_in_dev, host_name, host_text, memory_size, now, numbers_in, stat_in_dev};
