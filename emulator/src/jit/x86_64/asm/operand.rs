//! What instructions are made of.

use crate::jit::x86_64::regs::{Reg, Xmm};

/// A register or a place in memory, as the ModRM byte has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jit::x86_64) enum Rm {
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
pub(in crate::jit::x86_64) enum Map {
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
pub(in crate::jit::x86_64) enum Prefix {
    None = 0,
    P66 = 1,
    F3 = 2,
    F2 = 3,
}

/// The eight operations of the first opcode block, numbered as encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jit::x86_64) enum Alu {
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
pub(in crate::jit::x86_64) enum Shift {
    Ror = 1,
    Shl = 4,
    Shr = 5,
    Sar = 7,
}

/// Host conditions, numbered as encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jit::x86_64) enum Cc {
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
    pub(in crate::jit::x86_64) fn not(self) -> Cc {
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
pub(in crate::jit::x86_64) type Offset = usize;
