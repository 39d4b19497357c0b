//! Three registers of the same type: shifts by a signed count in the low byte of each lane.

use super::common::{T0, T1, T2, result, size, sources, splat};
use crate::interp::Insn;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::Xmm;
use crate::jit::x86_64::simd::{
    AND, BLEND_BY_32, BLEND_BY_64, GREATER, OR, SHIFT_LEFT_EACH, SHIFT_RIGHT_EACH,
    SHIFT_RIGHT_SIGNED_EACH_32, SUB, Way, XOR,
};

/// Emits `insn` if `op` is in this class. The host has shifts by register for lanes of 32 and 64 bits alone.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let size = size(insn);
    if size < 2 {
        return false;
    }
    let signed = match op {
        Op::SshlVec | Op::SshlScalar => true,
        Op::UshlVec | Op::UshlScalar => false,
        _ => return false,
    };
    let (a, count) = sources(l, insn);
    result(l, insn, |l, to| shift(l, size, signed, to, a, count));
    true
}

/// A count of the wrong sign is, taken as a byte, larger than the lane: that shift gives zero.
fn shift(l: &mut Lower<'_>, size: u8, signed: bool, to: Xmm, a: Xmm, count: Xmm) {
    let (place, by_size) = (usize::from(size), usize::from(size) - 2);
    let byte = l.asm.constant(splat(size, 0xff));
    l.asm.vector_zero(T1);
    l.asm.simd(SUB[place], T1, T1, count);
    l.asm.simd(AND, T1, T1, byte);
    match (signed, size) {
        (false, _) => {
            l.asm.simd(SHIFT_RIGHT_EACH[by_size], T1, a, T1);
            l.asm.simd(AND, T0, count, byte);
            l.asm.simd(SHIFT_LEFT_EACH[by_size], T0, a, T0);
            l.asm.simd(OR, to, T0, T1);
        }
        (true, 2) => {
            l.asm.simd(SHIFT_RIGHT_SIGNED_EACH_32, T1, a, T1);
            l.asm.simd(AND, T0, count, byte);
            l.asm.simd(SHIFT_LEFT_EACH[0], T0, a, T0);
            l.asm.shift_lanes(Way::Left, 2, T2, count, 24);
            l.asm.blend_by(BLEND_BY_32, to, T0, T1, T2);
        }
        (true, _) => {
            // Inverted where it is negative, zeros shifted in are the sign.
            l.asm.vector_zero(T2);
            l.asm.simd(GREATER[3], T2, T2, a);
            l.asm.simd(XOR, T0, a, T2);
            l.asm.simd(SHIFT_RIGHT_EACH[1], T1, T0, T1);
            l.asm.simd(XOR, T1, T1, T2);
            l.asm.simd(AND, T0, count, byte);
            l.asm.simd(SHIFT_LEFT_EACH[1], T0, a, T0);
            l.asm.shift_lanes(Way::Left, 3, T2, count, 56);
            l.asm.blend_by(BLEND_BY_64, to, T0, T1, T2);
        }
    }
}
