//! General registers as operands.

use super::block::Lower;
use crate::cpu::{SP, ZERO, ZERO_SINK};
use crate::jit::x86_64::asm::{Rm, Shift};
use crate::jit::x86_64::regs::{Reg, slot};

impl Lower<'_> {
    /// The host register of a guest register, if it has one.
    pub(super) fn pinned(&self, index: u8) -> Option<Reg> {
        self.map.general(index)
    }

    /// A guest register as an operand.
    pub(super) fn rm(&self, index: u8) -> Rm {
        self.pinned(index).map_or(slot(index), Rm::from)
    }

    /// A host register with the value of a guest register: its own, or `temp`.
    pub(super) fn value(&mut self, index: u8, temp: Reg) -> Reg {
        match self.pinned(index) {
            Some(reg) => reg,
            None => {
                self.copy(index, temp);
                temp
            }
        }
    }

    /// `to` = the value of a guest register, all 64 bits. Leaves the flags alone.
    pub(super) fn copy(&mut self, index: u8, to: Reg) {
        match self.pinned(index) {
            Some(reg) if reg == to => {}
            Some(reg) => self.asm.mov(true, to, reg),
            None if index == ZERO => self.asm.mov_imm(to, 0),
            None => self.asm.mov(true, to, slot(index)),
        }
    }

    /// The host register in which to compute a guest register: its own, or `temp`.
    pub(super) fn target(&self, index: u8, temp: Reg) -> Reg {
        self.pinned(index).unwrap_or(temp)
    }

    /// A guest register gets the value of `reg`, which is what [`Lower::target`] gave or any other.
    pub(super) fn commit(&mut self, index: u8, reg: Reg) {
        if index == ZERO_SINK {
            return;
        }
        match self.pinned(index) {
            Some(own) if own == reg => {}
            Some(own) => self.asm.mov(true, own, reg),
            None => self.asm.mov_store(true, slot(index), reg),
        }
        self.changed(index);
    }

    /// Forgets what is known of a guest register.
    pub(super) fn changed(&mut self, index: u8) {
        if let Some(checked) = self.checked.get_mut(index as usize) {
            *checked = None;
            self.known[index as usize] = None;
        }
        if index == SP {
            self.sp_aligned = false;
        }
    }

    /// A guest register becomes a constant.
    pub(super) fn set(&mut self, index: u8, value: u64) {
        if index == ZERO_SINK {
            return;
        }
        match (self.pinned(index), i32::try_from(value as i64)) {
            (Some(own), _) => self.asm.mov_imm(own, value),
            (None, Ok(small)) => self.asm.store_imm(true, slot(index), small),
            (None, Err(_)) => {
                self.asm.mov_imm(Reg::Rax, value);
                self.asm.mov_store(true, slot(index), Reg::Rax);
            }
        }
        self.changed(index);
        self.known[index as usize & 31] = Some(value);
    }

    /// A guest register shifted by a constant, as an operand: `temp` if it is shifted at all. Call
    /// [`Lower::clobber`] before.
    pub(super) fn shifted(&mut self, index: u8, kind: u32, amount: u8, wide: bool, temp: Reg) -> Rm {
        if amount == 0 {
            return self.rm(index);
        }
        self.copy(index, temp);
        let op = [Shift::Shl, Shift::Shr, Shift::Sar, Shift::Ror][kind as usize & 3];
        self.asm.shift(op, wide, temp, amount);
        temp.into()
    }

    /// `to` = a guest register extended as `option` says. Leaves the flags alone.
    pub(super) fn extended(&mut self, index: u8, option: u32, to: Reg) {
        let from = self.rm(index);
        match option {
            0..=2 => self.asm.load_zero(option as u8, to, from),
            4..=6 => self.asm.load_sign(option as u8 - 4, true, to, from),
            _ => self.copy(index, to),
        }
    }
}
