//! Scalar floating point: conversions.

use super::block::Lower;
use super::float::{Kind, OTHER, TEMP, THIRD, op, rounding};
use crate::interp::{destination, field5, source};
use crate::isa::bits;
use crate::isa::rows::fp::Op;
use crate::jit::x86_64::asm::{Alu, Cc, Map, Prefix, Rm, Shift};
use crate::jit::x86_64::regs::{Reg, Xmm};

/// How a conversion to an integer rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Even,
    Plus,
    Minus,
    Zero,
    Away,
}

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, kind: Kind, word: u32) -> bool {
    let (mode, signed) = match op {
        Op::FcvtSingle if bits(word, 16, 15) == 1 => return precision(l, kind, word),
        Op::FcvtSingle if bits(word, 16, 15) == 3 && l.has_half() => return to_half(l, word),
        Op::FcvtDouble if bits(word, 16, 15) == 0 => return precision(l, kind, word),
        Op::ScvtfInt | Op::ScvtfFixed => return from_general(l, kind, word, true),
        Op::UcvtfInt | Op::UcvtfFixed => return from_general(l, kind, word, false),
        Op::FcvtnsInt => (Mode::Even, true),
        Op::FcvtnuInt => (Mode::Even, false),
        Op::FcvtpsInt => (Mode::Plus, true),
        Op::FcvtpuInt => (Mode::Plus, false),
        Op::FcvtmsInt => (Mode::Minus, true),
        Op::FcvtmuInt => (Mode::Minus, false),
        Op::FcvtzsInt => (Mode::Zero, true),
        Op::FcvtzuInt => (Mode::Zero, false),
        Op::FcvtasInt => (Mode::Away, true),
        Op::FcvtauInt => (Mode::Away, false),
        Op::FcvtzsFixed | Op::FcvtzuFixed => return fixed(l, kind, word, op == Op::FcvtzsFixed),
        _ => return false,
    };
    to_general(l, kind, word, mode, signed);
    true
}

fn precision(l: &mut Lower<'_>, kind: Kind, word: u32) -> bool {
    let from = l.vector(field5(word, 5));
    l.float_zero(TEMP);
    let to = l.vector_target(field5(word, 0));
    // From `kind` to the other one.
    l.float(kind, 0x5a, to, TEMP, from);
    l.commit_low(field5(word, 0), 12 - kind.bytes());
    true
}

fn to_half(l: &mut Lower<'_>, word: u32) -> bool {
    let mut from = l.vector(field5(word, 5));
    if !l.is_low(field5(word, 5), 4) {
        l.vector_low(4, TEMP, from);
        from = TEMP;
    }
    let to = l.vector_target(field5(word, 0));
    l.halves_from(to, from);
    l.commit_low(field5(word, 0), 2);
    true
}

/// FCVT from half precision.
pub(super) fn from_half(l: &mut Lower<'_>, word: u32) -> bool {
    let double = match bits(word, 16, 15) {
        0 => false,
        1 => true,
        _ => return false,
    };
    if !l.has_half() {
        return false;
    }
    let from = l.vector(field5(word, 5));
    // Alone, so that no other lane raises an exception.
    l.vector_to(false, Reg::Rax, from);
    l.asm.load_zero(1, Reg::Rax, Reg::Rax);
    l.vector_from(false, TEMP, Reg::Rax.into());
    let to = l.vector_target(field5(word, 0));
    if double {
        l.singles_from(TEMP, TEMP);
        l.float_zero(OTHER);
        l.float(Kind { double: false, packed: false }, 0x5a, to, OTHER, TEMP);
    } else {
        l.singles_from(to, TEMP);
    }
    l.commit_low(field5(word, 0), if double { 8 } else { 4 });
    true
}

fn from_general(l: &mut Lower<'_>, kind: Kind, word: u32, signed: bool) -> bool {
    let wide = word >> 31 != 0;
    let fixed = bits(word, 21, 21) == 0;
    let scale = bits(word, 15, 10);
    if fixed && !wide && scale < 32 {
        return false;
    }
    if wide && !signed {
        l.clobber();
        l.mark_access();
    }
    let (rd, rn) = (field5(word, 0), source(word, 5));
    let to = l.vector_target(rd);
    match (wide, signed) {
        (_, true) => {
            let from = l.rm(rn);
            l.float_from(kind, wide, to, from);
        }
        (false, false) => {
            let from = l.rm(rn);
            l.asm.mov(false, Reg::Rax, from);
            l.float_from(kind, true, to, Reg::Rax.into());
        }
        (true, false) => {
            l.copy(rn, Reg::Rax);
            l.float_from_unsigned(kind, to);
        }
    }
    if fixed {
        l.float_scale(kind, to, scale as i32 - 64);
    }
    l.commit_low(rd, kind.bytes());
    true
}

fn to_general(l: &mut Lower<'_>, kind: Kind, word: u32, mode: Mode, signed: bool) {
    let wide = word >> 31 != 0;
    let from = l.vector(field5(word, 5));
    if !signed {
        // Rounding never leaves the range that is left.
        let limit = match (wide, mode) {
            (true, _) => 63,
            (false, Mode::Zero | Mode::Minus) => 32,
            (false, _) => 31,
        };
        l.float_range(kind, from, limit);
    }
    let rd = destination(word, 0);
    let to = l.target(rd, Reg::Rax);
    l.float_to(kind, mode, wide || !signed, to, from);
    l.commit(rd, to);
}

/// Towards zero, with fraction bits.
fn fixed(l: &mut Lower<'_>, kind: Kind, word: u32, signed: bool) -> bool {
    let (wide, fraction) = (word >> 31 != 0, 64 - bits(word, 15, 10) as i32);
    if !wide && fraction > 32 {
        return false;
    }
    let from = l.vector(field5(word, 5));
    // What passes is too small for the product to overflow.
    let width = if wide { 63 } else { 31 };
    if signed {
        l.float_range_either(kind, from, width - fraction);
    } else {
        l.float_range(kind, from, width - fraction);
    }
    l.vector_move(TEMP, from);
    l.float_scale(kind, TEMP, fraction);
    let rd = destination(word, 0);
    let to = l.target(rd, Reg::Rax);
    l.float_to(kind, Mode::Zero, wide || !signed, to, TEMP);
    l.commit(rd, to);
    true
}

impl Lower<'_> {
    /// Does the host convert half precision?
    pub(super) fn has_half(&self) -> bool {
        is_x86_feature_detected!("f16c")
    }

    /// The low half of `to` = the lanes of `from`, singles, in half precision; the rest zero.
    pub(super) fn halves_from(&mut self, to: Xmm, from: Xmm) {
        self.asm.vex_imm(Prefix::P66, Map::M3A, 0x1d, false, from.0, 0, to.into(), rounding::EVEN);
    }

    /// `to` = the lanes in the low half of `from`, of half precision, as singles.
    pub(super) fn singles_from(&mut self, to: Xmm, from: Xmm) {
        self.asm.vex(Prefix::P66, Map::M38, 0x13, false, to.0, 0, from.into());
    }

    /// The low lane of `to` = the signed integer `from`, general or memory; the rest zero.
    pub(super) fn float_from(&mut self, kind: Kind, wide: bool, to: Xmm, from: Rm) {
        self.float_zero(to);
        self.asm.vex(kind.scalar().prefix(), Map::M0F, 0x2a, wide, to.0, to.0, from);
    }

    /// The low lane of `to` = the unsigned integer in rax; the rest zero. Destroys rax and rdx. The flags must be saved.
    pub(super) fn float_from_unsigned(&mut self, kind: Kind, to: Xmm) {
        let kind = kind.scalar();
        self.asm.test(true, Reg::Rax, Reg::Rax);
        let high = self.asm.jcc_short(Cc::S);
        self.float_from(kind, true, to, Reg::Rax.into());
        let done = self.asm.jmp_short();
        self.asm.bind_short(high);
        // Half of it, the bit that falls out kept at the end, where it only says "inexact".
        self.asm.mov(true, Reg::Rdx, Reg::Rax);
        self.asm.shift(Shift::Shr, true, Reg::Rdx, 1);
        self.asm.alu_imm(Alu::And, false, Reg::Rax, 1);
        self.asm.alu(Alu::Or, true, Reg::Rax, Reg::Rdx);
        self.float_from(kind, true, to, Reg::Rax.into());
        self.float(kind, op::ADD, to, to, to);
        self.asm.bind_short(done);
    }

    /// `value *= 2^by`, exactly. Destroys rax and [`THIRD`].
    pub(super) fn float_scale(&mut self, kind: Kind, value: Xmm, by: i32) {
        let factor = if kind.double { 2_f64.powi(by).to_bits() } else { u64::from(2_f32.powi(by).to_bits()) };
        self.asm.mov_imm(Reg::Rax, factor);
        self.vector_from(true, THIRD, Reg::Rax.into());
        if kind.packed {
            self.broadcast(kind, THIRD, THIRD, 0);
        }
        self.float(kind, op::MUL, value, value, THIRD);
    }

    /// Leaves the lowest lane of `from` to the interpreter unless it is zero or positive and below 2 to the `limit`.
    /// Destroys rax.
    pub(super) fn float_range(&mut self, kind: Kind, from: Xmm, limit: i32) {
        self.clobber();
        self.mark_access();
        self.vector_to(kind.double, Reg::Rax, from);
        self.asm.shift(Shift::Shr, kind.double, Reg::Rax, if kind.double { 52 } else { 23 });
        self.exponent_limit(kind, limit);
    }

    /// The same for either sign.
    pub(super) fn float_range_either(&mut self, kind: Kind, from: Xmm, limit: i32) {
        self.clobber();
        self.mark_access();
        self.vector_to(kind.double, Reg::Rax, from);
        self.asm.shift(Shift::Shl, kind.double, Reg::Rax, 1);
        self.asm.shift(Shift::Shr, kind.double, Reg::Rax, if kind.double { 53 } else { 24 });
        self.exponent_limit(kind, limit);
    }

    fn exponent_limit(&mut self, kind: Kind, limit: i32) {
        let bias = if kind.double { 1023 } else { 127 };
        self.asm.alu_imm(Alu::Cmp, false, Reg::Rax, bias + limit);
        self.slow_if(Cc::Ae);
    }

    /// `to` = the lowest lane of `from` as a signed integer. What is out of range is an invalid operation.
    pub(super) fn float_to(&mut self, kind: Kind, mode: Mode, wide: bool, to: Reg, from: Xmm) {
        let kind = kind.scalar();
        let (rounded, noted) = match mode {
            Mode::Even | Mode::Zero => (from, None),
            Mode::Away => {
                self.float_round_away(kind, from);
                (TEMP, Some(rounding::ZERO))
            }
            Mode::Plus | Mode::Minus => {
                let mode = if mode == Mode::Plus { rounding::PLUS } else { rounding::MINUS };
                self.float_round(kind, mode | rounding::QUIET, TEMP, from, from);
                (TEMP, Some(mode))
            }
        };
        let opcode = if mode == Mode::Even { 0x2d } else { 0x2c };
        self.asm.vex(kind.prefix(), Map::M0F, opcode, wide, to as u8, 0, rounded.into());
        if let Some(mode) = noted {
            // Not before it is sure that the integer is in range, else inexact would be noted too.
            self.float_round(kind, mode, OTHER, from, from);
        }
    }

    /// All lanes of `to` = lane `index` of `from`.
    pub(super) fn broadcast(&mut self, kind: Kind, to: Xmm, from: Xmm, index: u8) {
        let (prefix, imm) = if kind.double { (Prefix::P66, index * 3) } else { (Prefix::None, index * 0x55) };
        self.asm.vex_imm(prefix, Map::M0F, 0xc6, false, to.0, from.0, from.into(), imm);
    }
}
