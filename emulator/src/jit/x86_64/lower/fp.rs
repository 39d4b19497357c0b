//! Scalar floating point: arithmetic and moves.

use super::block::Lower;
use super::float::{Kind, OTHER, TEMP, THIRD, magnitude_mask, op, rounding, sign_mask};
use super::{fp_compare, fp_convert};
use crate::interp::{destination, field5, source};
use crate::isa::bits;
use crate::isa::rows::fp::Op;
use crate::jit::x86_64::asm::{Map, Prefix, Rm};
use crate::jit::x86_64::regs::{Reg, Xmm};

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    let kind = match bits(word, 23, 22) {
        0 => Kind { double: false, packed: false },
        1 => Kind { double: true, packed: false },
        _ => return top_half(l, op, word),
    };
    match op {
        Op::FmovReg => {
            let from = l.vector(field5(word, 5));
            l.set_low(field5(word, 0), kind.bytes(), from, false);
        }
        Op::FabsScalar => absolute(l, kind, word),
        Op::FnegScalar => negate(l, kind, word),
        Op::FsqrtScalar => {
            unary(l, kind, word, |l, to, first, from| l.float(kind, op::SQRT, to, first, from));
        }
        Op::FrintnScalar => round(l, kind, word, rounding::EVEN | rounding::QUIET),
        Op::FrintpScalar => round(l, kind, word, rounding::PLUS | rounding::QUIET),
        Op::FrintmScalar => round(l, kind, word, rounding::MINUS | rounding::QUIET),
        Op::FrintzScalar => round(l, kind, word, rounding::ZERO | rounding::QUIET),
        Op::FrintiScalar => round(l, kind, word, rounding::EVEN | rounding::QUIET),
        Op::FrintxScalar => round(l, kind, word, rounding::EVEN),
        Op::FrintaScalar => {
            let from = l.vector(field5(word, 5));
            l.float_round_away(kind, from);
            l.set_low(field5(word, 0), kind.bytes(), TEMP, false);
        }
        Op::FaddScalar => binary(l, kind, word, op::ADD),
        Op::FsubScalar => binary(l, kind, word, op::SUB),
        Op::FmulScalar => binary(l, kind, word, op::MUL),
        Op::FdivScalar => binary(l, kind, word, op::DIV),
        Op::FnmulScalar => {
            let (n, m) = (l.vector(field5(word, 5)), l.vector(field5(word, 16)));
            l.float(kind, op::MUL, TEMP, n, m);
            let to = l.low_target(field5(word, 0), kind.bytes(), field5(word, 5));
            l.float(kind, op::XOR, to, TEMP, sign_mask(kind));
            l.place_low(field5(word, 0), kind.bytes(), to);
        }
        Op::FmaxScalar | Op::FmaxnmScalar => extreme(l, kind, word, op::MAX),
        Op::FminScalar | Op::FminnmScalar => extreme(l, kind, word, op::MIN),
        Op::Fmadd => fused(l, kind, word, false, false),
        Op::Fmsub => fused(l, kind, word, true, false),
        Op::Fnmadd => fused(l, kind, word, true, true),
        Op::Fnmsub => fused(l, kind, word, false, true),
        Op::FmovImm => {
            l.asm.mov_imm(Reg::Rax, l.all[l.index].imm);
            let to = l.vector_target(field5(word, 0));
            l.vector_from(true, to, Reg::Rax.into());
            l.commit_low(field5(word, 0), kind.bytes());
        }
        Op::FmovToGeneral if kind.double == (word >> 31 != 0) => {
            let from = l.vector(field5(word, 5));
            let rd = destination(word, 0);
            let to = l.target(rd, Reg::Rax);
            l.vector_to(kind.double, to, from);
            l.commit(rd, to);
        }
        Op::FmovFromGeneral if kind.double == (word >> 31 != 0) => {
            let from = l.rm(source(word, 5));
            let to = l.vector_target(field5(word, 0));
            l.vector_from(kind.double, to, from);
            l.commit_low(field5(word, 0), kind.bytes());
        }
        _ => return fp_compare::lower(l, op, kind, word) || fp_convert::lower(l, op, kind, word),
    }
    true
}

/// The moves of a high half and conversions of half precision, the rest of which is the interpreter's.
fn top_half(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    match op {
        Op::FmovFromTop => {
            let from = l.vector(field5(word, 5));
            let rd = destination(word, 0);
            let to = l.target(rd, Reg::Rax);
            l.asm.vex_imm(Prefix::P66, Map::M3A, 0x16, true, from.0, 0, to.into(), 1);
            l.commit(rd, to);
        }
        Op::FmovToTop => {
            let from = l.rm(source(word, 5));
            let to = l.vector(field5(word, 0));
            l.asm.vex_imm(Prefix::P66, Map::M3A, 0x22, true, to.0, to.0, from, 1);
            l.commit_vector(field5(word, 0));
        }
        Op::FcvtHalf => return fp_convert::from_half(l, word),
        _ => return false,
    }
    true
}

fn absolute(l: &mut Lower<'_>, kind: Kind, word: u32) {
    let from = l.vector(field5(word, 5));
    let to = l.vector_target(field5(word, 0));
    // The mask of the lowest lane clears the others.
    l.float(kind, op::AND, to, from, magnitude_mask(kind));
    l.commit_low(field5(word, 0), kind.bytes());
}

fn negate(l: &mut Lower<'_>, kind: Kind, word: u32) {
    let mut from = l.vector(field5(word, 5));
    if !l.is_low(field5(word, 5), kind.bytes()) {
        l.vector_low(kind.bytes(), TEMP, from);
        from = TEMP;
    }
    let to = l.vector_target(field5(word, 0));
    l.float(kind, op::XOR, to, from, sign_mask(kind));
    l.commit_low(field5(word, 0), kind.bytes());
}

/// `emit(to, first, from)`, with the result's upper lanes from `first`, which are zero.
pub(super) fn unary(
    l: &mut Lower<'_>,
    kind: Kind,
    word: u32,
    emit: impl FnOnce(&mut Lower<'_>, Xmm, Xmm, Xmm),
) {
    let from = l.vector(field5(word, 5));
    let first = if l.is_low(field5(word, 5), kind.bytes()) {
        from
    } else {
        l.float_zero(THIRD);
        THIRD
    };
    let to = l.vector_target(field5(word, 0));
    emit(l, to, first, from);
    l.commit_low(field5(word, 0), kind.bytes());
}

fn round(l: &mut Lower<'_>, kind: Kind, word: u32, mode: u8) {
    unary(l, kind, word, |l, to, first, from| l.float_round(kind, mode, to, first, from));
}

fn binary(l: &mut Lower<'_>, kind: Kind, word: u32, op: u8) {
    let (n, m) = (l.vector(field5(word, 5)), l.vector(field5(word, 16)));
    let to = l.low_target(field5(word, 0), kind.bytes(), field5(word, 5));
    l.float(kind, op, to, n, m);
    l.place_low(field5(word, 0), kind.bytes(), to);
}

fn extreme(l: &mut Lower<'_>, kind: Kind, word: u32, op: u8) {
    let (n, m) = (l.vector(field5(word, 5)), l.vector(field5(word, 16)));
    l.float_extreme(kind, op, TEMP, n, m);
    l.set_low(field5(word, 0), kind.bytes(), TEMP, false);
}

fn fused(l: &mut Lower<'_>, kind: Kind, word: u32, negate_product: bool, negate_addend: bool) {
    let (n, m, a) = (l.vector(field5(word, 5)), l.vector(field5(word, 16)), l.vector(field5(word, 10)));
    let clean = l.is_low(field5(word, 10), kind.bytes());
    l.vector_move(TEMP, a);
    l.float_fused(kind, negate_product, negate_addend, TEMP, n, m);
    l.trap_nan(kind, TEMP);
    l.set_low(field5(word, 0), kind.bytes(), TEMP, clean);
}

impl Lower<'_> {
    /// The low 4 or, when `wide`, 8 bytes of `to` = `from`, general or memory; the rest zero.
    pub(super) fn vector_from(&mut self, wide: bool, to: Xmm, from: Rm) {
        self.asm.vex(Prefix::P66, Map::M0F, 0x6e, wide, to.0, 0, from);
    }

    /// `to` = the low 4 or, when `wide`, 8 bytes of `from`.
    pub(super) fn vector_to(&mut self, wide: bool, to: Reg, from: Xmm) {
        self.asm.vex(Prefix::P66, Map::M0F, 0x7e, wide, from.0, 0, to.into());
    }

    /// [`TEMP`] = `from` rounded to integral values, halves away from zero, without a note of inexact. Infinities are
    /// invalid operations.
    pub(super) fn float_round_away(&mut self, kind: Kind, from: Xmm) {
        let towards_zero = rounding::ZERO | rounding::QUIET;
        self.float_round(kind, towards_zero, TEMP, from, from);
        // What was cut off, exactly; its double is one or more in magnitude where it was a half or more.
        self.float(kind, op::SUB, OTHER, from, TEMP);
        self.float(kind, op::ADD, OTHER, OTHER, OTHER);
        self.float_round(kind, towards_zero, OTHER, OTHER, OTHER);
        self.float(kind, op::ADD, TEMP, TEMP, OTHER);
        // Minus zero has been lost.
        self.float(kind, op::AND, OTHER, from, sign_mask(kind));
        self.float(kind, op::OR, TEMP, TEMP, OTHER);
    }
}
