//! Faults in translated code: the signal handler leads them to the engine's thunk.

use std::ops::Range;
use std::sync::atomic::{AtomicPtr, Ordering};

/// One reservation of code.
struct Code {
    range: Range<usize>,
    fault: usize,
    next: *const Code,
}

/// All of them, never freed: the handler may look at any time.
static CODE: AtomicPtr<Code> = AtomicPtr::new(std::ptr::null_mut());

/// Makes faults at host addresses in `range` go on at `fault`, with the address in the second scratch register
/// (x86-64: rdx).
pub fn set_translated(range: Range<usize>, fault: usize) {
    let code = Box::leak(Box::new(Code { range, fault, next: CODE.load(Ordering::Acquire) }));
    while let Err(first) =
        CODE.compare_exchange(code.next.cast_mut(), code, Ordering::AcqRel, Ordering::Acquire)
    {
        code.next = first;
    }
}

/// If the interrupted instruction was translated: redirects `context` and returns true. Async-signal-safe.
///
/// # Safety
/// `context` is the `ucontext_t` that the host handed to a handler of this thread.
pub(super) unsafe fn resume(context: *mut libc::c_void) -> bool {
    // SAFETY: the caller's promise.
    let pc = unsafe { super::context::program_counter(context) };
    let mut next: *const Code = CODE.load(Ordering::Acquire);
    // SAFETY: every pointer in the list is null or leaked.
    while let Some(code) = unsafe { next.as_ref() } {
        if code.range.contains(&pc) {
            // SAFETY: the caller's promise; translated code expects it.
            unsafe {
                super::context::set_second(context, pc);
                super::context::set_program_counter(context, code.fault);
            }
            return true;
        }
        next = code.next;
    }
    false
}
