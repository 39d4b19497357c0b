//! Advanced SIMD floating point, but for conversions. Half precision and estimates are the interpreter's.

use super::block::Lower;
use super::float::{Kind, OTHER, TEMP, THIRD, magnitude_mask, op as host, predicate, rounding, sign_mask};
use super::simd_fp_convert;
use crate::interp::field5;
use crate::isa::bits;
use crate::isa::rows::simd_fp::Op;
use crate::jit::x86_64::asm::{Map, Prefix};
use crate::jit::x86_64::regs::{Reg, Xmm};

/// The lanes of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// Bytes of the result; the rest of the destination becomes zero.
    pub(super) bytes: u8,
}

impl Shape {
    /// Lanes as the word tells, all classes alike but for their width; `None` for the one reserved.
    pub(super) fn of(word: u32, double: bool) -> Option<Shape> {
        let packed = bits(word, 28, 28) == 0;
        let kind = Kind { double, packed };
        let bytes = match (packed, bits(word, 30, 30) != 0) {
            (false, _) => kind.bytes(),
            (true, true) => 16,
            (true, false) if double => return None,
            (true, false) => 8,
        };
        Some(Shape { kind, bytes })
    }

    /// All of a register?
    pub(super) fn full(self) -> bool {
        self.bytes == 16
    }
}

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    let double = bits(word, 22, 22) != 0;
    match op {
        Op::FcvtlVec if double || l.has_half() => simd_fp_convert::lengthen(l, word, double),
        Op::FcvtnVec if double || l.has_half() => simd_fp_convert::narrow(l, word, double),
        Op::FcvtlVec | Op::FcvtnVec => return false,
        _ => return Shape::of(word, double).is_some_and(|shape| lanes(l, op, shape, word)),
    }
    true
}

/// Operations whose operands have the result's shape.
fn lanes(l: &mut Lower<'_>, op: Op, shape: Shape, word: u32) -> bool {
    let kind = shape.kind;
    match op {
        Op::FaddVec => three(l, shape, word, |l, to, n, m| l.float(kind, host::ADD, to, n, m)),
        Op::FsubVec => three(l, shape, word, |l, to, n, m| l.float(kind, host::SUB, to, n, m)),
        // Zero times infinity is invalid for the host, so the interpreter gives the two.
        Op::FmulVec | Op::FmulxVec | Op::FmulxScalar => {
            three(l, shape, word, |l, to, n, m| l.float(kind, host::MUL, to, n, m));
        }
        Op::FdivVec => three(l, shape, word, |l, to, n, m| l.float(kind, host::DIV, to, n, m)),
        Op::FabdVec | Op::FabdScalar => three(l, shape, word, |l, to, n, m| {
            l.float(kind, host::SUB, to, n, m);
            l.float(kind, host::AND, to, to, magnitude_mask(kind));
        }),
        Op::FmaxVec | Op::FmaxnmVec => extreme(l, shape, word, host::MAX),
        Op::FminVec | Op::FminnmVec => extreme(l, shape, word, host::MIN),
        Op::FrecpsVec | Op::FrecpsScalar => reciprocal_step(l, shape, word),
        Op::FmlaVec | Op::FmlsVec => fused(l, shape, word, op == Op::FmlsVec, None),
        Op::FcmeqVec | Op::FcmeqScalar => compare(l, shape, word, predicate::EQUAL),
        Op::FcmgeVec | Op::FcmgeScalar => compare(l, shape, word, predicate::GREATER_EQUAL),
        Op::FcmgtVec | Op::FcmgtScalar => compare(l, shape, word, predicate::GREATER),
        Op::FacgeVec | Op::FacgeScalar => compare_magnitudes(l, shape, word, predicate::GREATER_EQUAL),
        Op::FacgtVec | Op::FacgtScalar => compare_magnitudes(l, shape, word, predicate::GREATER),
        Op::FcmeqZeroVec | Op::FcmeqZeroScalar => compare_zero(l, shape, word, predicate::EQUAL),
        Op::FcmgeZeroVec | Op::FcmgeZeroScalar => compare_zero(l, shape, word, predicate::GREATER_EQUAL),
        Op::FcmgtZeroVec | Op::FcmgtZeroScalar => compare_zero(l, shape, word, predicate::GREATER),
        Op::FcmleZeroVec | Op::FcmleZeroScalar => compare_zero(l, shape, word, predicate::LESS_EQUAL),
        Op::FcmltZeroVec | Op::FcmltZeroScalar => compare_zero(l, shape, word, predicate::LESS),
        Op::FaddpVec => pairwise(l, shape, word, |l, to, n, m| l.float(kind, host::ADD, to, n, m)),
        Op::FmaxpVec | Op::FmaxnmpVec => {
            pairwise(l, shape, word, |l, to, n, m| l.float_extreme(kind, host::MAX, to, n, m));
        }
        Op::FminpVec | Op::FminnmpVec => {
            pairwise(l, shape, word, |l, to, n, m| l.float_extreme(kind, host::MIN, to, n, m));
        }
        Op::FaddpScalar => pair(l, shape, word, |l, to, n, m| l.float(kind, host::ADD, to, n, m)),
        Op::FmaxpScalar | Op::FmaxnmpScalar => {
            pair(l, shape, word, |l, to, n, m| l.float_extreme(kind, host::MAX, to, n, m));
        }
        Op::FminpScalar | Op::FminnmpScalar => {
            pair(l, shape, word, |l, to, n, m| l.float_extreme(kind, host::MIN, to, n, m));
        }
        Op::FmaxvVec | Op::FmaxnmvVec => across(l, word, host::MAX),
        Op::FminvVec | Op::FminnmvVec => across(l, word, host::MIN),
        Op::FabsVec => two(l, shape, word, |l, to, n| l.float(kind, host::AND, to, n, magnitude_mask(kind))),
        Op::FnegVec => two(l, shape, word, |l, to, n| l.float(kind, host::XOR, to, n, sign_mask(kind))),
        Op::FsqrtVec => two(l, shape, word, |l, to, n| {
            // The packed form has one operand.
            l.asm.vex(kind.prefix(), Map::M0F, host::SQRT, false, to.0, 0, n.into());
        }),
        Op::FrintnVec | Op::FrintiVec => round(l, shape, word, rounding::EVEN | rounding::QUIET),
        Op::FrintpVec => round(l, shape, word, rounding::PLUS | rounding::QUIET),
        Op::FrintmVec => round(l, shape, word, rounding::MINUS | rounding::QUIET),
        Op::FrintzVec => round(l, shape, word, rounding::ZERO | rounding::QUIET),
        Op::FrintxVec => round(l, shape, word, rounding::EVEN),
        Op::FrintaVec => {
            let n = operand(l, shape, field5(word, 5), THIRD);
            l.float_round_away(kind, n);
            place(l, shape, word, TEMP);
        }
        Op::FmulElemSingle
        | Op::FmulElemDouble
        | Op::FmulElemScalarSingle
        | Op::FmulElemScalarDouble
        | Op::FmulxElemSingle
        | Op::FmulxElemDouble
        | Op::FmulxElemScalarSingle
        | Op::FmulxElemScalarDouble => {
            let n = operand(l, shape, field5(word, 5), OTHER);
            let m = element(l, kind, word);
            let to = target(l, shape, word);
            l.float(kind, host::MUL, to, n, m);
            place(l, shape, word, to);
        }
        Op::FmlaElemSingle | Op::FmlaElemDouble | Op::FmlaElemScalarSingle | Op::FmlaElemScalarDouble => {
            let m = element(l, kind, word);
            fused(l, shape, word, false, Some(m));
        }
        Op::FmlsElemSingle | Op::FmlsElemDouble | Op::FmlsElemScalarSingle | Op::FmlsElemScalarDouble => {
            let m = element(l, kind, word);
            fused(l, shape, word, true, Some(m));
        }
        _ => return simd_fp_convert::lower(l, op, shape, word),
    }
    true
}

/// v`index`, or `temp` with its low half twice where only that counts, so that no other lane raises an exception.
pub(super) fn operand(l: &mut Lower<'_>, shape: Shape, index: u8, temp: Xmm) -> Xmm {
    let reg = l.vector(index);
    if shape.bytes != 8 || !shape.kind.packed {
        return reg;
    }
    l.asm.vex(Prefix::F2, Map::M0F, 0x12, false, temp.0, 0, reg.into());
    temp
}

/// Where to compute the destination. All operands must have been loaded.
pub(super) fn target(l: &mut Lower<'_>, shape: Shape, word: u32) -> Xmm {
    if shape.full() { l.vector_target(field5(word, 0)) } else { TEMP }
}

/// The destination has the value in `from`, which is what [`target`] gave or any other.
pub(super) fn place(l: &mut Lower<'_>, shape: Shape, word: u32, from: Xmm) {
    l.set_low(field5(word, 0), shape.bytes, from, false);
}

/// Lanes of one register, `emit(to, n)`.
pub(super) fn two(l: &mut Lower<'_>, shape: Shape, word: u32, emit: impl FnOnce(&mut Lower<'_>, Xmm, Xmm)) {
    let n = operand(l, shape, field5(word, 5), OTHER);
    let to = target(l, shape, word);
    emit(l, to, n);
    place(l, shape, word, to);
}

/// Lanes of two registers, `emit(to, n, m)`.
fn three(l: &mut Lower<'_>, shape: Shape, word: u32, emit: impl FnOnce(&mut Lower<'_>, Xmm, Xmm, Xmm)) {
    let n = operand(l, shape, field5(word, 5), OTHER);
    let m = operand(l, shape, field5(word, 16), THIRD);
    // A result in two steps must not be seen half done, but the second step never faults.
    let to = target(l, shape, word);
    emit(l, to, n, m);
    place(l, shape, word, to);
}

fn extreme(l: &mut Lower<'_>, shape: Shape, word: u32, op: u8) {
    let n = operand(l, shape, field5(word, 5), TEMP);
    let m = operand(l, shape, field5(word, 16), THIRD);
    l.float_extreme(shape.kind, op, TEMP, n, m);
    place(l, shape, word, TEMP);
}

fn round(l: &mut Lower<'_>, shape: Shape, word: u32, mode: u8) {
    two(l, shape, word, |l, to, n| l.float_round(shape.kind, mode, to, n, n));
}

/// All lanes of [`THIRD`] = the element of `rm` that the word names.
fn element(l: &mut Lower<'_>, kind: Kind, word: u32) -> Xmm {
    let m = l.vector(field5(word, 16));
    let (high, low) = (bits(word, 11, 11) as u8, bits(word, 21, 21) as u8);
    l.broadcast(kind, THIRD, m, if kind.double { high } else { high << 1 | low });
    THIRD
}

/// `rd ± rn × m`, with `rm` unless an operand is given, which is [`THIRD`].
fn fused(l: &mut Lower<'_>, shape: Shape, word: u32, negate: bool, m: Option<Xmm>) {
    let n = operand(l, shape, field5(word, 5), OTHER);
    let m = m.unwrap_or_else(|| operand(l, shape, field5(word, 16), THIRD));
    let d = operand(l, shape, field5(word, 0), TEMP);
    l.vector_move(TEMP, d);
    l.float_fused(shape.kind, negate, false, TEMP, n, m);
    l.trap_nan(shape.kind, TEMP);
    place(l, shape, word, TEMP);
}

/// `2 - rn × rm`.
fn reciprocal_step(l: &mut Lower<'_>, shape: Shape, word: u32) {
    let n = operand(l, shape, field5(word, 5), OTHER);
    let m = operand(l, shape, field5(word, 16), THIRD);
    l.asm.mov_imm(Reg::Rax, if shape.kind.double { 2_f64.to_bits() } else { 2_f32.to_bits().into() });
    l.vector_from(true, TEMP, Reg::Rax.into());
    l.broadcast(shape.kind, TEMP, TEMP, 0);
    l.float_fused(shape.kind, true, false, TEMP, n, m);
    l.trap_nan(shape.kind, TEMP);
    place(l, shape, word, TEMP);
}

fn compare(l: &mut Lower<'_>, shape: Shape, word: u32, predicate: u8) {
    three(l, shape, word, |l, to, n, m| l.float_compare(shape.kind, predicate, to, n, m));
}

fn compare_zero(l: &mut Lower<'_>, shape: Shape, word: u32, predicate: u8) {
    two(l, shape, word, |l, to, n| {
        l.float_zero(THIRD);
        l.float_compare(shape.kind, predicate, to, n, THIRD);
    });
}

fn compare_magnitudes(l: &mut Lower<'_>, shape: Shape, word: u32, predicate: u8) {
    let n = operand(l, shape, field5(word, 5), OTHER);
    let m = operand(l, shape, field5(word, 16), THIRD);
    l.float(shape.kind, host::AND, OTHER, n, magnitude_mask(shape.kind));
    l.float(shape.kind, host::AND, THIRD, m, magnitude_mask(shape.kind));
    l.float_compare(shape.kind, predicate, TEMP, OTHER, THIRD);
    place(l, shape, word, TEMP);
}

/// `emit(to, even, odd)`, with the even and the odd lanes of `rn` and then of `rm`.
fn pairwise(l: &mut Lower<'_>, shape: Shape, word: u32, emit: impl FnOnce(&mut Lower<'_>, Xmm, Xmm, Xmm)) {
    let (n, m) = (l.vector(field5(word, 5)), l.vector(field5(word, 16)));
    match (shape.kind.double, shape.full()) {
        (true, _) => {
            l.asm.vex(Prefix::P66, Map::M0F, 0x14, false, TEMP.0, n.0, m.into());
            l.asm.vex(Prefix::P66, Map::M0F, 0x15, false, THIRD.0, n.0, m.into());
        }
        (false, true) => {
            l.asm.vex_imm(Prefix::None, Map::M0F, 0xc6, false, TEMP.0, n.0, m.into(), 0x88);
            l.asm.vex_imm(Prefix::None, Map::M0F, 0xc6, false, THIRD.0, n.0, m.into(), 0xdd);
        }
        (false, false) => {
            // The low lanes in turn: the evens are the low half then, the odds the high one.
            l.asm.vex(Prefix::None, Map::M0F, 0x14, false, TEMP.0, n.0, m.into());
            l.shuffle(THIRD, TEMP, 0xee);
            l.shuffle(TEMP, TEMP, 0x44);
        }
    }
    emit(l, TEMP, TEMP, THIRD);
    place(l, shape, word, TEMP);
}

/// `emit(to, first, second)` with the two lowest lanes.
fn pair(l: &mut Lower<'_>, shape: Shape, word: u32, emit: impl FnOnce(&mut Lower<'_>, Xmm, Xmm, Xmm)) {
    let n = l.vector(field5(word, 5));
    l.shuffle(THIRD, n, if shape.kind.double { 0xee } else { 0x55 });
    emit(l, TEMP, n, THIRD);
    place(l, shape, word, TEMP);
}

/// Minimum or maximum of four lanes.
fn across(l: &mut Lower<'_>, word: u32, op: u8) {
    let kind = Kind { double: false, packed: true };
    let n = l.vector(field5(word, 5));
    l.shuffle(THIRD, n, 0xb1);
    l.float_extreme(kind, op, TEMP, n, THIRD);
    l.shuffle(THIRD, TEMP, 0xee);
    l.float_extreme(kind, op, TEMP, TEMP, THIRD);
    l.set_low(field5(word, 0), 4, TEMP, false);
}

impl Lower<'_> {
    /// `to` = the 32-bit lanes of `from` that `order` names, two bits each, the lowest first.
    pub(super) fn shuffle(&mut self, to: Xmm, from: Xmm, order: u8) {
        self.asm.vex_imm(Prefix::P66, Map::M0F, 0x70, false, to.0, 0, from.into(), order);
    }
}
