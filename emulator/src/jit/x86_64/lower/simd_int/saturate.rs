//! Saturation, which sets FPSR.QC where it changed a lane of the result.

use std::mem::offset_of;

use super::common::{
    T0, T1, T2, cut, from_high, greater_unsigned_64, invert, narrowed, shift_left, shift_right, size,
    sources, splat, whole,
};
use super::multiply::{element, long};
use super::shift_imm::shift_right_rounding;
use crate::cpu::Cpu;
use crate::interp::Insn;
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::asm::{Alu, Cc};
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::{Xmm, state};
use crate::jit::x86_64::simd::{
    ABS, ADD, ADD_SATURATED, ADD_UNSIGNED_SATURATED, AND, BLEND_32, BLEND_BY_32, BLEND_BY_64, EQUAL, GREATER,
    MAX_UNSIGNED, MIN_UNSIGNED, MUL_16, MUL_EVEN_SIGNED, MUL_HIGH_16, MUL_HIGH_ROUNDED_16, NOT_AND, OR,
    PACK_SIGNED, PACK_UNSIGNED, SUB, SUB_SATURATED, SUB_UNSIGNED_SATURATED, TEST, WIDEN_SIGNED,
    WIDEN_UNSIGNED, Way, XOR,
};

/// FPSR.QC.
const QC: i32 = 1 << 27;

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    use Op::*;
    match op {
        SqaddVec | SqaddScalar => sum(l, true, true, insn),
        UqaddVec | UqaddScalar => sum(l, true, false, insn),
        SqsubVec | SqsubScalar => sum(l, false, true, insn),
        UqsubVec | UqsubScalar => sum(l, false, false, insn),
        SqabsVec | SqabsScalar => opposite(l, true, insn),
        SqnegVec | SqnegScalar => opposite(l, false, insn),
        SqdmulhVec | SqdmulhScalar | SqdmulhElem | SqdmulhElemScalar => doubled_product(l, false, insn),
        SqrdmulhVec | SqrdmulhScalar | SqrdmulhElem | SqrdmulhElemScalar => doubled_product(l, true, insn),
        SqdmullVec | SqdmullScalar | SqdmullElem | SqdmullElemScalar => doubled_long(l, None, insn),
        SqdmlalVec | SqdmlalScalar | SqdmlalElem | SqdmlalElemScalar => doubled_long(l, Some(true), insn),
        SqdmlslVec | SqdmlslScalar | SqdmlslElem | SqdmlslElemScalar => doubled_long(l, Some(false), insn),
        SqshlImmVec | SqshlImmScalar => shift_left_saturated(l, [true, true], insn),
        UqshlImmVec | UqshlImmScalar => shift_left_saturated(l, [false, false], insn),
        SqshluVec | SqshluScalar => shift_left_saturated(l, [true, false], insn),
        SqxtnVec | SqxtnScalar => narrow(l, [true, true], size(insn), None, insn),
        UqxtnVec | UqxtnScalar => narrow(l, [false, false], size(insn), None, insn),
        SqxtunVec | SqxtunScalar => narrow(l, [true, false], size(insn), None, insn),
        _ => {
            let (signs, rounds) = match op {
                SqshrnVec | SqshrnScalar => ([true, true], false),
                UqshrnVec | UqshrnScalar => ([false, false], false),
                SqshrunVec | SqshrunScalar => ([true, false], false),
                SqrshrnVec | SqrshrnScalar => ([true, true], true),
                UqrshrnVec | UqrshrnScalar => ([false, false], true),
                SqrshrunVec | SqrshrunScalar => ([true, false], true),
                _ => return false,
            };
            let size = bits(insn.word, 22, 19).ilog2() as u8;
            narrow(l, signs, size, Some(rounds), insn);
        }
    }
    true
}

/// The low `bytes` bytes of a value.
fn low(value: u128, bytes: u8) -> u128 {
    if bytes < 16 { value & ((1 << (8 * bytes)) - 1) } else { value }
}

/// Sets QC if a bit of `lost` is set in `which`. The condition flags must be saved.
fn note(l: &mut Lower<'_>, lost: Xmm, which: u128) {
    let which = l.asm.constant(which);
    l.asm.simd_unary(TEST, lost, which);
    let over = l.asm.jcc_short(Cc::E);
    l.asm.alu_imm(Alu::Or, false, state(offset_of!(Cpu, fpsr)), QC);
    l.asm.bind_short(over);
}

/// The destination = the result in T0; `lost` has a bit of `lane` set in each lane that was changed.
fn finish(l: &mut Lower<'_>, insn: &Insn, size: u8, lost: Xmm, lane: u64) {
    let bytes = insn.ra & 31;
    note(l, lost, low(splat(size, lane), bytes));
    whole(l, insn, |l, to| cut(l, to, T0, bytes));
}

fn sum(l: &mut Lower<'_>, adds: bool, signed: bool, insn: &Insn) {
    l.clobber();
    let (a, b) = sources(l, insn);
    combine(l, size(insn), adds, signed, [a, b], insn);
}

/// The destination = a ± b, neither of which is a temporary.
fn combine(l: &mut Lower<'_>, size: u8, adds: bool, signed: bool, [a, b]: [Xmm; 2], insn: &Insn) {
    let place = usize::from(size);
    let exact = if adds { ADD } else { SUB }[place];
    let sign = 1 << ((8_u32 << size) - 1);
    match (size, signed) {
        (0 | 1, _) => {
            let saturated = match (adds, signed) {
                (true, true) => ADD_SATURATED,
                (true, false) => ADD_UNSIGNED_SATURATED,
                (false, true) => SUB_SATURATED,
                (false, false) => SUB_UNSIGNED_SATURATED,
            };
            l.asm.simd(saturated[place], T0, a, b);
            l.asm.simd(exact, T1, a, b);
            l.asm.simd(XOR, T1, T1, T0);
            finish(l, insn, size, T1, u64::MAX);
        }
        (_, true) => {
            l.asm.simd(exact, T0, a, b);
            // It overflows if the result's sign is wrong for those of the sources; the sign is the opposite then.
            l.asm.simd(XOR, T1, a, if adds { T0 } else { b });
            l.asm.simd(XOR, T2, if adds { b } else { a }, T0);
            l.asm.simd(AND, T1, T1, T2);
            if size == 2 {
                l.asm.shift_lanes(Way::RightSigned, 2, T2, T0, 31);
            } else {
                l.asm.vector_zero(T2);
                l.asm.simd(GREATER[3], T2, T2, T0);
            }
            let least = l.asm.constant(splat(size, sign));
            l.asm.simd(XOR, T2, T2, least);
            let blend = if size == 2 { BLEND_BY_32 } else { BLEND_BY_64 };
            l.asm.blend_by(blend, T0, T0, T2, T1);
            finish(l, insn, size, T1, sign);
        }
        (_, false) => {
            l.asm.simd(exact, T0, a, b);
            // Where the greater one of these is not the other.
            let [whole, part] = if adds { [T0, a] } else { [a, b] };
            if size == 2 {
                l.asm.simd(MAX_UNSIGNED[2], T1, whole, part);
                l.asm.simd(EQUAL[2], T1, T1, whole);
                invert(l, T1, T1, T2);
            } else {
                greater_unsigned_64(l, T1, part, whole);
            }
            if adds {
                l.asm.simd(OR, T0, T0, T1);
            } else {
                l.asm.simd(NOT_AND, T0, T1, T0);
            }
            finish(l, insn, size, T1, u64::MAX);
        }
    }
}

/// Absolute values and negations: the one that does not fit is the least one.
fn opposite(l: &mut Lower<'_>, absolute: bool, insn: &Insn) {
    let size = size(insn);
    let place = usize::from(size);
    l.clobber();
    let a = l.vector(insn.rn);
    match (absolute, ABS.get(place)) {
        (true, Some(&abs)) => l.asm.simd_unary(abs, T0, a),
        (true, None) => {
            l.asm.vector_zero(T1);
            l.asm.simd(GREATER[place], T1, T1, a);
            l.asm.simd(XOR, T0, a, T1);
            l.asm.simd(SUB[place], T0, T0, T1);
        }
        (false, _) => {
            l.asm.vector_zero(T1);
            l.asm.simd(SUB[place], T0, T1, a);
        }
    }
    least_to_most(l, size, insn);
}

/// The destination = T0, the greatest value where it has the least one, which is a saturated lane.
fn least_to_most(l: &mut Lower<'_>, size: u8, insn: &Insn) {
    saturate_least(l, size, T0);
    finish(l, insn, size, T1, u64::MAX);
}

/// `to` = T0, the greatest value where it has the least one; T1 = ones there.
fn saturate_least(l: &mut Lower<'_>, size: u8, to: Xmm) {
    let least = l.asm.constant(splat(size, 1 << ((8_u32 << size) - 1)));
    l.asm.simd(EQUAL[usize::from(size)], T1, T0, least);
    l.asm.simd(XOR, to, T0, T1);
}

/// The second source: a register, or T2 with its element in all lanes.
fn second(l: &mut Lower<'_>, insn: &Insn) -> (Xmm, bool) {
    let by_element = bits(insn.word, 24, 24) != 0;
    (if by_element { element(l, size(insn), insn) } else { l.vector(insn.rm) }, by_element)
}

/// The high half of twice the product.
fn doubled_product(l: &mut Lower<'_>, rounds: bool, insn: &Insn) {
    l.clobber();
    let a = l.vector(insn.rn);
    let (b, by_element) = second(l, insn);
    match (size(insn), rounds) {
        (1, true) => l.asm.simd(MUL_HIGH_ROUNDED_16, T0, a, b),
        (1, false) => {
            l.asm.simd(MUL_HIGH_16, T0, a, b);
            l.asm.simd(MUL_16, T1, a, b);
            l.asm.shift_lanes(Way::Right, 1, T1, T1, 15);
            l.asm.simd(ADD[1], T0, T0, T0);
            l.asm.simd(OR, T0, T0, T1);
        }
        _ => {
            // The even lanes and the odd ones, in 64 bits.
            l.asm.simd(MUL_EVEN_SIGNED, T0, a, b);
            l.asm.permute_32(T1, a, 0xf5);
            if !by_element {
                l.asm.permute_32(T2, b, 0xf5);
            }
            l.asm.simd(MUL_EVEN_SIGNED, T1, T1, T2);
            for product in [T0, T1] {
                l.asm.simd(ADD[3], product, product, product);
                if rounds {
                    let half = l.asm.constant(splat(3, 1 << 31));
                    l.asm.simd(ADD[3], product, product, half);
                }
            }
            l.asm.shift_lanes(Way::Right, 3, T0, T0, 32);
            l.asm.simd_imm(BLEND_32, T0, T0, T1, 0b1010);
        }
    }
    least_to_most(l, size(insn), insn);
}

/// Twice the product in lanes of twice the width, added to the destination, subtracted from it, or neither.
fn doubled_long(l: &mut Lower<'_>, adds: Option<bool>, insn: &Insn) {
    let wide = size(insn) + 1;
    l.clobber();
    let a = l.vector(insn.rn);
    let (b, by_element) = second(l, insn);
    long(l, size(insn), true, from_high(insn), by_element, T0, a, b);
    l.asm.simd(ADD[usize::from(wide)], T0, T0, T0);
    let Some(adds) = adds else { return least_to_most(l, wide, insn) };
    // The product saturates by itself before it is added.
    let product = l.vector_scratch();
    saturate_least(l, wide, product);
    note(l, T1, low(u128::MAX, insn.ra & 31));
    let d = l.vector(insn.rd);
    combine(l, wide, adds, true, [d, product], insn);
}

/// Shifts left by an immediate. `signs` are those of the source and of the result.
fn shift_left_saturated(l: &mut Lower<'_>, signs: [bool; 2], insn: &Insn) {
    let size = bits(insn.word, 22, 19).ilog2() as u8;
    let place = usize::from(size);
    let amount = insn.imm as u8;
    l.clobber();
    let a = l.vector(insn.rn);
    shift_left(l, size, T0, a, amount);
    match amount {
        0 => l.asm.load_vector(4, T1, T0.into()),
        _ => shift_right(l, size, signs[1], T1, T0, amount),
    }
    // Ones where it shifts back to what it was.
    l.asm.simd(EQUAL[place], T1, T1, a);
    l.asm.vector_zero(T2);
    if signs[0] {
        l.asm.simd(GREATER[place], T2, T2, a);
    }
    if signs == [true, false] {
        // Negative is zero.
        l.asm.simd(NOT_AND, T1, T2, T1);
    }
    let most = if signs[1] { u64::MAX >> (65 - (8_u32 << size)) } else { u64::MAX };
    let most = l.asm.constant(splat(size, most));
    l.asm.simd(XOR, T2, T2, most);
    l.asm.simd(AND, T0, T0, T1);
    l.asm.simd(NOT_AND, T2, T1, T2);
    l.asm.simd(OR, T0, T0, T2);
    invert(l, T1, T1, T2);
    finish(l, insn, size, T1, u64::MAX);
}

/// Narrows lanes of twice the size, shifted right before if it `rounds` or does not. `signs` are those of the source
/// and of the result.
fn narrow(l: &mut Lower<'_>, signs: [bool; 2], size: u8, rounds: Option<bool>, insn: &Insn) {
    let place = usize::from(size);
    l.clobber();
    let a = l.vector(insn.rn);
    let amount = insn.imm as u8;
    match rounds {
        None => l.asm.load_vector(4, T0, a.into()),
        Some(true) => shift_right_rounding(l, size + 1, signs[0], T0, a, amount),
        Some(false) => shift_right(l, size + 1, signs[0], T0, a, amount),
    }
    match signs {
        _ if size == 2 => narrow_64(l, signs),
        [true, signed] => {
            let (pack, widen) =
                if signed { (PACK_SIGNED, WIDEN_SIGNED) } else { (PACK_UNSIGNED, WIDEN_UNSIGNED) };
            l.asm.simd(pack[place], T1, T0, T0);
            l.asm.simd_unary(widen[place], T2, T1);
            l.asm.simd(XOR, T2, T2, T0);
        }
        [false, _] => {
            let most = l.asm.constant(splat(size + 1, u64::MAX >> (64 - (8_u32 << size))));
            l.asm.simd(MIN_UNSIGNED[place + 1], T1, T0, most);
            l.asm.simd(XOR, T2, T1, T0);
            l.asm.simd(PACK_UNSIGNED[place], T1, T1, T1);
        }
    }
    let bytes = insn.ra & 31;
    if bytes < 8 {
        note(l, T2, low(u128::MAX, 2 * bytes));
        whole(l, insn, |l, to| cut(l, to, T1, bytes));
    } else {
        note(l, T2, u128::MAX);
        narrowed(l, insn, |l, to| l.asm.load_vector(3, to, T1.into()));
    }
}

/// The low half of T1 = the 64-bit lanes of T0 narrowed; T2 = ones where one was changed.
fn narrow_64(l: &mut Lower<'_>, signs: [bool; 2]) {
    const EVEN: u8 = 0x08;
    const ODD: u8 = 0x0d;
    let bound = l.vector_scratch();
    if signs[0] {
        l.asm.permute_32(bound, T0, ODD);
        l.asm.shift_lanes(Way::RightSigned, 2, bound, bound, 31);
    } else {
        l.asm.vector_zero(bound);
    }
    let most = l.asm.constant(splat(2, if signs[1] { i32::MAX as u64 } else { u64::MAX }));
    l.asm.simd(XOR, bound, bound, most);
    l.asm.permute_32(T1, T0, EVEN);
    let widen = if signs[1] { WIDEN_SIGNED } else { WIDEN_UNSIGNED }[2];
    l.asm.simd_unary(widen, T2, T1);
    l.asm.simd(EQUAL[3], T2, T2, T0);
    l.asm.permute_32(T0, T2, EVEN);
    l.asm.simd(AND, T1, T1, T0);
    l.asm.simd(NOT_AND, bound, T0, bound);
    l.asm.simd(OR, T1, T1, bound);
    invert(l, T2, T2, T0);
}
