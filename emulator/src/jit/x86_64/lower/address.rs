//! Where an access goes, and that it stays inside.
//!
//! A base register is compared with the size of guest memory once; what is known to be near a compared value is not
//! compared again, for guards lie before and behind guest memory.

use std::mem::offset_of;

use super::block::Lower;
use crate::cpu::{Cpu, SP};
use crate::jit::x86_64::asm::{Alu, Cc, Rm};
use crate::jit::x86_64::regs::{MEMORY, Reg, state};
use crate::mem::GUARD;

/// An access reaches at most so far from the address that was compared.
const REACH: i32 = GUARD as i32 - 64;

/// The operand `bytes` behind `at`.
pub(super) fn behind(at: Rm, bytes: i32) -> Rm {
    match at {
        Rm::Index(base, index, scale, disp) => Rm::Index(base, index, scale, disp + bytes),
        other => other,
    }
}

impl Lower<'_> {
    /// Traps if SP is the base and not a multiple of 16.
    fn align_stack(&mut self, base: u8) {
        if base == SP && !self.sp_aligned {
            self.clobber();
            let sp = self.rm(SP);
            self.asm.test_byte(sp, 15);
            self.slow_if(Cc::Ne);
            self.sp_aligned = true;
        }
    }

    /// The operand for an access at `base + disp`; `temp` holds the base if it has no register of its own.
    pub(super) fn at_offset(&mut self, base: u8, disp: i32, temp: Reg) -> Rm {
        self.align_stack(base);
        let near = |drift: i32| drift.checked_add(disp).is_some_and(|far| far.abs() < REACH);
        let compared = self.checked[base as usize & 31].filter(|&drift| near(drift)).is_some();
        let needed = self.switches.isolate && !(compared && self.switches.elide_checks);
        if needed {
            self.clobber();
        }
        let reg = self.value(base, temp);
        if needed {
            self.compare(reg);
            self.checked[base as usize & 31] = Some(0);
        }
        self.mark_access();
        Rm::Index(MEMORY, reg, 0, disp)
    }

    /// A host register with the guest address `base`, for an access of 2 to the `scale` bytes that must be aligned: its
    /// own, or `temp`. Saves the flags.
    pub(super) fn at_aligned(&mut self, base: u8, scale: u8, temp: Reg) -> Reg {
        self.clobber();
        self.at_offset(base, 0, temp);
        let address = self.target(base, temp);
        // The stack pointer is a multiple of 16.
        if scale > 0 && base != SP {
            self.asm.test_byte(address.into(), (1 << scale) - 1);
            self.slow_if(Cc::Ne);
        }
        address
    }

    /// The operand for an access at `base` plus an extended and shifted register; rdx holds the address. Destroys rax.
    pub(super) fn at_index(&mut self, base: u8, index: u8, option: u32, shift: u8) -> Rm {
        self.align_stack(base);
        if self.switches.isolate {
            self.clobber();
        }
        let base = self.value(base, Reg::Rdx);
        let index = match (option, self.pinned(index)) {
            (3 | 7, Some(reg)) => reg,
            _ => {
                self.extended(index, option, Reg::Rax);
                Reg::Rax
            }
        };
        if shift < 4 {
            self.asm.lea(true, Reg::Rdx, Rm::Index(base, index, shift, 0));
        } else {
            // Quadwords: the scale goes no further than 8.
            self.asm.lea(true, Reg::Rax, Rm::Index(index, index, 0, 0));
            self.asm.lea(true, Reg::Rdx, Rm::Index(base, Reg::Rax, 3, 0));
        }
        self.at_computed(Reg::Rdx)
    }

    /// The operand for an access at the address in `reg`. The flags must be saved.
    pub(super) fn at_computed(&mut self, reg: Reg) -> Rm {
        if self.switches.isolate {
            self.compare(reg);
        }
        self.mark_access();
        Rm::Index(MEMORY, reg, 0, 0)
    }

    fn compare(&mut self, reg: Reg) {
        self.asm.alu(Alu::Cmp, true, reg, state(offset_of!(Cpu, engine.limit)));
        self.slow_if(Cc::Ae);
    }

    /// The base register moves by `disp`, which leaves the flags alone. `temp` is free.
    pub(super) fn write_back(&mut self, base: u8, disp: i32, temp: Reg) {
        let from = self.value(base, temp);
        let to = self.target(base, temp);
        self.asm.lea(true, to, Rm::Base(from, disp));
        let (checked, aligned) = (self.checked[base as usize & 31], self.sp_aligned);
        self.commit(base, to);
        self.moved(base, checked, disp);
        self.sp_aligned |= base == SP && aligned && disp % 16 == 0;
    }

    /// Notes that a register is `disp` from what was `checked`.
    pub(super) fn moved(&mut self, register: u8, checked: Option<i32>, disp: i32) {
        if let Some(place) = self.checked.get_mut(register as usize) {
            *place = checked.and_then(|drift| drift.checked_add(disp)).filter(|far| far.abs() < REACH);
        }
    }
}
