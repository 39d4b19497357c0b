//! What both classes share: the base register, and loads that change no register before the last access.

use super::{multiple, single};
use crate::interp::{field5, source};
use crate::isa::bits;
use crate::jit::x86_64::asm::Rm;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::{Reg, Xmm};

/// Registers that are free between two guest instructions.
pub(super) const TEMPS: [Xmm; 3] = [Xmm(13), Xmm(14), Xmm(15)];

/// Emits `word`; false when the interpreter must do it.
pub(in crate::jit::x86_64::lower) fn lower(l: &mut Lower<'_>, word: u32) -> bool {
    let moved = if bits(word, 24, 24) == 0 { multiple::lower(l, word) } else { single::lower(l, word) };
    let Some(bytes) = moved else { return false };
    if bits(word, 23, 23) != 0 {
        write_back(l, word, bytes);
    }
    true
}

/// The base register moves by `bytes`, or by a register.
fn write_back(l: &mut Lower<'_>, word: u32, bytes: u8) {
    let rn = field5(word, 5);
    if field5(word, 16) == 31 {
        return l.write_back(rn, bytes.into(), Reg::Rdx);
    }
    let base = l.value(rn, Reg::Rdx);
    let by = l.value(source(word, 16), Reg::Rax);
    let to = l.target(rn, Reg::Rdx);
    l.asm.lea(true, to, Rm::Index(base, by, 0, 0));
    l.commit(rn, to);
}

/// The number of the vector register `number` behind the first.
pub(super) fn register(word: u32, number: u8) -> u8 {
    (field5(word, 0) + number) & 31
}

/// Loads `count` registers: `load` gets the number of each and where to load it, with one access; then as many bytes
/// as 2 to the `scale` are kept.
pub(super) fn load_each(
    l: &mut Lower<'_>,
    word: u32,
    count: u8,
    scale: u8,
    load: impl Fn(&mut Lower<'_>, u8, Xmm),
) {
    let last = count - 1;
    for (number, temp) in (0..last).zip(TEMPS) {
        load(l, number, temp);
    }
    let to = l.vector_target(register(word, last));
    load(l, last, to);
    if scale < 4 {
        l.asm.load_vector(scale, to, to.into());
    }
    l.commit_vector(register(word, last));
    for (number, temp) in (0..last).zip(TEMPS) {
        let to = l.vector_target(register(word, number));
        l.asm.load_vector(scale, to, temp.into());
        l.commit_vector(register(word, number));
    }
}
