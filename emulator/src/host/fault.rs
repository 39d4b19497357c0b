//! The host's handler for SIGSEGV and SIGBUS.

use std::io;

use super::extable;

/// Installs the handler that turns faults of table accesses into errors. Call once per process.
///
/// # Errors
/// The host's `sigaction` error.
///
/// # Source
/// sigaction(2).
pub fn install_fault_handler() -> io::Result<()> {
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: zeroed is a valid sigaction; the handler has the SA_SIGINFO shape and touches only
        // async-signal-safe state.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_fault as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
            if libc::sigaction(signal, &raw const action, std::ptr::null_mut()) != 0 {
                return Err(io::Error::last_os_error());
            }
        }
    }
    Ok(())
}

extern "C" fn on_fault(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the host hands valid pointers to a SA_SIGINFO handler.
    let resumed = unsafe { extable::resume(signal, (*info).si_addr() as usize, context) };
    if !resumed {
        // Not an access of the guest's: the emulator itself is broken (or somebody sent the signal). Die of it with
        // the default action, at the same instruction.
        // SAFETY: resetting a disposition is async-signal-safe.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
        }
    }
}
