//! Three registers of different types: sums and differences that widen or narrow, and the long polynomial product.

use super::common::{T0, T1, T2, distance, from_high, narrowed, picks, result, size, sources, splat, whole};
use crate::interp::Insn;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::{Xmm, vector_byte};
use crate::jit::x86_64::simd::{
    ADD, CARRYLESS, MAX_SIGNED, MAX_UNSIGNED, MIN_SIGNED, MIN_UNSIGNED, SHUFFLE, SUB, Simd, WIDEN_SIGNED,
    WIDEN_UNSIGNED,
};

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let size = size(insn);
    let place = usize::from(size);
    match op {
        Op::SaddlVec | Op::UaddlVec | Op::SsublVec | Op::UsublVec => {
            let signed = matches!(op, Op::SaddlVec | Op::SsublVec);
            let table = if matches!(op, Op::SaddlVec | Op::UaddlVec) { ADD } else { SUB };
            widened(l, signed, size, from_high(insn), insn.rn, T0);
            widened(l, signed, size, from_high(insn), insn.rm, T1);
            whole(l, insn, |l, to| l.asm.simd(table[place + 1], to, T0, T1));
        }
        Op::SaddwVec | Op::UaddwVec | Op::SsubwVec | Op::UsubwVec => {
            let signed = matches!(op, Op::SaddwVec | Op::SsubwVec);
            let table = if matches!(op, Op::SaddwVec | Op::UaddwVec) { ADD } else { SUB };
            widened(l, signed, size, from_high(insn), insn.rm, T1);
            let a = l.vector(insn.rn);
            whole(l, insn, |l, to| l.asm.simd(table[place + 1], to, a, T1));
        }
        Op::SabdlVec | Op::UabdlVec | Op::SabalVec | Op::UabalVec => {
            let kind = match op {
                Op::SabdlVec | Op::SabalVec => [MAX_SIGNED[place], MIN_SIGNED[place]],
                _ => [MAX_UNSIGNED[place], MIN_UNSIGNED[place]],
            };
            let (a, b) = sources(l, insn);
            distance(l, size, kind, T0, a, b);
            if from_high(insn) {
                l.asm.shift_bytes_right(T0, T0, 8);
            }
            if matches!(op, Op::SabdlVec | Op::UabdlVec) {
                whole(l, insn, |l, to| l.asm.simd_unary(WIDEN_UNSIGNED[place], to, T0));
            } else {
                let d = l.vector(insn.rd);
                l.asm.simd_unary(WIDEN_UNSIGNED[place], T0, T0);
                whole(l, insn, |l, to| l.asm.simd(ADD[place + 1], to, d, T0));
            }
        }
        Op::AddhnVec => high_half(l, ADD[place + 1], false, size, insn),
        Op::RaddhnVec => high_half(l, ADD[place + 1], true, size, insn),
        Op::SubhnVec => high_half(l, SUB[place + 1], false, size, insn),
        Op::RsubhnVec => high_half(l, SUB[place + 1], true, size, insn),
        Op::Pmull64Vec if is_x86_feature_detected!("pclmulqdq") => {
            let (a, b) = sources(l, insn);
            result(l, insn, |l, to| {
                l.asm.simd_imm(CARRYLESS, to, a, b, if from_high(insn) { 0x11 } else { 0 });
            });
        }
        _ => return false,
    }
    true
}

/// `to` = the low or high half of v`index`, widened.
fn widened(l: &mut Lower<'_>, signed: bool, size: u8, high: bool, index: u8, to: Xmm) {
    let table: [Simd; 3] = if signed { WIDEN_SIGNED } else { WIDEN_UNSIGNED };
    let from = match l.vector_held(index) {
        None => vector_byte(index, if high { 8 } else { 0 }),
        Some(held) if high => {
            l.asm.shift_bytes_right(to, held, 8);
            to.into()
        }
        Some(held) => held.into(),
    };
    l.asm.simd_unary(table[usize::from(size)], to, from);
}

/// The high half of each sum or difference, rounded or not.
fn high_half(l: &mut Lower<'_>, simd: Simd, rounds: bool, size: u8, insn: &Insn) {
    let (a, b) = sources(l, insn);
    narrowed(l, insn, |l, to| {
        l.asm.simd(simd, T2, a, b);
        if rounds {
            let half = l.asm.constant(splat(size + 1, 1 << ((8_u32 << size) - 1)));
            l.asm.simd(ADD[usize::from(size) + 1], T2, T2, half);
        }
        let order = l.asm.constant(picks(size, true));
        l.asm.simd(SHUFFLE, to, T2, order);
    });
}
