//! Signals of a Linux host, by raw calls: the C library hides two of them.

use std::arch::global_asm;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::interruptible::interruptible;
use crate::host::Disposition;
use crate::host::signal::{SYNCHRONOUS, handle, interrupt_self};

/// The kernel's `struct sigaction`.
#[repr(C)]
#[derive(Default)]
struct KernelAction {
    handler: usize,
    flags: u64,
    #[cfg(target_arch = "x86_64")]
    restorer: usize,
    mask: u64,
    #[cfg(target_arch = "aarch64")]
    unused: u64,
}

const SA_RESTORER: u64 = 0x0400_0000;
const SA_NODEFER: u64 = 0x4000_0000;

#[cfg(target_arch = "x86_64")]
global_asm!(
    ".text",
    ".globl elfuse_sigreturn",
    ".type elfuse_sigreturn, @function",
    "elfuse_sigreturn:",
    "mov rax, 15",
    "syscall",
);
#[cfg(target_arch = "x86_64")]
unsafe extern "C" {
    fn elfuse_sigreturn();
}

/// Was SIGPIPE ignored before the language's runtime ignored it?
static PIPE_IGNORED: AtomicBool = AtomicBool::new(false);

#[used]
#[unsafe(link_section = ".init_array")]
static EARLY: extern "C" fn() = early;

extern "C" fn early() {
    PIPE_IGNORED.store(is_ignored(libc::SIGPIPE), Ordering::Relaxed);
}

fn action(signal: i32, new: *const KernelAction, old: *mut KernelAction) -> io::Result<()> {
    // SAFETY: both pointers are null or valid; the handlers installed here are async-signal-safe.
    let result = unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, new, old, 8) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn is_ignored(signal: i32) -> bool {
    let mut old = KernelAction::default();
    action(signal, std::ptr::null(), &raw mut old).is_ok() && old.handler == libc::SIG_IGN
}

/// Makes `signal` caught, if it is to be `caught`, unless this process started with it ignored, and tells whether it
/// did. Call it before a thread is attached: until then what is caught is lost, like what is ignored.
///
/// # Errors
/// The host's `rt_sigaction` error.
pub fn start_disposition(signal: i32, caught: bool) -> io::Result<bool> {
    if 1_u64 << (signal - 1) & SYNCHRONOUS != 0 {
        // Caught from the beginning.
        return Ok(false);
    }
    let pipe = signal == libc::SIGPIPE && PIPE_IGNORED.load(Ordering::Relaxed);
    if !caught || pipe {
        return Ok(pipe || is_ignored(signal));
    }
    let (new, mut old) = (new_action(signal, Disposition::Catch), KernelAction::default());
    action(signal, &raw const new, &raw mut old)?;
    // The language's runtime ignores it, whoever started us.
    if old.handler != libc::SIG_IGN || signal == libc::SIGPIPE {
        return Ok(false);
    }
    set_disposition(signal, Disposition::Ignore, false, false)?;
    Ok(true)
}

/// Sets what the host does with `signal`. The signals of [`SYNCHRONOUS`] stay caught.
///
/// # Errors
/// The host's `rt_sigaction` error.
///
/// # Source
/// sigaction(2).
pub fn set_disposition(
    signal: i32,
    disposition: Disposition,
    no_child_stop: bool,
    no_child_wait: bool,
) -> io::Result<()> {
    let mut new = new_action(signal, disposition);
    if no_child_stop {
        new.flags |= libc::SA_NOCLDSTOP as u64;
    }
    if no_child_wait {
        new.flags |= libc::SA_NOCLDWAIT as u64;
    }
    action(signal, &raw const new, std::ptr::null_mut())
}

fn new_action(signal: i32, disposition: Disposition) -> KernelAction {
    let synchronous = 1_u64 << (signal - 1) & SYNCHRONOUS != 0;
    let mut new = KernelAction {
        handler: match disposition {
            _ if synchronous => on_signal as *const () as usize,
            Disposition::Default => libc::SIG_DFL,
            Disposition::Ignore => libc::SIG_IGN,
            Disposition::Catch => on_signal as *const () as usize,
        },
        flags: (libc::SA_SIGINFO | libc::SA_ONSTACK) as u64,
        // The handler leaves with everything blocked; see `signal`.
        mask: !SYNCHRONOUS,
        ..KernelAction::default()
    };
    if synchronous {
        new.flags |= SA_NODEFER;
        new.mask = 0;
    }
    #[cfg(target_arch = "x86_64")]
    {
        new.flags |= SA_RESTORER;
        new.restorer = elfuse_sigreturn as *const () as usize;
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = SA_RESTORER;
    new
}

extern "C" fn on_signal(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // The interrupted code must not see our errno.
    // SAFETY: the C library's errno is a thread-local; the kernel hands valid pointers to a SA_SIGINFO handler.
    unsafe {
        let saved = *libc::__errno_location();
        let code = (*info).si_code;
        if signal == libc::SIGTRAP && code == libc::SI_QUEUE && is_kick(info) {
            interrupt_self();
            let pc = crate::host::context::program_counter(context);
            if let Some(pc) = super::interruptible::divert(pc) {
                crate::host::context::set_program_counter(context, pc);
            }
        } else {
            let addr = (*info).si_addr() as usize;
            handle(signal, code, addr, context, || *info.cast::<[u8; 128]>());
        }
        *libc::__errno_location() = saved;
    }
}

/// Blocks every signal when the handler that runs on `context` returns, but for [`SYNCHRONOUS`].
///
/// # Safety
/// `context` is the `ucontext_t` of a running handler.
pub(in crate::host) unsafe fn block_all_after(context: *mut libc::c_void) {
    let context = context.cast::<libc::ucontext_t>();
    // SAFETY: the caller's promise; the kernel's mask is the first eight bytes of the C library's.
    unsafe { (&raw mut (*context).uc_sigmask).cast::<u64>().write(!SYNCHRONOUS) };
}

/// Sets this thread's mask to `mask` (Linux's bits) without [`SYNCHRONOUS`]; returns the old one.
pub fn set_mask(mask: u64) -> u64 {
    let mask = mask & !SYNCHRONOUS;
    let mut old = 0_u64;
    // SAFETY: both masks are ours; this call cannot fail.
    unsafe {
        libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const mask, &raw mut old, 8);
    }
    old
}

/// What is pending for this thread.
pub fn pending() -> u64 {
    let mut mask = 0_u64;
    // SAFETY: the mask is ours.
    unsafe { libc::syscall(libc::SYS_rt_sigpending, &raw mut mask, 8) };
    mask
}

/// The address that marks a signal of ours.
static KICK: u8 = 0;

unsafe fn is_kick(info: *const libc::siginfo_t) -> bool {
    // SAFETY: the caller hands a valid siginfo with a value.
    unsafe { (*info).si_value().sival_ptr.cast_const().cast() == &raw const KICK }
}

/// Makes thread `tid` of this process leave the interpreter or a blocking call, whatever it blocks.
pub fn kick(tid: i32) {
    let mut info = [0_u64; 16];
    info[0] = libc::SIGTRAP as u64;
    info[1] = u64::from(libc::SI_QUEUE as u32);
    info[3] = &raw const KICK as u64;
    // SAFETY: the information is ours.
    unsafe {
        libc::syscall(libc::SYS_rt_tgsigqueueinfo, libc::getpid(), tid, libc::SIGTRAP, info.as_ptr());
    }
}

fn check(result: libc::c_long) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Sends `signal` to a process, group or everyone.
///
/// # Errors
/// The host's.
///
/// # Source
/// kill(2).
pub fn kill(pid: i32, signal: i32) -> io::Result<()> {
    // SAFETY: no pointers.
    check(unsafe { libc::syscall(libc::SYS_kill, pid, signal) })
}

/// Sends `signal` to thread `tid` of process `tgid`, or of any when that is -1.
///
/// # Errors
/// The host's.
///
/// # Source
/// tkill(2).
pub fn tgkill(tgid: i32, tid: i32, signal: i32) -> io::Result<()> {
    // SAFETY: no pointers.
    check(unsafe {
        if tgid == -1 {
            libc::syscall(libc::SYS_tkill, tid, signal)
        } else {
            libc::syscall(libc::SYS_tgkill, tgid, tid, signal)
        }
    })
}

/// Sends `signal` with `info` to a process, or to thread `tid` of it.
///
/// # Errors
/// The host's.
///
/// # Source
/// rt_sigqueueinfo(2).
pub fn queue(pid: i32, tid: Option<i32>, signal: i32, info: &[u8; 128]) -> io::Result<()> {
    // SAFETY: the information is read only.
    check(unsafe {
        match tid {
            None => libc::syscall(libc::SYS_rt_sigqueueinfo, pid, signal, info.as_ptr()),
            Some(tid) => libc::syscall(libc::SYS_rt_tgsigqueueinfo, pid, tid, signal, info.as_ptr()),
        }
    })
}

/// Waits for a signal of `mask`, at most for `timeout` (seconds, nanoseconds).
///
/// # Errors
/// `EAGAIN` when the time is over, `EINTR` for a signal outside the mask.
///
/// # Source
/// sigtimedwait(2).
pub fn timed_wait(mask: u64, timeout: Option<(i64, i64)>, interrupt: &AtomicU32) -> io::Result<[u8; 128]> {
    let mut info = [0_u8; 128];
    let time = timeout.map(|(seconds, nanoseconds)| [seconds, nanoseconds]);
    let time_at = time.as_ref().map_or(0, |time| time.as_ptr() as usize);
    let args = [&raw const mask as usize, info.as_mut_ptr() as usize, time_at, 8, 0, 0];
    // SAFETY: all pointers are ours and live across the call.
    unsafe { interruptible(libc::SYS_rt_sigtimedwait, args, interrupt)? };
    Ok(info)
}

/// Waits until a signal is noted for this thread.
pub fn pause(interrupt: &AtomicU32) {
    // SAFETY: no descriptors, no timeout, no mask.
    let _ = unsafe { interruptible(libc::SYS_ppoll, [0; 6], interrupt) };
}

/// Ends this process by the default action of `signal`, without a core file.
pub fn die_by(signal: i32) -> ! {
    let default = KernelAction::default();
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let mask = !(1_u64 << ((signal - 1) & 63));
    // SAFETY: resets a disposition and sends a signal to ourselves; all pointers are ours.
    unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
        let _ = action(signal, &raw const default, std::ptr::null_mut());
        libc::syscall(libc::SYS_kill, libc::getpid(), signal);
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            libc::SIG_SETMASK,
            &raw const mask,
            std::ptr::null_mut::<u64>(),
            8,
        );
        libc::syscall(libc::SYS_tgkill, libc::getpid(), libc::syscall(libc::SYS_gettid), signal);
    }
    crate::host::exit_now(128 + signal)
}
