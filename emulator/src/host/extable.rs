//! The exception table: host instructions that may fault, and where to go on when they do.
//!
//! Each access below is written in assembly with an entry `(faulting instruction, continuation)` in a section of
//! its own. The continuation sets the error register and joins the straight path.

use std::cell::Cell;

/// What the host said of the last fault on this thread.
#[derive(Clone, Copy, Debug)]
pub struct HostFault {
    /// The host address.
    pub host: usize,
    /// SIGBUS rather than SIGSEGV.
    pub bus: bool,
}

thread_local! {
    static LAST: Cell<HostFault> = const { Cell::new(HostFault { host: 0, bus: false }) };
}

/// What the host said of the last fault on this thread.
pub fn last_fault() -> HostFault {
    LAST.get()
}

// The two sections an access writes to, for the modules below.
#[cfg(not(target_vendor = "apple"))]
macro_rules! fixup_section {
    () => {
        ".pushsection .text.elfuse_fixup,\"ax\",@progbits"
    };
}
#[cfg(target_vendor = "apple")]
macro_rules! fixup_section {
    () => {
        ".pushsection __TEXT,elfuse_fixup,regular,pure_instructions"
    };
}
#[cfg(not(target_vendor = "apple"))]
macro_rules! table_section {
    () => {
        // `R` (SHF_GNU_RETAIN): nothing refers to the entries by name, so the linker would drop them as garbage.
        ".pushsection elfuse_extable,\"awR\",@progbits"
    };
}
#[cfg(target_vendor = "apple")]
macro_rules! table_section {
    () => {
        ".pushsection __DATA,elfuse_extable,regular,no_dead_strip"
    };
}

#[cfg(target_arch = "aarch64")]
#[allow(clippy::result_unit_err, reason = "`last_fault` holds what there is to say")]
#[path = "extable_aarch64.rs"]
mod arch;
#[cfg(target_arch = "x86_64")]
#[allow(clippy::result_unit_err, reason = "`last_fault` holds what there is to say")]
#[path = "extable_x86_64.rs"]
mod arch;

pub use arch::*;

#[repr(C)]
struct Entry {
    at: usize,
    go_on: usize,
}

#[cfg(not(target_vendor = "apple"))]
unsafe extern "C" {
    #[link_name = "__start_elfuse_extable"]
    static START: Entry;
    #[link_name = "__stop_elfuse_extable"]
    static STOP: Entry;
}
#[cfg(target_vendor = "apple")]
unsafe extern "C" {
    #[link_name = "\u{1}section$start$__DATA$elfuse_extable"]
    static START: Entry;
    #[link_name = "\u{1}section$end$__DATA$elfuse_extable"]
    static STOP: Entry;
}

/// If the interrupted instruction has an entry: notes the fault, redirects `context` to the continuation and
/// returns true. Async-signal-safe.
///
/// # Safety
/// `context` is the `ucontext_t` that the host handed to a handler of this thread.
pub(super) unsafe fn resume(signal: libc::c_int, host: usize, context: *mut libc::c_void) -> bool {
    // SAFETY: the linker provides both ends of one contiguous array.
    let table = unsafe {
        let start = &raw const START;
        let stop = &raw const STOP;
        std::slice::from_raw_parts(start, stop.offset_from(start) as usize)
    };
    // SAFETY: the caller's promise.
    let pc = unsafe { super::context::program_counter(context) };
    let Some(entry) = table.iter().find(|entry| entry.at == pc) else { return false };
    LAST.set(HostFault { host, bus: signal == libc::SIGBUS });
    // SAFETY: the caller's promise; the continuation belongs to the same function as the faulting instruction.
    unsafe { super::context::set_program_counter(context, entry.go_on) };
    true
}
