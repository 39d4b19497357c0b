//! Signals of a macOS host. Numbers in the interface are Linux's.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::host::Disposition;
use crate::host::signal::{SYNCHRONOUS, handle, interrupt_self};

/// Linux and macOS numbers of the signals that both have.
const NUMBERS: [(i32, i32); 29] = [
    (1, libc::SIGHUP),
    (2, libc::SIGINT),
    (3, libc::SIGQUIT),
    (4, libc::SIGILL),
    (5, libc::SIGTRAP),
    (6, libc::SIGABRT),
    (7, libc::SIGBUS),
    (8, libc::SIGFPE),
    (9, libc::SIGKILL),
    (10, libc::SIGUSR1),
    (11, libc::SIGSEGV),
    (12, libc::SIGUSR2),
    (13, libc::SIGPIPE),
    (14, libc::SIGALRM),
    (15, libc::SIGTERM),
    (17, libc::SIGCHLD),
    (18, libc::SIGCONT),
    (19, libc::SIGSTOP),
    (20, libc::SIGTSTP),
    (21, libc::SIGTTIN),
    (22, libc::SIGTTOU),
    (23, libc::SIGURG),
    (24, libc::SIGXCPU),
    (25, libc::SIGXFSZ),
    (26, libc::SIGVTALRM),
    (27, libc::SIGPROF),
    (28, libc::SIGWINCH),
    (29, libc::SIGIO),
    (31, libc::SIGSYS),
];

fn to_host(linux: i32) -> Option<i32> {
    NUMBERS.iter().find(|pair| pair.0 == linux).map(|pair| pair.1)
}

fn to_linux(host: i32) -> Option<i32> {
    NUMBERS.iter().find(|pair| pair.1 == host).map(|pair| pair.0)
}

fn host_set(mask: u64) -> libc::sigset_t {
    NUMBERS
        .iter()
        .filter(|(linux, _)| mask >> (linux - 1) & 1 != 0)
        .fold(0, |set, (_, host)| set | 1 << (host - 1))
}

fn linux_mask(set: libc::sigset_t) -> u64 {
    NUMBERS
        .iter()
        .filter(|(_, host)| set >> (host - 1) & 1 != 0)
        .fold(0, |mask, (linux, _)| mask | 1 << (linux - 1))
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Makes `signal` caught, if it is to be `caught`, unless this process started with it ignored, and tells whether it
/// did. Call it before a thread is attached: until then what is caught is lost, like what is ignored.
///
/// # Errors
/// The host's `sigaction` error.
pub fn start_disposition(signal: i32, caught: bool) -> io::Result<bool> {
    let ignored = inherited_ignore(signal);
    if caught && !ignored {
        set_disposition(signal, Disposition::Catch, false, false)?;
    }
    Ok(ignored)
}

fn inherited_ignore(signal: i32) -> bool {
    let Some(host) = to_host(signal).filter(|&host| host != libc::SIGPIPE) else { return false };
    // SAFETY: zeroed is a valid sigaction; only the old one is read.
    unsafe {
        let mut old: libc::sigaction = std::mem::zeroed();
        libc::sigaction(host, std::ptr::null(), &raw mut old) == 0 && old.sa_sigaction == libc::SIG_IGN
    }
}

/// Sets what the host does with `signal`. The signals of [`SYNCHRONOUS`] stay caught.
///
/// # Errors
/// The host's `sigaction` error.
///
/// # Source
/// sigaction(2).
pub fn set_disposition(
    signal: i32,
    disposition: Disposition,
    no_child_stop: bool,
    no_child_wait: bool,
) -> io::Result<()> {
    let Some(host) = to_host(signal) else { return Ok(()) };
    let synchronous = 1_u64 << (signal - 1) & SYNCHRONOUS != 0;
    // SAFETY: zeroed is a valid sigaction; the handler is async-signal-safe.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = match disposition {
            _ if synchronous => on_signal as *const () as usize,
            Disposition::Default => libc::SIG_DFL,
            Disposition::Ignore => libc::SIG_IGN,
            Disposition::Catch => on_signal as *const () as usize,
        };
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        action.sa_mask = host_set(!SYNCHRONOUS);
        if synchronous {
            action.sa_flags |= libc::SA_NODEFER;
            action.sa_mask = 0;
        }
        if no_child_stop {
            action.sa_flags |= libc::SA_NOCLDSTOP;
        }
        if no_child_wait {
            action.sa_flags |= libc::SA_NOCLDWAIT;
        }
        check(libc::sigaction(host, &raw const action, std::ptr::null_mut()))
    }
}

extern "C" fn on_signal(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let Some(linux) = to_linux(signal) else { return };
    // SAFETY: the C library's errno is this thread's; the host hands valid pointers to a SA_SIGINFO handler.
    unsafe {
        let saved = *libc::__error();
        let sent = (*info).si_pid;
        if linux == 5 && sent == libc::getpid() {
            // A signal of our own, to leave the interpreter.
            interrupt_self();
        } else {
            // A sender's id marks a signal that is no fault.
            let code = if sent == 0 { 1 } else { 0 };
            let addr = (*info).si_addr as usize;
            let (pid, uid, status) = (sent, (*info).si_uid, (*info).si_status);
            handle(linux, code, addr, context, || linux_info(linux, pid, uid, status));
        }
        *libc::__error() = saved;
    }
}

fn linux_info(signal: i32, pid: i32, uid: u32, status: i32) -> [u8; 128] {
    let mut info = [0; 128];
    let mut put = |at: usize, word: u32| info[at..at + 4].copy_from_slice(&word.to_le_bytes());
    put(0, signal as u32);
    // A child that ended (CLD_EXITED), or a signal sent (SI_USER).
    put(8, u32::from(signal == 17));
    put(16, pid as u32);
    put(20, uid);
    put(24, status as u32);
    info
}

/// Blocks every signal when the handler that runs on `context` returns, but for [`SYNCHRONOUS`].
///
/// # Safety
/// `context` is the `ucontext_t` of a running handler.
pub(in crate::host) unsafe fn block_all_after(context: *mut libc::c_void) {
    let context = context.cast::<libc::ucontext_t>();
    // SAFETY: the caller's promise.
    unsafe { (*context).uc_sigmask = host_set(!SYNCHRONOUS) };
}

/// Sets this thread's mask to `mask` (Linux's bits) without [`SYNCHRONOUS`]; returns the old one.
pub fn set_mask(mask: u64) -> u64 {
    let set = host_set(mask & !SYNCHRONOUS);
    let mut old: libc::sigset_t = 0;
    // SAFETY: both sets are ours.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const set, &raw mut old) };
    linux_mask(old)
}

/// What is pending for this thread.
pub fn pending() -> u64 {
    let mut set: libc::sigset_t = 0;
    // SAFETY: the set is ours.
    unsafe { libc::sigpending(&raw mut set) };
    linux_mask(set)
}

/// Makes the threads of this process leave the interpreter: this host signals a process, not a numbered thread.
pub fn kick(_tid: i32) {
    // SAFETY: no pointers.
    unsafe { libc::kill(libc::getpid(), libc::SIGTRAP) };
}

/// Sends `signal` to a process, group or everyone.
///
/// # Errors
/// The host's; `EINVAL` for a signal that the host does not have.
///
/// # Source
/// kill(2).
pub fn kill(pid: i32, signal: i32) -> io::Result<()> {
    let host = if signal == 0 { Some(0) } else { to_host(signal) };
    let host = host.ok_or_else(|| io::Error::from_raw_os_error(libc::EINVAL))?;
    // SAFETY: no pointers.
    check(unsafe { libc::kill(pid, host) })
}

/// Sends `signal` to a thread: to its process, unless it is the caller.
///
/// # Errors
/// The host's.
pub fn tgkill(tgid: i32, tid: i32, signal: i32) -> io::Result<()> {
    if tid == super::process::thread_id() {
        let Some(host) = to_host(signal) else { return Err(io::Error::from_raw_os_error(libc::EINVAL)) };
        // SAFETY: the calling thread.
        return check(unsafe { libc::pthread_kill(libc::pthread_self(), host) });
    }
    // SAFETY: no pointers.
    kill(if tgid == -1 { unsafe { libc::getpid() } } else { tgid }, signal)
}

/// Sends `signal` with information: this host carries none.
///
/// # Errors
/// The host's.
pub fn queue(pid: i32, _tid: Option<i32>, signal: i32, _info: &[u8; 128]) -> io::Result<()> {
    kill(pid, signal)
}

/// Waits for a signal of `mask`, at most for `timeout` (seconds, nanoseconds).
///
/// # Errors
/// `EAGAIN` when the time is over, `EINTR` for a signal outside the mask.
pub fn timed_wait(mask: u64, timeout: Option<(i64, i64)>, interrupt: &AtomicU32) -> io::Result<[u8; 128]> {
    let set = host_set(mask);
    let mut left = timeout.map(|(seconds, nanoseconds)| seconds * 1000 + nanoseconds / 1_000_000);
    loop {
        if interrupt.load(Ordering::Relaxed) != 0 {
            return Err(io::Error::from_raw_os_error(libc::EINTR));
        }
        let mut waiting: libc::sigset_t = 0;
        let mut signal = 0;
        // SAFETY: both words are ours; sigwait does not block, as one of the set is pending.
        unsafe {
            libc::sigpending(&raw mut waiting);
            if waiting & set != 0 && libc::sigwait(&raw const set, &raw mut signal) == 0 {
                return Ok(linux_info(to_linux(signal).unwrap_or(0), 0, 0, 0));
            }
        }
        if left.is_some_and(|left| left <= 0) {
            return Err(io::Error::from_raw_os_error(libc::EAGAIN));
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
        left = left.map(|left| left - 1);
    }
}

/// Waits until a signal is noted for this thread.
pub fn pause(interrupt: &AtomicU32) {
    while interrupt.load(Ordering::Relaxed) == 0 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// Ends this process by the default action of `signal`, without a core file.
pub fn die_by(signal: i32) -> ! {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let host = to_host(signal).unwrap_or(libc::SIGKILL);
    // SAFETY: resets a disposition and sends a signal to ourselves; all pointers are ours.
    unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
        libc::signal(host, libc::SIG_DFL);
        libc::kill(libc::getpid(), host);
        let set: libc::sigset_t = 0;
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
        libc::pthread_kill(libc::pthread_self(), host);
    }
    crate::host::exit_now(128 + signal)
}
