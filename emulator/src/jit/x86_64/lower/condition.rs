//! Where the condition flags are, and conditions on them.
//!
//! In memory they stand as `LAHF` and `SETO` give them after a subtraction, in 16 bits: N 15, Z 14, not C 8, V 0.

use std::mem::offset_of;

use super::block::Lower;
use crate::cpu::{Cpu, Masks};
use crate::jit::x86_64::asm::{Cc, Rm};
use crate::jit::x86_64::regs::{Reg, state};

/// Where the condition flags are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jit::x86_64) enum FlagsAt {
    /// In memory, or nobody needs them.
    Memory,
    /// In the host's flags; its carry is the opposite of C, as after a subtraction.
    Borrow,
    /// In the host's flags; its carry is C, as after an addition.
    Carry,
    /// In the host's flags, as `UCOMIS` of the guest's first operand with its second leaves them.
    Compared,
    /// In the host's flags, as `UCOMIS` of the guest's second operand with its first leaves them.
    Swapped,
}

impl FlagsAt {
    /// The flags as memory has them, from the host's as `LAHF` and `SETO` give them.
    pub(in crate::jit::x86_64) fn to_memory(self, host: u16) -> u16 {
        let [greater, less, equal, unordered] = Masks::default().compared.map(|flags| flags as u16);
        let float = |below, above| match host {
            _ if host & 0x400 != 0 => unordered,
            _ if host & 0x4000 != 0 => equal,
            _ if host & 0x100 != 0 => below,
            _ => above,
        };
        match self {
            FlagsAt::Memory | FlagsAt::Borrow => host,
            FlagsAt::Carry => host ^ 0x100,
            FlagsAt::Compared => float(less, greater),
            FlagsAt::Swapped => float(greater, less),
        }
    }
}

/// The place of the flags in memory.
pub(in crate::jit::x86_64) const FLAGS: Rm = state(offset_of!(Cpu, engine.flags));

impl Lower<'_> {
    /// Call before emitting what changes the host's flags, and before rax holds anything.
    pub(super) fn clobber(&mut self) {
        if self.flags != FlagsAt::Memory {
            self.save_flags();
        }
    }

    /// Puts the flags into memory. Destroys rax, keeps the host's flags but for the carry's sense.
    pub(super) fn save_flags(&mut self) {
        if self.flags_to_ax() {
            self.asm.store(1, FLAGS, Reg::Rax);
            self.flags = FlagsAt::Memory;
            return;
        }
        if self.flags == FlagsAt::Carry {
            self.asm.cmc();
        }
        self.asm.lahf();
        self.asm.setcc(Cc::O, Reg::Rax);
        self.asm.store(1, FLAGS, Reg::Rax);
        if self.flags == FlagsAt::Carry {
            self.asm.cmc();
        }
        self.flags = FlagsAt::Memory;
    }

    /// Notes that the host's flags now are the guest's.
    pub(super) fn set_flags(&mut self, at: FlagsAt) {
        self.flags = if self.live_after() { at } else { FlagsAt::Memory };
    }

    /// Puts the flags of a floating-point comparison into ax as memory has them, and says if that is what they are of.
    /// Leaves the host's flags alone.
    pub(super) fn flags_to_ax(&mut self) -> bool {
        const { assert!(offset_of!(Masks, compared).is_multiple_of(4)) };
        let place = |index: usize| state(offset_of!(Cpu, engine.masks.compared) + 4 * index);
        let (below, above) = match self.flags {
            FlagsAt::Compared => (1, 0),
            FlagsAt::Swapped => (0, 1),
            _ => return false,
        };
        self.asm.mov(false, Reg::Rax, place(above));
        self.asm.cmov(Cc::B, false, Reg::Rax, place(below));
        self.asm.cmov(Cc::E, false, Reg::Rax, place(2));
        self.asm.cmov(Cc::P, false, Reg::Rax, place(3));
        true
    }

    /// Puts the flags into the host's flags as integer instructions leave them. Destroys rax.
    pub(super) fn load_flags(&mut self) {
        if self.flags_to_ax() {
            self.flags_from_ax();
            self.flags = FlagsAt::Borrow;
        } else if self.flags == FlagsAt::Memory {
            self.asm.load_zero(1, Reg::Rax, FLAGS);
            self.flags_from_ax();
            self.flags = FlagsAt::Borrow;
        }
    }

    /// Sets the host's flags from ax, which has them as memory has.
    pub(super) fn flags_from_ax(&mut self) {
        // 1 + 0x7f overflows, 0 + 0x7f does not.
        self.asm.add_al(0x7f);
        self.asm.sahf();
    }

    /// The host's condition for `cond`, on flags that are put in place for it. Destroys rax, unless the flags are in
    /// place already. Not for 14 and 15, "always".
    pub(super) fn condition(&mut self, cond: u32) -> Cc {
        if let Some(cc) = self.compared(cond) {
            return cc;
        }
        self.load_flags();
        let base = cond & !1;
        if base == 8 && self.flags == FlagsAt::Carry {
            self.asm.cmc();
            self.flags = FlagsAt::Borrow;
        }
        let holds = match base {
            0 => Cc::E,
            2 if self.flags == FlagsAt::Carry => Cc::B,
            2 => Cc::Ae,
            4 => Cc::S,
            6 => Cc::O,
            8 => Cc::A,
            10 => Cc::Ge,
            _ => Cc::G,
        };
        if cond & 1 != 0 { holds.not() } else { holds }
    }
}

impl Lower<'_> {
    /// The host's condition for `cond` on the flags of a floating-point comparison, if there is one.
    fn compared(&mut self, cond: u32) -> Option<Cc> {
        let cc = match (self.flags, cond & !1) {
            (FlagsAt::Compared | FlagsAt::Swapped, 6) => Cc::P,
            (FlagsAt::Compared, 10) => Cc::Ae,
            (FlagsAt::Compared, 12) => Cc::A,
            (FlagsAt::Swapped, 2) => Cc::Be,
            (FlagsAt::Swapped, 4) => Cc::A,
            (FlagsAt::Swapped, 8) => Cc::B,
            (FlagsAt::Compared | FlagsAt::Swapped, 0) if !self.live_after() => {
                // The host calls what is unordered equal too.
                self.asm.mov_imm(Reg::Rax, 0);
                self.asm.setcc(Cc::Np, Reg::Rax);
                self.asm.cmov(Cc::Ne, false, Reg::Rax, state(offset_of!(Cpu, engine.masks.compared)));
                self.asm.test(false, Reg::Rax, Reg::Rax);
                self.flags = FlagsAt::Memory;
                Cc::Ne
            }
            _ => return None,
        };
        Some(if cond & 1 != 0 { cc.not() } else { cc })
    }

    /// Are the flags those of a floating-point comparison?
    pub(super) fn flags_are_compared(&self) -> bool {
        matches!(self.flags, FlagsAt::Compared | FlagsAt::Swapped)
    }
}

/// Flags as memory has them, from PSTATE's.
pub(in crate::jit::x86_64) fn from_nzcv(nzcv: u32) -> u16 {
    (nzcv >> 16 & 0xc000 | (!nzcv >> 29 & 1) << 8 | nzcv >> 28 & 1) as u16
}

/// PSTATE's flags, from those that memory has.
pub(in crate::jit::x86_64) fn to_nzcv(flags: u16) -> u32 {
    let flags = u32::from(flags);
    (flags & 0xc000) << 16 | (!flags >> 8 & 1) << 29 | (flags & 1) << 28
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_survive_both_ways() {
        for flags in 0..16_u32 {
            assert_eq!(to_nzcv(from_nzcv(flags << 28)), flags << 28);
        }
        assert_eq!(from_nzcv(0), 0x100);
    }

    #[test]
    fn flags_of_comparisons_become_the_guests() {
        // CF, ZF, PF as LAHF has them: what UCOMIS says of its first operand.
        let (less, equal, greater, unordered) = (0x100, 0x4000, 0, 0x4500);
        let nzcv = |at: FlagsAt, host| to_nzcv(at.to_memory(host)) >> 28;
        for (host, compared, swapped) in [
            (less, 0b1000, 0b0010),
            (equal, 0b0110, 0b0110),
            (greater, 0b0010, 0b1000),
            (unordered, 0b0011, 0b0011),
        ] {
            assert_eq!(nzcv(FlagsAt::Compared, host), compared);
            assert_eq!(nzcv(FlagsAt::Swapped, host), swapped);
        }
        // After an addition the host's carry is C.
        assert_eq!(nzcv(FlagsAt::Carry, 0x100), 0b0010);
        assert_eq!(nzcv(FlagsAt::Borrow, 0x100), 0b0000);
    }
}
