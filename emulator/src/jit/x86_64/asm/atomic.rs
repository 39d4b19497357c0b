//! Locked accesses and barriers.

use super::code::Asm;
use super::operand::{Alu, Map, Prefix, Rm};
use crate::jit::x86_64::regs::Reg;

impl Asm {
    /// `xchg [at], reg` of 2 to the `scale` bytes, a full barrier.
    pub(in crate::jit::x86_64) fn xchg(&mut self, scale: u8, at: Rm, reg: Reg) {
        match scale {
            0 => self.legacy(Prefix::None, Map::One, 0x86, false, reg as u8, at, true),
            1 => self.legacy(Prefix::P66, Map::One, 0x87, false, reg as u8, at, false),
            _ => self.one(0x87, scale == 3, reg as u8, at),
        }
    }

    /// A full barrier, cheaper than `mfence`.
    pub(in crate::jit::x86_64) fn barrier(&mut self) {
        self.put(0xf0);
        self.alu_imm(Alu::Or, false, Rm::Base(Reg::Rsp, 0), 0);
    }
}
