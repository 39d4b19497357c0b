//! Two registers, miscellaneous: reversals, counts, comparison with zero, narrowing, pairwise sums.

use super::common::{
    T0, T1, T2, add_pairs_long, from_high, indices, invert, narrowed, picks, result, shift_right, size, splat,
};
use crate::interp::Insn;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::Xmm;
use crate::jit::x86_64::simd::{
    ABS, ADD, AND, EQUAL, GREATER, MIN_UNSIGNED, OR, SHUFFLE, SUB, Way, XOR, ZIP_HIGH, ZIP_LOW,
};

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let size = size(insn);
    let place = usize::from(size);
    match op {
        Op::NotVec => {
            let a = l.vector_operand(insn.rn);
            result(l, insn, |l, to| invert(l, to, a, T1));
        }
        Op::CntVec => {
            let a = l.vector(insn.rn);
            result(l, insn, |l, to| {
                by_half_byte(l, a, [indices(|at| Some(at.count_ones() as u8)); 2]);
                l.asm.simd(ADD[0], to, T0, T1);
            });
        }
        Op::RbitVec => {
            let a = l.vector(insn.rn);
            result(l, insn, |l, to| {
                let high = indices(|at| Some(at.reverse_bits()));
                by_half_byte(l, a, [high, high >> 4 & splat(0, 15)]);
                l.asm.simd(OR, to, T0, T1);
            });
        }
        Op::ClzVec => {
            let a = l.vector(insn.rn);
            result(l, insn, |l, to| leading_zeros(l, size, to, a));
        }
        Op::ClsVec => {
            // Zeros where a bit is as the one above it, down from the sign, which does not count.
            let a = l.vector(insn.rn);
            result(l, insn, |l, to| {
                shift_right(l, size, true, T2, a, 1);
                l.asm.simd(XOR, T2, T2, a);
                leading_zeros(l, size, T0, T2);
                let one = l.asm.constant(splat(size, 1));
                l.asm.simd(SUB[place], to, T0, one);
            });
        }
        Op::Rev16Vec => reverse(l, size, 2, insn),
        Op::Rev32Vec => reverse(l, size, 4, insn),
        Op::Rev64Vec => reverse(l, size, 8, insn),
        Op::NegVec | Op::NegScalar => {
            let a = l.vector_operand(insn.rn);
            result(l, insn, |l, to| {
                l.asm.vector_zero(T1);
                l.asm.simd(SUB[place], to, T1, a);
            });
        }
        Op::AbsVec | Op::AbsScalar => {
            let a = l.vector(insn.rn);
            result(l, insn, |l, to| match ABS.get(place) {
                Some(&abs) => l.asm.simd_unary(abs, to, a),
                None => {
                    l.asm.vector_zero(T1);
                    l.asm.simd(GREATER[3], T1, T1, a);
                    l.asm.simd(XOR, T0, a, T1);
                    l.asm.simd(SUB[3], to, T0, T1);
                }
            });
        }
        Op::CmgtZeroVec
        | Op::CmgtZeroScalar
        | Op::CmgeZeroVec
        | Op::CmgeZeroScalar
        | Op::CmeqZeroVec
        | Op::CmeqZeroScalar
        | Op::CmleZeroVec
        | Op::CmleZeroScalar
        | Op::CmltZeroVec
        | Op::CmltZeroScalar => {
            let a = l.vector(insn.rn);
            result(l, insn, |l, to| compare_with_zero(l, op, place, to, a));
        }
        Op::SaddlpVec | Op::UaddlpVec | Op::SadalpVec | Op::UadalpVec => {
            let signed = matches!(op, Op::SaddlpVec | Op::SadalpVec);
            let a = l.vector(insn.rn);
            if matches!(op, Op::SaddlpVec | Op::UaddlpVec) {
                result(l, insn, |l, to| add_pairs_long(l, size, signed, to, a));
            } else {
                let d = l.vector(insn.rd);
                result(l, insn, |l, to| {
                    add_pairs_long(l, size, signed, T0, a);
                    l.asm.simd(ADD[place + 1], to, d, T0);
                });
            }
        }
        Op::XtnVec => {
            let a = l.vector(insn.rn);
            narrowed(l, insn, |l, to| {
                let order = l.asm.constant(picks(size, false));
                l.asm.simd(SHUFFLE, to, a, order);
            });
        }
        Op::ShllVec => {
            let a = l.vector_operand(insn.rn);
            let zip = if from_high(insn) { ZIP_HIGH } else { ZIP_LOW };
            result(l, insn, |l, to| {
                l.asm.vector_zero(T1);
                l.asm.simd(zip[place], to, T1, a);
            });
        }
        _ => return false,
    }
    true
}

/// T0 and T1 = what the two tables have for the low and the high half of each byte of `a`.
fn by_half_byte(l: &mut Lower<'_>, a: Xmm, [low, high]: [u128; 2]) {
    let half = l.asm.constant(splat(0, 15));
    l.asm.simd(AND, T0, a, half);
    l.asm.shift_lanes(Way::Right, 1, T1, a, 4);
    l.asm.simd(AND, T1, T1, half);
    for (table, temp) in [(low, T0), (high, T1)] {
        let table = l.asm.constant(table);
        l.asm.load_vector(4, T2, table);
        l.asm.simd(SHUFFLE, temp, T2, temp);
    }
}

/// `to` = how many zeros are above the highest one. Destroys T0, T1 and T2; `a` may be T2.
fn leading_zeros(l: &mut Lower<'_>, size: u8, to: Xmm, a: Xmm) {
    // The low half of a byte counts only where the high one has eight.
    let low = indices(|at| Some(at.leading_zeros() as u8));
    let high = indices(|at| Some(if at == 0 { 8 } else { at.leading_zeros() as u8 - 4 }));
    by_half_byte(l, a, [low, high]);
    if size == 0 {
        return l.asm.simd(MIN_UNSIGNED[0], to, T0, T1);
    }
    l.asm.simd(MIN_UNSIGNED[0], T0, T0, T1);
    for half in 0..size {
        // So with halves of wider lanes: the low one counts where the high one is all zeros.
        let width = 8 << half;
        let (wide, place) = (half + 1, usize::from(half) + 1);
        l.asm.shift_lanes(Way::Right, wide, T1, T0, width);
        let all = l.asm.constant(splat(wide, width.into()));
        l.asm.simd(EQUAL[place], T2, T1, all);
        let kept = l.asm.constant(splat(wide, (1 << width) - 1));
        l.asm.simd(AND, T0, T0, kept);
        l.asm.simd(AND, T0, T0, T2);
        l.asm.simd(ADD[place], if wide == size { to } else { T0 }, T0, T1);
    }
}

/// Reverses the lanes within each `group` bytes.
fn reverse(l: &mut Lower<'_>, size: u8, group: u8, insn: &Insn) {
    let a = l.vector(insn.rn);
    let order = l.asm.constant(indices(|at| Some(at ^ (group - 1) & !((1 << size) - 1))));
    result(l, insn, |l, to| l.asm.simd(SHUFFLE, to, a, order));
}

fn compare_with_zero(l: &mut Lower<'_>, op: Op, place: usize, to: Xmm, a: Xmm) {
    l.asm.vector_zero(T1);
    match op {
        Op::CmeqZeroVec | Op::CmeqZeroScalar => l.asm.simd(EQUAL[place], to, a, T1),
        Op::CmgtZeroVec | Op::CmgtZeroScalar => l.asm.simd(GREATER[place], to, a, T1),
        Op::CmltZeroVec | Op::CmltZeroScalar => l.asm.simd(GREATER[place], to, T1, a),
        Op::CmleZeroVec | Op::CmleZeroScalar => {
            l.asm.simd(GREATER[place], T0, a, T1);
            invert(l, to, T0, T1);
        }
        _ => {
            l.asm.simd(GREATER[place], T0, T1, a);
            invert(l, to, T0, T1);
        }
    }
}
