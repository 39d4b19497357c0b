//! One pre-decoded instruction, and what can come of executing it.

use crate::cpu::Cpu;
use crate::mem::{Fault, GuestAddr};

/// Executes one instruction.
pub type Exec = fn(&mut Cpu, &Insn) -> Flow;

/// One pre-decoded instruction. What the operand fields hold is between `select` and its function; registers are
/// indices into [`Cpu::x`] with 31 already resolved to SP, ZERO or ZERO_SINK.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Insn {
    /// Its meaning.
    pub exec: Exec,
    /// An immediate, or the absolute target of a branch or PC-relative address.
    pub imm: u64,
    /// The encoded word.
    pub word: u32,
    /// Destination.
    pub rd: u8,
    /// First source.
    pub rn: u8,
    /// Second source.
    pub rm: u8,
    /// Third source, or whatever small number the function needs.
    pub ra: u8,
    /// Where the header of the block stands that came next when the instruction branched the last time.
    pub link: u32,
}

impl Insn {
    /// An instruction with all operands zero.
    pub fn new(exec: Exec, word: u32) -> Insn {
        Insn { exec, imm: 0, word, rd: 0, rn: 0, rm: 0, ra: 0, link: 0 }
    }
}

/// What comes after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Flow {
    /// The next one.
    Next,
    /// `Cpu::pc` says where.
    Branch,
    /// `Cpu::trap` says why the interpreter must be left; the instruction had no effect unless the trap says so.
    Trap,
}

/// Why the interpreter was left. `Cpu::pc` is the address of the instruction meant, but for [`Trap::Syscall`] and
/// [`Trap::CodeChanged`], where it is the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// `SVC #0`: the number is in x8.
    Syscall,
    /// A load, store or instruction fetch failed.
    Fault(Fault),
    /// `BRK` with its immediate.
    Breakpoint(u16),
    /// Not an instruction, or one that is not implemented.
    Illegal(u32),
    /// The stack pointer or the program counter is not aligned.
    Misaligned(GuestAddr),
    /// `IC IVAU` ended: code at this address may have changed.
    CodeChanged(GuestAddr),
    /// `Cpu::interrupt` was set.
    Interrupted,
    /// Two engines differ (`--engine check`); the thread's engine says how.
    Differs,
}

impl Cpu {
    /// Records `trap` and says so.
    #[cold]
    pub fn raise(&mut self, trap: Trap) -> Flow {
        self.trap = trap;
        Flow::Trap
    }

    /// Records a failed access and says so.
    #[cold]
    pub fn fault(&mut self, fault: Fault) -> Flow {
        self.raise(Trap::Fault(fault))
    }
}
