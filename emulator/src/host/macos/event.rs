//! Waiting on macOS hosts. Descriptors that stand for events are not on this host yet: making one is `ENOSYS`.

use std::ffi::CStr;
use std::os::fd::{OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

use crate::host::blocking_call;
use crate::host::event::{EpollEvent, PollFd};
use crate::syscall::Errno;
use crate::syscall::abi::Timespec;

/// `POLLWRNORM` and `POLLWRBAND`, which are numbered differently; the others are the same.
const WRITE_NORMAL: [i16; 2] = [0x100, 0x4];
const WRITE_BAND: [i16; 2] = [0x200, 0x100];

fn translate(events: i16, from: usize) -> i16 {
    let to = 1 - from;
    let mut out = events & 0xfb;
    if events & WRITE_NORMAL[from] != 0 || events & 0x4 != 0 {
        out |= WRITE_NORMAL[to] | 0x4;
    }
    if events & WRITE_BAND[from] != 0 {
        out |= WRITE_BAND[to];
    }
    out
}

/// Waits until one of `fds` is ready or `timeout` is over, which afterwards holds what is left of it.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn poll(
    fds: &mut [PollFd],
    timeout: &mut Option<Timespec>,
    interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    let started = Instant::now();
    let span = timeout.map(|time| Duration::new(time.sec as u64, time.nsec as u32));
    let millis = span.map_or(-1, |span| span.as_nanos().div_ceil(1_000_000).min(i32::MAX as u128) as i32);
    let mut host: Vec<PollFd> =
        fds.iter().map(|entry| PollFd { events: translate(entry.events, 0), ..*entry }).collect();
    let at = host.as_mut_ptr().cast::<libc::pollfd>();
    // SAFETY: PollFd is laid out as struct pollfd.
    let ready = unsafe { blocking_call!(interrupt, SYS_poll, libc::poll, at, host.len(), millis) };
    if let Some(span) = span {
        let left = span.saturating_sub(started.elapsed());
        *timeout = Some(Timespec { sec: left.as_secs() as i64, nsec: i64::from(left.subsec_nanos()) });
    }
    for (entry, host) in fds.iter_mut().zip(&host) {
        entry.revents = translate(host.revents, 1) & (entry.events | 0x38);
    }
    Ok(ready?)
}

/// Waits until one of the descriptors below `count` that are in the sets is ready; the sets then hold those that are.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn select(
    count: i32,
    sets: &mut [Option<Vec<u64>>; 3],
    timeout: &mut Option<Timespec>,
    interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    /// What is waited for, and what counts as ready, for each set.
    const WANTED: [i16; 3] = [0x1, 0x4, 0x2];
    const COUNTS: [i16; 3] = [0x1 | 0x10 | 0x8, 0x4 | 0x8, 0x2];
    let is_in = |set: &Option<Vec<u64>>, fd: i32| {
        set.as_ref().is_some_and(|set| set[fd as usize / 64] >> (fd % 64) & 1 != 0)
    };
    let mut fds: Vec<PollFd> = (0..count)
        .map(|fd| {
            let events = (0..3).filter(|&set| is_in(&sets[set], fd)).fold(0, |all, set| all | WANTED[set]);
            PollFd { fd, events, revents: 0 }
        })
        .filter(|entry| entry.events != 0)
        .collect();
    poll(&mut fds, timeout, interrupt)?;
    let mut ready = 0;
    for (index, set) in sets.iter_mut().enumerate() {
        let Some(set) = set else { continue };
        let asked = std::mem::replace(set, vec![0; set.len()]);
        for entry in &fds {
            let (word, bit) = (entry.fd as usize / 64, entry.fd % 64);
            if asked[word] >> bit & 1 != 0 && entry.revents & COUNTS[index] != 0 {
                set[word] |= 1 << bit;
                ready += 1;
            }
        }
    }
    Ok(ready)
}

/// Not on this host.
///
/// # Errors
/// `ENOSYS`.
pub fn epoll_create(_flags: i32) -> Result<OwnedFd, Errno> {
    Err(Errno::ENOSYS)
}

/// Not on this host.
///
/// # Errors
/// `EINVAL`: no descriptor is an epoll instance.
pub fn epoll_ctl(_epoll: RawFd, _operation: i32, _fd: RawFd, _event: EpollEvent) -> Result<(), Errno> {
    Err(Errno::EINVAL)
}

/// Not on this host.
///
/// # Errors
/// `EINVAL`: no descriptor is an epoll instance.
pub fn epoll_wait(
    _epoll: RawFd,
    _most: usize,
    _timeout: Option<Timespec>,
    _interrupt: &AtomicU32,
) -> Result<Vec<EpollEvent>, Errno> {
    Err(Errno::EINVAL)
}

/// Not on this host.
///
/// # Errors
/// `ENOSYS`.
pub fn eventfd(_initial: u32, _flags: i32) -> Result<OwnedFd, Errno> {
    Err(Errno::ENOSYS)
}

/// Not on this host.
///
/// # Errors
/// `ENOSYS`.
pub fn timerfd_create(_clock: i32, _flags: i32) -> Result<OwnedFd, Errno> {
    Err(Errno::ENOSYS)
}

/// Not on this host.
///
/// # Errors
/// `EINVAL`: no descriptor is a timer.
pub fn timerfd_settime(_fd: RawFd, _flags: i32, _timer: [Timespec; 2]) -> Result<[Timespec; 2], Errno> {
    Err(Errno::EINVAL)
}

/// Not on this host.
///
/// # Errors
/// `EINVAL`: no descriptor is a timer.
pub fn timerfd_gettime(_fd: RawFd) -> Result<[Timespec; 2], Errno> {
    Err(Errno::EINVAL)
}

/// Not on this host.
///
/// # Errors
/// `ENOSYS`.
pub fn signalfd(_existing: RawFd, _mask: u64, _flags: i32) -> Result<Option<OwnedFd>, Errno> {
    Err(Errno::ENOSYS)
}

/// Not on this host.
///
/// # Errors
/// `ENOSYS`.
pub fn pidfd_open(_pid: i32, _flags: u32) -> Result<OwnedFd, Errno> {
    Err(Errno::ENOSYS)
}

/// Not on this host.
///
/// # Errors
/// `ENOSYS`.
pub fn inotify_init(_flags: i32) -> Result<OwnedFd, Errno> {
    Err(Errno::ENOSYS)
}

/// Not on this host.
///
/// # Errors
/// `EINVAL`: no descriptor is a queue of file events.
pub fn inotify_add_watch(_fd: RawFd, _path: &CStr, _mask: u32) -> Result<i32, Errno> {
    Err(Errno::EINVAL)
}

/// Not on this host.
///
/// # Errors
/// `EINVAL`: no descriptor is a queue of file events.
pub fn inotify_rm_watch(_fd: RawFd, _watch: i32) -> Result<(), Errno> {
    Err(Errno::EINVAL)
}
