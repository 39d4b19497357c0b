//! The encoder: one method an instruction, bytes appended in order.
//!
//! # Source
//! AMD64 Architecture Programmer's Manual volumes 3 and 4; Intel SDM volume 2, "Instruction Format".

use super::regs::{Reg, Xmm};

/// A register or a place in memory, as the ModRM byte has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rm {
    /// A register, general or vector, by its number.
    Reg(u8),
    /// `[base + disp]`.
    Base(Reg, i32),
    /// `[base + index * 2^scale + disp]`.
    Index(Reg, Reg, u8, i32),
    /// 16 bytes that stand behind the code, as [`Asm::constant`] numbers them.
    Constant(u16),
}

impl From<Reg> for Rm {
    fn from(reg: Reg) -> Rm {
        Rm::Reg(reg as u8)
    }
}

impl From<Xmm> for Rm {
    fn from(reg: Xmm) -> Rm {
        Rm::Reg(reg.0)
    }
}

/// Opcode maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Map {
    /// One byte.
    One,
    /// 0F.
    M0F = 1,
    /// 0F 38.
    M38 = 2,
    /// 0F 3A.
    M3A = 3,
}

/// Mandatory prefixes, numbered as VEX numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    None = 0,
    P66 = 1,
    F3 = 2,
    F2 = 3,
}

/// The eight operations of the first opcode block, numbered as encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alu {
    Add = 0,
    Or = 1,
    Adc = 2,
    Sbb = 3,
    And = 4,
    Sub = 5,
    Xor = 6,
    Cmp = 7,
}

/// Shifts and rotations by an immediate, numbered as encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    Ror = 1,
    Shl = 4,
    Shr = 5,
    Sar = 7,
}

/// Host conditions, numbered as encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cc {
    O = 0,
    No = 1,
    B = 2,
    Ae = 3,
    E = 4,
    Ne = 5,
    Be = 6,
    A = 7,
    S = 8,
    Ns = 9,
    P = 10,
    Np = 11,
    L = 12,
    Ge = 13,
    Le = 14,
    G = 15,
}

impl Cc {
    /// The opposite.
    pub(super) fn not(self) -> Cc {
        const ALL: [Cc; 16] = [
            Cc::O,
            Cc::No,
            Cc::B,
            Cc::Ae,
            Cc::E,
            Cc::Ne,
            Cc::Be,
            Cc::A,
            Cc::S,
            Cc::Ns,
            Cc::P,
            Cc::Np,
            Cc::L,
            Cc::Ge,
            Cc::Le,
            Cc::G,
        ];
        ALL[self as usize ^ 1]
    }
}

/// A place in the code, as an offset from its start.
pub(super) type Offset = usize;

/// Code being written, for the host address `base`.
#[derive(Debug)]
pub(super) struct Asm {
    code: Vec<u8>,
    base: usize,
    constants: Vec<u128>,
    uses: Vec<Use>,
    /// How many bytes the instruction being written has behind its displacement.
    tail: u8,
}

/// Where code names a constant.
#[derive(Clone, Copy, Debug)]
struct Use {
    displacement: Offset,
    /// From the displacement to the next instruction.
    next: usize,
    constant: u16,
}

impl Asm {
    /// An encoder of code that will stand at `base`.
    pub(super) fn new(mut buffer: Vec<u8>, base: usize) -> Asm {
        buffer.clear();
        Asm { code: buffer, base, constants: Vec::new(), uses: Vec::new(), tail: 0 }
    }

    /// What was written, and the constants behind it.
    pub(super) fn into_code(mut self) -> Vec<u8> {
        if !self.constants.is_empty() {
            while !(self.base + self.code.len()).is_multiple_of(16) {
                self.int3();
            }
        }
        let first = self.code.len();
        self.code.extend(self.constants.iter().flat_map(|constant| constant.to_le_bytes()));
        for Use { displacement, next, constant } in std::mem::take(&mut self.uses) {
            let distance = first + 16 * usize::from(constant) - (displacement + next);
            self.code[displacement..displacement + 4].copy_from_slice(&(distance as i32).to_le_bytes());
        }
        self.code
    }

    /// `value` as an operand in memory.
    pub(super) fn constant(&mut self, value: u128) -> Rm {
        let known = self.constants.iter().position(|&constant| constant == value);
        let number = known.unwrap_or_else(|| {
            self.constants.push(value);
            self.constants.len() - 1
        });
        Rm::Constant(number as u16)
    }

    /// Where the next instruction goes.
    pub(super) fn here(&self) -> Offset {
        self.code.len()
    }

    /// The host address of `at`.
    pub(super) fn address(&self, at: Offset) -> usize {
        self.base + at
    }

    pub(super) fn put(&mut self, byte: u8) {
        self.code.push(byte);
    }

    fn put32(&mut self, value: i32) {
        self.code.extend_from_slice(&value.to_le_bytes());
    }

    /// ModRM, SIB and displacement.
    fn modrm(&mut self, reg: u8, rm: Rm) {
        let reg = (reg & 7) << 3;
        let (base, disp, sib) = match rm {
            Rm::Reg(number) => return self.put(0xc0 | reg | number & 7),
            // A base of rsp or r12 needs the index byte.
            Rm::Base(base, disp) => (base, disp, (base as u8 & 7 == 4).then_some(0x24)),
            Rm::Index(base, index, scale, disp) => {
                (base, disp, Some(scale << 6 | (index as u8 & 7) << 3 | base as u8 & 7))
            }
            Rm::Constant(constant) => {
                self.put(reg | 5);
                let next = 4 + usize::from(self.tail);
                self.uses.push(Use { displacement: self.here(), next, constant });
                return self.put32(0);
            }
        };
        let low = if sib.is_some() { 4 } else { base as u8 & 7 };
        // A base of rbp or r13 has no form without displacement.
        let mode = match disp {
            0 if base as u8 & 7 != 5 => 0,
            -128..=127 => 0x40,
            _ => 0x80,
        };
        self.put(mode | reg | low);
        if let Some(sib) = sib {
            self.put(sib);
        }
        match mode {
            0x40 => self.put(disp as u8),
            0x80 => self.put32(disp),
            _ => {}
        }
    }

    /// The extension bits that `rm` needs: X and B of REX.
    fn xb(rm: Rm) -> (bool, bool) {
        match rm {
            Rm::Reg(number) => (false, number & 8 != 0),
            Rm::Base(base, _) => (false, base as u8 & 8 != 0),
            Rm::Index(base, index, ..) => (index as u8 & 8 != 0, base as u8 & 8 != 0),
            Rm::Constant(_) => (false, false),
        }
    }

    /// An instruction with legacy encoding. `byte` says that a register operand is one of eight bits.
    pub(super) fn legacy(
        &mut self,
        prefix: Prefix,
        map: Map,
        opcode: u8,
        wide: bool,
        reg: u8,
        rm: Rm,
        byte: bool,
    ) {
        match prefix {
            Prefix::None => {}
            Prefix::P66 => self.put(0x66),
            Prefix::F3 => self.put(0xf3),
            Prefix::F2 => self.put(0xf2),
        }
        let (x, b) = Asm::xb(rm);
        let rex = (wide as u8) << 3 | (reg & 8) >> 1 | (x as u8) << 1 | b as u8;
        // Without REX the byte registers 4–7 are ah, ch, dh, bh.
        let low_byte = byte && (reg >= 4 || matches!(rm, Rm::Reg(4..)));
        if rex != 0 || low_byte {
            self.put(0x40 | rex);
        }
        match map {
            Map::One => {}
            Map::M0F => self.put(0x0f),
            Map::M38 => self.code.extend_from_slice(&[0x0f, 0x38]),
            Map::M3A => self.code.extend_from_slice(&[0x0f, 0x3a]),
        }
        self.put(opcode);
        self.modrm(reg, rm);
    }

    /// An instruction of the one-byte map.
    fn one(&mut self, opcode: u8, wide: bool, reg: u8, rm: Rm) {
        self.legacy(Prefix::None, Map::One, opcode, wide, reg, rm, false);
    }

    /// `dst op= src`.
    pub(super) fn alu(&mut self, op: Alu, wide: bool, dst: Reg, src: impl Into<Rm>) {
        self.one(op as u8 * 8 + 3, wide, dst as u8, src.into());
    }
    /// `dst op= imm`.
    pub(super) fn alu_imm(&mut self, op: Alu, wide: bool, dst: impl Into<Rm>, imm: i32) {
        let dst = dst.into();
        if let Ok(small) = i8::try_from(imm) {
            self.one(0x83, wide, op as u8, dst);
            self.put(small as u8);
        } else {
            self.one(0x81, wide, op as u8, dst);
            self.put32(imm);
        }
    }

    /// `dst = src`.
    pub(super) fn mov(&mut self, wide: bool, dst: Reg, src: impl Into<Rm>) {
        self.one(0x8b, wide, dst as u8, src.into());
    }

    /// `[dst] = src` of 4 or 8 bytes.
    pub(super) fn mov_store(&mut self, wide: bool, dst: Rm, src: Reg) {
        self.one(0x89, wide, src as u8, dst);
    }

    /// `[dst] = src` of 2 to the `scale` bytes.
    pub(super) fn store(&mut self, scale: u8, dst: Rm, src: Reg) {
        match scale {
            0 => self.legacy(Prefix::None, Map::One, 0x88, false, src as u8, dst, true),
            1 => self.legacy(Prefix::P66, Map::One, 0x89, false, src as u8, dst, false),
            _ => self.mov_store(scale == 3, dst, src),
        }
    }

    /// `[dst] = imm` of 4 or, sign-extended, 8 bytes.
    pub(super) fn store_imm(&mut self, wide: bool, dst: Rm, imm: i32) {
        self.one(0xc7, wide, 0, dst);
        self.put32(imm);
    }

    /// `dst = src`, zero-extended from 2 to the `scale` bytes.
    pub(super) fn load_zero(&mut self, scale: u8, dst: Reg, src: impl Into<Rm>) {
        let src = src.into();
        match scale {
            0 => self.legacy(Prefix::None, Map::M0F, 0xb6, false, dst as u8, src, matches!(src, Rm::Reg(_))),
            1 => self.legacy(Prefix::None, Map::M0F, 0xb7, false, dst as u8, src, false),
            _ => self.mov(scale == 3, dst, src),
        }
    }

    /// `dst = src`, sign-extended from 2 to the `scale` bytes to 32 or, when `wide`, 64 bits.
    pub(super) fn load_sign(&mut self, scale: u8, wide: bool, dst: Reg, src: impl Into<Rm>) {
        let src = src.into();
        match scale {
            0 => self.legacy(Prefix::None, Map::M0F, 0xbe, wide, dst as u8, src, matches!(src, Rm::Reg(_))),
            1 => self.legacy(Prefix::None, Map::M0F, 0xbf, wide, dst as u8, src, false),
            2 if wide => self.one(0x63, true, dst as u8, src),
            _ => self.mov(wide, dst, src),
        }
    }

    /// `dst = imm`, in the shortest form that leaves the flags alone.
    pub(super) fn mov_imm(&mut self, dst: Reg, imm: u64) {
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
    pub(super) fn lea(&mut self, wide: bool, dst: Reg, src: Rm) {
        self.one(0x8d, wide, dst as u8, src);
    }

    /// `dst = address`, relative to the program counter.
    pub(super) fn lea_address(&mut self, dst: Reg, address: usize) {
        self.put(0x48 | (dst as u8 & 8) >> 1);
        self.put(0x8d);
        self.put(5 | (dst as u8 & 7) << 3);
        self.relative(address);
    }

    fn relative(&mut self, address: usize) {
        let next = self.base + self.code.len() + 4;
        self.put32(address.wrapping_sub(next) as i32);
    }

    /// `[address] -= 1`, of four bytes, relative to the program counter.
    pub(super) fn decrement(&mut self, address: usize) {
        self.put(0xff);
        self.put(0x0d);
        self.relative(address);
    }

    /// `[address] += 1`, of four bytes, relative to the program counter.
    pub(super) fn increment(&mut self, address: usize) {
        self.put(0xff);
        self.put(0x05);
        self.relative(address);
    }

    /// Sets flags by `a & b`.
    pub(super) fn test(&mut self, wide: bool, a: impl Into<Rm>, b: Reg) {
        self.one(0x85, wide, b as u8, a.into());
    }

    /// Sets flags by `a & imm`.
    pub(super) fn test_imm(&mut self, wide: bool, a: impl Into<Rm>, imm: i32) {
        let a = a.into();
        self.one(0xf7, wide, 0, a);
        self.put32(imm);
    }

    /// CF = the bit `number` of `a`.
    pub(super) fn bit_test(&mut self, wide: bool, a: impl Into<Rm>, number: u8) {
        self.legacy(Prefix::None, Map::M0F, 0xba, wide, 4, a.into(), false);
        self.put(number);
    }

    /// Sets flags by the low byte of `a` and `imm`.
    pub(super) fn test_byte(&mut self, a: Rm, imm: u8) {
        self.legacy(Prefix::None, Map::One, 0xf6, false, 0, a, matches!(a, Rm::Reg(_)));
        self.put(imm);
    }

    /// Shifts or rotates by an immediate.
    pub(super) fn shift(&mut self, op: Shift, wide: bool, dst: Reg, amount: u8) {
        self.one(0xc1, wide, op as u8, dst.into());
        self.put(amount);
    }

    /// `dst` = the low half of `src:dst >> amount`.
    pub(super) fn shrd(&mut self, wide: bool, dst: Reg, src: Reg, amount: u8) {
        self.legacy(Prefix::None, Map::M0F, 0xac, wide, src as u8, dst.into(), false);
        self.put(amount);
    }

    /// The unary group: 2 NOT, 3 NEG, 4 MUL, 5 IMUL, 6 DIV, 7 IDIV.
    pub(super) fn unary(&mut self, op: u8, wide: bool, dst: impl Into<Rm>) {
        self.one(0xf7, wide, op, dst.into());
    }

    /// `dst *= src`.
    pub(super) fn imul(&mut self, wide: bool, dst: Reg, src: impl Into<Rm>) {
        self.legacy(Prefix::None, Map::M0F, 0xaf, wide, dst as u8, src.into(), false);
    }

    /// Sign-extends rax into rdx.
    pub(super) fn sign_into_rdx(&mut self, wide: bool) {
        if wide {
            self.put(0x48);
        }
        self.put(0x99);
    }

    /// `dst = src` if `cc`.
    pub(super) fn cmov(&mut self, cc: Cc, wide: bool, dst: Reg, src: impl Into<Rm>) {
        self.legacy(Prefix::None, Map::M0F, 0x40 | cc as u8, wide, dst as u8, src.into(), false);
    }

    /// The low byte of `dst` = `cc`.
    pub(super) fn setcc(&mut self, cc: Cc, dst: Reg) {
        self.legacy(Prefix::None, Map::M0F, 0x90 | cc as u8, false, 0, dst.into(), true);
    }

    /// Reverses the bytes.
    pub(super) fn bswap(&mut self, wide: bool, dst: Reg) {
        let rex = (wide as u8) << 3 | dst as u8 >> 3;
        if rex != 0 {
            self.put(0x40 | rex);
        }
        self.put(0x0f);
        self.put(0xc8 | dst as u8 & 7);
    }

    /// Counts leading zeros.
    pub(super) fn lzcnt(&mut self, wide: bool, dst: Reg, src: impl Into<Rm>) {
        self.legacy(Prefix::F3, Map::M0F, 0xbd, wide, dst as u8, src.into(), false);
    }
    /// `xchg [at], reg` of 2 to the `scale` bytes, a full barrier.
    pub(super) fn xchg(&mut self, scale: u8, at: Rm, reg: Reg) {
        match scale {
            0 => self.legacy(Prefix::None, Map::One, 0x86, false, reg as u8, at, true),
            1 => self.legacy(Prefix::P66, Map::One, 0x87, false, reg as u8, at, false),
            _ => self.one(0x87, scale == 3, reg as u8, at),
        }
    }

    /// A full barrier, cheaper than `mfence`.
    pub(super) fn barrier(&mut self) {
        self.put(0xf0);
        self.alu_imm(Alu::Or, false, Rm::Base(Reg::Rsp, 0), 0);
    }

    /// AH = SF, ZF, AF, PF, CF.
    pub(super) fn lahf(&mut self) {
        self.put(0x9f);
    }

    /// SF, ZF, AF, PF, CF = AH.
    pub(super) fn sahf(&mut self) {
        self.put(0x9e);
    }

    /// CF = not CF.
    pub(super) fn cmc(&mut self) {
        self.put(0xf5);
    }
    /// `al += imm`.
    pub(super) fn add_al(&mut self, imm: u8) {
        self.put(0x04);
        self.put(imm);
    }

    pub(super) fn push(&mut self, reg: Reg) {
        if reg as u8 & 8 != 0 {
            self.put(0x41);
        }
        self.put(0x50 | reg as u8 & 7);
    }

    pub(super) fn pop(&mut self, reg: Reg) {
        if reg as u8 & 8 != 0 {
            self.put(0x41);
        }
        self.put(0x58 | reg as u8 & 7);
    }

    pub(super) fn ret(&mut self) {
        self.put(0xc3);
    }

    /// Stops a speculative run into what follows an indirect jump.
    pub(super) fn int3(&mut self) {
        self.put(0xcc);
    }

    /// Jumps to `address`.
    pub(super) fn jmp(&mut self, address: usize) {
        self.put(0xe9);
        self.relative(address);
    }

    /// Calls `address`.
    pub(super) fn call(&mut self, address: usize) {
        self.put(0xe8);
        self.relative(address);
    }

    /// Calls what `at` holds.
    pub(super) fn call_rm(&mut self, at: Rm) {
        self.one(0xff, false, 2, at);
    }

    /// Jumps to what `at` holds.
    pub(super) fn jmp_rm(&mut self, at: Rm) {
        self.one(0xff, false, 4, at);
    }

    /// Fills up so that the four bytes of the displacement of a jump with `opcode` bytes before it can be patched in
    /// one store, within one aligned eight bytes.
    fn align_patch(&mut self, opcode: usize) {
        while (self.base + self.code.len() + opcode) & 7 > 4 {
            self.put(0x90);
        }
    }

    /// A jump that can be patched; gives the place of its displacement, which leads to the next instruction.
    pub(super) fn jmp_patchable(&mut self) -> Offset {
        self.align_patch(1);
        self.put(0xe9);
        self.put32(0);
        self.here() - 4
    }

    /// A conditional jump that can be patched; gives the place of its displacement.
    pub(super) fn jcc_patchable(&mut self, cc: Cc) -> Offset {
        self.align_patch(2);
        self.jcc(cc)
    }

    /// A conditional jump whose target is bound later; gives the place of its displacement.
    pub(super) fn jcc(&mut self, cc: Cc) -> Offset {
        self.put(0x0f);
        self.put(0x80 | cc as u8);
        self.put32(0);
        self.here() - 4
    }

    /// A conditional jump over at most 127 bytes; gives the place of its displacement.
    pub(super) fn jcc_short(&mut self, cc: Cc) -> Offset {
        self.put(0x70 | cc as u8);
        self.put(0);
        self.here() - 1
    }

    /// A jump over at most 127 bytes; gives the place of its displacement.
    pub(super) fn jmp_short(&mut self) -> Offset {
        self.put(0xeb);
        self.put(0);
        self.here() - 1
    }

    /// Lets the four-byte displacement at `at` lead here.
    pub(super) fn bind(&mut self, at: Offset) {
        let distance = (self.here() - at - 4) as i32;
        self.code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
    }

    /// Lets the four-byte displacement at `at` lead to `target`.
    pub(super) fn bind_to(&mut self, at: Offset, target: Offset) {
        let distance = (target as i64 - at as i64 - 4) as i32;
        self.code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
    }

    /// Lets the one-byte displacement at `at` lead here.
    pub(super) fn bind_short(&mut self, at: Offset) {
        let distance = self.here() - at - 1;
        debug_assert!(distance < 128, "a short jump over {distance} bytes");
        self.code[at] = distance as u8;
    }

    /// An instruction with VEX encoding and 128-bit vectors.
    pub(super) fn vex(
        &mut self,
        prefix: Prefix,
        map: Map,
        opcode: u8,
        wide: bool,
        reg: u8,
        first: u8,
        rm: Rm,
    ) {
        let (x, b) = Asm::xb(rm);
        let last = (!first & 15) << 3 | prefix as u8;
        if !x && !b && !wide && map == Map::M0F {
            self.put(0xc5);
            self.put(u8::from(reg & 8 == 0) << 7 | last);
        } else {
            self.put(0xc4);
            self.put(u8::from(reg & 8 == 0) << 7 | u8::from(!x) << 6 | u8::from(!b) << 5 | map as u8);
            self.put((wide as u8) << 7 | last);
        }
        self.put(opcode);
        self.modrm(reg, rm);
    }

    /// As [`Asm::vex`], with an immediate byte behind it.
    #[allow(clippy::too_many_arguments, reason = "the fields of one encoding")]
    pub(super) fn vex_imm(
        &mut self,
        prefix: Prefix,
        map: Map,
        opcode: u8,
        wide: bool,
        reg: u8,
        first: u8,
        rm: Rm,
        imm: u8,
    ) {
        self.tail = 1;
        self.vex(prefix, map, opcode, wide, reg, first, rm);
        self.tail = 0;
        self.put(imm);
    }

    /// `dst = amount-shifted src` without touching the flags: SHLX, SHRX, SARX.
    pub(super) fn shift_x(&mut self, op: Shift, wide: bool, dst: Reg, src: impl Into<Rm>, amount: Reg) {
        let prefix = match op {
            Shift::Shr => Prefix::F2,
            Shift::Sar => Prefix::F3,
            _ => Prefix::P66,
        };
        self.vex(prefix, Map::M38, 0xf7, wide, dst as u8, amount as u8, src.into());
    }

    /// `dst = src` rotated right, without touching the flags.
    pub(super) fn rorx(&mut self, wide: bool, dst: Reg, src: impl Into<Rm>, amount: u8) {
        self.vex_imm(Prefix::F2, Map::M3A, 0xf0, wide, dst as u8, 0, src.into(), amount);
    }
    /// `high:low = rdx * src`, without touching the flags.
    pub(super) fn mulx(&mut self, high: Reg, low: Reg, src: impl Into<Rm>) {
        self.vex(Prefix::F2, Map::M38, 0xf6, true, high as u8, low as u8, src.into());
    }
}
