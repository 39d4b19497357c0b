//! Three registers of the same type: shifts by a signed count in the low byte of each lane.

use super::common::{is_scalar, lanewise, put_saturated, size, sized};
use crate::cpu::Cpu;
use crate::interp::lane::Int;
use crate::interp::{Exec, Flow, Insn};
use crate::isa::rows::simd_int::Op;

/// The signed shift count in a lane.
#[inline(always)]
fn count<T: Int>(lane: T) -> i32 {
    i32::from(lane.exact() as i8)
}

/// `value` shifted left by `by`, or right by −`by`, without rounding.
#[inline(always)]
fn shift<T: Int>(value: T, by: i32) -> T {
    let width = T::BITS as i32;
    if by >= width {
        T::ZERO
    } else if by >= 0 {
        value.shl(by as u32)
    } else if by > -width {
        value.shr(-by as u32)
    } else {
        T::mask(value < T::ZERO)
    }
}

/// The exact `value` · 2^`by`, rounded down, or to nearest with `rounding`; out of every lane's range when it does
/// not fit in 128 bits.
#[inline(always)]
fn exact_shift<T: Int>(value: T, by: i32, rounding: bool) -> i128 {
    if by >= T::BITS as i32 {
        return match value.cmp(&T::ZERO) {
            std::cmp::Ordering::Less => i128::MIN,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => i128::MAX,
        };
    }
    if by >= 0 {
        return value.exact() << by;
    }
    let by = (-by).min(127);
    let half = if rounding { 1_i128 << (by - 1) } else { 0 };
    (value.exact() + half) >> by
}

fn shift_register<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::zip(cpu.vector(insn.rn), cpu.vector(insn.rm), |a, b| shift(a, count(b)));
    cpu.put(insn, value)
}

fn shift_rounding<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::zip(cpu.vector(insn.rn), cpu.vector(insn.rm), |a, b| {
        T::cut(match count(b) {
            by if by >= T::BITS as i32 => 0,
            by => exact_shift(a, by, true),
        })
    });
    cpu.put(insn, value)
}

#[inline(always)]
fn saturated<T: Int>(cpu: &mut Cpu, insn: &Insn, rounding: bool) -> Flow {
    let (n, m) = (cpu.vector(insn.rn), cpu.vector(insn.rm));
    put_saturated::<T>(cpu, insn, |i| exact_shift(T::get(&n, i), count(T::get(&m, i)), rounding))
}

fn shift_saturated<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    saturated::<T>(cpu, insn, false)
}

fn shift_saturated_rounding<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    saturated::<T>(cpu, insn, true)
}

/// Specialises `word` if `op` is in this class.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let size = size(word);
    let exec = match op {
        Op::SshlVec | Op::SshlScalar => sized!(size, shift_register, [i8 i16 i32 i64]),
        Op::UshlVec | Op::UshlScalar => sized!(size, shift_register, [u8 u16 u32 u64]),
        Op::SrshlVec | Op::SrshlScalar => sized!(size, shift_rounding, [i8 i16 i32 i64]),
        Op::UrshlVec | Op::UrshlScalar => sized!(size, shift_rounding, [u8 u16 u32 u64]),
        Op::SqshlVec | Op::SqshlScalar => sized!(size, shift_saturated, [i8 i16 i32 i64]),
        Op::UqshlVec | Op::UqshlScalar => sized!(size, shift_saturated, [u8 u16 u32 u64]),
        Op::SqrshlVec | Op::SqrshlScalar => sized!(size, shift_saturated_rounding, [i8 i16 i32 i64]),
        Op::UqrshlVec | Op::UqrshlScalar => sized!(size, shift_saturated_rounding, [u8 u16 u32 u64]),
        _ => None,
    }?;
    let only_64 = matches!(op, Op::SshlScalar | Op::UshlScalar | Op::SrshlScalar | Op::UrshlScalar);
    if is_scalar(word) && only_64 && size != 3 {
        return None;
    }
    lanewise(exec, word, size)
}
