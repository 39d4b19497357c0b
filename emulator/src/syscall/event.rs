//! Descriptors that stand for events: counters, timers, signals, changes of files; and memory files.

use std::ffi::CString;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;

use super::abi::{Reader, Timespec, Writer};
use super::args::AT_SYMLINK_NOFOLLOW;
use super::stat::{Object, object};
use super::{Errno, SysResult};
use crate::fd::{HostFile, Inotify, Kind, reserve};
use crate::host::{event, file};
use crate::mem::GuestAddr;
use crate::path::AT_FDCWD;
use crate::task::Task;

fn install(task: &Task, fd: OwnedFd) -> SysResult {
    task.process.files.install(fd, Arc::new(HostFile), None).map(|fd| fd as u64)
}

/// Makes a counter.
///
/// # Errors
/// As eventfd(2).
pub fn eventfd2(task: &mut Task, args: [u64; 6]) -> SysResult {
    install(task, event::eventfd(args[0] as u32, args[1] as i32)?)
}

/// Makes a descriptor that stands for a process.
///
/// # Errors
/// As pidfd_open(2).
pub fn pidfd_open(task: &mut Task, args: [u64; 6]) -> SysResult {
    install(task, event::pidfd_open(args[0] as i32, args[1] as u32)?)
}

/// Makes a timer.
///
/// # Errors
/// As timerfd_create(2).
pub fn timerfd_create(task: &mut Task, args: [u64; 6]) -> SysResult {
    install(task, event::timerfd_create(args[0] as i32, args[1] as i32)?)
}

/// Size of `struct itimerspec`: the interval, then the first expiry.
const ITIMERSPEC: usize = 32;

fn put_timer(task: &Task, addr: u64, [interval, value]: [Timespec; 2]) -> Result<(), Errno> {
    Writer::<ITIMERSPEC>::default()
        .i64(0, interval.sec)
        .i64(8, interval.nsec)
        .i64(16, value.sec)
        .i64(24, value.nsec)
        .put(task.mem(), GuestAddr(addr))
}

/// Sets a timer.
///
/// # Errors
/// As timerfd_settime(2).
pub fn timerfd_settime(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let timer = Reader::<ITIMERSPEC>::copy(task.mem(), GuestAddr(args[2]))?;
    let timer = [0, 16].map(|at| Timespec { sec: timer.i64(at), nsec: timer.i64(at + 8) });
    let old = event::timerfd_settime(args[0] as i32, args[1] as i32, timer)?;
    if args[3] != 0 {
        put_timer(task, args[3], old)?;
    }
    Ok(0)
}

/// What is left of a timer.
///
/// # Errors
/// As timerfd_settime(2).
pub fn timerfd_gettime(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    put_timer(task, args[1], event::timerfd_gettime(args[0] as i32)?)?;
    Ok(0)
}

/// Makes a descriptor that reads signals, or changes which. The guest's blocked signals are blocked in the host
/// too, so they wait there for it.
///
/// # Errors
/// As signalfd(2).
pub fn signalfd4(task: &mut Task, args: [u64; 6]) -> SysResult {
    if args[2] != 8 {
        return Err(Errno::EINVAL);
    }
    let existing = args[0] as i32;
    if existing != -1 {
        task.process.files.get(existing)?;
    }
    let mask: u64 = task.mem().load(GuestAddr(args[1])).map_err(|_| Errno::EFAULT)?;
    match event::signalfd(existing, mask, args[3] as i32)? {
        Some(fd) => install(task, fd),
        None => Ok(existing as u64),
    }
}

/// Makes a queue of file events.
///
/// # Errors
/// As inotify_init(2).
pub fn inotify_init1(task: &mut Task, args: [u64; 6]) -> SysResult {
    let fd = event::inotify_init(args[0] as i32)?;
    match task.process.fs.sidecar() {
        Some(layer) => {
            let open = Arc::new(Inotify::new(Arc::clone(layer)));
            task.process.files.install(fd, open, None).map(|fd| fd as u64)
        }
        None => install(task, fd),
    }
}

/// Watches a path.
///
/// # Errors
/// As inotify_add_watch(2); `ENOENT` in the synthetic layer.
pub fn inotify_add_watch(task: &mut Task, args: [u64; 6]) -> SysResult {
    const DONT_FOLLOW: u32 = 0x0200_0000;
    let open = task.process.files.get(args[0] as i32)?;
    let mask = args[2] as u32;
    let flags = if mask & DONT_FOLLOW != 0 { AT_SYMLINK_NOFOLLOW } else { 0 };
    let (path, handle, inside) = match object(task, AT_FDCWD as u64, args[1], flags)? {
        Object::Open(fd) => {
            let inside = matches!(task.process.files.get(fd)?.kind(), Kind::Directory { inside: true });
            (file::proc_fd(fd), file::open_search(fd, c".").ok(), inside)
        }
        Object::Place(place) => {
            let (dir, name) = place.at();
            let handle = file::open_handle(dir, name)?;
            (file::proc_fd(handle.as_raw_fd()), Some(handle), place.inside)
        }
        Object::Synthetic(_) => return Err(Errno::ENOENT),
    };
    let watch = event::inotify_add_watch(args[0] as i32, &path, mask & !DONT_FOLLOW)?;
    if let Some(handle) = handle.filter(|_| inside && task.process.fs.sidecar().is_some()) {
        open.set_watched(watch, reserve(handle)?);
    }
    Ok(watch as u64)
}

/// Stops watching.
///
/// # Errors
/// As inotify_rm_watch(2).
pub fn inotify_rm_watch(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    event::inotify_rm_watch(args[0] as i32, args[1] as i32)?;
    Ok(0)
}

/// Makes a file in memory.
///
/// # Errors
/// As memfd_create(2).
pub fn memfd_create(task: &mut Task, args: [u64; 6]) -> SysResult {
    /// The longest name, its zero included.
    const NAME_MAX: usize = 250;
    let name = task.mem().read_cstr(GuestAddr(args[0]), NAME_MAX).map_err(|_| Errno::EFAULT)?;
    let name = CString::new(name.ok_or(Errno::EINVAL)?).map_err(|_| Errno::EINVAL)?;
    install(task, file::memfd(&name, args[1] as u32)?)
}
