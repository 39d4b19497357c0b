//! Calls that may block: each gives up with `EINTR` as soon as `interrupt` is set.
//!
//! [`blocking_call!`](crate::host::blocking_call) makes any such call; the functions here are the common ones.

use std::io;
use std::sync::atomic::AtomicU32;

/// Makes a call that may block: `blocking_call!(interrupt, SYS_read, libc::read, fd, pointer, len)`.
///
/// On Linux the numbered call with the arguments as they are (so its ABI, not the C function's), through the piece of
/// assembly that no signal slips past; elsewhere the C function. Its value is an `io::Result<usize>`. Unsafe, as the
/// call itself.
#[cfg(target_os = "linux")]
macro_rules! blocking_call {
    ($interrupt:expr, $number:ident, $function:path $(, $arg:expr)* $(,)?) => {{
        let mut args = [0_usize; 6];
        let given = [$($arg as usize),*];
        args[..given.len()].copy_from_slice(&given);
        $crate::host::interruptible(libc::$number, args, $interrupt)
    }};
}
/// Makes a call that may block; see the Linux form.
#[cfg(not(target_os = "linux"))]
macro_rules! blocking_call {
    ($interrupt:expr, $number:ident, $function:path $(, $arg:expr)* $(,)?) => {{
        if $interrupt.load(std::sync::atomic::Ordering::Relaxed) != 0 {
            Err(std::io::Error::from_raw_os_error(libc::EINTR))
        } else {
            let result = $function($($arg as _),*);
            if (result as isize) < 0 { Err(std::io::Error::last_os_error()) } else { Ok(result as usize) }
        }
    }};
}
pub(crate) use blocking_call;

/// Reads into `into`, which may be guest memory.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Safety
/// `len` bytes at `into` may be overwritten.
///
/// # Source
/// read(2).
pub unsafe fn read(fd: i32, into: *mut u8, len: usize, interrupt: &AtomicU32) -> io::Result<usize> {
    // SAFETY: the caller's promise.
    unsafe { blocking_call!(interrupt, SYS_read, libc::read, fd, into, len) }
}

/// Writes from `from`, which may be guest memory.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
///
/// # Safety
/// `from` is never dereferenced here: the kernel checks it. It must not name memory that the guest may not see.
///
/// # Source
/// write(2).
pub unsafe fn write(fd: i32, from: *const u8, len: usize, interrupt: &AtomicU32) -> io::Result<usize> {
    // SAFETY: the caller's promise.
    unsafe { blocking_call!(interrupt, SYS_write, libc::write, fd, from, len) }
}
