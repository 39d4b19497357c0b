//! Single structures.

use super::select::{load_each, register};
use crate::interp::field5;
use crate::isa::bits;
use crate::jit::x86_64::lower::address::behind;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::{Reg, Xmm};
use crate::jit::x86_64::simd::{BROADCAST, EXTRACT, INSERT};

/// Emits `word`, of this class; gives how many bytes it moves.
pub(super) fn lower(l: &mut Lower<'_>, word: u32) -> Option<u8> {
    let registers = (bits(word, 13, 13) << 1 | bits(word, 21, 21)) as u8 + 1;
    let loads = bits(word, 22, 22) == 1;
    let (size, s, q) = (bits(word, 11, 10) as u8, bits(word, 12, 12) as u8, bits(word, 30, 30) as u8);
    // Q:S:size is the index of a byte; larger lanes need its low bits for their size.
    let byte = q << 3 | s << 2 | size;
    let (size, lane) = match (bits(word, 15, 14), size) {
        (0, _) => (0, Some(byte)),
        (1, 0b00 | 0b10) => (1, Some(byte >> 1)),
        (2, 0b00) => (2, Some(byte >> 2)),
        (2, 0b01) if s == 0 => (3, Some(byte >> 3)),
        (3, size) if s == 0 && loads => (size, None),
        _ => return None,
    };
    let place = usize::from(size);
    let at = l.at_offset(field5(word, 5), 0, Reg::Rdx);
    let Some(lane) = lane else {
        load_each(l, word, registers, 3 + q, |l, number, to| {
            l.asm.simd_unary(BROADCAST[place], to, behind(at, i32::from(number) << size));
        });
        return Some(registers << size);
    };
    let mut before = [Xmm(0); 4];
    for (number, held) in (0..registers).zip(&mut before) {
        *held = l.vector(register(word, number));
    }
    if loads {
        load_each(l, word, registers, 4, |l, number, to| {
            let from = behind(at, i32::from(number) << size);
            l.asm.simd_imm(INSERT[place], to, before[usize::from(number)], from, lane);
        });
    } else {
        for (number, from) in (0..registers).zip(before) {
            let to = behind(at, i32::from(number) << size);
            if lane == 0 && size >= 2 {
                l.asm.store_vector(size, to, from);
            } else {
                l.asm.simd_imm(EXTRACT[place], from, Xmm(0), to, lane);
            }
        }
    }
    Some(registers << size)
}
