//! Signals as the host delivers them: one note a thread, which the interpreter's loop picks up.
//!
//! The handler copies the signal's information into the thread's slot, raises its interrupt flag and leaves with every
//! signal blocked, so that the next one waits in the host until the loop has dealt with this one and sets the mask
//! again. [`SYNCHRONOUS`] signals are never blocked, as the host also reports faults by them; each has a slot of its
//! own.

use std::cell::{Cell, UnsafeCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering};

use super::{extable, os, status, translated};

/// What the host shall do with a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Its default.
    Default,
    /// Nothing.
    Ignore,
    /// Note it for the thread that gets it.
    Catch,
}

/// SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV (Linux numbers): the signals by which the host reports faults.
pub const SYNCHRONOUS: u64 = 1 << 3 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 10;

/// One note for asynchronous signals and one for each synchronous one.
const SLOTS: usize = 6;

struct Slots {
    interrupt: Cell<*const AtomicU32>,
    full: [AtomicBool; SLOTS],
    info: UnsafeCell<[[u8; 128]; SLOTS]>,
}

thread_local! {
    static NOTES: Slots = const { Slots {
        interrupt: Cell::new(std::ptr::null()),
        full: [const { AtomicBool::new(false) }; SLOTS],
        info: UnsafeCell::new([[0; 128]; SLOTS]),
    } };
}

/// The process that this one reports its crash for, and how.
static REPORTER: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());
static EXIT_CODE: AtomicI32 = AtomicI32::new(1);

/// Says what to do when the emulator itself faults: `line` is written to the status descriptor and the process ends
/// with `code`.
pub fn on_crash(line: &'static str, code: i32) {
    let line: &'static &'static str = Box::leak(Box::new(line));
    EXIT_CODE.store(code, Ordering::Release);
    REPORTER.store(std::ptr::from_ref(line).cast_mut().cast(), Ordering::Release);
}

/// Makes this thread's signals raise `interrupt`. Until then they are lost, so block them.
pub fn attach(interrupt: &Arc<AtomicU32>) {
    // The count that this takes is never given back: the handler may use the pointer until the thread ends.
    let pointer = Arc::into_raw(Arc::clone(interrupt));
    NOTES.with(|notes| notes.interrupt.set(pointer));
}

/// Takes a signal noted for this thread: a `siginfo_t` of Linux's.
pub fn take() -> Option<[u8; 128]> {
    NOTES.with(|notes| {
        let slot = notes.full.iter().position(|full| full.load(Ordering::Acquire))?;
        // SAFETY: a full slot is not written by the handler.
        let info = unsafe { (*notes.info.get())[slot] };
        notes.full[slot].store(false, Ordering::Release);
        Some(info)
    })
}

/// Forgets what was noted for this thread, for the child of a fork.
pub fn forget() {
    while take().is_some() {}
}

/// Runs in the host's handler: deals with a fault or notes a signal. `signal` has Linux's number.
///
/// # Safety
/// `context` is the `ucontext_t` that the host handed to the handler of this thread.
pub(super) unsafe fn handle(
    signal: i32,
    code: i32,
    addr: usize,
    context: *mut libc::c_void,
    info: impl FnOnce() -> [u8; 128],
) {
    let synchronous = (1_u64 << (signal - 1)) & SYNCHRONOUS != 0;
    if synchronous && code > 0 {
        // SAFETY: the caller's promise.
        if unsafe { extable::resume(signal, addr, context) || translated::resume(context) } {
            return;
        }
        crash();
    }
    NOTES.with(|notes| {
        let slot = match signal {
            4 => 1,
            5 => 2,
            7 => 3,
            8 => 4,
            11 => 5,
            _ => 0,
        };
        if !notes.full[slot].load(Ordering::Acquire) {
            // SAFETY: only this handler writes an empty slot, and it does not interrupt itself for the same slot.
            unsafe { (*notes.info.get())[slot] = info() };
            notes.full[slot].store(true, Ordering::Release);
        }
        let interrupt = notes.interrupt.get();
        if !interrupt.is_null() {
            // SAFETY: `attach` leaked a count of it.
            unsafe { (*interrupt).store(1, Ordering::Release) };
        }
    });
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(pc) = os::interruptible::divert(super::context::program_counter(context)) {
            super::context::set_program_counter(context, pc);
        }
        if !synchronous {
            os::signal::block_all_after(context);
        }
    }
}

/// Raises this thread's interrupt flag without a signal.
pub(super) fn interrupt_self() {
    NOTES.with(|notes| {
        let interrupt = notes.interrupt.get();
        if !interrupt.is_null() {
            // SAFETY: `attach` leaked a count of it.
            unsafe { (*interrupt).store(1, Ordering::Release) };
        }
    });
}

/// The emulator itself faulted. Async-signal-safe.
fn crash() -> ! {
    let line = REPORTER.load(Ordering::Acquire).cast::<&'static str>();
    if !line.is_null() {
        // SAFETY: `on_crash` stored a pointer to a leaked string.
        status::write_line(unsafe { *line });
    }
    super::exit_now(EXIT_CODE.load(Ordering::Acquire))
}
