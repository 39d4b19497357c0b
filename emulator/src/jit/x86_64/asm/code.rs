//! The code being written, and the encodings that instructions share.

use super::operand::{Map, Offset, Prefix, Rm};

/// Code being written, for the host address `base`.
#[derive(Debug)]
pub(in crate::jit::x86_64) struct Asm {
    pub(super) code: Vec<u8>,
    pub(super) base: usize,
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
    pub(in crate::jit::x86_64) fn new(mut buffer: Vec<u8>, base: usize) -> Asm {
        buffer.clear();
        Asm { code: buffer, base, constants: Vec::new(), uses: Vec::new(), tail: 0 }
    }

    /// What was written, and the constants behind it.
    pub(in crate::jit::x86_64) fn into_code(mut self) -> Vec<u8> {
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
    pub(in crate::jit::x86_64) fn constant(&mut self, value: u128) -> Rm {
        let known = self.constants.iter().position(|&constant| constant == value);
        let number = known.unwrap_or_else(|| {
            self.constants.push(value);
            self.constants.len() - 1
        });
        Rm::Constant(number as u16)
    }

    /// Where the next instruction goes.
    pub(in crate::jit::x86_64) fn here(&self) -> Offset {
        self.code.len()
    }

    /// The host address of `at`.
    pub(in crate::jit::x86_64) fn address(&self, at: Offset) -> usize {
        self.base + at
    }

    pub(in crate::jit::x86_64) fn put(&mut self, byte: u8) {
        self.code.push(byte);
    }

    pub(super) fn put32(&mut self, value: i32) {
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
    pub(in crate::jit::x86_64) fn legacy(
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
    pub(super) fn one(&mut self, opcode: u8, wide: bool, reg: u8, rm: Rm) {
        self.legacy(Prefix::None, Map::One, opcode, wide, reg, rm, false);
    }

    /// An instruction with VEX encoding and 128-bit vectors.
    pub(in crate::jit::x86_64) fn vex(
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
    pub(in crate::jit::x86_64) fn vex_imm(
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

    pub(super) fn relative(&mut self, address: usize) {
        let next = self.base + self.code.len() + 4;
        self.put32(address.wrapping_sub(next) as i32);
    }
}
