//! Opening, closing, duplicating.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::abi::{OpenFlags, Reader};
use super::args::restartable;
use super::{Errno, SysResult};
use crate::fd::{HostFile, OpenFile};
use crate::host::file;
use crate::mem::GuestAddr;
use crate::path::{self, GuestPath};
use crate::task::Task;

/// Opens a file.
///
/// # Errors
/// As open(2).
///
/// # Source
/// openat(2).
pub fn openat(task: &mut Task, args: [u64; 6]) -> SysResult {
    // As the kernel, which drops unknown bits here.
    let flags = OpenFlags(args[2] as u32 & OpenFlags::KNOWN.0);
    open(task, args[0] as i32, &task.path(args[1])?, flags, args[3] as u32)
}

/// Opens a file under `RESOLVE_*` restrictions.
///
/// # Errors
/// As openat2(2); `EINVAL` for any restriction, as none is kept yet.
///
/// # Source
/// openat2(2). `struct open_how`: flags, mode, resolve, 8 bytes each.
pub fn openat2(task: &mut Task, args: [u64; 6]) -> SysResult {
    if args[3] < 24 {
        return Err(Errno::EINVAL);
    }
    if args[3] > 4096 {
        return Err(Errno::E2BIG);
    }
    let how = Reader::<24>::copy(task.mem(), GuestAddr(args[2]))?;
    let mut rest = vec![0; args[3] as usize - 24];
    task.mem().read(GuestAddr(args[2]).offset(24), &mut rest).map_err(|_| Errno::EFAULT)?;
    if rest.iter().any(|&byte| byte != 0) {
        return Err(Errno::E2BIG);
    }
    let (flags, mode, resolve) = (how.u64(0), how.u64(8), how.u64(16));
    let creates = flags & u64::from((OpenFlags::CREAT | OpenFlags::TMPFILE_BIT).0) != 0;
    if flags & !u64::from(OpenFlags::KNOWN.0) != 0 || mode & !0o7777 != 0 || (!creates && mode != 0) {
        return Err(Errno::EINVAL);
    }
    if resolve != 0 {
        return Err(Errno::EINVAL);
    }
    open(task, args[0] as i32, &task.path(args[1])?, OpenFlags(flags as u32), mode as u32)
}

fn open(task: &Task, dirfd: i32, path: &GuestPath, flags: OpenFlags, mode: u32) -> SysResult {
    let flags = if flags.has(OpenFlags::PATH) {
        let kept = OpenFlags::PATH | OpenFlags::DIRECTORY | OpenFlags::NOFOLLOW | OpenFlags::CLOEXEC;
        OpenFlags(flags.0 & kept.0)
    } else {
        flags
    };
    if flags.has(OpenFlags::CREAT | OpenFlags::DIRECTORY) {
        return Err(Errno::EINVAL);
    }
    let process = &task.process;
    let opened = path::open(process, task.tid, dirfd, path, flags, mode & 0o7777, &task.cpu.interrupt);
    let opened = opened.map_err(restartable)?;
    process.files.install(opened.fd, opened.open, opened.beside).map(|fd| fd as u64)
}

/// Closes a descriptor.
///
/// # Errors
/// As close(2).
pub fn close(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.close(args[0] as i32)?;
    Ok(0)
}

/// Closes a range of descriptors, or marks it to be closed on exec.
///
/// # Errors
/// As close_range(2).
pub fn close_range(task: &mut Task, args: [u64; 6]) -> SysResult {
    const UNSHARE: u64 = 2;
    const CLOEXEC: u64 = 4;
    let (first, last, flags) = (args[0] as u32, args[1] as u32, args[2]);
    if flags & !(UNSHARE | CLOEXEC) != 0 || first > last {
        return Err(Errno::EINVAL);
    }
    let files = &task.process.files;
    for fd in files.numbers() {
        if (first..=last).contains(&(fd as u32)) {
            if flags & CLOEXEC != 0 {
                file::set_close_on_exec(fd, true)?;
            } else {
                // The number is free whatever the host says.
                let _ = files.close(fd);
            }
        }
    }
    Ok(0)
}

/// Duplicates a descriptor to the lowest free number.
///
/// # Errors
/// As dup(2).
pub fn dup(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.duplicate(args[0] as i32, 0, false).map(|fd| fd as u64)
}

/// Duplicates a descriptor onto another number.
///
/// # Errors
/// As dup(2).
pub fn dup3(task: &mut Task, args: [u64; 6]) -> SysResult {
    let flags = OpenFlags(args[2] as u32);
    if flags.without(OpenFlags::CLOEXEC) != OpenFlags::default() || args[0] as i32 == args[1] as i32 {
        return Err(Errno::EINVAL);
    }
    task.process.files.duplicate_onto(args[0] as i32, args[1] as i32, flags.has(OpenFlags::CLOEXEC))?;
    Ok(u64::from(args[1] as u32))
}

/// Makes a pipe.
///
/// # Errors
/// As pipe(2).
pub fn pipe2(task: &mut Task, args: [u64; 6]) -> SysResult {
    let flags = OpenFlags(args[1] as u32);
    let known = OpenFlags::CLOEXEC | OpenFlags::NONBLOCK | OpenFlags::DIRECT;
    if flags.without(known) != OpenFlags::default() {
        return Err(Errno::EINVAL);
    }
    let (read, write) = file::pipe(flags)?;
    put_pair(task, args[0], [read, write], || Arc::new(HostFile))
}

/// Installs two descriptors and writes their numbers to the guest; on failure neither stays open.
pub(super) fn put_pair(
    task: &Task,
    addr: u64,
    [first, second]: [OwnedFd; 2],
    open: impl Fn() -> Arc<dyn OpenFile>,
) -> SysResult {
    let files = &task.process.files;
    let first = files.install(first, open(), None)?;
    let second = files.install(second, open(), None).inspect_err(|_| {
        let _ = files.close(first);
    })?;
    let mut pair = first.to_le_bytes().to_vec();
    pair.extend(second.to_le_bytes());
    task.put(addr, &pair).inspect_err(|_| {
        let _ = files.close(first);
        let _ = files.close(second);
    })?;
    Ok(0)
}
