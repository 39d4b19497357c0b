//! Across lanes, and the scalar pairwise sum.

use super::common::{T0, T1, T2, add_pairs_long, cut, invert, size, splat, whole};
use crate::interp::Insn;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::Xmm;
use crate::jit::x86_64::simd::{
    ADD, LEAST_16, MAX_SIGNED, MAX_UNSIGNED, MIN_SIGNED, MIN_UNSIGNED, SUM_DISTANCES, Simd, Way, ZIP_LOW,
};

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let size = size(insn);
    let place = usize::from(size);
    // `imm` is 0 if the low half of the source is all of it.
    let full = insn.imm != 0;
    let wide = match op {
        Op::AddpScalar => {
            let a = l.vector(insn.rn);
            fold(l, ADD[3], 3, true, a);
            3
        }
        Op::AddvVec | Op::UaddlvVec if size == 0 => {
            sum_bytes(l, full, insn);
            if op == Op::AddvVec { 0 } else { 1 }
        }
        Op::AddvVec => {
            let a = l.vector(insn.rn);
            fold(l, ADD[place], size, full, a);
            size
        }
        Op::SaddlvVec | Op::UaddlvVec => {
            let a = l.vector(insn.rn);
            add_pairs_long(l, size, op == Op::SaddlvVec, T0, a);
            fold(l, ADD[place + 1], size + 1, full, T0);
            size + 1
        }
        Op::UmaxvVec | Op::UminvVec if size < 2 => {
            least(l, size, full, op == Op::UmaxvVec, insn);
            size
        }
        Op::SmaxvVec | Op::UmaxvVec | Op::SminvVec | Op::UminvVec => {
            let table = match op {
                Op::SmaxvVec => MAX_SIGNED,
                Op::UmaxvVec => MAX_UNSIGNED,
                Op::SminvVec => MIN_SIGNED,
                _ => MIN_UNSIGNED,
            };
            let a = l.vector(insn.rn);
            fold(l, table[place], size, full, a);
            size
        }
        _ => return false,
    };
    whole(l, insn, |l, to| cut(l, to, T0, 1 << wide));
    true
}

/// The lowest lane of T0 = all lanes of `a` combined; with all lanes of `a`, or those of its low half.
fn fold(l: &mut Lower<'_>, simd: Simd, size: u8, full: bool, a: Xmm) {
    let mut from = a;
    let mut bytes = if full { 8 } else { 4 };
    while bytes >= 1 << size {
        l.asm.shift_bytes_right(T1, from, bytes);
        l.asm.simd(simd, T0, from, T1);
        from = T0;
        bytes /= 2;
    }
    if from != T0 {
        l.asm.load_vector(4, T0, from.into());
    }
}

/// The low 16 bits of T0 = the sum of the bytes.
fn sum_bytes(l: &mut Lower<'_>, full: bool, insn: &Insn) {
    let a = l.vector(insn.rn);
    l.asm.vector_zero(T1);
    l.asm.simd(SUM_DISTANCES, T0, a, T1);
    if full {
        l.asm.shift_bytes_right(T1, T0, 8);
        l.asm.simd(ADD[2], T0, T0, T1);
    }
}

/// The low lane of T0 = the least, or `most`, of unsigned lanes of 8 or 16 bits.
fn least(l: &mut Lower<'_>, size: u8, full: bool, most: bool, insn: &Insn) {
    let mut from = l.vector(insn.rn);
    if most {
        invert(l, T0, from, T2);
        from = T0;
    }
    if size == 0 {
        // The lesser byte of each two; zero above it.
        l.asm.shift_lanes(Way::Right, 1, T1, from, 8);
        l.asm.simd(MIN_UNSIGNED[0], T0, from, T1);
        from = T0;
    }
    if !full {
        l.asm.simd(ZIP_LOW[3], T0, from, from);
        from = T0;
    }
    l.asm.simd_unary(LEAST_16, T0, from);
    if most {
        let ones = l.asm.constant(splat(3, u64::MAX));
        l.asm.simd(crate::jit::x86_64::simd::XOR, T0, T0, ones);
    }
}
