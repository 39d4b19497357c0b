//! Vector registers as operands: eight have a host register each, others are copied when read and stored when written.

use super::block::Lower;
use crate::jit::x86_64::asm::Rm;
use crate::jit::x86_64::regs::{VECTOR_COPIES, Xmm, vector_slot};

const COPIES: usize = (VECTOR_COPIES.end - VECTOR_COPIES.start) as usize;

/// Which vector registers have copies in host registers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Copies {
    of: [Option<u8>; COPIES],
    /// Copies that the instruction at hand uses.
    busy: [bool; COPIES],
    next: usize,
}

impl Copies {
    /// Lets all copies be replaced: a new instruction begins.
    pub(super) fn release(&mut self) {
        self.busy = [false; COPIES];
    }

    fn find(&mut self, index: u8) -> Option<Xmm> {
        let place = self.of.iter().position(|&of| of == Some(index))?;
        self.busy[place] = true;
        Some(Xmm(VECTOR_COPIES.start + place as u8))
    }

    /// A host register for the instruction at hand alone.
    fn scratch(&mut self) -> Xmm {
        let taken = self.take(0);
        self.of[usize::from(taken.0 - VECTOR_COPIES.start)] = None;
        taken
    }

    /// A host register for `index`. No instruction uses more vector registers than there are copies.
    fn take(&mut self, index: u8) -> Xmm {
        while self.busy[self.next] {
            self.next = (self.next + 1) % COPIES;
        }
        let place = self.next;
        self.next = (self.next + 1) % COPIES;
        self.of[place] = Some(index);
        self.busy[place] = true;
        Xmm(VECTOR_COPIES.start + place as u8)
    }
}

impl Lower<'_> {
    fn pinned_vector(&self, index: u8) -> Option<Xmm> {
        self.map.vector(index)
    }

    /// A host register with the value of v`index`, all 128 bits.
    pub(super) fn vector(&mut self, index: u8) -> Xmm {
        if let Some(own) = self.pinned_vector(index) {
            return own;
        }
        if let Some(copy) = self.copies.find(index) {
            return copy;
        }
        let copy = self.copies.take(index);
        self.asm.load_vector(4, copy, vector_slot(index));
        copy
    }

    /// The host register that has the value of v`index` already, its own or a copy.
    pub(super) fn vector_held(&mut self, index: u8) -> Option<Xmm> {
        self.pinned_vector(index).or_else(|| self.copies.find(index))
    }

    /// v`index` as an operand: its host register if it has one or a copy, else its place in memory.
    pub(super) fn vector_operand(&mut self, index: u8) -> Rm {
        self.vector_held(index).map_or(vector_slot(index), Rm::from)
    }

    /// A host register with the value of v`index`: one that has it already, or `temp`.
    pub(super) fn vector_in(&mut self, index: u8, temp: Xmm) -> Xmm {
        self.vector_held(index).unwrap_or_else(|| {
            self.asm.load_vector(4, temp, vector_slot(index));
            temp
        })
    }

    /// One more register for the instruction at hand, of those that hold copies.
    pub(super) fn vector_scratch(&mut self) -> Xmm {
        self.copies.scratch()
    }

    /// The host register in which to compute v`index`. It may be one that holds an operand of the same number; the
    /// value becomes the guest's by [`Lower::commit_vector`].
    pub(super) fn vector_target(&mut self, index: u8) -> Xmm {
        if let Some(own) = self.pinned_vector(index) {
            return own;
        }
        match self.copies.find(index) {
            Some(copy) => copy,
            None => self.copies.take(index),
        }
    }

    /// v`index` has the value that was computed in what [`Lower::vector_target`] gave.
    pub(super) fn commit_vector(&mut self, index: u8) {
        self.commit_low(index, 16);
    }

    /// As [`Lower::commit_vector`], with a value whose bytes from `used` on are zero.
    pub(super) fn commit_low(&mut self, index: u8, used: u8) {
        self.used[index as usize & 31] = used;
        if self.pinned_vector(index).is_none() {
            let copy = self.vector_target(index);
            self.asm.store_vector(4, vector_slot(index), copy);
        }
    }
}
