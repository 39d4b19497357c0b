//! Base register and write-back.
//!
//! `Insn::rn` is the base, to which `Insn::rm` and `Insn::imm` are added afterwards; without write-back both are zero.

use crate::cpu::{Cpu, SP, ZERO};
use crate::interp::{Exec, Flow, Insn, Trap};
use crate::isa::bits;
use crate::mem::GuestAddr;

/// `exec` at the base of `word`, which moves `bytes` bytes; `ra` is the class's own.
pub(super) fn with_base(exec: Exec, word: u32, bytes: u32, ra: u8) -> Insn {
    let (post, rm) = (bits(word, 23, 23) == 1, bits(word, 20, 16) as u8);
    let (rm, imm) = match (post, rm) {
        (false, _) => (ZERO, 0),
        // Register 31 stands for the number of bytes moved.
        (true, 31) => (ZERO, bytes.into()),
        (true, rm) => (rm, 0),
    };
    Insn { rd: bits(word, 4, 0) as u8, rn: bits(word, 9, 5) as u8, rm, ra, imm, ..Insn::new(exec, word) }
}

/// The base address.
///
/// # Errors
/// The flow of the trap of a misaligned stack pointer.
#[inline(always)]
pub(super) fn base(cpu: &mut Cpu, insn: &Insn) -> Result<GuestAddr, Flow> {
    let addr = GuestAddr(cpu.reg(insn.rn));
    if insn.rn == SP && !addr.0.is_multiple_of(16) {
        return Err(cpu.raise(Trap::Misaligned(addr)));
    }
    Ok(addr)
}

/// Ends an instruction that moved everything.
#[inline(always)]
pub(super) fn write_back(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = cpu.reg(insn.rn).wrapping_add(cpu.reg(insn.rm)).wrapping_add(insn.imm);
    cpu.set_reg(insn.rn, addr);
    Flow::Next
}
