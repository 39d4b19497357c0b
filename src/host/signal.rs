//! SIGINT, SIGTERM and SIGHUP as something that can be waited for.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use super::pipe::{Pipe, check, pipe};

/// The interrupt from the terminal.
pub const SIGINT: u8 = libc::SIGINT as u8;
/// The polite request to end.
pub const SIGTERM: u8 = libc::SIGTERM as u8;
/// The end that cannot be refused.
pub const SIGKILL: u8 = libc::SIGKILL as u8;

const CAUGHT: [libc::c_int; 3] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

static FIRST: AtomicI32 = AtomicI32::new(0);
static COUNT: AtomicU32 = AtomicU32::new(0);
static WRITE_END: AtomicI32 = AtomicI32::new(-1);
static INSTALLED: OnceLock<Option<Pipe>> = OnceLock::new();

/// The signals that ask this process to end, caught from the first call of [`Interrupts::catch`] on.
///
/// The pipe is never read: once a signal came it stays readable, so every thread that waits on it wakes.
#[derive(Clone, Copy, Debug)]
pub struct Interrupts {
    pipe: &'static Pipe,
}

impl Interrupts {
    /// Catches the signals from now on, for the life of the process. Signals that are ignored stay ignored, as
    /// `nohup` and a shell's background jobs expect.
    ///
    /// # Errors
    /// When the pipe cannot be made or a handler cannot be installed.
    pub fn catch() -> io::Result<Interrupts> {
        let installed = INSTALLED.get_or_init(|| install().ok());
        let pipe = installed.as_ref().ok_or_else(|| io::Error::other("cannot catch signals"))?;
        Ok(Interrupts { pipe })
    }

    /// Readable as soon as a signal came, and for ever.
    pub fn readable(&self) -> &File {
        &self.pipe.read
    }

    /// The first signal that came, if any.
    pub fn first(&self) -> Option<u8> {
        u8::try_from(FIRST.load(Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
    }

    /// How many came.
    pub fn count(&self) -> u32 {
        COUNT.load(Ordering::SeqCst)
    }
}

fn install() -> io::Result<Pipe> {
    let pipe = pipe()?;
    WRITE_END.store(pipe.write.as_raw_fd(), Ordering::SeqCst);
    // SAFETY: the write end is open. Non-blocking, so that a flood of signals cannot stop the handler.
    check(unsafe { libc::fcntl(pipe.write.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) })?;
    for signal in CAUGHT {
        // SAFETY: an all-zero sigaction is valid: no flags, an empty mask, the default handler.
        let mut old: libc::sigaction = unsafe { std::mem::zeroed() };
        // SAFETY: `old` is writable; a null pointer asks for the present action only.
        check(unsafe { libc::sigaction(signal, std::ptr::null(), &mut old) })?;
        if old.sa_sigaction == libc::SIG_IGN {
            continue;
        }
        // SAFETY: as above.
        let mut new: libc::sigaction = unsafe { std::mem::zeroed() };
        let handler: extern "C" fn(libc::c_int) = note;
        new.sa_sigaction = handler as libc::sighandler_t;
        new.sa_flags = libc::SA_RESTART;
        // SAFETY: `new` is complete, and `note` only does what a signal handler may do.
        check(unsafe { libc::sigaction(signal, &new, std::ptr::null_mut()) })?;
    }
    Ok(pipe)
}

/// The handler: atomics and one `write`, both allowed at any moment (signal-safety(7)).
extern "C" fn note(signal: libc::c_int) {
    let _ = FIRST.compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst);
    COUNT.fetch_add(1, Ordering::SeqCst);
    // SAFETY: errno belongs to the interrupted code; it is put back after the call that may change it.
    unsafe {
        let errno = errno_location();
        let before = *errno;
        libc::write(WRITE_END.load(Ordering::SeqCst), [1u8].as_ptr().cast(), 1);
        *errno = before;
    }
}

#[cfg(target_os = "linux")]
unsafe fn errno_location() -> *mut libc::c_int {
    // SAFETY: the call only computes the address of the thread's own errno.
    unsafe { libc::__errno_location() }
}

#[cfg(not(target_os = "linux"))]
unsafe fn errno_location() -> *mut libc::c_int {
    // SAFETY: the call only computes the address of the thread's own errno.
    unsafe { libc::__error() }
}
