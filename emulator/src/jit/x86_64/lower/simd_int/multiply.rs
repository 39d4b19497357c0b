//! Multiplications, by a register and by an element of one.

use super::common::{T0, T1, T2, from_high, product, result, size, splat};
use super::permute::everywhere;
use crate::interp::Insn;
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::{Xmm, vector_byte};
use crate::jit::x86_64::simd::{
    ADD, AND, BROADCAST, MUL_16, MUL_ADD_16, MUL_EVEN_SIGNED, MUL_EVEN_UNSIGNED, MUL_HIGH_16,
    MUL_HIGH_UNSIGNED_16, SHUFFLE, SUB, WIDEN_SIGNED, WIDEN_UNSIGNED, Way, ZIP_HIGH, ZIP_LOW,
};

/// What becomes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Stays,
    Added,
    Subtracted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Same,
    Long(bool),
    Dot(bool),
}

fn kind(op: Op) -> Option<(Kind, Then)> {
    Some(match op {
        Op::MulVec | Op::MulElem => (Kind::Same, Then::Stays),
        Op::MlaVec | Op::MlaElem => (Kind::Same, Then::Added),
        Op::MlsVec | Op::MlsElem => (Kind::Same, Then::Subtracted),
        Op::SmullVec | Op::SmullElem => (Kind::Long(true), Then::Stays),
        Op::UmullVec | Op::UmullElem => (Kind::Long(false), Then::Stays),
        Op::SmlalVec | Op::SmlalElem => (Kind::Long(true), Then::Added),
        Op::UmlalVec | Op::UmlalElem => (Kind::Long(false), Then::Added),
        Op::SmlslVec | Op::SmlslElem => (Kind::Long(true), Then::Subtracted),
        Op::UmlslVec | Op::UmlslElem => (Kind::Long(false), Then::Subtracted),
        Op::SdotVec | Op::SdotElem => (Kind::Dot(true), Then::Added),
        Op::UdotVec | Op::UdotElem => (Kind::Dot(false), Then::Added),
        _ => return None,
    })
}

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let Some((kind, then)) = kind(op) else { return false };
    let size = size(insn);
    let by_element = bits(insn.word, 24, 24) != 0;
    let d = (then != Then::Stays).then(|| l.vector(insn.rd));
    let a = l.vector(insn.rn);
    let b = if by_element { element(l, size, insn) } else { l.vector(insn.rm) };
    let emit = |l: &mut Lower<'_>, to: Xmm| match kind {
        Kind::Same => product(l, size, to, a, b),
        Kind::Long(signed) => long(l, size, signed, from_high(insn), by_element, to, a, b),
        Kind::Dot(signed) => dot(l, signed, to, a, b),
    };
    let wide = match kind {
        Kind::Long(_) => usize::from(size) + 1,
        _ => usize::from(size),
    };
    result(l, insn, |l, to| match d {
        None => emit(l, to),
        Some(d) => {
            emit(l, T0);
            let table = if then == Then::Added { ADD } else { SUB };
            l.asm.simd(table[wide], to, d, T0);
        }
    });
    true
}

/// T2 = the element in all lanes.
pub(super) fn element(l: &mut Lower<'_>, size: u8, insn: &Insn) -> Xmm {
    let lane = insn.imm as u8;
    match l.vector_held(insn.rm) {
        None => {
            let from = vector_byte(insn.rm, lane << size);
            l.asm.simd_unary(BROADCAST[usize::from(size)], T2, from);
        }
        Some(held) if size == 2 => l.asm.permute_32(T2, held, lane * 0x55),
        Some(held) => {
            let order = l.asm.constant(everywhere(size, lane, 16));
            l.asm.simd(SHUFFLE, T2, held, order);
        }
    }
    T2
}

/// `to` = the products of the low or high halves. Destroys T0 and T1.
#[allow(clippy::too_many_arguments, reason = "what an encoding tells apart")]
pub(super) fn long(
    l: &mut Lower<'_>,
    size: u8,
    signed: bool,
    high: bool,
    repeated: bool,
    to: Xmm,
    a: Xmm,
    b: Xmm,
) {
    match size {
        0 => {
            let widen = if signed { WIDEN_SIGNED } else { WIDEN_UNSIGNED }[0];
            for (source, temp) in [(a, T0), (b, T1)] {
                let mut from = source;
                if high {
                    l.asm.shift_bytes_right(temp, source, 8);
                    from = temp;
                }
                l.asm.simd_unary(widen, temp, from);
            }
            l.asm.simd(MUL_16, to, T0, T1);
        }
        1 => {
            l.asm.simd(MUL_16, T0, a, b);
            l.asm.simd(if signed { MUL_HIGH_16 } else { MUL_HIGH_UNSIGNED_16 }, T1, a, b);
            l.asm.simd(if high { ZIP_HIGH } else { ZIP_LOW }[1], to, T0, T1);
        }
        _ => {
            let order = if high { 0xfa } else { 0x50 };
            l.asm.permute_32(T0, a, order);
            let mut second = b;
            if !repeated {
                l.asm.permute_32(T1, b, order);
                second = T1;
            }
            l.asm.simd(if signed { MUL_EVEN_SIGNED } else { MUL_EVEN_UNSIGNED }, to, T0, second);
        }
    }
}

/// `to` = for each 32-bit lane the sum of the products of its bytes. Destroys T0 and T1; `b` may be T2 and is
/// destroyed then.
fn dot(l: &mut Lower<'_>, signed: bool, to: Xmm, a: Xmm, b: Xmm) {
    if signed {
        // The even bytes first, as 16-bit lanes, then the odd ones.
        l.asm.shift_lanes(Way::Left, 1, T0, a, 8);
        l.asm.shift_lanes(Way::RightSigned, 1, T0, T0, 8);
        l.asm.shift_lanes(Way::Left, 1, T1, b, 8);
        l.asm.shift_lanes(Way::RightSigned, 1, T1, T1, 8);
    } else {
        let even = l.asm.constant(splat(1, 0xff));
        l.asm.simd(AND, T0, a, even);
        l.asm.simd(AND, T1, b, even);
    }
    l.asm.simd(MUL_ADD_16, T0, T0, T1);
    let way = if signed { Way::RightSigned } else { Way::Right };
    l.asm.shift_lanes(way, 1, T1, a, 8);
    l.asm.shift_lanes(way, 1, T2, b, 8);
    l.asm.simd(MUL_ADD_16, T1, T1, T2);
    l.asm.simd(ADD[2], to, T0, T1);
}
