//! Saturation, which sets FPSR.QC where it changed a lane of the result.

use std::mem::offset_of;

use super::common::{T0, T1, T2, cut, greater_unsigned_64, invert, narrowed, size, sources, splat, whole};
use super::shift_imm::shift_right_rounding;
use crate::cpu::Cpu;
use crate::interp::Insn;
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::asm::{Alu, Cc};
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::{Xmm, state};
use crate::jit::x86_64::simd::{
    ABS, ADD, ADD_SATURATED, ADD_UNSIGNED_SATURATED, AND, BLEND_BY_32, BLEND_BY_64, EQUAL, GREATER,
    MAX_UNSIGNED, MIN_UNSIGNED, MUL_16, MUL_HIGH_16, MUL_HIGH_ROUNDED_16, NOT_AND, OR, PACK_SIGNED,
    PACK_UNSIGNED, SUB, SUB_SATURATED, SUB_UNSIGNED_SATURATED, TEST, WIDEN_SIGNED, WIDEN_UNSIGNED, Way, XOR,
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
        SqdmulhVec | SqdmulhScalar if size(insn) == 1 => doubled_product(l, false, insn),
        SqrdmulhVec | SqrdmulhScalar if size(insn) == 1 => doubled_product(l, true, insn),
        SqxtnVec | SqxtnScalar if size(insn) < 2 => narrow(l, [true, true], size(insn), None, insn),
        UqxtnVec | UqxtnScalar if size(insn) < 2 => narrow(l, [false, false], size(insn), None, insn),
        SqxtunVec | SqxtunScalar if size(insn) < 2 => narrow(l, [true, false], size(insn), None, insn),
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
            if size > 1 {
                return false;
            }
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
    let size = size(insn);
    let place = usize::from(size);
    let exact = if adds { ADD } else { SUB }[place];
    let sign = 1 << ((8_u32 << size) - 1);
    l.clobber();
    let (a, b) = sources(l, insn);
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
    let least = l.asm.constant(splat(size, 1 << ((8_u32 << size) - 1)));
    l.asm.simd(EQUAL[usize::from(size)], T1, T0, least);
    l.asm.simd(XOR, T0, T0, T1);
    finish(l, insn, size, T1, u64::MAX);
}

/// The high half of twice the product, of 16-bit lanes.
fn doubled_product(l: &mut Lower<'_>, rounds: bool, insn: &Insn) {
    l.clobber();
    let (a, b) = sources(l, insn);
    if rounds {
        l.asm.simd(MUL_HIGH_ROUNDED_16, T0, a, b);
    } else {
        l.asm.simd(MUL_HIGH_16, T0, a, b);
        l.asm.simd(MUL_16, T1, a, b);
        l.asm.shift_lanes(Way::Right, 1, T1, T1, 15);
        l.asm.simd(ADD[1], T0, T0, T0);
        l.asm.simd(OR, T0, T0, T1);
    }
    least_to_most(l, 1, insn);
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
        Some(false) => {
            let way = if signs[0] { Way::RightSigned } else { Way::Right };
            l.asm.shift_lanes(way, size + 1, T0, a, amount);
        }
    }
    match signs {
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
