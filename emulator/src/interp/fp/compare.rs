//! Comparisons that set the flags.

use super::scalar::{read, with_env};
use crate::cpu::{Cpu, Nzcv};
use crate::fpu::{Format, Order, compare};
use crate::interp::operand::holds;
use crate::interp::{Flow, Insn};

/// # Source
/// Arm ARM, shared/functions/float/fpcompare.
fn flags(order: Order) -> Nzcv {
    let bits = match order {
        Order::Less => 0b1000,
        Order::Equal => 0b0110,
        Order::Greater => 0b0010,
        Order::Unordered => 0b0011,
    };
    bits << 28
}

#[inline(always)]
fn set_flags<F: Format, const SIGNAL: bool>(cpu: &mut Cpu, a: u64, b: u64) {
    cpu.nzcv = flags(with_env(cpu, false, |env| compare::<F>(a, b, SIGNAL, env)));
}

/// Compares `rn` with `rm`; `SIGNAL` makes quiet NaNs invalid.
pub(super) fn registers<F: Format, const SIGNAL: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (a, b) = (read::<F>(cpu, insn.rn), read::<F>(cpu, insn.rm));
    set_flags::<F, SIGNAL>(cpu, a, b);
    Flow::Next
}

/// Compares `rn` with zero.
pub(super) fn zero<F: Format, const SIGNAL: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let a = read::<F>(cpu, insn.rn);
    set_flags::<F, SIGNAL>(cpu, a, 0);
    Flow::Next
}

/// Compares if the condition in `ra` holds, else sets the flags to `imm`.
pub(super) fn conditional<F: Format, const SIGNAL: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    if holds(insn.ra, cpu.nzcv) {
        return registers::<F, SIGNAL>(cpu, insn);
    }
    cpu.nzcv = insn.imm as u32;
    Flow::Next
}
