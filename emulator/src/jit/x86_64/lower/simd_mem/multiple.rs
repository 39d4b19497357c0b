//! Multiple structures: whole registers, contiguous in memory, their lanes in turn.

use super::select::{TEMPS, load_each, register};
use crate::interp::field5;
use crate::isa::bits;
use crate::jit::x86_64::asm::Rm;
use crate::jit::x86_64::lower::address::behind;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::lower::simd_int::{byte_of, indices, picks, unzip};
use crate::jit::x86_64::regs::{Reg, Xmm};
use crate::jit::x86_64::simd::{OR, SHUFFLE, ZIP_HIGH, ZIP_LOW};

const T0: Xmm = TEMPS[0];
const T1: Xmm = TEMPS[1];
const T2: Xmm = TEMPS[2];

/// Emits `word`, of this class; gives how many bytes it moves.
pub(super) fn lower(l: &mut Lower<'_>, word: u32) -> Option<u8> {
    let (size, full) = (bits(word, 11, 10) as u8, bits(word, 30, 30) == 1);
    let (registers, in_turn) = match bits(word, 15, 12) {
        0b0000 => (4, true),
        0b0010 => (4, false),
        0b0100 => (3, true),
        0b0110 => (3, false),
        0b0111 => (1, false),
        0b1000 => (2, true),
        0b1010 => (2, false),
        _ => return None,
    };
    if size == 3 && !full && in_turn {
        return None;
    }
    let loads = bits(word, 22, 22) == 1;
    let scale = if full { 4 } else { 3 };
    let at = l.at_offset(field5(word, 5), 0, Reg::Rdx);
    match (loads, in_turn, registers) {
        (true, false, _) => load_each(l, word, registers, 4, |l, number, to| {
            l.asm.load_vector(scale, to, behind(at, i32::from(number) << scale));
        }),
        (false, false, _) => {
            for number in 0..registers {
                let from = l.vector(register(word, number));
                l.asm.store_vector(scale, behind(at, i32::from(number) << scale), from);
            }
        }
        (true, true, 2) => load_2(l, word, size, full, at),
        (true, true, 3) => load_3(l, word, size, full, at),
        (true, true, _) => load_4(l, word, size, full, at),
        (false, true, 2) => store_2(l, word, size, full, at),
        (false, true, 3) => store_3(l, word, size, full, at),
        (false, true, _) => store_4(l, word, size, full, at),
    }
    Some(registers << scale)
}

fn targets<const REGS: usize>(l: &mut Lower<'_>, word: u32) -> [Xmm; REGS] {
    let mut to = [Xmm(0); REGS];
    for (number, to) in (0..).zip(&mut to) {
        *to = l.vector_target(register(word, number));
    }
    to
}

fn commit(l: &mut Lower<'_>, word: u32, registers: u8) {
    (0..registers).for_each(|number| l.commit_vector(register(word, number)));
}

fn sources<const REGS: usize>(l: &mut Lower<'_>, word: u32) -> [Xmm; REGS] {
    let mut from = [Xmm(0); REGS];
    for (number, from) in (0..).zip(&mut from) {
        *from = l.vector(register(word, number));
    }
    from
}

fn load_2(l: &mut Lower<'_>, word: u32, size: u8, full: bool, at: Rm) {
    l.asm.load_vector(4, T0, at);
    if full {
        l.asm.load_vector(4, T1, behind(at, 16));
        let [even, odd] = targets(l, word);
        unzip(l, size, false, even, [T0, T1], [even, T2]);
        unzip(l, size, true, odd, [T0, T1], [T0, T1]);
    } else {
        for (to, odd) in targets::<2>(l, word).into_iter().zip([false, true]) {
            let order = l.asm.constant(picks(size, odd));
            l.asm.simd(SHUFFLE, to, T0, order);
        }
    }
    commit(l, word, 2);
}

fn store_2(l: &mut Lower<'_>, word: u32, size: u8, full: bool, at: Rm) {
    let place = usize::from(size);
    let [a, b] = sources(l, word);
    l.asm.simd(ZIP_LOW[place], T0, a, b);
    l.asm.store_vector(4, at, T0);
    if full {
        l.asm.simd(ZIP_HIGH[place], T0, a, b);
        l.asm.store_vector(4, behind(at, 16), T0);
    }
}

/// Which bytes of 16-byte piece `piece` go to register `number` of three.
fn from_piece(size: u8, full: bool, number: u8, piece: u8) -> u128 {
    indices(|byte| {
        let from = byte_of(size, (byte >> size) * 3 + number, byte);
        ((full || byte < 8) && from / 16 == piece).then_some(from % 16)
    })
}

fn load_3(l: &mut Lower<'_>, word: u32, size: u8, full: bool, at: Rm) {
    l.asm.load_vector(4, T0, at);
    l.asm.load_vector(if full { 4 } else { 3 }, T1, behind(at, 16));
    if full {
        l.asm.load_vector(4, T2, behind(at, 32));
    }
    let to: [Xmm; 3] = targets(l, word);
    let pieces = if full { 3 } else { 2 };
    for number in 0..3 {
        let own = to[usize::from(number)];
        for (piece, from) in (0..pieces).zip(TEMPS) {
            let order = l.asm.constant(from_piece(size, full, number, piece));
            // The last register's own place serves the others; it itself takes those of the pieces.
            let temp = match (number, piece) {
                (2, _) => from,
                (_, 0) => own,
                _ => to[2],
            };
            l.asm.simd(SHUFFLE, temp, from, order);
            if piece > 0 {
                let sum = if number == 2 && piece == 1 { T0 } else { own };
                l.asm.simd(OR, own, sum, temp);
            }
        }
    }
    commit(l, word, 3);
}

/// Which bytes of register `number` of three go to 16-byte piece `piece`.
fn to_piece(size: u8, number: u8, piece: u8) -> u128 {
    indices(|byte| {
        let at = 16 * piece + byte;
        let element = at >> size;
        (element % 3 == number).then_some(byte_of(size, element / 3, at))
    })
}

fn store_3(l: &mut Lower<'_>, word: u32, size: u8, full: bool, at: Rm) {
    let from: [Xmm; 3] = sources(l, word);
    for piece in 0..if full { 3 } else { 2 } {
        for (number, from) in (0..3).zip(from) {
            let order = l.asm.constant(to_piece(size, number, piece));
            if number == 0 {
                l.asm.simd(SHUFFLE, T0, from, order);
            } else {
                l.asm.simd(SHUFFLE, T1, from, order);
                l.asm.simd(OR, T0, T0, T1);
            }
        }
        let scale = if full || piece == 0 { 4 } else { 3 };
        l.asm.store_vector(scale, behind(at, 16 * i32::from(piece)), T0);
    }
}

/// Brings the lanes of each of four registers together, in 32 bits.
fn gather_4(l: &mut Lower<'_>, size: u8, pieces: &[Xmm]) {
    if size < 2 {
        let order = l.asm.constant(indices(|byte| {
            let (number, within) = (byte / 4, byte % 4);
            Some(byte_of(size, (within >> size) * 4 + number, within))
        }));
        for &piece in pieces {
            l.asm.simd(SHUFFLE, piece, piece, order);
        }
    }
}

fn load_4(l: &mut Lower<'_>, word: u32, size: u8, full: bool, at: Rm) {
    l.asm.load_vector(4, T0, at);
    l.asm.load_vector(4, T1, behind(at, 16));
    if full {
        l.asm.load_vector(4, T2, behind(at, 32));
    }
    let [a, b, c, d] = targets(l, word);
    if !full {
        gather_4(l, size, &[T0, T1]);
        l.asm.simd(ZIP_LOW[2], T2, T0, T1);
        l.asm.simd(ZIP_HIGH[2], T0, T0, T1);
        l.asm.load_vector(3, a, T2.into());
        l.asm.shift_bytes_right(b, T2, 8);
        l.asm.load_vector(3, c, T0.into());
        l.asm.shift_bytes_right(d, T0, 8);
        return commit(l, word, 4);
    }
    // The last access: from here on the registers may change.
    l.asm.load_vector(4, d, behind(at, 48));
    if size == 3 {
        l.asm.simd(ZIP_LOW[3], a, T0, T2);
        l.asm.simd(ZIP_HIGH[3], b, T0, T2);
        l.asm.simd(ZIP_LOW[3], c, T1, d);
        l.asm.simd(ZIP_HIGH[3], d, T1, d);
    } else {
        gather_4(l, size, &[T0, T1, T2, d]);
        l.asm.simd(ZIP_LOW[2], a, T0, T1);
        l.asm.simd(ZIP_HIGH[2], T0, T0, T1);
        l.asm.simd(ZIP_LOW[2], T1, T2, d);
        l.asm.simd(ZIP_HIGH[2], T2, T2, d);
        l.asm.simd(ZIP_HIGH[3], b, a, T1);
        l.asm.simd(ZIP_LOW[3], a, a, T1);
        l.asm.simd(ZIP_LOW[3], c, T0, T2);
        l.asm.simd(ZIP_HIGH[3], d, T0, T2);
    }
    commit(l, word, 4);
}

fn store_4(l: &mut Lower<'_>, word: u32, size: u8, full: bool, at: Rm) {
    let place = usize::from(size);
    let [a, b, c, d] = sources(l, word);
    let halves = [(ZIP_LOW, 0), (ZIP_HIGH, 32)];
    for (zip, offset) in &halves[..if full { 2 } else { 1 }] {
        l.asm.simd(zip[place], T0, a, c);
        l.asm.simd(zip[place], T1, b, d);
        l.asm.simd(ZIP_LOW[place], T2, T0, T1);
        l.asm.store_vector(4, behind(at, *offset), T2);
        l.asm.simd(ZIP_HIGH[place], T2, T0, T1);
        l.asm.store_vector(4, behind(at, offset + 16), T2);
    }
}
