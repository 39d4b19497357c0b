//! Load-exclusive and store-exclusive: the store compares with what the load saw and swaps, as the interpreter's do.
//!
//! A store to where the monitor is not is rare and the interpreter's, which says that it failed.

use std::mem::offset_of;

use super::block::Lower;
use crate::cpu::{Cpu, Exclusive};
use crate::interp::{destination, field5, source};
use crate::isa::bits;
use crate::isa::rows::load_store::Op;
use crate::jit::x86_64::asm::{Alu, Cc, Rm, Shift};
use crate::jit::x86_64::regs::{MEMORY, Reg, Xmm, state};

/// A vector register that is free between two guest instructions.
const TEMP: Xmm = Xmm(13);

const ADDRESS: Rm = monitor(offset_of!(Exclusive, addr));
const VALUE: Rm = monitor(offset_of!(Exclusive, value));
const VALUE_HIGH: Rm = monitor(offset_of!(Exclusive, value) + 8);
const BYTES: Rm = monitor(offset_of!(Exclusive, bytes));

const fn monitor(offset: usize) -> Rm {
    state(offset_of!(Cpu, exclusive) + offset)
}

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    let pair = matches!(op, Op::Ldxp | Op::Stxp);
    // All of the access.
    let scale = bits(word, 31, 30) as u8 + u8::from(pair);
    let address = l.at_aligned(field5(word, 5), scale, Reg::Rdx);
    match op {
        Op::Ldxr | Op::Ldxp => load(l, word, address, scale, pair),
        _ => store(l, word, address, scale, pair),
    }
    true
}

fn load(l: &mut Lower<'_>, word: u32, address: Reg, scale: u8, pair: bool) {
    let at = Rm::Index(MEMORY, address, 0, 0);
    if scale == 4 {
        // One access, which is atomic as it is aligned.
        l.asm.load_vector(4, TEMP, at);
        l.asm.store_vector(4, VALUE, TEMP);
    } else {
        l.asm.load_zero(scale, Reg::Rax, at);
        l.asm.mov_store(true, VALUE, Reg::Rax);
        l.asm.store_imm(true, VALUE_HIGH, 0);
    }
    l.asm.mov_store(true, ADDRESS, address);
    l.asm.store_byte(BYTES, 1 << scale);
    match (pair, scale) {
        (false, _) => {}
        (true, 4) => {
            l.asm.mov(true, Reg::Rax, VALUE);
            l.asm.mov(true, Reg::Rdx, VALUE_HIGH);
        }
        (true, _) => {
            l.asm.mov(true, Reg::Rdx, Reg::Rax);
            l.asm.shift(Shift::Shr, true, Reg::Rdx, 32);
            l.asm.mov(false, Reg::Rax, Reg::Rax);
        }
    }
    l.commit(destination(word, 0), Reg::Rax);
    if pair {
        l.commit(destination(word, 10), Reg::Rdx);
    }
}

fn store(l: &mut Lower<'_>, word: u32, address: Reg, scale: u8, pair: bool) {
    l.asm.compare_byte(BYTES, 1 << scale);
    l.slow_if(Cc::Ne);
    l.asm.alu(Alu::Cmp, true, address, ADDRESS);
    l.slow_if(Cc::Ne);
    let rt = source(word, 0);
    let new = (rt, source(word, 10));
    if scale == 4 {
        l.exchange_16(address, new, [VALUE, VALUE_HIGH]);
    } else {
        let (from, at) = if pair {
            let at = l.free_rdx(address);
            l.join(new);
            (Reg::Rdx, at)
        } else {
            l.value_beside(rt, address)
        };
        l.asm.mov(true, Reg::Rax, VALUE);
        l.asm.lock_cmpxchg(scale, at, from);
        l.restore_memory(at);
    }
    l.asm.mov_imm(Reg::Rax, 0);
    l.asm.setcc(Cc::Ne, Reg::Rax);
    l.clear_exclusive();
    l.commit(destination(word, 16), Reg::Rax);
}

impl Lower<'_> {
    /// Clears the monitor. Leaves the flags alone.
    pub(super) fn clear_exclusive(&mut self) {
        self.asm.vector_zero(TEMP);
        self.asm.store_vector(4, VALUE, TEMP);
        self.asm.store_imm(true, ADDRESS, 0);
        self.asm.store_byte(BYTES, 0);
    }
}
