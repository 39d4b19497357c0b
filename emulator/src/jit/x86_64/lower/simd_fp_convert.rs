//! Advanced SIMD floating point: conversions.

use super::block::Lower;
use super::float::{Kind, OTHER, TEMP, THIRD, magnitude_mask, op as host, rounding};
use super::fp_convert::Mode;
use super::simd_fp::{Shape, operand, place, target};
use crate::interp::field5;
use crate::isa::bits;
use crate::isa::rows::simd_fp::Op;
use crate::jit::x86_64::asm::{Cc, Map, Prefix};
use crate::jit::x86_64::regs::{Reg, Xmm};

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it. `shape` is that of all but shifts by
/// immediate.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, shape: Shape, word: u32) -> bool {
    match op {
        Op::ScvtfVec | Op::ScvtfScalar => from_integer(l, shape, word, true, 0),
        Op::UcvtfVec | Op::UcvtfScalar => from_integer(l, shape, word, false, 0),
        _ => {
            if let Some((mode, signed)) = mode(op) {
                to_integer(l, shape, word, mode, signed, 0);
                return true;
            }
            return fixed(l, op, word);
        }
    }
    true
}

/// The rounding and the signedness of a conversion to integers.
fn mode(op: Op) -> Option<(Mode, bool)> {
    Some(match op {
        Op::FcvtnsVec | Op::FcvtnsScalar => (Mode::Even, true),
        Op::FcvtnuVec | Op::FcvtnuScalar => (Mode::Even, false),
        Op::FcvtpsVec | Op::FcvtpsScalar => (Mode::Plus, true),
        Op::FcvtpuVec | Op::FcvtpuScalar => (Mode::Plus, false),
        Op::FcvtmsVec | Op::FcvtmsScalar => (Mode::Minus, true),
        Op::FcvtmuVec | Op::FcvtmuScalar => (Mode::Minus, false),
        Op::FcvtzsVec | Op::FcvtzsScalar => (Mode::Zero, true),
        Op::FcvtzuVec | Op::FcvtzuScalar => (Mode::Zero, false),
        Op::FcvtasVec | Op::FcvtasScalar => (Mode::Away, true),
        Op::FcvtauVec | Op::FcvtauScalar => (Mode::Away, false),
        _ => return None,
    })
}

/// The forms with fraction bits.
fn fixed(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    let (double, from, signed) = match op {
        Op::ScvtfFixedVecSingle | Op::ScvtfFixedScalarSingle => (false, true, true),
        Op::ScvtfFixedVecDouble | Op::ScvtfFixedScalarDouble => (true, true, true),
        Op::UcvtfFixedVecSingle | Op::UcvtfFixedScalarSingle => (false, true, false),
        Op::UcvtfFixedVecDouble | Op::UcvtfFixedScalarDouble => (true, true, false),
        Op::FcvtzsFixedVecSingle | Op::FcvtzsFixedScalarSingle => (false, false, true),
        Op::FcvtzsFixedVecDouble | Op::FcvtzsFixedScalarDouble => (true, false, true),
        Op::FcvtzuFixedVecSingle | Op::FcvtzuFixedScalarSingle => (false, false, false),
        Op::FcvtzuFixedVecDouble | Op::FcvtzuFixedScalarDouble => (true, false, false),
        _ => return false,
    };
    let Some(shape) = Shape::of(word, double) else { return false };
    let fraction = (if double { 128 } else { 64 }) - bits(word, 22, 16) as i32;
    if from {
        from_integer(l, shape, word, signed, fraction);
    } else {
        to_integer(l, shape, word, Mode::Zero, signed, fraction);
    }
    true
}

/// FCVTL, to doubles or to singles.
pub(super) fn lengthen(l: &mut Lower<'_>, word: u32, double: bool) {
    let mut n = l.vector(field5(word, 5));
    if bits(word, 30, 30) != 0 {
        l.shuffle(TEMP, n, 0xee);
        n = TEMP;
    }
    let to = l.vector_target(field5(word, 0));
    if double {
        l.asm.vex(Prefix::None, Map::M0F, 0x5a, false, to.0, 0, n.into());
    } else {
        l.singles_from(to, n);
    }
    l.commit_vector(field5(word, 0));
}

/// FCVTN, from doubles or from singles.
pub(super) fn narrow(l: &mut Lower<'_>, word: u32, double: bool) {
    let n = l.vector(field5(word, 5));
    if double {
        l.asm.vex(Prefix::P66, Map::M0F, 0x5a, false, TEMP.0, 0, n.into());
    } else {
        l.halves_from(TEMP, n);
    }
    let rd = field5(word, 0);
    if bits(word, 30, 30) == 0 {
        return l.set_low(rd, 8, TEMP, true);
    }
    let to = l.vector(rd);
    l.asm.vex(Prefix::None, Map::M0F, 0x16, false, to.0, to.0, TEMP.into());
    l.commit_vector(rd);
}

fn from_integer(l: &mut Lower<'_>, shape: Shape, word: u32, signed: bool, fraction: i32) {
    let kind = shape.kind;
    if !signed && kind.double {
        l.clobber();
        l.mark_access();
    }
    let n = operand(l, shape, field5(word, 5), OTHER);
    let to = target(l, shape, word);
    match (kind.packed, kind.double, signed) {
        (false, ..) => lane_from(l, kind, signed, to, n, 0),
        (true, true, _) => {
            lane_from(l, kind, signed, TEMP, n, 0);
            lane_from(l, kind, signed, OTHER, n, 1);
            l.asm.vex(Prefix::P66, Map::M0F, 0x14, false, to.0, TEMP.0, OTHER.into());
        }
        (true, false, true) => l.asm.vex(Prefix::None, Map::M0F, 0x5b, false, to.0, 0, n.into()),
        (true, false, false) => words_from_unsigned(l, to, n),
    }
    if fraction != 0 {
        l.float_scale(kind, to, -fraction);
    }
    place(l, shape, word, to);
}

/// The low lane of `to` = lane `index` of `from`, an integer; the rest zero. `from` is not `to`, unless it is the last
/// one. Destroys rax and rdx.
fn lane_from(l: &mut Lower<'_>, kind: Kind, signed: bool, to: Xmm, from: Xmm, index: u8) {
    if index == 0 {
        l.vector_to(kind.double, Reg::Rax, from);
    } else {
        l.asm.vex_imm(Prefix::P66, Map::M3A, 0x16, true, from.0, 0, Reg::Rax.into(), index);
    }
    if kind.double && !signed {
        l.float_from_unsigned(kind, to);
    } else {
        // An unsigned word is a positive signed doubleword.
        l.float_from(kind.scalar(), kind.double || !signed, to, Reg::Rax.into());
    }
}

/// `to` = the four unsigned words of `from`, which may be [`OTHER`].
fn words_from_unsigned(l: &mut Lower<'_>, to: Xmm, from: Xmm) {
    let kind = Kind { double: false, packed: true };
    let constant = |l: &mut Lower<'_>, bits: u64| {
        l.asm.mov_imm(Reg::Rax, bits);
        l.vector_from(false, THIRD, Reg::Rax.into());
        l.shuffle(THIRD, THIRD, 0);
    };
    let blend = |l: &mut Lower<'_>, to: Xmm, from: Xmm| {
        l.asm.vex_imm(Prefix::P66, Map::M3A, 0x0e, false, to.0, from.0, THIRD.into(), 0xaa);
    };
    // The halves as numbers: 2^23 + low, 2^39 + high * 2^16. Both differences are exact, so the sum rounds once.
    constant(l, 0x4b00_0000);
    blend(l, TEMP, from);
    l.asm.vex_imm(Prefix::P66, Map::M0F, 0x72, false, 2, OTHER.0, from.into(), 16);
    constant(l, 0x5300_0000);
    blend(l, OTHER, OTHER);
    constant(l, 0x5300_0080);
    l.float(kind, host::SUB, OTHER, OTHER, THIRD);
    l.float(kind, host::ADD, to, OTHER, TEMP);
}

fn to_integer(l: &mut Lower<'_>, shape: Shape, word: u32, mode: Mode, signed: bool, fraction: i32) {
    let kind = shape.kind;
    let mut n = operand(l, shape, field5(word, 5), THIRD);
    let width = if kind.double { 63 } else { 31 };
    if !signed || fraction != 0 {
        if kind.packed {
            lanes_range(l, kind, n, width - fraction, signed);
        } else if signed {
            l.float_range_either(kind, n, width - fraction);
        } else {
            l.float_range(kind, n, width - fraction);
        }
    }
    if fraction != 0 {
        l.vector_move(TEMP, n);
        l.float_scale(kind, TEMP, fraction);
        n = TEMP;
    }
    match (kind.packed, kind.double) {
        (false, _) => {
            l.float_to(kind, mode, kind.double || !signed, Reg::Rax, n);
            l.vector_from(kind.double, TEMP, Reg::Rax.into());
            l.set_low(field5(word, 0), shape.bytes, TEMP, true);
        }
        (true, true) => {
            l.shuffle(THIRD, n, 0xee);
            l.float_to(kind, mode, true, Reg::Rdx, n);
            l.float_to(kind, mode, true, Reg::Rax, THIRD);
            l.vector_from(true, TEMP, Reg::Rdx.into());
            l.asm.vex_imm(Prefix::P66, Map::M3A, 0x22, true, TEMP.0, TEMP.0, Reg::Rax.into(), 1);
            place(l, shape, word, TEMP);
        }
        (true, false) => {
            words_to(l, kind, mode, n);
            place(l, shape, word, TEMP);
        }
    }
}

/// [`TEMP`] = the four lanes of `from`, which may be [`TEMP`] where the rounding is towards zero, as signed words.
fn words_to(l: &mut Lower<'_>, kind: Kind, mode: Mode, from: Xmm) {
    let noted = match mode {
        Mode::Even | Mode::Zero => None,
        Mode::Away => {
            l.float_round_away(kind, from);
            Some(rounding::ZERO)
        }
        Mode::Plus | Mode::Minus => {
            let mode = if mode == Mode::Plus { rounding::PLUS } else { rounding::MINUS };
            l.float_round(kind, mode | rounding::QUIET, TEMP, from, from);
            Some(mode)
        }
    };
    let prefix = if mode == Mode::Even { Prefix::P66 } else { Prefix::F3 };
    let rounded = if noted.is_some() { TEMP } else { from };
    l.asm.vex(prefix, Map::M0F, 0x5b, false, TEMP.0, 0, rounded.into());
    if let Some(mode) = noted {
        // Not before it is sure that the integers are in range, else inexact would be noted too.
        l.float_round(kind, mode, OTHER, from, from);
    }
}

/// Leaves the instruction to the interpreter unless all lanes of `from` are below 2 to the `limit` in magnitude and,
/// unless `either` sign will do, not negative. Destroys rax, [`TEMP`] and [`OTHER`].
fn lanes_range(l: &mut Lower<'_>, kind: Kind, from: Xmm, limit: i32, either: bool) {
    l.clobber();
    l.mark_access();
    // Bit patterns are in the order of magnitudes.
    let last =
        if kind.double { (((1023 + limit) as u64) << 52) - 1 } else { (((127 + limit) as u64) << 23) - 1 };
    l.asm.mov_imm(Reg::Rax, last);
    l.vector_from(true, OTHER, Reg::Rax.into());
    l.broadcast(kind, OTHER, OTHER, 0);
    let greater = |l: &mut Lower<'_>, from: Xmm| {
        let (map, opcode) = if kind.double { (Map::M38, 0x37) } else { (Map::M0F, 0x66) };
        l.asm.vex(Prefix::P66, map, opcode, false, TEMP.0, from.0, OTHER.into());
    };
    if either {
        l.float(kind, host::AND, TEMP, from, magnitude_mask(kind));
        greater(l, TEMP);
    } else {
        greater(l, from);
        l.float(kind, host::OR, TEMP, TEMP, from);
    }
    let prefix = if kind.double { Prefix::P66 } else { Prefix::None };
    l.asm.vex(prefix, Map::M0F, 0x50, false, Reg::Rax as u8, 0, TEMP.into());
    l.asm.test(false, Reg::Rax, Reg::Rax);
    l.slow_if(Cc::Ne);
}
