//! Arithmetic, logic, shifts and the flags.

use super::code::Asm;
use super::operand::{Alu, Map, Prefix, Rm, Shift};
use crate::jit::x86_64::regs::Reg;

impl Asm {
    /// `dst op= src`.
    pub(in crate::jit::x86_64) fn alu(&mut self, op: Alu, wide: bool, dst: Reg, src: impl Into<Rm>) {
        self.one(op as u8 * 8 + 3, wide, dst as u8, src.into());
    }

    /// `dst op= imm`.
    pub(in crate::jit::x86_64) fn alu_imm(&mut self, op: Alu, wide: bool, dst: impl Into<Rm>, imm: i32) {
        let dst = dst.into();
        if let Ok(small) = i8::try_from(imm) {
            self.one(0x83, wide, op as u8, dst);
            self.put(small as u8);
        } else {
            self.one(0x81, wide, op as u8, dst);
            self.put32(imm);
        }
    }

    /// `[address] -= 1`, of four bytes, relative to the program counter.
    pub(in crate::jit::x86_64) fn decrement(&mut self, address: usize) {
        self.put(0xff);
        self.put(0x0d);
        self.relative(address);
    }

    /// `[address] += 1`, of four bytes, relative to the program counter.
    pub(in crate::jit::x86_64) fn increment(&mut self, address: usize) {
        self.put(0xff);
        self.put(0x05);
        self.relative(address);
    }

    /// Sets flags by `a & b`.
    pub(in crate::jit::x86_64) fn test(&mut self, wide: bool, a: impl Into<Rm>, b: Reg) {
        self.one(0x85, wide, b as u8, a.into());
    }

    /// Sets flags by `a & imm`.
    pub(in crate::jit::x86_64) fn test_imm(&mut self, wide: bool, a: impl Into<Rm>, imm: i32) {
        let a = a.into();
        self.one(0xf7, wide, 0, a);
        self.put32(imm);
    }

    /// CF = the bit `number` of `a`.
    pub(in crate::jit::x86_64) fn bit_test(&mut self, wide: bool, a: impl Into<Rm>, number: u8) {
        self.legacy(Prefix::None, Map::M0F, 0xba, wide, 4, a.into(), false);
        self.put(number);
    }

    /// Sets flags by the low byte of `a` and `imm`.
    pub(in crate::jit::x86_64) fn test_byte(&mut self, a: Rm, imm: u8) {
        self.legacy(Prefix::None, Map::One, 0xf6, false, 0, a, matches!(a, Rm::Reg(_)));
        self.put(imm);
    }

    /// Sets flags by the byte `a` and `imm`, as a subtraction.
    pub(in crate::jit::x86_64) fn compare_byte(&mut self, a: Rm, imm: u8) {
        self.one(0x80, false, Alu::Cmp as u8, a);
        self.put(imm);
    }

    /// Shifts or rotates by an immediate.
    pub(in crate::jit::x86_64) fn shift(&mut self, op: Shift, wide: bool, dst: Reg, amount: u8) {
        self.one(0xc1, wide, op as u8, dst.into());
        self.put(amount);
    }

    /// `dst` = the low half of `src:dst >> amount`.
    pub(in crate::jit::x86_64) fn shrd(&mut self, wide: bool, dst: Reg, src: Reg, amount: u8) {
        self.legacy(Prefix::None, Map::M0F, 0xac, wide, src as u8, dst.into(), false);
        self.put(amount);
    }

    /// The unary group: 2 NOT, 3 NEG, 4 MUL, 5 IMUL, 6 DIV, 7 IDIV.
    pub(in crate::jit::x86_64) fn unary(&mut self, op: u8, wide: bool, dst: impl Into<Rm>) {
        self.one(0xf7, wide, op, dst.into());
    }

    /// `dst *= src`.
    pub(in crate::jit::x86_64) fn imul(&mut self, wide: bool, dst: Reg, src: impl Into<Rm>) {
        self.legacy(Prefix::None, Map::M0F, 0xaf, wide, dst as u8, src.into(), false);
    }

    /// Sign-extends rax into rdx.
    pub(in crate::jit::x86_64) fn sign_into_rdx(&mut self, wide: bool) {
        if wide {
            self.put(0x48);
        }
        self.put(0x99);
    }

    /// Reverses the bytes.
    pub(in crate::jit::x86_64) fn bswap(&mut self, wide: bool, dst: Reg) {
        let rex = (wide as u8) << 3 | dst as u8 >> 3;
        if rex != 0 {
            self.put(0x40 | rex);
        }
        self.put(0x0f);
        self.put(0xc8 | dst as u8 & 7);
    }

    /// Counts leading zeros.
    pub(in crate::jit::x86_64) fn lzcnt(&mut self, wide: bool, dst: Reg, src: impl Into<Rm>) {
        self.legacy(Prefix::F3, Map::M0F, 0xbd, wide, dst as u8, src.into(), false);
    }

    /// AH = SF, ZF, AF, PF, CF.
    pub(in crate::jit::x86_64) fn lahf(&mut self) {
        self.put(0x9f);
    }

    /// SF, ZF, AF, PF, CF = AH.
    pub(in crate::jit::x86_64) fn sahf(&mut self) {
        self.put(0x9e);
    }

    /// CF = not CF.
    pub(in crate::jit::x86_64) fn cmc(&mut self) {
        self.put(0xf5);
    }

    /// `al += imm`.
    pub(in crate::jit::x86_64) fn add_al(&mut self, imm: u8) {
        self.put(0x04);
        self.put(imm);
    }

    /// `dst = amount-shifted src` without touching the flags: SHLX, SHRX, SARX.
    pub(in crate::jit::x86_64) fn shift_x(
        &mut self,
        op: Shift,
        wide: bool,
        dst: Reg,
        src: impl Into<Rm>,
        amount: Reg,
    ) {
        let prefix = match op {
            Shift::Shr => Prefix::F2,
            Shift::Sar => Prefix::F3,
            _ => Prefix::P66,
        };
        self.vex(prefix, Map::M38, 0xf7, wide, dst as u8, amount as u8, src.into());
    }

    /// `dst = src` rotated right, without touching the flags.
    pub(in crate::jit::x86_64) fn rorx(&mut self, wide: bool, dst: Reg, src: impl Into<Rm>, amount: u8) {
        self.vex_imm(Prefix::F2, Map::M3A, 0xf0, wide, dst as u8, 0, src.into(), amount);
    }

    /// `high:low = rdx * src`, without touching the flags.
    pub(in crate::jit::x86_64) fn mulx(&mut self, high: Reg, low: Reg, src: impl Into<Rm>) {
        self.vex(Prefix::F2, Map::M38, 0xf6, true, high as u8, low as u8, src.into());
    }

    /// `dst = !inverted & src`.
    pub(in crate::jit::x86_64) fn andn(&mut self, wide: bool, dst: Reg, inverted: Reg, src: impl Into<Rm>) {
        self.vex(Prefix::None, Map::M38, 0xf2, wide, dst as u8, inverted as u8, src.into());
    }
}
