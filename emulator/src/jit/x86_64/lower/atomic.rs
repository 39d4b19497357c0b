//! Atomic read-modify-write and compare-and-swap (FEAT_LSE): one locked instruction of the host's each, or a loop around
//! one. All are full barriers, whatever order the encoding asks for.

use std::mem::offset_of;

use super::block::Lower;
use crate::cpu::{Cpu, ZERO_SINK};
use crate::interp::{destination, field5, source};
use crate::isa::bits;
use crate::isa::rows::load_store::Op;
use crate::jit::x86_64::asm::{Alu, Cc, Rm, Shift};
use crate::jit::x86_64::regs::{MEMORY, Reg, SPILLED, state};

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    let scale = bits(word, 31, 30) as u8;
    match op {
        Op::Swp => swap(l, word, scale),
        Op::Cas => compare_swap(l, word, scale),
        Op::Casp => return compare_swap_pair(l, word),
        _ => modify(l, word, scale),
    }
    true
}

fn swap(l: &mut Lower<'_>, word: u32, scale: u8) {
    let address = l.at_aligned(field5(word, 5), scale, Reg::Rdx);
    l.copy(source(word, 16), Reg::Rax);
    l.asm.xchg(scale, Rm::Index(MEMORY, address, 0, 0), Reg::Rax);
    commit_old(l, word, scale);
}

/// The register at the word's low end gets the low 2 to the `scale` bytes of rax.
fn commit_old(l: &mut Lower<'_>, word: u32, scale: u8) {
    let rd = destination(word, 0);
    if scale < 2 && rd != ZERO_SINK {
        l.asm.load_zero(scale, Reg::Rax, Reg::Rax);
    }
    l.commit(rd, Reg::Rax);
}

fn modify(l: &mut Lower<'_>, word: u32, scale: u8) {
    let (rs, operation) = (source(word, 16), bits(word, 14, 12));
    let address = l.at_aligned(field5(word, 5), scale, Reg::Rdx);
    let at = Rm::Index(MEMORY, address, 0, 0);
    let wanted = destination(word, 0) != ZERO_SINK;
    match operation {
        0 if wanted => {
            l.copy(rs, Reg::Rax);
            l.asm.lock_xadd(scale, at, Reg::Rax);
            commit_old(l, word, scale);
        }
        1 if !wanted => {
            l.copy(rs, Reg::Rax);
            l.asm.unary(2, true, Reg::Rax);
            l.asm.lock_alu(Alu::And, scale, at, Reg::Rax);
        }
        0 | 2 | 3 if !wanted => {
            let operand = l.value(rs, Reg::Rax);
            let op = [Alu::Add, Alu::And, Alu::Xor, Alu::Or][operation as usize];
            l.asm.lock_alu(op, scale, at, operand);
        }
        _ => modify_by_loop(l, word, scale, address),
    }
}

/// Tries until nobody was faster.
fn modify_by_loop(l: &mut Lower<'_>, word: u32, scale: u8, address: Reg) {
    let at = l.free_rdx(address);
    l.asm.load_zero(scale, Reg::Rax, at);
    let again = l.asm.here();
    l.copy(source(word, 16), Reg::Rdx);
    let mut unless = |cc| {
        l.asm.compare(scale, Reg::Rax, Reg::Rdx);
        l.asm.cmov(cc, true, Reg::Rdx, Reg::Rax);
    };
    match bits(word, 14, 12) {
        1 => l.asm.andn(true, Reg::Rdx, Reg::Rdx, Reg::Rax),
        2 => l.asm.alu(Alu::Xor, true, Reg::Rdx, Reg::Rax),
        3 => l.asm.alu(Alu::Or, true, Reg::Rdx, Reg::Rax),
        4 => unless(Cc::G),
        5 => unless(Cc::L),
        6 => unless(Cc::A),
        _ => unless(Cc::B),
    }
    l.asm.lock_cmpxchg(scale, at, Reg::Rdx);
    let failed = l.asm.jcc(Cc::Ne);
    l.asm.bind_to(failed, again);
    l.restore_memory(at);
    l.commit(destination(word, 0), Reg::Rax);
}

fn compare_swap(l: &mut Lower<'_>, word: u32, scale: u8) {
    let (rs, rt) = (source(word, 16), source(word, 0));
    let address = l.at_aligned(field5(word, 5), scale, Reg::Rdx);
    let (new, at) = l.value_beside(rt, address);
    let expected = l.rm(rs);
    l.asm.load_zero(scale, Reg::Rax, expected);
    l.asm.lock_cmpxchg(scale, at, new);
    l.restore_memory(at);
    l.commit(destination(word, 16), Reg::Rax);
}

/// The registers are `rs`, `rs + 1`, `rt`, `rt + 1`; both pairs start at an even one.
fn compare_swap_pair(l: &mut Lower<'_>, word: u32) -> bool {
    if word & 0x1_0001 != 0 {
        return false;
    }
    let pair = |low: u32| (source(word, low), source(word | 1 << low, low));
    let (old, new) = (pair(16), pair(0));
    let wide = bits(word, 30, 30) != 0;
    let address = l.at_aligned(field5(word, 5), 3 + u8::from(wide), Reg::Rdx);
    if wide {
        let expected = [old.0, old.1].map(|index| match l.pinned(index) {
            Some(reg) => SPILLED.iter().position(|&own| own == reg).map_or(reg.into(), spilled),
            None => l.rm(index),
        });
        l.exchange_16(address, new, expected);
    } else {
        let at = l.free_rdx(address);
        l.join(old);
        l.asm.push(Reg::Rdx);
        l.join(new);
        l.asm.pop(Reg::Rax);
        l.asm.lock_cmpxchg(3, at, Reg::Rdx);
        l.restore_memory(at);
        l.asm.mov(true, Reg::Rdx, Reg::Rax);
        l.asm.shift(Shift::Shr, true, Reg::Rdx, 32);
        l.asm.mov(false, Reg::Rax, Reg::Rax);
    }
    l.commit(destination(word, 16), Reg::Rax);
    l.commit(destination(word | 1 << 16, 16), Reg::Rdx);
    true
}

/// Where what was in register `number` of [`SPILLED`] is.
fn spilled(number: usize) -> Rm {
    state(offset_of!(Cpu, engine.spilled) + 8 * number)
}

impl Lower<'_> {
    /// The operand for an access at the guest address in `address`, which is not rdx any more: r15 may have the host's
    /// until [`Lower::restore_memory`]. A fault in between finds the guest's registers as they were.
    pub(super) fn free_rdx(&mut self, address: Reg) -> Rm {
        if address != Reg::Rdx {
            return Rm::Index(MEMORY, address, 0, 0);
        }
        self.asm.alu(Alu::Add, true, MEMORY, address);
        Rm::Base(MEMORY, 0)
    }

    /// Undoes [`Lower::free_rdx`], which gave `at`. Leaves the flags alone.
    pub(super) fn restore_memory(&mut self, at: Rm) {
        if at == Rm::Base(MEMORY, 0) {
            self.asm.mov(true, MEMORY, state(offset_of!(Cpu, engine.memory)));
        }
    }

    /// A host register with the value of a guest register, its own or rdx, and the operand for an access at the guest
    /// address in `address`, until [`Lower::restore_memory`].
    pub(super) fn value_beside(&mut self, index: u8, address: Reg) -> (Reg, Rm) {
        match self.pinned(index) {
            Some(own) => (own, Rm::Index(MEMORY, address, 0, 0)),
            None => {
                let at = self.free_rdx(address);
                self.copy(index, Reg::Rdx);
                (Reg::Rdx, at)
            }
        }
    }

    /// rdx = the low halves of two guest registers, the first one's below. Destroys rax and the host's flags.
    pub(super) fn join(&mut self, (low, high): (u8, u8)) {
        self.copy(high, Reg::Rdx);
        self.asm.shift(Shift::Shl, true, Reg::Rdx, 32);
        let low = self.rm(low);
        self.asm.load_zero(2, Reg::Rax, low);
        self.asm.alu(Alu::Or, true, Reg::Rdx, Reg::Rax);
    }

    /// The 16 bytes at the guest address in `address` become the two registers `new` if they are `expected`; rdx:rax =
    /// what they were, and the host's flags say whether it was that.
    pub(super) fn exchange_16(&mut self, address: Reg, new: (u8, u8), expected: [Rm; 2]) {
        self.asm.alu(Alu::Add, true, MEMORY, address);
        let (low, high) = new;
        self.copy(low, Reg::Rax);
        self.copy(high, Reg::Rdx);
        for (number, reg) in SPILLED.into_iter().enumerate() {
            self.asm.mov_store(true, spilled(number), reg);
        }
        self.mark_spilled();
        self.asm.mov(true, Reg::Rbx, Reg::Rax);
        self.asm.mov(true, Reg::Rcx, Reg::Rdx);
        let [low, high] = expected;
        self.asm.mov(true, Reg::Rax, low);
        self.asm.mov(true, Reg::Rdx, high);
        let at = Rm::Base(MEMORY, 0);
        self.asm.lock_cmpxchg_16(at);
        for (number, reg) in SPILLED.into_iter().enumerate() {
            self.asm.mov(true, reg, spilled(number));
        }
        self.restore_memory(at);
    }
}
