//! Locked accesses and barriers.

use super::code::Asm;
use super::operand::{Alu, Map, Prefix, Rm};
use crate::jit::x86_64::regs::Reg;

impl Asm {
    /// An access of 2 to the `scale` bytes: `opcode` is that of one byte, the next one that of more.
    fn sized(&mut self, map: Map, opcode: u8, scale: u8, reg: Reg, at: Rm) {
        let prefix = if scale == 1 { Prefix::P66 } else { Prefix::None };
        let opcode = opcode | u8::from(scale > 0);
        self.legacy(prefix, map, opcode, scale == 3, reg as u8, at, scale == 0);
    }

    /// `xchg [at], reg` of 2 to the `scale` bytes, a full barrier.
    pub(in crate::jit::x86_64) fn xchg(&mut self, scale: u8, at: Rm, reg: Reg) {
        self.sized(Map::One, 0x86, scale, reg, at);
    }

    /// `[at] op= reg` of 2 to the `scale` bytes, atomically.
    pub(in crate::jit::x86_64) fn lock_alu(&mut self, op: Alu, scale: u8, at: Rm, reg: Reg) {
        self.put(0xf0);
        self.sized(Map::One, op as u8 * 8, scale, reg, at);
    }

    /// `[at] += reg` of 2 to the `scale` bytes, atomically; `reg` gets what stood there.
    pub(in crate::jit::x86_64) fn lock_xadd(&mut self, scale: u8, at: Rm, reg: Reg) {
        self.put(0xf0);
        self.sized(Map::M0F, 0xc0, scale, reg, at);
    }

    /// `[at] = reg` of 2 to the `scale` bytes if rax stands there, else rax gets what does; atomically. Sets ZF if it did.
    pub(in crate::jit::x86_64) fn lock_cmpxchg(&mut self, scale: u8, at: Rm, reg: Reg) {
        self.put(0xf0);
        self.sized(Map::M0F, 0xb0, scale, reg, at);
    }

    /// `[at] = rcx:rbx` if rdx:rax stands there, else rdx:rax gets what does; atomically. Sets ZF if it did.
    pub(in crate::jit::x86_64) fn lock_cmpxchg_16(&mut self, at: Rm) {
        self.put(0xf0);
        self.legacy(Prefix::None, Map::M0F, 0xc7, true, 1, at, false);
    }

    /// Sets flags by `a - b`, of 2 to the `scale` bytes.
    pub(in crate::jit::x86_64) fn compare(&mut self, scale: u8, a: Reg, b: Reg) {
        self.sized(Map::One, 0x3a, scale, a, b.into());
    }

    /// A full barrier, cheaper than `mfence`.
    pub(in crate::jit::x86_64) fn barrier(&mut self) {
        self.put(0xf0);
        self.alu_imm(Alu::Or, false, Rm::Base(Reg::Rsp, 0), 0);
    }
}
