//! What leaves the interpreter: system calls, breakpoints, and what user code may not do.

use crate::cpu::{Cpu, Exclusive};
use crate::interp::{Flow, Insn, Trap};
use crate::isa::bits;
use crate::isa::rows::branch::Op;

/// Specialises `word`, which is encoded as `op`.
pub(super) fn select(op: Op, word: u32) -> Insn {
    let mut insn = Insn::new(undefined, word);
    insn.imm = u64::from(bits(word, 20, 5));
    match op {
        Op::Svc => insn.exec = supervisor_call,
        Op::Brk => insn.exec = breakpoint,
        _ => {}
    }
    insn
}

/// Linux does not look at the immediate. Returning from the exception clears the exclusive monitor.
fn supervisor_call(cpu: &mut Cpu, _insn: &Insn) -> Flow {
    cpu.exclusive = Exclusive::default();
    cpu.raise(Trap::Syscall)
}

fn breakpoint(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.raise(Trap::Breakpoint(insn.imm as u16))
}

/// Undefined at EL0, or trapped there by Linux, which answers with SIGILL.
fn undefined(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.raise(Trap::Illegal(insn.word))
}
