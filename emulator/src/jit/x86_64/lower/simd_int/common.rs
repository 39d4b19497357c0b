//! Operands, results and steps that the encoding classes share.
//!
//! A step that takes more than one instruction writes its result by the last one, unless it has one source only: the
//! result may stand in the register of a source.

use crate::interp::Insn;
use crate::isa::bits;
use crate::jit::x86_64::asm::Rm;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::Xmm;
use crate::jit::x86_64::simd::{
    ADD, AND, GREATER, INSERT_32, MUL_16, MUL_32, OR, SELECT_32, SHUFFLE, SUB, Simd, Way, XOR, ZIP_HIGH,
    ZIP_LOW,
};

/// Registers that are free between two guest instructions.
pub(super) const T0: Xmm = Xmm(13);
pub(super) const T1: Xmm = Xmm(14);
pub(super) const T2: Xmm = Xmm(15);

/// Bits 23–22: the lane has `8 << size` bits.
pub(super) fn size(insn: &Insn) -> u8 {
    bits(insn.word, 23, 22) as u8
}

/// Has the result 128 bits?
pub(super) fn is_full(insn: &Insn) -> bool {
    insn.ra & 31 == 16
}

/// Is the source the high half of its register?
pub(super) fn from_high(insn: &Insn) -> bool {
    insn.ra & 0x80 != 0
}

/// The two sources.
pub(super) fn sources(l: &mut Lower<'_>, insn: &Insn) -> (Xmm, Xmm) {
    (l.vector(insn.rn), l.vector(insn.rm))
}

/// `emit` writes a result into the register it is given; of one of 64 bits the low half alone counts. Sources must be
/// in registers before.
pub(super) fn result(l: &mut Lower<'_>, insn: &Insn, emit: impl FnOnce(&mut Lower<'_>, Xmm)) {
    if is_full(insn) {
        whole(l, insn, emit);
    } else {
        emit(l, T0);
        let to = l.vector_target(insn.rd);
        l.asm.load_vector(3, to, T0.into());
        l.commit_low(insn.rd, 8);
    }
}

/// `to` = the low `bytes` bytes of `from`, the others zero.
pub(super) fn cut(l: &mut Lower<'_>, to: Xmm, from: Xmm, bytes: u8) {
    match bytes {
        16 => l.asm.load_vector(4, to, from.into()),
        8 => l.asm.load_vector(3, to, from.into()),
        4 => l.asm.simd_imm(INSERT_32, to, from, from, 0b1110),
        _ => {
            let kept = l.asm.constant((1 << (8 * bytes)) - 1);
            l.asm.simd(AND, to, from, kept);
        }
    }
}

/// `emit` writes the whole register that it is given.
pub(super) fn whole(l: &mut Lower<'_>, insn: &Insn, emit: impl FnOnce(&mut Lower<'_>, Xmm)) {
    let to = l.vector_target(insn.rd);
    emit(l, to);
    l.commit_vector(insn.rd);
}

/// `emit` writes a narrowed result into the low half and zeros into the high one; it becomes the high half in the `2`
/// forms.
pub(super) fn narrowed(l: &mut Lower<'_>, insn: &Insn, emit: impl FnOnce(&mut Lower<'_>, Xmm)) {
    if is_full(insn) {
        let before = l.vector(insn.rd);
        emit(l, T0);
        whole(l, insn, |l, to| l.asm.simd(ZIP_LOW[3], to, before, T0));
    } else {
        whole(l, insn, emit);
    }
}

/// `lane`, the low `8 << size` bits, in all lanes.
pub(in crate::jit::x86_64::lower) fn splat(size: u8, lane: u64) -> u128 {
    let mut value = u128::from(lane & u64::MAX >> (64 - (8_u32 << size)));
    for step in size..4 {
        value |= value << (8_u32 << step);
    }
    value
}

/// Indices for [`SHUFFLE`].
pub(in crate::jit::x86_64::lower) fn indices(byte: impl Fn(u8) -> Option<u8>) -> u128 {
    (0..16).fold(0, |sum, at| sum | u128::from(byte(at).unwrap_or(0x80)) << (8 * at))
}

/// The byte of `lane` that stands in it where `byte` stands in its own.
pub(in crate::jit::x86_64::lower) fn byte_of(size: u8, lane: u8, byte: u8) -> u8 {
    (lane << size) + byte % (1 << size)
}

/// Indices of the even or odd lanes, low ones first; zeros behind them.
pub(in crate::jit::x86_64::lower) fn picks(size: u8, odd: bool) -> u128 {
    indices(|at| (at < 8).then(|| byte_of(size, 2 * (at >> size) + u8::from(odd), at)))
}

/// `to` = the even or odd lanes of `a`, then those of `b`. The `temps` may be `to`, and
/// each the source in its place.
pub(in crate::jit::x86_64::lower) fn unzip(
    l: &mut Lower<'_>,
    size: u8,
    odd: bool,
    to: Xmm,
    [a, b]: [Xmm; 2],
    [first, second]: [Xmm; 2],
) {
    match size {
        3 => l.asm.simd(if odd { ZIP_HIGH[3] } else { ZIP_LOW[3] }, to, a, b),
        2 => l.asm.simd_imm(SELECT_32, to, a, b, if odd { 0xdd } else { 0x88 }),
        _ => {
            let order = l.asm.constant(picks(size, odd));
            l.asm.simd(SHUFFLE, first, a, order);
            l.asm.simd(SHUFFLE, second, b, order);
            l.asm.simd(ZIP_LOW[3], to, first, second);
        }
    }
}

/// `to` = `a` shifted right by 1 to the width of the lane. Destroys T2 if the lanes are signed and of 64 bits.
pub(super) fn shift_right(l: &mut Lower<'_>, size: u8, signed: bool, to: Xmm, a: Xmm, amount: u8) {
    let width = 8 << size;
    match (size, signed) {
        (1 | 2, true) => l.asm.shift_lanes(Way::RightSigned, size, to, a, amount),
        (3, true) if amount >= 63 => {
            l.asm.vector_zero(T2);
            l.asm.simd(GREATER[3], to, T2, a);
        }
        (0, true) if amount >= 7 => {
            l.asm.vector_zero(T2);
            l.asm.simd(GREATER[0], to, T2, a);
        }
        (0, _) => {
            l.asm.shift_lanes(Way::Right, 1, to, a, amount);
            let kept = l.asm.constant(splat(0, 0xff_u64 >> amount));
            l.asm.simd(AND, to, to, kept);
        }
        _ => l.asm.shift_lanes(Way::Right, size, to, a, amount),
    }
    if signed && matches!(size, 0 | 3) && amount < width - 1 {
        // The sign has moved down: extended from there.
        let sign = l.asm.constant(splat(size, 1 << (width - 1 - amount)));
        l.asm.simd(XOR, to, to, sign);
        l.asm.simd(SUB[usize::from(size)], to, to, sign);
    }
}

/// `to` = `a` shifted left by less than the width of the lane.
pub(super) fn shift_left(l: &mut Lower<'_>, size: u8, to: Xmm, a: Xmm, amount: u8) {
    if size == 0 {
        l.asm.shift_lanes(Way::Left, 1, to, a, amount);
        let kept = l.asm.constant(splat(0, 0xff << amount));
        l.asm.simd(AND, to, to, kept);
    } else {
        l.asm.shift_lanes(Way::Left, size, to, a, amount);
    }
}

/// `to` = the low halves of the products of `a` and `b` with lanes of up to 32 bits. Destroys T0, T1 and T2, which no
/// byte source may be.
pub(super) fn product(l: &mut Lower<'_>, size: u8, to: Xmm, a: Xmm, b: Xmm) {
    match size {
        0 => {
            l.asm.shift_lanes(Way::Right, 1, T1, a, 8);
            l.asm.shift_lanes(Way::Right, 1, T2, b, 8);
            l.asm.simd(MUL_16, T0, a, b);
            l.asm.simd(MUL_16, T1, T1, T2);
            l.asm.shift_lanes(Way::Left, 1, T1, T1, 8);
            let low = l.asm.constant(splat(1, 0xff));
            l.asm.simd(AND, T0, T0, low);
            l.asm.simd(OR, to, T0, T1);
        }
        1 => l.asm.simd(MUL_16, to, a, b),
        _ => l.asm.simd(MUL_32, to, a, b),
    }
}

/// `to` = not `a`; `ones` becomes all ones.
pub(super) fn invert(l: &mut Lower<'_>, to: Xmm, a: impl Into<Rm>, ones: Xmm) {
    let a = a.into();
    l.asm.vector_ones(ones);
    l.asm.simd(XOR, to, ones, a);
}

/// `to` = |a − b|, with the lanes of `most` and `least`. Destroys T0 and T1, which may be sources.
pub(super) fn distance(l: &mut Lower<'_>, size: u8, [most, least]: [Simd; 2], to: Xmm, a: Xmm, b: Xmm) {
    l.asm.simd(most, T2, a, b);
    l.asm.simd(least, T1, a, b);
    l.asm.simd(SUB[usize::from(size)], to, T2, T1);
}

/// `to` = the sums of adjacent lanes of up to 32 bits, in lanes of twice the width. Destroys T0, T1 and T2.
pub(super) fn add_pairs_long(l: &mut Lower<'_>, size: u8, signed: bool, to: Xmm, a: Xmm) {
    use crate::jit::x86_64::simd::{BLEND_32, MUL_ADD_8, MUL_ADD_16};
    match (size, signed) {
        (0, true) => {
            let ones = l.asm.constant(splat(0, 1));
            l.asm.load_vector(4, T2, ones);
            l.asm.simd(MUL_ADD_8, to, T2, a);
        }
        (0, false) => {
            let ones = l.asm.constant(splat(0, 1));
            l.asm.simd(MUL_ADD_8, to, a, ones);
        }
        (1, true) => {
            let ones = l.asm.constant(splat(1, 1));
            l.asm.simd(MUL_ADD_16, to, a, ones);
        }
        (2, true) => {
            l.asm.shift_lanes(Way::RightSigned, 2, T0, a, 31);
            l.asm.permute_32(T1, a, 0xf5);
            l.asm.simd_imm(BLEND_32, T1, T1, T0, 0b1010);
            l.asm.permute_32(T0, T0, 0xa0);
            l.asm.simd_imm(BLEND_32, T0, a, T0, 0b1010);
            l.asm.simd(ADD[3], to, T0, T1);
        }
        (size, _) => {
            let low = l.asm.constant(splat(size + 1, (1 << (8_u32 << size)) - 1));
            l.asm.simd(AND, T0, a, low);
            l.asm.shift_lanes(Way::Right, size + 1, T1, a, 8 << size);
            l.asm.simd(ADD[usize::from(size) + 1], to, T0, T1);
        }
    }
}

/// `to` = ones where `a` is greater than `b`, unsigned 64-bit lanes. Destroys T1 and T2.
pub(super) fn greater_unsigned_64(l: &mut Lower<'_>, to: Xmm, a: Xmm, b: Xmm) {
    let sign = l.asm.constant(splat(3, 1 << 63));
    l.asm.simd(XOR, T1, a, sign);
    l.asm.simd(XOR, T2, b, sign);
    l.asm.simd(GREATER[3], to, T1, T2);
}
