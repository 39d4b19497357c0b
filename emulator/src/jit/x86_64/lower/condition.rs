//! Where the condition flags are, and conditions on them.
//!
//! In memory they stand as `LAHF` and `SETO` give them after a subtraction, in 16 bits: N 15, Z 14, not C 8, V 0.

use std::mem::offset_of;

use super::block::Lower;
use crate::cpu::Cpu;
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

    /// Puts the flags into the host's flags. Destroys rax.
    pub(super) fn load_flags(&mut self) {
        if self.flags == FlagsAt::Memory {
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

/// Flags as memory has them, from PSTATE's.
pub(in crate::jit::x86_64) fn from_nzcv(nzcv: u32) -> u32 {
    nzcv >> 16 & 0xc000 | (!nzcv >> 29 & 1) << 8 | nzcv >> 28 & 1
}

/// PSTATE's flags, from those that memory has.
pub(in crate::jit::x86_64) fn to_nzcv(flags: u32) -> u32 {
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
}
