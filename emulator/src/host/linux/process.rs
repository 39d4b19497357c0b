//! Processes and threads of a Linux host.

use std::io;
use std::os::fd::RawFd;
use std::sync::atomic::AtomicU32;

use super::interruptible::interruptible;
use crate::host::FutexFourth;
use crate::mem::GuestPtr;

/// This thread's id.
pub fn thread_id() -> i32 {
    // SAFETY: no pointers.
    unsafe { libc::syscall(libc::SYS_gettid) as i32 }
}

/// Ends the calling thread only. For the first thread of a process: the process goes on with the others.
pub fn exit_thread(code: i32) -> ! {
    // SAFETY: ends this thread, which never runs again.
    unsafe { libc::syscall(libc::SYS_exit, code) };
    crate::host::exit_now(code)
}

/// Runs `act` with `dir` as the working directory, on a thread of its own; `None` when the host refuses that.
///
/// # Source
/// unshare(2), `CLONE_FS`.
pub fn in_directory<T: Send>(dir: RawFd, act: impl FnOnce() -> T + Send) -> Option<T> {
    let act = move || {
        // SAFETY: no pointers; only this thread, which ends here, gets a working directory of its own.
        let there = unsafe { libc::unshare(libc::CLONE_FS) == 0 && libc::fchdir(dir) == 0 };
        there.then(act)
    };
    std::thread::scope(|scope| {
        // Signals are for the guest's threads.
        let mask = super::signal::set_mask(u64::MAX);
        let thread = std::thread::Builder::new().spawn_scoped(scope, act);
        super::signal::set_mask(mask);
        thread.ok()?.join().ok()?
    })
}

/// Makes a call that may block.
fn call(number: libc::c_long, args: [usize; 6], interrupt: &AtomicU32) -> io::Result<u64> {
    // SAFETY: each pointer is null or guest memory (`GuestPtr`), or a structure that lives across the call.
    unsafe { interruptible(number, args, interrupt) }.map(|value| value as u64)
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
    usage: GuestPtr,
    interrupt: &AtomicU32,
) -> io::Result<u64> {
    call(libc::SYS_wait4, [pid as usize, status.host(), options as usize, usage.host(), 0, 0], interrupt)
}

/// Waits for a child.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Source
/// waitid(2).
pub fn waitid(
    kind: i32,
    id: u32,
    info: GuestPtr,
    options: i32,
    usage: GuestPtr,
    interrupt: &AtomicU32,
) -> io::Result<u64> {
    let args = [kind as usize, id as usize, info.host(), options as usize, usage.host(), 0];
    call(libc::SYS_waitid, args, interrupt)
}

/// Sleeps until or for `time` (seconds, nanoseconds); what remains of a relative sleep goes to `remaining`.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Source
/// clock_nanosleep(2).
pub fn sleep(
    clock: i32,
    flags: i32,
    time: (i64, i64),
    remaining: GuestPtr,
    interrupt: &AtomicU32,
) -> io::Result<u64> {
    let time = [time.0, time.1];
    let args = [clock as usize, flags as usize, time.as_ptr() as usize, remaining.host(), 0, 0];
    call(libc::SYS_clock_nanosleep, args, interrupt)
}

/// The kernel's `futex`: word, operation, value, timeout or second value, second word, third value.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Source
/// futex(2).
pub fn futex(
    words: [GuestPtr; 2],
    operation: u32,
    values: [u32; 2],
    fourth: FutexFourth,
    interrupt: &AtomicU32,
) -> io::Result<u64> {
    let time = match fourth {
        FutexFourth::Until(seconds, nanoseconds) => [seconds, nanoseconds],
        FutexFourth::Value(_) | FutexFourth::Forever => [0, 0],
    };
    let fourth = match fourth {
        FutexFourth::Forever => 0,
        FutexFourth::Until(..) => time.as_ptr() as usize,
        FutexFourth::Value(value) => value as usize,
    };
    let [first, second] = words;
    let args =
        [first.host(), operation as usize, values[0] as usize, fourth, second.host(), values[1] as usize];
    call(libc::SYS_futex, args, interrupt)
}

/// Wakes one thread that waits for the word at `word`.
pub fn futex_wake(word: GuestPtr) {
    // SAFETY: guest memory, which the kernel does not even read.
    unsafe { libc::syscall(libc::SYS_futex, word.host(), libc::FUTEX_WAKE, 1) };
}

/// The host path of descriptor `fd`, if it has one.
pub fn path_of(fd: i32) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStringExt;
    let link = std::fs::read_link(format!("/proc/self/fd/{fd}")).ok()?;
    Some(link.into_os_string().into_vec())
}

/// Reads the word that `prctl(option, &word)` gives.
///
/// # Errors
/// The host's.
pub fn prctl_word(option: i32) -> io::Result<i32> {
    let mut word = 0_i32;
    // SAFETY: the word is ours.
    if unsafe { libc::prctl(option, &raw mut word, 0, 0, 0) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(word)
}

/// The host's number of a Linux resource limit.
pub(in crate::host) fn resource(linux: i32) -> Option<i32> {
    Some(linux)
}

/// The descriptors of this process.
pub(in crate::host) fn open_descriptors() -> Vec<i32> {
    let Ok(listing) = std::fs::read_dir("/proc/self/fd") else { return Vec::new() };
    // Collected first: the listing's own descriptor is closed by then.
    listing.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}
