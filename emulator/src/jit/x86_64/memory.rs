//! The memory that code is written to and run from.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::thunks::Reason;
use crate::cpu::Cpu;
use crate::host;
use crate::interp::Insn;

/// How much code a process has at most, in bytes; the same again is reserved for pre-decoded instructions.
pub(super) const CODE: usize = 64 << 20;
const INSNS: usize = 16 << 20;
const COUNTERS: usize = 1 << 20;
/// How much of the code gets memory at once.
const FIRST: usize = 32 << 10;

/// One reservation: code, behind it the pre-decoded instructions that it refers to, and its counters.
#[derive(Debug)]
pub(super) struct Memory {
    base: usize,
}

impl Memory {
    /// Reserves it; pages cost nothing until used.
    ///
    /// # Errors
    /// The host's.
    pub(super) fn reserve() -> std::io::Result<Memory> {
        let base = host::reserve_code(CODE + INSNS + COUNTERS)? as usize;
        host::populate(base, FIRST);
        Ok(Memory { base })
    }

    /// The host addresses of code.
    pub(super) fn code(&self) -> std::ops::Range<usize> {
        self.base..self.base + CODE
    }

    /// The host addresses of pre-decoded instructions.
    pub(super) fn insns(&self) -> std::ops::Range<usize> {
        self.base + CODE..self.base + CODE + INSNS
    }

    /// The host addresses of counters.
    pub(super) fn counters(&self) -> std::ops::Range<usize> {
        let start = self.base + CODE + INSNS;
        start..start + COUNTERS
    }

    /// Sets the counter at `at`.
    pub(super) fn set_counter(&self, at: usize, value: u32) {
        assert!(self.counters().contains(&at) && at.is_multiple_of(4), "a counter outside its memory");
        // SAFETY: aligned, inside our reservation; code counts it down by single instructions, and loses a count at
        // most when another thread does too.
        unsafe { AtomicU32::from_ptr(at as *mut u32) }.store(value, Ordering::Relaxed);
    }

    /// Writes `code` to `at`. Nobody may run it yet.
    pub(super) fn write(&self, at: usize, code: &[u8]) {
        assert!(self.code().contains(&at) && code.len() <= self.code().end - at, "code outside its memory");
        // SAFETY: the range lies in our reservation, which is writable, and no reference into it exists.
        unsafe { std::ptr::copy_nonoverlapping(code.as_ptr(), at as *mut u8, code.len()) };
    }

    /// Writes `insns` to `at`.
    pub(super) fn write_insns(&self, at: usize, insns: &[Insn]) {
        let range = self.insns();
        assert!(
            range.contains(&at) && size_of_val(insns) <= range.end - at,
            "instructions outside their memory"
        );
        // SAFETY: as in `write`; `at` is a multiple of the alignment, for the reservation is page-aligned and only
        // whole instructions are written.
        unsafe { std::ptr::copy_nonoverlapping(insns.as_ptr(), at as *mut Insn, insns.len()) };
    }

    /// A copy of the instruction at `at`.
    pub(super) fn insn(&self, at: usize) -> Insn {
        assert!(
            self.insns().contains(&at) && at.is_multiple_of(align_of::<Insn>()),
            "an instruction elsewhere"
        );
        // SAFETY: the caller counts through what `write_insns` wrote; code changes but the counter, which is an integer.
        unsafe { std::ptr::read_volatile(at as *const Insn) }
    }

    /// Replaces the four bytes at `at`, which lie within one aligned eight, while threads may run over them.
    pub(super) fn patch32(&self, at: usize, value: u32) {
        assert!(self.code().contains(&at) && at & 7 <= 4, "a patch outside code");
        if at.is_multiple_of(4) {
            // SAFETY: aligned, inside our reservation, only ever accessed atomically once it is run.
            return unsafe { AtomicU32::from_ptr(at as *mut u32) }.store(value, Ordering::Release);
        }
        let (whole, shift) = (at & !7, 8 * (at & 7));
        // SAFETY: as above; patches are made by one thread at a time, so the other bytes stay as they are.
        let cell = unsafe { AtomicU64::from_ptr(whole as *mut u64) };
        let mask = 0xffff_ffff_u64 << shift;
        cell.store(cell.load(Ordering::Relaxed) & !mask | u64::from(value) << shift, Ordering::Release);
    }

    /// Replaces the eight bytes at `at`, a multiple of eight, while threads may run over them.
    pub(super) fn patch64(&self, at: usize, value: u64) {
        assert!(self.code().contains(&at) && at.is_multiple_of(8), "a patch outside code");
        // SAFETY: as in `patch32`.
        unsafe { AtomicU64::from_ptr(at as *mut u64) }.store(value, Ordering::Release);
    }
}

/// What a thunk out of translated code gives, as a pair of the C calling convention.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Left {
    /// Why it was left.
    pub(super) reason: Reason,
    /// What the reason says it is.
    pub(super) value: u64,
}

/// Runs the code at `code` by the thunk at `enter`.
///
/// # Safety
/// Both are host addresses that the cache of this process gave and that it still has.
pub(super) unsafe fn run(enter: usize, cpu: &mut Cpu, code: usize) -> Left {
    // SAFETY: the thunk has this signature. The code was written by us for this state; it touches nothing but `cpu`,
    // its stack and guest memory, whose bounds it checks and whose faults the signal handler leads to a thunk.
    unsafe {
        let enter = std::mem::transmute::<usize, unsafe extern "sysv64" fn(*mut Cpu, usize) -> Left>(enter);
        enter(cpu, code)
    }
}
