//! Moves between registers and memory.

use super::code::Asm;
use super::operand::{Cc, Map, Prefix, Rm};
use crate::jit::x86_64::regs::Reg;

impl Asm {
    /// `dst = src`.
    pub(in crate::jit::x86_64) fn mov(&mut self, wide: bool, dst: Reg, src: impl Into<Rm>) {
        self.one(0x8b, wide, dst as u8, src.into());
    }

    /// `[dst] = src` of 4 or 8 bytes.
    pub(in crate::jit::x86_64) fn mov_store(&mut self, wide: bool, dst: Rm, src: Reg) {
        self.one(0x89, wide, src as u8, dst);
    }

    /// `[dst] = src` of 2 to the `scale` bytes.
    pub(in crate::jit::x86_64) fn store(&mut self, scale: u8, dst: Rm, src: Reg) {
        match scale {
            0 => self.legacy(Prefix::None, Map::One, 0x88, false, src as u8, dst, true),
            1 => self.legacy(Prefix::P66, Map::One, 0x89, false, src as u8, dst, false),
            _ => self.mov_store(scale == 3, dst, src),
        }
    }

    /// `[dst] = imm`, one byte.
    pub(in crate::jit::x86_64) fn store_byte(&mut self, dst: Rm, imm: u8) {
        self.one(0xc6, false, 0, dst);
        self.put(imm);
    }

    /// `[dst] = imm` of 4 or, sign-extended, 8 bytes.
    pub(in crate::jit::x86_64) fn store_imm(&mut self, wide: bool, dst: Rm, imm: i32) {
        self.one(0xc7, wide, 0, dst);
        self.put32(imm);
    }

    /// `dst = src`, zero-extended from 2 to the `scale` bytes.
    pub(in crate::jit::x86_64) fn load_zero(&mut self, scale: u8, dst: Reg, src: impl Into<Rm>) {
        let src = src.into();
        match scale {
            0 => self.legacy(Prefix::None, Map::M0F, 0xb6, false, dst as u8, src, matches!(src, Rm::Reg(_))),
            1 => self.legacy(Prefix::None, Map::M0F, 0xb7, false, dst as u8, src, false),
            _ => self.mov(scale == 3, dst, src),
        }
    }

    /// `dst = src`, sign-extended from 2 to the `scale` bytes to 32 or, when `wide`, 64 bits.
    pub(in crate::jit::x86_64) fn load_sign(&mut self, scale: u8, wide: bool, dst: Reg, src: impl Into<Rm>) {
        let src = src.into();
        match scale {
            0 => self.legacy(Prefix::None, Map::M0F, 0xbe, wide, dst as u8, src, matches!(src, Rm::Reg(_))),
            1 => self.legacy(Prefix::None, Map::M0F, 0xbf, wide, dst as u8, src, false),
            2 if wide => self.one(0x63, true, dst as u8, src),
            _ => self.mov(wide, dst, src),
        }
    }

    /// `dst = imm`, in the shortest form that leaves the flags alone.
    pub(in crate::jit::x86_64) fn mov_imm(&mut self, dst: Reg, imm: u64) {
        let number = dst as u8;
        if let Ok(small) = u32::try_from(imm) {
            if number & 8 != 0 {
                self.put(0x41);
            }
            self.put(0xb8 | number & 7);
            self.code.extend_from_slice(&small.to_le_bytes());
        } else if let Ok(small) = i32::try_from(imm as i64) {
            self.store_imm(true, dst.into(), small);
        } else {
            self.put(0x48 | number >> 3);
            self.put(0xb8 | number & 7);
            self.code.extend_from_slice(&imm.to_le_bytes());
        }
    }

    /// `dst = address of src`.
    pub(in crate::jit::x86_64) fn lea(&mut self, wide: bool, dst: Reg, src: Rm) {
        self.one(0x8d, wide, dst as u8, src);
    }

    /// `dst = address`, relative to the program counter.
    pub(in crate::jit::x86_64) fn lea_address(&mut self, dst: Reg, address: usize) {
        self.put(0x48 | (dst as u8 & 8) >> 1);
        self.put(0x8d);
        self.put(5 | (dst as u8 & 7) << 3);
        self.relative(address);
    }

    /// `dst = src` if `cc`.
    pub(in crate::jit::x86_64) fn cmov(&mut self, cc: Cc, wide: bool, dst: Reg, src: impl Into<Rm>) {
        self.legacy(Prefix::None, Map::M0F, 0x40 | cc as u8, wide, dst as u8, src.into(), false);
    }

    /// The low byte of `dst` = `cc`.
    pub(in crate::jit::x86_64) fn setcc(&mut self, cc: Cc, dst: Reg) {
        self.legacy(Prefix::None, Map::M0F, 0x90 | cc as u8, false, 0, dst.into(), true);
    }

    pub(in crate::jit::x86_64) fn push(&mut self, reg: Reg) {
        if reg as u8 & 8 != 0 {
            self.put(0x41);
        }
        self.put(0x50 | reg as u8 & 7);
    }

    pub(in crate::jit::x86_64) fn pop(&mut self, reg: Reg) {
        if reg as u8 & 8 != 0 {
            self.put(0x41);
        }
        self.put(0x58 | reg as u8 & 7);
    }
}
