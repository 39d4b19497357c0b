//! Waiting, and descriptors that stand for events, on Linux hosts.

use std::ffi::CStr;
use std::os::fd::{OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;

use crate::host::blocking_call;
use crate::host::event::{EpollEvent, PollFd};
use crate::host::result::{check, owned};
use crate::syscall::Errno;
use crate::syscall::abi::Timespec;

fn host_time(time: Timespec) -> libc::timespec {
    libc::timespec { tv_sec: time.sec, tv_nsec: time.nsec }
}

/// Waits until one of `fds` is ready or `timeout` is over, which afterwards holds what is left of it.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Source
/// poll(2).
pub fn poll(
    fds: &mut [PollFd],
    timeout: &mut Option<Timespec>,
    interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    let mut left = timeout.map(host_time);
    let time = left.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut);
    let none = std::ptr::null::<u8>();
    let count = fds.len();
    let fds = fds.as_mut_ptr();
    // SAFETY: both pointers are ours; PollFd is laid out as struct pollfd.
    let ready = unsafe { blocking_call!(interrupt, SYS_ppoll, libc::ppoll, fds, count, time, none, 8) };
    *timeout = left.map(|left| Timespec { sec: left.tv_sec, nsec: left.tv_nsec });
    Ok(ready?)
}

/// Waits until one of the descriptors below `count` that are in the sets is ready; the sets then hold those that are.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Source
/// select(2).
pub fn select(
    count: i32,
    sets: &mut [Option<Vec<u64>>; 3],
    timeout: &mut Option<Timespec>,
    interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    let mut left = timeout.map(host_time);
    let time = left.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut);
    let [read, write, except] =
        sets.each_mut().map(|set| set.as_mut().map_or(std::ptr::null_mut(), |set| set.as_mut_ptr()));
    let none = std::ptr::null::<u8>();
    // SAFETY: all pointers are ours, and each set has the bits below `count`.
    let ready = unsafe {
        blocking_call!(interrupt, SYS_pselect6, libc::pselect, count, read, write, except, time, none)
    };
    *timeout = left.map(|left| Timespec { sec: left.tv_sec, nsec: left.tv_nsec });
    Ok(ready?)
}

/// A new epoll instance.
///
/// # Errors
/// The host's.
pub fn epoll_create(flags: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: no pointers.
    owned(unsafe { libc::epoll_create1(flags) })
}

/// Adds (1), removes (2) or changes (3) a descriptor.
///
/// # Errors
/// The host's.
pub fn epoll_ctl(epoll: RawFd, operation: i32, fd: RawFd, event: EpollEvent) -> Result<(), Errno> {
    let mut event = libc::epoll_event { events: event.events, u64: event.data };
    // SAFETY: the event is ours.
    check(unsafe { libc::epoll_ctl(epoll, operation, fd, &raw mut event) }).map(|_| ())
}

/// Waits for at most `most` events.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn epoll_wait(
    epoll: RawFd,
    most: usize,
    timeout: Option<Timespec>,
    interrupt: &AtomicU32,
) -> Result<Vec<EpollEvent>, Errno> {
    let mut events = vec![libc::epoll_event { events: 0, u64: 0 }; most];
    let none = std::ptr::null::<u8>();
    let at = events.as_mut_ptr();
    let time = timeout.map(host_time);
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: all pointers are ours.
    let ready = unsafe {
        blocking_call!(interrupt, SYS_epoll_pwait2, libc::epoll_pwait2, epoll, at, most, time, none, 8)
    };
    let count = match ready.map_err(Errno::from) {
        // Before Linux 5.11: milliseconds, rounded up.
        Err(Errno::ENOSYS) => {
            let millis = timeout.map_or(-1, |t| {
                let millis = t.sec.saturating_mul(1000).saturating_add((t.nsec + 999_999) / 1_000_000);
                millis.min(i64::from(i32::MAX)) as i32
            });
            // SAFETY: as above.
            unsafe {
                blocking_call!(
                    interrupt,
                    SYS_epoll_pwait,
                    libc::epoll_pwait,
                    epoll,
                    at,
                    most,
                    millis,
                    none,
                    8
                )
            }?
        }
        other => other?,
    };
    events.truncate(count);
    Ok(events.into_iter().map(|event| EpollEvent { events: event.events, data: event.u64 }).collect())
}

/// A new counter.
///
/// # Errors
/// The host's.
pub fn eventfd(initial: u32, flags: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: no pointers.
    owned(unsafe { libc::eventfd(initial, flags) })
}

/// A descriptor for process `pid`.
///
/// # Errors
/// The host's.
pub fn pidfd_open(pid: i32, flags: u32) -> Result<OwnedFd, Errno> {
    // SAFETY: no pointers.
    owned(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) } as RawFd)
}

/// A new timer.
///
/// # Errors
/// The host's.
pub fn timerfd_create(clock: i32, flags: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: no pointers.
    owned(unsafe { libc::timerfd_create(clock, flags) })
}

/// Sets a timer to (interval, first expiry) and returns what it was.
///
/// # Errors
/// The host's.
pub fn timerfd_settime(fd: RawFd, flags: i32, timer: [Timespec; 2]) -> Result<[Timespec; 2], Errno> {
    let [interval, value] = timer.map(host_time);
    let new = libc::itimerspec { it_interval: interval, it_value: value };
    let mut old = new;
    // SAFETY: both are ours.
    check(unsafe { libc::timerfd_settime(fd, flags, &raw const new, &raw mut old) })?;
    Ok([old.it_interval, old.it_value].map(|t| Timespec { sec: t.tv_sec, nsec: t.tv_nsec }))
}

/// What is left of a timer: (interval, next expiry).
///
/// # Errors
/// The host's.
pub fn timerfd_gettime(fd: RawFd) -> Result<[Timespec; 2], Errno> {
    let zero = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let mut timer = libc::itimerspec { it_interval: zero, it_value: zero };
    // SAFETY: it is ours.
    check(unsafe { libc::timerfd_gettime(fd, &raw mut timer) })?;
    Ok([timer.it_interval, timer.it_value].map(|t| Timespec { sec: t.tv_sec, nsec: t.tv_nsec }))
}

/// A descriptor for the signals in `mask`; `None` when `existing`, which is not -1, was changed to that instead.
///
/// # Errors
/// The host's.
pub fn signalfd(existing: RawFd, mask: u64, flags: i32) -> Result<Option<OwnedFd>, Errno> {
    let at = &raw const mask;
    // SAFETY: the mask is ours, in the kernel's form of 8 bytes.
    let fd = unsafe { libc::syscall(libc::SYS_signalfd4, existing, at, 8, flags) };
    let fd = check(fd)? as RawFd;
    if fd == existing { Ok(None) } else { owned(fd).map(Some) }
}

/// A new queue of file events.
///
/// # Errors
/// The host's.
pub fn inotify_init(flags: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: no pointers.
    owned(unsafe { libc::inotify_init1(flags) })
}

/// Watches what `path` names.
///
/// # Errors
/// The host's.
pub fn inotify_add_watch(fd: RawFd, path: &CStr, mask: u32) -> Result<i32, Errno> {
    // SAFETY: the path is a C string.
    check(unsafe { libc::inotify_add_watch(fd, path.as_ptr(), mask) })
}

/// Stops watching.
///
/// # Errors
/// The host's.
pub fn inotify_rm_watch(fd: RawFd, watch: i32) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::inotify_rm_watch(fd, watch) }).map(|_| ())
}
