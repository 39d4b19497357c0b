//! Modified immediate: eight bits, spread over a vector in one of a dozen ways.

use super::common::{is_full, with_bytes};
use crate::cpu::Cpu;
use crate::interp::lane::Lane;
use crate::interp::{Exec, Flow, Insn};
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;

fn set(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.put(insn, u64::splat(insn.imm))
}

fn or(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = u64::map(cpu.vector(insn.rd), |d| d | insn.imm);
    cpu.put(insn, value)
}

fn and_not(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = u64::map(cpu.vector(insn.rd), |d| d & !insn.imm);
    cpu.put(insn, value)
}

/// Repeats the low `width` bits of `value`.
fn repeat(value: u64, width: u32) -> u64 {
    (0..64 / width).fold(0, |sum, i| sum | value << (i * width))
}

/// `imm8` as the pattern of a floating-point number with `exponent` and `fraction` bits.
///
/// # Source
/// Arm ARM, `VFPExpandImm`.
fn expand_float(imm8: u64, exponent: u32, fraction: u32) -> u64 {
    let sign = imm8 >> 7;
    let top = imm8 >> 6 & 1;
    let middle = if top == 1 { (1 << (exponent - 3)) - 1 } else { 0 };
    let exponent_bits = (top ^ 1) << (exponent - 1) | middle << 2 | imm8 >> 4 & 3;
    sign << (exponent + fraction) | exponent_bits << fraction | (imm8 & 15) << (fraction - 4)
}

/// One bit of `imm8` for each byte.
fn expand_bytes(imm8: u64) -> u64 {
    (0..8).filter(|bit| imm8 >> bit & 1 == 1).fold(0, |sum, bit| sum | 0xff << (8 * bit))
}

/// Specialises `word` if `op` is in this class.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let imm8 = u64::from(bits(word, 18, 16) << 5 | bits(word, 9, 5));
    let cmode = bits(word, 15, 12);
    let full = is_full(word);
    let words = repeat(imm8 << (8 * (cmode >> 1 & 3)), 32);
    let halfwords = repeat(imm8 << (8 * (cmode >> 1 & 1)), 16);
    let ones_below = repeat(if cmode & 1 == 0 { imm8 << 8 | 0xff } else { imm8 << 16 | 0xffff }, 32);
    let (exec, imm): (Exec, u64) = match op {
        Op::MoviWord => (set, words),
        Op::MvniWord => (set, !words),
        Op::OrrWordImm => (or, words),
        Op::BicWordImm => (and_not, words),
        Op::MoviHalf => (set, halfwords),
        Op::MvniHalf => (set, !halfwords),
        Op::OrrHalfImm => (or, halfwords),
        Op::BicHalfImm => (and_not, halfwords),
        Op::MoviOnes => (set, ones_below),
        Op::MvniOnes => (set, !ones_below),
        Op::MoviByte => (set, repeat(imm8, 8)),
        Op::MoviScalar | Op::MoviDouble => (set, expand_bytes(imm8)),
        Op::FmovSingleImm => (set, repeat(expand_float(imm8, 8, 23), 32)),
        Op::FmovHalfImm => (set, repeat(expand_float(imm8, 5, 10), 16)),
        Op::FmovDoubleImm => (set, expand_float(imm8, 11, 52)),
        _ => return None,
    };
    Some(Insn { imm, ..with_bytes(exec, word, if full { 16 } else { 8 }) })
}
