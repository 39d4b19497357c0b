//! Moves between the register files, immediates, conditional select.

use super::scalar::read;
use crate::cpu::Cpu;
use crate::fpu::Format;
use crate::interp::operand::holds;
use crate::interp::{Flow, Insn};

/// The number that an eight-bit immediate stands for.
///
/// # Source
/// Arm ARM, shared/functions/float/vfpexpandimm.
pub(super) fn expand_immediate<F: Format>(imm8: u64) -> u64 {
    let sign = (imm8 >> 7) << (F::BITS - 1);
    let magnitude = (imm8 & 0x3f) << (F::FRAC - 4);
    // The exponent is NOT(b), then b repeated, then two bits that `magnitude` holds already.
    let top = 1 << (F::BITS - 2);
    let exponent = if imm8 & 0x40 == 0 { top } else { F::INFINITY & !top & !(3 << F::FRAC) };
    sign | exponent | magnitude
}

/// `rd = imm`.
pub(super) fn immediate(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.set_vec(insn.rd, insn.imm.into());
    Flow::Next
}

/// The low element to a general register.
pub(super) fn to_general<F: Format>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.set_reg(insn.rd, read::<F>(cpu, insn.rn));
    Flow::Next
}

/// A general register to the low element.
pub(super) fn from_general<F: Format>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.set_vec(insn.rd, u128::from(cpu.reg(insn.rn) & F::MASK));
    Flow::Next
}

/// The high half to a general register.
pub(super) fn from_top(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.set_reg(insn.rd, (cpu.vec(insn.rn) >> 64) as u64);
    Flow::Next
}

/// A general register to the high half; the low half stays.
pub(super) fn to_top(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let low = u128::from(cpu.vec(insn.rd) as u64);
    cpu.set_vec(insn.rd, u128::from(cpu.reg(insn.rn)) << 64 | low);
    Flow::Next
}

/// `rd = cond ? rn : rm`, with the condition in `ra`.
pub(super) fn conditional<F: Format>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let from = if holds(insn.ra, cpu.nzcv) { insn.rn } else { insn.rm };
    cpu.set_vec(insn.rd, read::<F>(cpu, from).into());
    Flow::Next
}
