//! Processes and threads of a macOS host.

use std::io;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::host::FutexFourth;
use crate::mem::GuestPtr;

/// How long a wait that the host cannot interrupt lasts at most before it looks again.
const SLICE: Duration = Duration::from_millis(10);

fn refused(number: i32) -> io::Error {
    io::Error::from_raw_os_error(number)
}

/// Would run `act` with `dir` as the working directory, which no thread here has for itself.
pub fn in_directory<T: Send>(_dir: RawFd, _act: impl FnOnce() -> T + Send) -> Option<T> {
    None
}

/// This thread's id.
pub fn thread_id() -> i32 {
    let mut id = 0_u64;
    // SAFETY: the calling thread, and a word of ours.
    unsafe { libc::pthread_threadid_np(libc::pthread_self(), &raw mut id) };
    id as i32
}

/// Ends the calling thread only: the first thread of a process waits here for the others.
pub fn exit_thread(_code: i32) -> ! {
    loop {
        std::thread::park();
    }
}

/// Waits for a child.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Source
/// wait4(2).
pub fn wait4(
    pid: i32,
    status: GuestPtr,
    options: i32,
    _usage: GuestPtr,
    interrupt: &AtomicU32,
) -> io::Result<u64> {
    if interrupt.load(Ordering::Relaxed) != 0 {
        return Err(refused(libc::EINTR));
    }
    // SAFETY: the status is null or guest memory.
    let child = unsafe { libc::waitpid(pid, status.host() as *mut libc::c_int, options & 3) };
    if child < 0 { Err(io::Error::last_os_error()) } else { Ok(child as u64) }
}

/// Waits for a child: not on this host.
///
/// # Errors
/// Always `ENOSYS`.
pub fn waitid(
    _kind: i32,
    _id: u32,
    _info: GuestPtr,
    _options: i32,
    _usage: GuestPtr,
    _interrupt: &AtomicU32,
) -> io::Result<u64> {
    Err(refused(libc::ENOSYS))
}

/// Sleeps for `time` (seconds, nanoseconds), or until it when `flags` is not 0.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn sleep(
    clock: i32,
    flags: i32,
    time: (i64, i64),
    _remaining: GuestPtr,
    interrupt: &AtomicU32,
) -> io::Result<u64> {
    let wanted = Duration::new(time.0 as u64, time.1 as u32);
    let now = || -> Duration {
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        let id = if clock == 0 { libc::CLOCK_REALTIME } else { libc::CLOCK_MONOTONIC };
        // SAFETY: the structure is ours.
        unsafe { libc::clock_gettime(id, &raw mut now) };
        Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
    };
    let until = if flags == 0 { now() + wanted } else { wanted };
    loop {
        if interrupt.load(Ordering::Relaxed) != 0 {
            return Err(refused(libc::EINTR));
        }
        let Some(left) = until.checked_sub(now()).filter(|left| !left.is_zero()) else { return Ok(0) };
        std::thread::sleep(left.min(SLICE));
    }
}

/// The kernel's `futex`: this host has none.
///
/// # Errors
/// Always `ENOSYS`.
pub fn futex(
    _words: [GuestPtr; 2],
    _operation: u32,
    _values: [u32; 2],
    _fourth: FutexFourth,
    _interrupt: &AtomicU32,
) -> io::Result<u64> {
    Err(refused(libc::ENOSYS))
}

/// Wakes one thread that waits for the word at `word`: nobody can.
pub fn futex_wake(_word: GuestPtr) {}

/// The host path of descriptor `fd`, if it has one.
pub fn path_of(fd: i32) -> Option<Vec<u8>> {
    let mut path = [0_u8; libc::PATH_MAX as usize];
    // SAFETY: room for the longest path.
    if unsafe { libc::fcntl(fd, libc::F_GETPATH, path.as_mut_ptr()) } != 0 {
        return None;
    }
    path.split(|&byte| byte == 0).next().map(<[u8]>::to_vec)
}

/// Reads the word that `prctl(option, &word)` gives: this host has none.
///
/// # Errors
/// Always `EINVAL`.
pub fn prctl_word(_option: i32) -> io::Result<i32> {
    Err(refused(libc::EINVAL))
}

/// The host's number of a Linux resource limit.
pub(in crate::host) fn resource(linux: i32) -> Option<i32> {
    match linux {
        0..=4 => Some(linux),
        6 => Some(libc::RLIMIT_NPROC),
        7 => Some(libc::RLIMIT_NOFILE),
        8 => Some(libc::RLIMIT_MEMLOCK),
        _ => None,
    }
}

/// The descriptors of this process.
pub(in crate::host) fn open_descriptors() -> Vec<i32> {
    let Ok(listing) = std::fs::read_dir("/dev/fd") else { return Vec::new() };
    listing.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// The clock with Linux's number.
pub(in crate::host) fn clock(linux: i32) -> libc::clockid_t {
    match linux {
        0 | 5 => libc::CLOCK_REALTIME,
        2 => libc::CLOCK_PROCESS_CPUTIME_ID,
        3 => libc::CLOCK_THREAD_CPUTIME_ID,
        _ => libc::CLOCK_MONOTONIC,
    }
}
