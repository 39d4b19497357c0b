//! Conversions between floating-point and general registers.

use super::op::Mode;
use super::scalar::{Width, for_width, read, with_env};
use crate::cpu::Cpu;
use crate::fpu::{Format, from_fixed, to_fixed};
use crate::interp::{Exec, Flow, Insn};

/// A general register's width in bits.
const fn width(x: bool) -> u32 {
    if x { 64 } else { 32 }
}

/// To a general register (64 bits if `X`), with `imm` fraction bits.
fn to_general<F: Format, M: Mode, const SIGNED: bool, const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let a = read::<F>(cpu, insn.rn);
    let fraction = insn.imm as u32;
    let result = with_env(cpu, F::HOST, |env| to_fixed::<F>(a, width(X), SIGNED, fraction, M::of(env), env));
    cpu.set_reg(insn.rd, result);
    Flow::Next
}

/// From a general register (64 bits if `X`), with `imm` fraction bits.
fn from_general<F: Format, const SIGNED: bool, const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let a = cpu.reg(insn.rn);
    let fraction = insn.imm as u32;
    let result =
        with_env(cpu, F::HOST, |env| from_fixed::<F>(a, width(X), SIGNED, fraction, env.rounding(), env));
    cpu.set_vec(insn.rd, result.into());
    Flow::Next
}

/// [`to_general`] for the widths.
pub(super) fn to_general_of<M: Mode, const SIGNED: bool>(from: Width, x: bool) -> Exec {
    if x {
        for_width!(from, to_general, [M, SIGNED, true])
    } else {
        for_width!(from, to_general, [M, SIGNED, false])
    }
}

/// [`from_general`] for the widths.
pub(super) fn from_general_of<const SIGNED: bool>(to: Width, x: bool) -> Exec {
    if x {
        for_width!(to, from_general, [SIGNED, true])
    } else {
        for_width!(to, from_general, [SIGNED, false])
    }
}
