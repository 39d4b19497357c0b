//! Two registers, miscellaneous: reversals, counts, comparison with zero, narrowing, pairwise sums.

use super::common::{
    is_full, is_scalar, lanewise, put_narrow, put_narrow_saturated, put_saturated, result_bytes, size, sized,
    source_half, unary, widening, with_bytes,
};
use crate::cpu::Cpu;
use crate::interp::lane::{Int, Lane, Narrow};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::rows::simd_int::Op;

unary! {
    count_leading_zeros = |a| T::cut(a.leading_zeros().into());
    // Bits that equal the one above them: zeros once those below the sign are XORed with it.
    count_leading_signs = |a| T::cut(i128::from(a.xor(a.shr(1)).leading_zeros()) - 1);
    not = |a| a.not();
    absolute = |a| if a < T::ZERO { a.neg() } else { a };
    negate = |a| a.neg();
    is_positive = |a| T::mask(a > T::ZERO);
    is_not_negative = |a| T::mask(a >= T::ZERO);
    is_zero = |a| T::mask(a == T::ZERO);
    is_not_positive = |a| T::mask(a <= T::ZERO);
    is_negative = |a| T::mask(a < T::ZERO);
}

fn count_ones(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = u8::map(cpu.vector(insn.rn), |a| a.count_ones() as u8);
    cpu.put(insn, value)
}

fn reverse_bits(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = u8::map(cpu.vector(insn.rn), u8::reverse_bits);
    cpu.put(insn, value)
}

/// Reverses the lanes within each `BYTES` bytes.
fn reverse<T: Int, const BYTES: usize>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = cpu.vector(insn.rn);
    let group = BYTES * 8 / T::BITS as usize;
    cpu.put(insn, T::generate(|i| T::get(&n, i ^ (group - 1))))
}

fn absolute_saturated<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = cpu.vector(insn.rn);
    put_saturated::<T>(cpu, insn, |i| T::get(&n, i).exact().abs())
}

fn negate_saturated<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = cpu.vector(insn.rn);
    put_saturated::<T>(cpu, insn, |i| -T::get(&n, i).exact())
}

/// Adds lanes of the other signedness `U` to those of the destination.
fn accumulate_saturated<T: Int, U: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (d, n) = (cpu.vector(insn.rd), cpu.vector(insn.rn));
    put_saturated::<T>(cpu, insn, |i| T::get(&d, i).exact() + U::get(&n, i).exact())
}

fn add_pairs_long<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = cpu.vector(insn.rn);
    cpu.put(insn, T::Wide::generate(|i| T::get(&n, 2 * i).widen().add(T::get(&n, 2 * i + 1).widen())))
}

fn accumulate_pairs_long<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (d, n) = (cpu.vector(insn.rd), cpu.vector(insn.rn));
    cpu.put(
        insn,
        T::Wide::generate(|i| {
            T::Wide::get(&d, i).add(T::get(&n, 2 * i).widen()).add(T::get(&n, 2 * i + 1).widen())
        }),
    )
}

fn narrow<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::narrow_map(cpu.vector(insn.rn), T::narrow);
    put_narrow(cpu, insn, value)
}

/// Narrows lanes of `S`, which has twice the width of `T` and perhaps another signedness.
fn narrow_saturated<T: Narrow, S: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = cpu.vector(insn.rn);
    put_narrow_saturated::<T>(cpu, insn, |i| S::get(&n, i).exact())
}

fn shift_long<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::widen_low(source_half(insn, cpu.vector(insn.rn)));
    cpu.put(insn, T::Wide::map(value, |a| a.shl(T::BITS)))
}

/// Specialises `word` if `op` is in this class.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let size = size(word);
    let exec = match op {
        Op::NotVec => return Some(bytewise(not::<u8>, word)),
        Op::RbitVec => return Some(bytewise(reverse_bits, word)),
        Op::CntVec => return Some(bytewise(count_ones, word)),
        Op::Rev16Vec => return Some(bytewise(reverse::<u8, 2>, word)),
        Op::Rev32Vec => [reverse::<u8, 4>, reverse::<u16, 4>].get(size as usize).map(|f| *f as Exec),
        Op::Rev64Vec => {
            [reverse::<u8, 8>, reverse::<u16, 8>, reverse::<u32, 8>].get(size as usize).map(|f| *f as Exec)
        }
        Op::ClsVec => sized!(size, count_leading_signs, [i8 i16 i32]),
        Op::ClzVec => sized!(size, count_leading_zeros, [u8 u16 u32]),
        Op::AbsVec | Op::AbsScalar => sized!(size, absolute, [i8 i16 i32 i64]),
        Op::NegVec | Op::NegScalar => sized!(size, negate, [i8 i16 i32 i64]),
        Op::CmgtZeroVec | Op::CmgtZeroScalar => sized!(size, is_positive, [i8 i16 i32 i64]),
        Op::CmgeZeroVec | Op::CmgeZeroScalar => sized!(size, is_not_negative, [i8 i16 i32 i64]),
        Op::CmeqZeroVec | Op::CmeqZeroScalar => sized!(size, is_zero, [i8 i16 i32 i64]),
        Op::CmleZeroVec | Op::CmleZeroScalar => sized!(size, is_not_positive, [i8 i16 i32 i64]),
        Op::CmltZeroVec | Op::CmltZeroScalar => sized!(size, is_negative, [i8 i16 i32 i64]),
        Op::SqabsVec | Op::SqabsScalar => sized!(size, absolute_saturated, [i8 i16 i32 i64]),
        Op::SqnegVec | Op::SqnegScalar => sized!(size, negate_saturated, [i8 i16 i32 i64]),
        Op::SuqaddVec | Op::SuqaddScalar => match size {
            0 => Some(accumulate_saturated::<i8, u8> as Exec),
            1 => Some(accumulate_saturated::<i16, u16> as Exec),
            2 => Some(accumulate_saturated::<i32, u32> as Exec),
            _ => Some(accumulate_saturated::<i64, u64> as Exec),
        },
        Op::UsqaddVec | Op::UsqaddScalar => match size {
            0 => Some(accumulate_saturated::<u8, i8> as Exec),
            1 => Some(accumulate_saturated::<u16, i16> as Exec),
            2 => Some(accumulate_saturated::<u32, i32> as Exec),
            _ => Some(accumulate_saturated::<u64, i64> as Exec),
        },
        Op::SaddlpVec => sized!(size, add_pairs_long, [i8 i16 i32]),
        Op::UaddlpVec => sized!(size, add_pairs_long, [u8 u16 u32]),
        Op::SadalpVec => sized!(size, accumulate_pairs_long, [i8 i16 i32]),
        Op::UadalpVec => sized!(size, accumulate_pairs_long, [u8 u16 u32]),
        Op::ShllVec => return Some(widening(sized!(size, shift_long, [u8 u16 u32])?, word, size)),
        _ => return narrowing(op, word, size),
    }?;
    let any_size = matches!(op, Op::SqabsScalar | Op::SqnegScalar | Op::SuqaddScalar | Op::UsqaddScalar);
    if is_scalar(word) && !any_size && size != 3 {
        return None;
    }
    lanewise(exec, word, size)
}

fn bytewise(exec: Exec, word: u32) -> Insn {
    with_bytes(exec, word, if is_full(word) { 16 } else { 8 })
}

fn narrowing(op: Op, word: u32, size: u32) -> Option<Insn> {
    let exec = match op {
        Op::XtnVec => sized!(size, narrow, [u8 u16 u32]),
        Op::SqxtnVec | Op::SqxtnScalar => match size {
            0 => Some(narrow_saturated::<i8, i16> as Exec),
            1 => Some(narrow_saturated::<i16, i32> as Exec),
            2 => Some(narrow_saturated::<i32, i64> as Exec),
            _ => None,
        },
        Op::UqxtnVec | Op::UqxtnScalar => match size {
            0 => Some(narrow_saturated::<u8, u16> as Exec),
            1 => Some(narrow_saturated::<u16, u32> as Exec),
            2 => Some(narrow_saturated::<u32, u64> as Exec),
            _ => None,
        },
        Op::SqxtunVec | Op::SqxtunScalar => match size {
            0 => Some(narrow_saturated::<u8, i16> as Exec),
            1 => Some(narrow_saturated::<u16, i32> as Exec),
            2 => Some(narrow_saturated::<u32, i64> as Exec),
            _ => None,
        },
        _ => None,
    }?;
    Some(with_bytes(exec, word, result_bytes(word, size)))
}
