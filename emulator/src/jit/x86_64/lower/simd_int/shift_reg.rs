//! Three registers of the same type: shifts by a signed count in the low byte of each lane.

use super::common::{T0, T1, T2, is_full, result, shift_right, size, sources, splat};
use crate::interp::Insn;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::lower::simd_int::common::indices;
use crate::jit::x86_64::regs::Xmm;
use crate::jit::x86_64::simd::{
    ADD, AND, BLEND_BY_32, BLEND_BY_64, GREATER, OR, SHIFT_LEFT_EACH, SHIFT_RIGHT_EACH,
    SHIFT_RIGHT_SIGNED_EACH_32, SHUFFLE, SUB, WIDEN_SIGNED_TO_32, WIDEN_UNSIGNED_TO_32, Way, XOR,
};

#[derive(Clone, Copy, Debug)]
struct Kind {
    signed: bool,
    rounds: bool,
}

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let (signed, rounds) = match op {
        Op::SshlVec | Op::SshlScalar => (true, false),
        Op::UshlVec | Op::UshlScalar => (false, false),
        Op::SrshlVec | Op::SrshlScalar => (true, true),
        Op::UrshlVec | Op::UrshlScalar => (false, true),
        _ => return false,
    };
    let (size, kind) = (size(insn), Kind { signed, rounds });
    let (a, count) = sources(l, insn);
    if size >= 2 {
        result(l, insn, |l, to| shift(l, size, kind, to, a, count));
        return true;
    }
    // The host has such shifts for lanes of 32 and 64 bits alone: four lanes at a time, then.
    let (wide, sum) = (l.vector_scratch(), l.vector_scratch());
    let place = usize::from(size);
    let widen = if signed { WIDEN_SIGNED_TO_32 } else { WIDEN_UNSIGNED_TO_32 }[place];
    let bytes: u8 = 4 << size;
    for first in (0..if is_full(insn) { 16 } else { 8 }).step_by(bytes.into()) {
        l.asm.shift_bytes_right(wide, a, first);
        l.asm.simd_unary(widen, wide, wide);
        l.asm.shift_bytes_right(T2, count, first);
        l.asm.simd_unary(WIDEN_UNSIGNED_TO_32[place], T2, T2);
        shift(l, 2, kind, T0, wide, T2);
        let order = l.asm.constant(indices(|at| {
            let own = (first..first + bytes).contains(&at);
            own.then(|| ((at - first) >> size) * 4 + at % (1 << size))
        }));
        if first == 0 {
            l.asm.simd(SHUFFLE, sum, T0, order);
        } else {
            l.asm.simd(SHUFFLE, T0, T0, order);
            l.asm.simd(OR, sum, sum, T0);
        }
    }
    result(l, insn, |l, to| l.asm.load_vector(4, to, sum.into()));
    true
}

/// A count of the wrong sign is, taken as a byte, larger than the lane: that shift gives zero. `count` may be T2.
fn shift(l: &mut Lower<'_>, size: u8, kind: Kind, to: Xmm, a: Xmm, count: Xmm) {
    let (place, by_size) = (usize::from(size), usize::from(size) - 2);
    let byte = l.asm.constant(splat(size, 0xff));
    l.asm.vector_zero(T1);
    l.asm.simd(SUB[place], T1, T1, count);
    l.asm.simd(AND, T1, T1, byte);
    l.asm.simd(AND, T0, count, byte);
    if kind.signed && !kind.rounds {
        l.asm.shift_lanes(Way::Left, size, T2, count, if size == 2 { 24 } else { 56 });
    }
    if kind.rounds {
        // By one less, for the last bit shifted out; where nothing is, that is by too much.
        let one = l.asm.constant(splat(size, 1));
        l.asm.simd(SUB[place], T1, T1, one);
        l.asm.simd(AND, T1, T1, byte);
    }
    l.asm.simd(SHIFT_LEFT_EACH[by_size], T0, a, T0);
    match (kind.signed, size) {
        (false, _) => l.asm.simd(SHIFT_RIGHT_EACH[by_size], T1, a, T1),
        (true, 2) => l.asm.simd(SHIFT_RIGHT_SIGNED_EACH_32, T1, a, T1),
        (true, _) => {
            // Inverted where it is negative, zeros shifted in are the sign.
            let sign = l.vector_scratch();
            l.asm.vector_zero(sign);
            l.asm.simd(GREATER[3], sign, sign, a);
            let inverted = l.vector_scratch();
            l.asm.simd(XOR, inverted, a, sign);
            l.asm.simd(SHIFT_RIGHT_EACH[1], T1, inverted, T1);
            l.asm.simd(XOR, T1, T1, sign);
        }
    }
    if kind.rounds {
        let one = l.asm.constant(splat(size, 1));
        l.asm.simd(AND, T2, T1, one);
        shift_right(l, size, kind.signed, T1, T1, 1);
        l.asm.simd(ADD[place], T1, T1, T2);
        l.asm.simd(OR, to, T0, T1);
    } else if kind.signed {
        // A right shift by too much is the sign, not zero.
        let blend = if size == 2 { BLEND_BY_32 } else { BLEND_BY_64 };
        l.asm.blend_by(blend, to, T0, T1, T2);
    } else {
        l.asm.simd(OR, to, T0, T1);
    }
}
