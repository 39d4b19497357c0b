//! Vector instructions by name: the encodings, as tables by lane size where there is one for each.
//!
//! # Source
//! AMD64 Architecture Programmer's Manual volume 4; Intel SDM volume 2.

use super::asm::{Asm, Map, Prefix, Rm};
use super::regs::Xmm;

/// An encoding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Simd {
    prefix: Prefix,
    map: Map,
    opcode: u8,
    wide: bool,
}

const fn op(map: Map, opcode: u8) -> Simd {
    Simd { prefix: Prefix::P66, map, opcode, wide: false }
}

const fn f(opcode: u8) -> Simd {
    op(Map::M0F, opcode)
}

const fn f38(opcode: u8) -> Simd {
    op(Map::M38, opcode)
}

const fn f3a(opcode: u8) -> Simd {
    op(Map::M3A, opcode)
}

const fn wide(simd: Simd) -> Simd {
    Simd { wide: true, ..simd }
}

pub(super) const ADD: [Simd; 4] = [f(0xfc), f(0xfd), f(0xfe), f(0xd4)];
pub(super) const SUB: [Simd; 4] = [f(0xf8), f(0xf9), f(0xfa), f(0xfb)];
pub(super) const EQUAL: [Simd; 4] = [f(0x74), f(0x75), f(0x76), f38(0x29)];
/// Signed.
pub(super) const GREATER: [Simd; 4] = [f(0x64), f(0x65), f(0x66), f38(0x37)];
pub(super) const MAX_SIGNED: [Simd; 3] = [f38(0x3c), f(0xee), f38(0x3d)];
pub(super) const MAX_UNSIGNED: [Simd; 3] = [f(0xde), f38(0x3e), f38(0x3f)];
pub(super) const MIN_SIGNED: [Simd; 3] = [f38(0x38), f(0xea), f38(0x39)];
pub(super) const MIN_UNSIGNED: [Simd; 3] = [f(0xda), f38(0x3a), f38(0x3b)];
pub(super) const ABS: [Simd; 3] = [f38(0x1c), f38(0x1d), f38(0x1e)];
/// Lanes of the low halves, in turn.
pub(super) const ZIP_LOW: [Simd; 4] = [f(0x60), f(0x61), f(0x62), f(0x6c)];
/// Lanes of the high halves, in turn.
pub(super) const ZIP_HIGH: [Simd; 4] = [f(0x68), f(0x69), f(0x6a), f(0x6d)];
/// The low lane everywhere.
pub(super) const BROADCAST: [Simd; 4] = [f38(0x78), f38(0x79), f38(0x58), f38(0x59)];
/// From the low half's lanes of this size.
pub(super) const WIDEN_SIGNED: [Simd; 3] = [f38(0x20), f38(0x23), f38(0x25)];
/// From the low half's lanes of this size.
pub(super) const WIDEN_UNSIGNED: [Simd; 3] = [f38(0x30), f38(0x33), f38(0x35)];
/// From the lowest four lanes of this size.
pub(super) const WIDEN_SIGNED_TO_32: [Simd; 2] = [f38(0x21), f38(0x23)];
/// From the lowest four lanes of this size.
pub(super) const WIDEN_UNSIGNED_TO_32: [Simd; 2] = [f38(0x31), f38(0x33)];
/// Half the sum, rounded up, unsigned.
pub(super) const AVERAGE: [Simd; 2] = [f(0xe0), f(0xe3)];
pub(super) const ADD_SATURATED: [Simd; 2] = [f(0xec), f(0xed)];
pub(super) const ADD_UNSIGNED_SATURATED: [Simd; 2] = [f(0xdc), f(0xdd)];
pub(super) const SUB_SATURATED: [Simd; 2] = [f(0xe8), f(0xe9)];
pub(super) const SUB_UNSIGNED_SATURATED: [Simd; 2] = [f(0xd8), f(0xd9)];
/// Signed lanes of twice this size, saturated to signed ones.
pub(super) const PACK_SIGNED: [Simd; 2] = [f(0x63), f(0x6b)];
/// Signed lanes of twice this size, saturated to unsigned ones.
pub(super) const PACK_UNSIGNED: [Simd; 2] = [f(0x67), f38(0x2b)];
pub(super) const AND: Simd = f(0xdb);
/// Not the first, and the second.
pub(super) const NOT_AND: Simd = f(0xdf);
pub(super) const OR: Simd = f(0xeb);
pub(super) const XOR: Simd = f(0xef);
pub(super) const MUL_16: Simd = f(0xd5);
pub(super) const MUL_32: Simd = f38(0x40);
pub(super) const MUL_HIGH_16: Simd = f(0xe5);
pub(super) const MUL_HIGH_UNSIGNED_16: Simd = f(0xe4);
/// Twice the product's high half, rounded.
pub(super) const MUL_HIGH_ROUNDED_16: Simd = f38(0x0b);
/// 64-bit products of the even 32-bit lanes.
pub(super) const MUL_EVEN_SIGNED: Simd = f38(0x28);
/// 64-bit products of the even 32-bit lanes.
pub(super) const MUL_EVEN_UNSIGNED: Simd = f(0xf4);
/// 32-bit sums of two products of signed 16-bit lanes.
pub(super) const MUL_ADD_16: Simd = f(0xf5);
/// 16-bit sums of two products of unsigned bytes of the first with signed bytes of the second.
pub(super) const MUL_ADD_8: Simd = f38(0x04);
/// The sum of eight distances of bytes.
pub(super) const SUM_DISTANCES: Simd = f(0xf6);
/// The least unsigned 16-bit lane.
pub(super) const LEAST_16: Simd = f38(0x41);
/// Bytes of the first that the second numbers; zero where its bit 7 is set.
pub(super) const SHUFFLE: Simd = f38(0x00);
/// The low half from a general register, the high one zero.
pub(super) const MOVE_64: Simd = wide(f(0x6e));
/// Sets ZF if no bit is set in both.
pub(super) const TEST: Simd = f38(0x17);
/// 32-bit lanes shifted by their own counts.
pub(super) const SHIFT_LEFT_EACH: [Simd; 2] = [f38(0x47), wide(f38(0x47))];
pub(super) const SHIFT_RIGHT_EACH: [Simd; 2] = [f38(0x45), wide(f38(0x45))];
pub(super) const SHIFT_RIGHT_SIGNED_EACH_32: Simd = f38(0x46);
pub(super) const AES_ENCRYPT: Simd = f38(0xdc);
pub(super) const AES_ENCRYPT_LAST: Simd = f38(0xdd);
pub(super) const AES_DECRYPT: Simd = f38(0xde);
pub(super) const AES_DECRYPT_LAST: Simd = f38(0xdf);
pub(super) const AES_UNMIX: Simd = f38(0xdb);

// With an immediate.

/// Bytes from the immediate on of the second and, above it, the first.
pub(super) const ALIGN: Simd = f3a(0x0f);
/// 32-bit lanes by two bits each.
pub(super) const PERMUTE_32: Simd = f(0x70);
/// 16-bit lanes, of the second where the bit is set.
pub(super) const BLEND_16: Simd = f3a(0x0e);
/// 32-bit lanes, of the second where the bit is set.
pub(super) const BLEND_32: Simd = f3a(0x02);
/// Bytes, of the second where the register in the immediate has a sign.
pub(super) const BLEND_BY_8: Simd = f3a(0x4c);
pub(super) const BLEND_BY_32: Simd = f3a(0x4a);
pub(super) const BLEND_BY_64: Simd = f3a(0x4b);
/// Two 32-bit lanes of the first, two of the second, by two bits each.
pub(super) const SELECT_32: Simd = Simd { prefix: Prefix::None, ..f(0xc6) };
/// A 64-bit lane of the first, one of the second, by a bit each.
pub(super) const SELECT_64: Simd = f(0xc6);
/// 32-bit lane (bits 7–6) of the second to lane (5–4) of the first, lanes (3–0) zeroed.
pub(super) const INSERT_32: Simd = f3a(0x21);
pub(super) const CARRYLESS: Simd = f3a(0x44);
/// A lane from a general register or memory.
pub(super) const INSERT: [Simd; 4] = [f3a(0x20), f(0xc4), f3a(0x22), wide(f3a(0x22))];
/// A lane to a general register, zero-extended, or to memory.
pub(super) const EXTRACT: [Simd; 4] = [f3a(0x14), f3a(0x15), f3a(0x16), wide(f3a(0x16))];

/// Shifts of all lanes by an immediate, numbered as encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Right = 2,
    RightSigned = 4,
    Left = 6,
}

impl Asm {
    /// `dst = a op b`.
    pub(super) fn simd(&mut self, op: Simd, dst: Xmm, a: Xmm, b: impl Into<Rm>) {
        self.vex(op.prefix, op.map, op.opcode, op.wide, dst.0, a.0, b.into());
    }

    /// `dst = op a`.
    pub(super) fn simd_unary(&mut self, op: Simd, dst: Xmm, a: impl Into<Rm>) {
        self.simd(op, dst, Xmm(0), a);
    }

    /// `dst = a op b` with an immediate.
    pub(super) fn simd_imm(&mut self, op: Simd, dst: Xmm, a: Xmm, b: impl Into<Rm>, imm: u8) {
        self.vex_imm(op.prefix, op.map, op.opcode, op.wide, dst.0, a.0, b.into(), imm);
    }

    /// `dst` = the 32-bit lanes of `a` that `order` names, two bits each.
    pub(super) fn permute_32(&mut self, dst: Xmm, a: impl Into<Rm>, order: u8) {
        self.simd_imm(PERMUTE_32, dst, Xmm(0), a, order);
    }

    /// `dst` = `a` where the sign of `by`'s lane is clear, `b` where it is set.
    pub(super) fn blend_by(&mut self, op: Simd, dst: Xmm, a: Xmm, b: impl Into<Rm>, by: Xmm) {
        self.simd_imm(op, dst, a, b, by.0 << 4);
    }

    /// Shifts lanes of `8 << size` bits (16–64; signed to the right 16 or 32) by `amount`, which may be their width.
    pub(super) fn shift_lanes(&mut self, way: Way, size: u8, dst: Xmm, src: Xmm, amount: u8) {
        self.vex_imm(Prefix::P66, Map::M0F, 0x70 | size, false, way as u8, dst.0, src.into(), amount);
    }

    /// Shifts the whole register to the right by `amount` bytes.
    pub(super) fn shift_bytes_right(&mut self, dst: Xmm, src: Xmm, amount: u8) {
        self.vex_imm(Prefix::P66, Map::M0F, 0x73, false, 3, dst.0, src.into(), amount);
    }

    /// Shifts the whole register to the left by `amount` bytes.
    pub(super) fn shift_bytes_left(&mut self, dst: Xmm, src: Xmm, amount: u8) {
        self.vex_imm(Prefix::P66, Map::M0F, 0x73, false, 7, dst.0, src.into(), amount);
    }

    /// `dst` = zero.
    pub(super) fn vector_zero(&mut self, dst: Xmm) {
        self.simd(XOR, dst, dst, dst);
    }

    /// `dst` = all ones.
    pub(super) fn vector_ones(&mut self, dst: Xmm) {
        self.simd(EQUAL[2], dst, dst, dst);
    }

    /// An instruction with legacy encoding on vectors, whose first operand is also its result.
    pub(super) fn sse(&mut self, map: Map, opcode: u8, dst: Xmm, src: impl Into<Rm>) {
        self.legacy(Prefix::None, map, opcode, false, dst.0, src.into(), false);
    }

    /// As [`Asm::sse`], with an immediate byte behind it.
    pub(super) fn sse_imm(&mut self, map: Map, opcode: u8, dst: Xmm, src: Xmm, imm: u8) {
        self.sse(map, opcode, dst, src);
        self.put(imm);
    }

    /// Sets the floating-point control and status from the four bytes at `at`.
    pub(super) fn load_float_status(&mut self, at: Rm) {
        self.legacy(Prefix::None, Map::M0F, 0xae, false, 2, at, false);
    }

    /// `dst = src`, the low 2 to the `scale` bytes (2–4); the rest of a vector loaded from memory is zero.
    pub(super) fn load_vector(&mut self, scale: u8, dst: Xmm, src: Rm) {
        match scale {
            2 => self.vex(Prefix::P66, Map::M0F, 0x6e, false, dst.0, 0, src),
            3 => self.vex(Prefix::F3, Map::M0F, 0x7e, false, dst.0, 0, src),
            _ => self.vex(Prefix::F3, Map::M0F, 0x6f, false, dst.0, 0, src),
        }
    }

    /// `[dst] = src`, the low 2 to the `scale` bytes (2–4).
    pub(super) fn store_vector(&mut self, scale: u8, dst: Rm, src: Xmm) {
        match scale {
            2 => self.vex(Prefix::P66, Map::M0F, 0x7e, false, src.0, 0, dst),
            3 => self.vex(Prefix::P66, Map::M0F, 0xd6, false, src.0, 0, dst),
            _ => self.vex(Prefix::F3, Map::M0F, 0x7f, false, src.0, 0, dst),
        }
    }
}
