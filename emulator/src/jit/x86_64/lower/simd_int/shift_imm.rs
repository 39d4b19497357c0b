//! Shifts by an immediate, which `Insn::imm` holds: 1 to the lane's width to the right, less to the left.

use super::common::{
    T0, T1, T2, from_high, is_full, narrowed, picks, result, shift_left, shift_right, splat,
};
use crate::interp::Insn;
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::{Xmm, vector_byte};
use crate::jit::x86_64::simd::{ADD, AND, OR, SHUFFLE, Simd, WIDEN_SIGNED, WIDEN_UNSIGNED, Way};

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let amount = insn.imm as u8;
    let size = match bits(insn.word, 22, 19) {
        0 => 0,
        high => high.ilog2() as u8,
    };
    let place = usize::from(size);
    match op {
        Op::SshrVec | Op::SshrScalar | Op::UshrVec | Op::UshrScalar => {
            let signed = matches!(op, Op::SshrVec | Op::SshrScalar);
            let a = l.vector(insn.rn);
            result(l, insn, |l, to| shift_right(l, size, signed, to, a, amount));
        }
        Op::SsraVec | Op::SsraScalar | Op::UsraVec | Op::UsraScalar => {
            let signed = matches!(op, Op::SsraVec | Op::SsraScalar);
            let (d, a) = (l.vector(insn.rd), l.vector(insn.rn));
            result(l, insn, |l, to| {
                shift_right(l, size, signed, T0, a, amount);
                l.asm.simd(ADD[place], to, d, T0);
            });
        }
        Op::SrshrVec | Op::SrshrScalar | Op::UrshrVec | Op::UrshrScalar => {
            let signed = matches!(op, Op::SrshrVec | Op::SrshrScalar);
            let a = l.vector(insn.rn);
            result(l, insn, |l, to| shift_right_rounding(l, size, signed, to, a, amount));
        }
        Op::SrsraVec | Op::SrsraScalar | Op::UrsraVec | Op::UrsraScalar => {
            let signed = matches!(op, Op::SrsraVec | Op::SrsraScalar);
            let (d, a) = (l.vector(insn.rd), l.vector(insn.rn));
            result(l, insn, |l, to| {
                shift_right_rounding(l, size, signed, T0, a, amount);
                l.asm.simd(ADD[place], to, d, T0);
            });
        }
        Op::ShlVec | Op::ShlScalar => {
            let a = l.vector(insn.rn);
            result(l, insn, |l, to| shift_left(l, size, to, a, amount));
        }
        Op::SliVec | Op::SliScalar | Op::SriVec | Op::SriScalar => {
            let left = matches!(op, Op::SliVec | Op::SliScalar);
            let (d, a) = (l.vector(insn.rd), l.vector(insn.rn));
            let lane = u64::MAX >> (64 - (8_u32 << size));
            let kept = match left {
                true => (1 << amount) - 1,
                false => lane & !lane.checked_shr(amount.into()).unwrap_or(0),
            };
            result(l, insn, |l, to| {
                let kept = l.asm.constant(splat(size, kept));
                if left {
                    shift_left(l, size, T0, a, amount);
                } else {
                    shift_right(l, size, false, T0, a, amount);
                }
                l.asm.simd(AND, T1, d, kept);
                l.asm.simd(OR, to, T0, T1);
            });
        }
        Op::SshllVec | Op::UshllVec => widen(l, op == Op::SshllVec, size, amount, insn),
        Op::ShrnVec | Op::RshrnVec => {
            let a = l.vector(insn.rn);
            narrowed(l, insn, |l, to| {
                let mut from = a;
                if op == Op::RshrnVec {
                    // What the sum loses above the lane is above what is kept.
                    let half = l.asm.constant(splat(size + 1, 1 << (amount - 1)));
                    l.asm.simd(ADD[place + 1], T0, from, half);
                    from = T0;
                }
                l.asm.shift_lanes(Way::Right, size + 1, T0, from, amount);
                let order = l.asm.constant(picks(size, false));
                l.asm.simd(SHUFFLE, to, T0, order);
            });
        }
        _ => return false,
    }
    true
}

/// `to` = `a` shifted right, plus the last bit shifted out. Destroys T0, T1 and T2.
pub(super) fn shift_right_rounding(l: &mut Lower<'_>, size: u8, signed: bool, to: Xmm, a: Xmm, amount: u8) {
    let from = match amount {
        1 => a,
        _ => {
            shift_right(l, size, signed, T1, a, amount - 1);
            T1
        }
    };
    let one = l.asm.constant(splat(size, 1));
    shift_right(l, size, signed, T0, from, 1);
    l.asm.simd(AND, T1, from, one);
    l.asm.simd(ADD[usize::from(size)], to, T0, T1);
}

fn widen(l: &mut Lower<'_>, signed: bool, size: u8, amount: u8, insn: &Insn) {
    let table: &[Simd] = if signed { &WIDEN_SIGNED } else { &WIDEN_UNSIGNED };
    let widening = table[usize::from(size)];
    let from = match l.vector_held(insn.rn) {
        None => vector_byte(insn.rn, if from_high(insn) { 8 } else { 0 }),
        Some(held) if from_high(insn) => {
            l.asm.shift_bytes_right(T2, held, 8);
            T2.into()
        }
        Some(held) => held.into(),
    };
    debug_assert!(is_full(insn));
    result(l, insn, |l, to| {
        l.asm.simd_unary(widening, to, from);
        if amount != 0 {
            l.asm.shift_lanes(Way::Left, size + 1, to, to, amount);
        }
    });
}
