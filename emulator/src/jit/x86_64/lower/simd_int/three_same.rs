//! Three registers of the same type: arithmetic, comparison and logic.

use super::common::{
    T0, T1, T2, distance, greater_unsigned_64, invert, is_full, picks, result, shift_right, size, sources,
    splat, unzip,
};
use crate::interp::Insn;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::Xmm;
use crate::jit::x86_64::simd::{
    ADD, AND, AVERAGE, EQUAL, GREATER, MAX_SIGNED, MAX_UNSIGNED, MIN_SIGNED, MIN_UNSIGNED, NOT_AND, OR,
    SHUFFLE, SUB, Simd, XOR, ZIP_LOW,
};

/// The host instruction that does it alone.
fn direct(op: Op, size: u8) -> Option<Simd> {
    let by_size: &[Simd] = match op {
        Op::AndVec => return Some(AND),
        Op::OrrVec => return Some(OR),
        Op::EorVec => return Some(XOR),
        Op::AddVec | Op::AddScalar => &ADD,
        Op::SubVec | Op::SubScalar => &SUB,
        Op::CmeqVec | Op::CmeqScalar => &EQUAL,
        Op::CmgtVec | Op::CmgtScalar => &GREATER,
        Op::SmaxVec => &MAX_SIGNED,
        Op::UmaxVec => &MAX_UNSIGNED,
        Op::SminVec => &MIN_SIGNED,
        Op::UminVec => &MIN_UNSIGNED,
        Op::UrhaddVec => &AVERAGE,
        _ => return None,
    };
    by_size.get(usize::from(size)).copied()
}

/// What it does to adjacent lanes.
fn pairwise(op: Op, size: u8) -> Option<Simd> {
    let by_size: &[Simd] = match op {
        Op::AddpVec => &ADD,
        Op::SmaxpVec => &MAX_SIGNED,
        Op::UmaxpVec => &MAX_UNSIGNED,
        Op::SminpVec => &MIN_SIGNED,
        Op::UminpVec => &MIN_UNSIGNED,
        _ => return None,
    };
    by_size.get(usize::from(size)).copied()
}

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let size = size(insn);
    if op == Op::OrrVec && insn.rn == insn.rm {
        let from = l.vector_operand(insn.rn);
        let scale = if is_full(insn) { 4 } else { 3 };
        let to = l.vector_target(insn.rd);
        l.asm.load_vector(scale, to, from);
        l.commit_vector(insn.rd);
        return true;
    }
    if let Some(simd) = direct(op, size) {
        let a = l.vector(insn.rn);
        let b = l.vector_operand(insn.rm);
        result(l, insn, |l, to| l.asm.simd(simd, to, a, b));
        return true;
    }
    if let Some(simd) = pairwise(op, size) {
        let (a, b) = sources(l, insn);
        result(l, insn, |l, to| pairs(l, size, simd, is_full(insn), to, a, b));
        return true;
    }
    compare(l, op, insn, size)
        || bitwise(l, op, insn)
        || halve(l, op, insn, size)
        || distances(l, op, insn, size)
}

/// `to` = `simd` of adjacent lanes of `a`, then of `b`.
fn pairs(l: &mut Lower<'_>, size: u8, simd: Simd, full: bool, to: Xmm, a: Xmm, b: Xmm) {
    let both = |indices: u128| indices & u128::from(u64::MAX) | indices << 64;
    match (full, size) {
        (true, 2 | 3) => {
            unzip(l, size, false, T0, [a, b], [T0, T1]);
            unzip(l, size, true, T1, [a, b], [T1, T2]);
        }
        (true, _) if a == b => {
            let even = l.asm.constant(both(picks(size, false)));
            let odd = l.asm.constant(both(picks(size, true)));
            l.asm.simd(SHUFFLE, T0, a, even);
            l.asm.simd(SHUFFLE, T1, a, odd);
        }
        (true, _) => {
            unzip(l, size, false, T0, [a, b], [T0, T1]);
            unzip(l, size, true, T1, [a, b], [T1, T2]);
        }
        (false, _) => {
            l.asm.simd(ZIP_LOW[3], T2, a, b);
            let even = l.asm.constant(picks(size, false));
            let odd = l.asm.constant(picks(size, true));
            l.asm.simd(SHUFFLE, T0, T2, even);
            l.asm.simd(SHUFFLE, T1, T2, odd);
        }
    }
    l.asm.simd(simd, to, T0, T1);
}

fn compare(l: &mut Lower<'_>, op: Op, insn: &Insn, size: u8) -> bool {
    let place = usize::from(size);
    match op {
        Op::CmgeVec | Op::CmgeScalar if size == 3 => {
            let (a, b) = sources(l, insn);
            result(l, insn, |l, to| {
                l.asm.simd(GREATER[3], T0, b, a);
                invert(l, to, T0, T1);
            });
        }
        Op::CmhsVec | Op::CmhsScalar if size == 3 => {
            let (a, b) = sources(l, insn);
            result(l, insn, |l, to| {
                greater_unsigned_64(l, T0, b, a);
                invert(l, to, T0, T1);
            });
        }
        Op::CmhiVec | Op::CmhiScalar if size == 3 => {
            let (a, b) = sources(l, insn);
            result(l, insn, |l, to| greater_unsigned_64(l, to, a, b));
        }
        Op::CmgeVec | Op::CmhsVec => {
            let a = l.vector(insn.rn);
            let b = l.vector_operand(insn.rm);
            let most = if op == Op::CmgeVec { MAX_SIGNED } else { MAX_UNSIGNED };
            result(l, insn, |l, to| {
                l.asm.simd(most[place], T0, a, b);
                l.asm.simd(EQUAL[place], to, T0, a);
            });
        }
        Op::CmhiVec => {
            let a = l.vector(insn.rn);
            let b = l.vector_operand(insn.rm);
            result(l, insn, |l, to| {
                l.asm.simd(MIN_UNSIGNED[place], T0, a, b);
                l.asm.simd(EQUAL[place], T0, T0, a);
                invert(l, to, T0, T1);
            });
        }
        Op::CmtstVec | Op::CmtstScalar => {
            let a = l.vector(insn.rn);
            let b = l.vector_operand(insn.rm);
            result(l, insn, |l, to| {
                l.asm.simd(AND, T0, a, b);
                l.asm.vector_zero(T1);
                l.asm.simd(EQUAL[place], T0, T0, T1);
                invert(l, to, T0, T1);
            });
        }
        _ => return false,
    }
    true
}

fn bitwise(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    match op {
        Op::BicVec => {
            let m = l.vector(insn.rm);
            let n = l.vector_operand(insn.rn);
            result(l, insn, |l, to| l.asm.simd(NOT_AND, to, m, n));
        }
        Op::OrnVec => {
            let n = l.vector(insn.rn);
            let m = l.vector_operand(insn.rm);
            result(l, insn, |l, to| {
                invert(l, T0, m, T1);
                l.asm.simd(OR, to, n, T0);
            });
        }
        Op::BslVec | Op::BitVec | Op::BifVec => {
            // Each is x ^ (mask & (x ^ y)), or with the mask inverted.
            let (d, n, m) = (l.vector(insn.rd), l.vector(insn.rn), l.vector(insn.rm));
            let (kept, other, mask) = match op {
                Op::BslVec => (m, n, d),
                _ => (d, n, m),
            };
            let choose = if op == Op::BifVec { NOT_AND } else { AND };
            result(l, insn, |l, to| {
                l.asm.simd(XOR, T0, kept, other);
                l.asm.simd(choose, T0, mask, T0);
                l.asm.simd(XOR, to, kept, T0);
            });
        }
        _ => return false,
    }
    true
}

/// Half of sums and differences.
fn halve(l: &mut Lower<'_>, op: Op, insn: &Insn, size: u8) -> bool {
    let place = usize::from(size);
    let sign = 1 << ((8_u32 << size) - 1);
    let signed = matches!(op, Op::ShaddVec | Op::SrhaddVec | Op::ShsubVec);
    match op {
        Op::ShaddVec | Op::UhaddVec | Op::SrhaddVec | Op::UrhaddVec if size == 2 => {
            // a + b is twice the common bits and once the others.
            let (a, b) = sources(l, insn);
            let up = matches!(op, Op::SrhaddVec | Op::UrhaddVec);
            result(l, insn, |l, to| {
                l.asm.simd(XOR, T1, a, b);
                shift_right(l, size, signed, T1, T1, 1);
                l.asm.simd(if up { OR } else { AND }, T0, a, b);
                l.asm.simd(if up { SUB } else { ADD }[place], to, T0, T1);
            });
        }
        Op::ShsubVec | Op::UhsubVec if size == 2 => {
            let (a, b) = sources(l, insn);
            result(l, insn, |l, to| {
                l.asm.simd(XOR, T1, a, b);
                shift_right(l, size, signed, T1, T1, 1);
                l.asm.simd(NOT_AND, T0, a, b);
                l.asm.simd(SUB[place], to, T1, T0);
            });
        }
        Op::ShaddVec | Op::UhaddVec | Op::SrhaddVec => {
            // The host rounds up and takes the lanes as unsigned: inverted lanes round down, and the sign is moved.
            let flip = if op == Op::SrhaddVec { 0 } else { u64::MAX } ^ if signed { sign } else { 0 };
            let (a, b) = sources(l, insn);
            result(l, insn, |l, to| {
                let flip = l.asm.constant(splat(size, flip));
                l.asm.simd(XOR, T0, a, flip);
                l.asm.simd(XOR, T1, b, flip);
                l.asm.simd(AVERAGE[place], T0, T0, T1);
                l.asm.simd(XOR, to, T0, flip);
            });
        }
        Op::ShsubVec | Op::UhsubVec => {
            let (a, b) = sources(l, insn);
            result(l, insn, |l, to| {
                let flip = l.asm.constant(splat(size, if signed { sign } else { 0 }));
                l.asm.simd(XOR, T0, a, flip);
                l.asm.simd(XOR, T1, b, flip);
                l.asm.simd(AVERAGE[place], T1, T0, T1);
                l.asm.simd(SUB[place], to, T0, T1);
            });
        }
        _ => return false,
    }
    true
}

fn distances(l: &mut Lower<'_>, op: Op, insn: &Insn, size: u8) -> bool {
    let place = usize::from(size);
    let kind = match op {
        Op::SabdVec | Op::SabaVec => [MAX_SIGNED[place], MIN_SIGNED[place]],
        Op::UabdVec | Op::UabaVec => [MAX_UNSIGNED[place], MIN_UNSIGNED[place]],
        _ => return false,
    };
    let (a, b) = sources(l, insn);
    if matches!(op, Op::SabdVec | Op::UabdVec) {
        result(l, insn, |l, to| distance(l, size, kind, to, a, b));
    } else {
        let d = l.vector(insn.rd);
        result(l, insn, |l, to| {
            distance(l, size, kind, T0, a, b);
            l.asm.simd(ADD[place], to, d, T0);
        });
    }
    true
}
