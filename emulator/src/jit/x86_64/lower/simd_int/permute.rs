//! Permutations, extraction and table lookup.

use super::common::{
    T0, T1, T2, byte_of, indices, is_full, picks, result, size, sources, splat, unzip, whole,
};
use crate::interp::Insn;
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::Xmm;
use crate::jit::x86_64::simd::{
    ADD_UNSIGNED_SATURATED, ALIGN, AND, BLEND_16, BLEND_32, BLEND_BY_8, EQUAL, MIN_UNSIGNED, OR, SHUFFLE,
    SUB, Way, ZIP_HIGH, ZIP_LOW,
};

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let (size, full) = (size(insn), is_full(insn));
    let place = usize::from(size);
    match op {
        Op::Zip1 | Op::Zip2 => {
            let a = l.vector(insn.rn);
            let b = l.vector_operand(insn.rm);
            match (op, full) {
                (Op::Zip2, true) => result(l, insn, |l, to| l.asm.simd(ZIP_HIGH[place], to, a, b)),
                (Op::Zip2, false) => whole(l, insn, |l, to| {
                    l.asm.simd(ZIP_LOW[place], T0, a, b);
                    l.asm.shift_bytes_right(to, T0, 8);
                }),
                _ => result(l, insn, |l, to| l.asm.simd(ZIP_LOW[place], to, a, b)),
            }
        }
        Op::Uzp1 | Op::Uzp2 => {
            let (a, b) = sources(l, insn);
            let odd = op == Op::Uzp2;
            if full {
                result(l, insn, |l, to| unzip(l, size, odd, to, [a, b], [T0, T1]));
            } else {
                whole(l, insn, |l, to| {
                    l.asm.simd(ZIP_LOW[3], T0, a, b);
                    let order = l.asm.constant(picks(size, odd));
                    l.asm.simd(SHUFFLE, to, T0, order);
                });
            }
        }
        Op::Trn1 | Op::Trn2 => {
            let (a, b) = sources(l, insn);
            result(l, insn, |l, to| transpose(l, size, op == Op::Trn2, to, a, b));
        }
        Op::Ext if full => {
            let low = l.vector_operand(insn.rn);
            let high = l.vector(insn.rm);
            result(l, insn, |l, to| l.asm.simd_imm(ALIGN, to, high, low, insn.imm as u8));
        }
        Op::Ext => {
            let (low, high) = sources(l, insn);
            result(l, insn, |l, to| {
                l.asm.simd(ZIP_LOW[3], T0, low, high);
                l.asm.shift_bytes_right(to, T0, insn.imm as u8);
            });
        }
        Op::Tbl | Op::Tbx => table(l, op == Op::Tbx, insn),
        _ => return false,
    }
    true
}

/// `to` = the even or odd lanes of `a` and `b` in turn.
fn transpose(l: &mut Lower<'_>, size: u8, odd: bool, to: Xmm, a: Xmm, b: Xmm) {
    match (size, odd) {
        (0, false) => {
            let low = l.asm.constant(splat(1, 0xff));
            l.asm.shift_lanes(Way::Left, 1, T0, b, 8);
            l.asm.simd(AND, T1, a, low);
            l.asm.simd(OR, to, T0, T1);
        }
        (0, true) => {
            let high = l.asm.constant(splat(1, 0xff00));
            l.asm.shift_lanes(Way::Right, 1, T0, a, 8);
            l.asm.simd(AND, T1, b, high);
            l.asm.simd(OR, to, T0, T1);
        }
        (1, false) => {
            l.asm.shift_lanes(Way::Left, 2, T0, b, 16);
            l.asm.simd_imm(BLEND_16, to, a, T0, 0xaa);
        }
        (1, true) => {
            l.asm.shift_lanes(Way::Right, 2, T0, a, 16);
            l.asm.simd_imm(BLEND_16, to, T0, b, 0xaa);
        }
        (2, false) => {
            l.asm.permute_32(T0, b, 0xa0);
            l.asm.simd_imm(BLEND_32, to, a, T0, 0b1010);
        }
        (2, true) => {
            l.asm.permute_32(T0, a, 0xf5);
            l.asm.simd_imm(BLEND_32, to, T0, b, 0b1010);
        }
        (_, false) => l.asm.simd(ZIP_LOW[3], to, a, b),
        (_, true) => l.asm.simd(ZIP_HIGH[3], to, a, b),
    }
}

fn table(l: &mut Lower<'_>, keeps: bool, insn: &Insn) {
    let registers = bits(insn.word, 14, 13) as u8 + 1;
    let index = l.vector(insn.rm);
    let before = keeps.then(|| l.vector(insn.rd));
    // The host looks at four bits of an index, and at bit 7: an index beyond the register gets that bit.
    let beyond = l.asm.constant(splat(0, 0x70));
    if let (1, None) = (registers, before) {
        let from = l.vector(insn.rn);
        return result(l, insn, |l, to| {
            l.asm.simd(ADD_UNSIGNED_SATURATED[0], T0, index, beyond);
            l.asm.simd(SHUFFLE, to, from, T0);
        });
    }
    for number in 0..registers {
        let from = l.vector_in((insn.rn + number) & 31, T1);
        let at = if number == 0 {
            index
        } else {
            let first = l.asm.constant(splat(0, u64::from(16 * number)));
            l.asm.simd(SUB[0], T0, index, first);
            T0
        };
        l.asm.simd(ADD_UNSIGNED_SATURATED[0], T0, at, beyond);
        if number == 0 {
            l.asm.simd(SHUFFLE, T2, from, T0);
        } else {
            l.asm.simd(SHUFFLE, T0, from, T0);
            l.asm.simd(OR, T2, T2, T0);
        }
    }
    result(l, insn, |l, to| match before {
        None => l.asm.load_vector(4, to, T2.into()),
        Some(before) => {
            let last = l.asm.constant(splat(0, u64::from(16 * registers - 1)));
            l.asm.simd(MIN_UNSIGNED[0], T0, index, last);
            l.asm.simd(EQUAL[0], T0, T0, index);
            l.asm.blend_by(BLEND_BY_8, to, before, T2, T0);
        }
    });
}

/// Indices that put lane `lane` everywhere, into the low `bytes` bytes.
pub(super) fn everywhere(size: u8, lane: u8, bytes: u8) -> u128 {
    indices(|at| (at < bytes).then(|| byte_of(size, lane, at)))
}
