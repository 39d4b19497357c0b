//! What scalar and vector floating point have in common: the host's instructions by kind of operand, and exceptions.
//!
//! Translated code runs only while FPCR is zero, so the host's arithmetic rounds as the guest's does. All host
//! exceptions are masked but invalid operation. One of those is a fault like any other: nothing was changed yet, and the
//! interpreter does the instruction again, with the guest's NaN and flags. That settles which NaN comes out of a
//! signalling one, the sign of the default NaN, conversions that saturate, and comparisons that a NaN makes invalid. A
//! quiet NaN passes as the guest has it, because operands are kept in order; where they cannot be, the result is
//! compared in a way that a NaN makes invalid ([`Lower::trap_nan`]). The other exceptions gather in the host's status,
//! whence [`Cpu::settle_float`](crate::cpu::Cpu::settle_float) takes them.
//!
//! One thing differs: the guest looks for underflow before it rounds, the host afterwards, so FPSR.UFC lacks a
//! result that rounds up to the least normal number. No cheap check finds that case.

use std::mem::offset_of;

use super::block::Lower;
use crate::cpu::{Cpu, Vector};
use crate::jit::x86_64::asm::{Map, Prefix, Rm};
use crate::jit::x86_64::regs::{Xmm, state};

/// Vector registers free for use within an instruction.
pub(super) const TEMP: Xmm = Xmm(13);
pub(super) const OTHER: Xmm = Xmm(14);
pub(super) const THIRD: Xmm = Xmm(15);

/// Host arithmetic, by opcode byte.
pub(super) mod op {
    pub(in super::super) const SQRT: u8 = 0x51;
    pub(in super::super) const AND: u8 = 0x54;
    pub(in super::super) const OR: u8 = 0x56;
    pub(in super::super) const XOR: u8 = 0x57;
    pub(in super::super) const ADD: u8 = 0x58;
    pub(in super::super) const MUL: u8 = 0x59;
    pub(in super::super) const SUB: u8 = 0x5c;
    pub(in super::super) const MIN: u8 = 0x5d;
    pub(in super::super) const DIV: u8 = 0x5e;
    pub(in super::super) const MAX: u8 = 0x5f;
}

/// Predicates of host comparisons: quiet for equality, else a NaN is invalid.
pub(super) mod predicate {
    pub(in super::super) const EQUAL: u8 = 0x00;
    pub(in super::super) const LESS: u8 = 0x01;
    pub(in super::super) const LESS_EQUAL: u8 = 0x02;
    pub(in super::super) const GREATER_EQUAL: u8 = 0x0d;
    pub(in super::super) const GREATER: u8 = 0x0e;
    /// Always; a NaN is invalid.
    pub(in super::super) const TRUE: u8 = 0x1f;
}

/// Host roundings, as instructions have them; [`QUIET`] is added where inexact is not to be noted.
pub(super) mod rounding {
    pub(in super::super) const EVEN: u8 = 0;
    pub(in super::super) const MINUS: u8 = 1;
    pub(in super::super) const PLUS: u8 = 2;
    pub(in super::super) const ZERO: u8 = 3;
    pub(in super::super) const QUIET: u8 = 8;
}

/// The operands of a host instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) double: bool,
    /// All lanes, not the lowest alone.
    pub(super) packed: bool,
}

impl Kind {
    /// Bytes of a lane.
    pub(super) fn bytes(self) -> u8 {
        if self.double { 8 } else { 4 }
    }

    /// The same for the lowest lane alone.
    pub(super) fn scalar(self) -> Kind {
        Kind { packed: false, ..self }
    }

    pub(super) fn prefix(self) -> Prefix {
        match (self.packed, self.double) {
            (true, false) => Prefix::None,
            (true, true) => Prefix::P66,
            (false, false) => Prefix::F3,
            (false, true) => Prefix::F2,
        }
    }
}

impl Lower<'_> {
    /// `to = first op second`; the upper lanes of a scalar result are those of `first`.
    pub(super) fn float(&mut self, kind: Kind, op: u8, to: Xmm, first: Xmm, second: impl Into<Rm>) {
        // Bitwise operations know no scalars.
        let kind = Kind { packed: kind.packed || matches!(op, op::AND | op::OR | op::XOR), ..kind };
        self.asm.vex(kind.prefix(), Map::M0F, op, false, to.0, first.0, second.into());
    }

    /// `to` = ones where `first` compares to `second`.
    pub(super) fn float_compare(&mut self, kind: Kind, predicate: u8, to: Xmm, first: Xmm, second: Xmm) {
        self.asm.vex_imm(kind.prefix(), Map::M0F, 0xc2, false, to.0, first.0, second.into(), predicate);
    }

    /// `to` = `from` rounded to integral values; the upper lanes of a scalar result are those of `first`.
    pub(super) fn float_round(&mut self, kind: Kind, mode: u8, to: Xmm, first: Xmm, from: Xmm) {
        let opcode = 0x08 | u8::from(kind.double) | u8::from(!kind.packed) << 1;
        // The packed forms have no first operand.
        let first = if kind.packed { 0 } else { first.0 };
        self.asm.vex_imm(Prefix::P66, Map::M3A, opcode, false, to.0, first, from.into(), mode);
    }

    /// `to = ±(first × second) ± to`: what is negated is added to the opcode byte of plain addition.
    pub(super) fn float_fused(
        &mut self,
        kind: Kind,
        negate_product: bool,
        negate_addend: bool,
        to: Xmm,
        first: Xmm,
        second: Xmm,
    ) {
        let base = match (negate_product, negate_addend) {
            (false, false) => 0xb8,
            (false, true) => 0xba,
            (true, false) => 0xbc,
            (true, true) => 0xbe,
        };
        let opcode = base | u8::from(!kind.packed);
        self.asm.vex(Prefix::P66, Map::M38, opcode, kind.double, to.0, first.0, second.into());
    }

    /// Lets a NaN in `value` be an invalid operation.
    pub(super) fn trap_nan(&mut self, kind: Kind, value: Xmm) {
        self.float_compare(kind, predicate::TRUE, THIRD, value, value);
    }

    /// `to` = minimum or maximum, `op`, of `first` and `second`. Any NaN is an invalid operation. `to` may be `first`;
    /// `second` is neither `to` nor [`OTHER`].
    pub(super) fn float_extreme(&mut self, kind: Kind, op: u8, to: Xmm, first: Xmm, second: Xmm) {
        // Of two zeros the host takes the last operand: both ways, and then the sign that the guest wants.
        self.float(kind, op, OTHER, second, first);
        self.float(kind, op, to, first, second);
        self.float(kind, if op == op::MAX { op::AND } else { op::OR }, to, to, OTHER);
    }

    /// `to = 0`.
    pub(super) fn float_zero(&mut self, to: Xmm) {
        self.asm.vex(Prefix::None, Map::M0F, op::XOR, false, to.0, to.0, to.into());
    }

    /// `to` = `from`, all of it.
    pub(super) fn vector_move(&mut self, to: Xmm, from: Xmm) {
        if to != from {
            self.asm.vex(Prefix::None, Map::M0F, 0x28, false, to.0, 0, from.into());
        }
    }

    /// `to` = the low `bytes` (4, 8, 16) of `from`, the rest zero.
    pub(super) fn vector_low(&mut self, bytes: u8, to: Xmm, from: Xmm) {
        match bytes {
            4 => self.asm.vex_imm(Prefix::P66, Map::M3A, 0x21, false, to.0, from.0, from.into(), 0x0e),
            8 => self.asm.load_vector(3, to, from.into()),
            _ => self.vector_move(to, from),
        }
    }

    /// Are all bytes of v`index` from `bytes` on zero?
    pub(super) fn is_low(&self, index: u8, bytes: u8) -> bool {
        self.used[index as usize & 31] <= bytes
    }

    /// v`index` = the low `bytes` of `from`, the rest zero. Where they are zero in `from` already, say so by `clean`.
    pub(super) fn set_low(&mut self, index: u8, bytes: u8, from: Xmm, clean: bool) {
        let to = self.vector_target(index);
        self.vector_low(if clean { 16 } else { bytes }, to, from);
        self.commit_low(index, bytes);
    }

    /// Where to compute the low `bytes` of v`index` from `first`, whose upper lanes the result gets: the register itself
    /// if they are known to be zero. Give the place to [`Lower::place_low`] then.
    pub(super) fn low_target(&mut self, index: u8, bytes: u8, first: u8) -> Xmm {
        if self.is_low(first, bytes) { self.vector_target(index) } else { TEMP }
    }

    /// v`index` has the value computed in what [`Lower::low_target`] gave.
    pub(super) fn place_low(&mut self, index: u8, bytes: u8, from: Xmm) {
        if from == TEMP {
            self.set_low(index, bytes, from, false);
        } else {
            self.commit_low(index, bytes);
        }
    }
}

/// The constant of [`crate::cpu::Masks`] with the sign bit of `kind`'s lanes.
pub(super) fn sign_mask(kind: Kind) -> Rm {
    mask(offset_of!(Cpu, engine.masks.sign), kind)
}

/// The constant of [`crate::cpu::Masks`] with all bits of `kind`'s lanes but the sign.
pub(super) fn magnitude_mask(kind: Kind) -> Rm {
    mask(offset_of!(Cpu, engine.masks.magnitude), kind)
}

fn mask(base: usize, kind: Kind) -> Rm {
    let number = usize::from(kind.double) << 1 | usize::from(kind.packed);
    state(base + number * size_of::<Vector>())
}
