//! Which guest registers have host registers: everywhere, and within one region.

use super::asm::Asm;
use super::regs::{PINNED, PINNED_VECTORS, Reg, Xmm, slot, vector_slot};
use super::survey::Counts;
use crate::jit::Switches;

/// Guest registers and their host registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Map {
    general: [Option<Reg>; 32],
    vectors: [Option<Xmm>; 32],
}

impl Map {
    /// The one at the edges of every block, for a program that names registers so often.
    pub(super) fn standard(switches: &Switches, counts: &Counts) -> Map {
        let mut usual = Map { general: [None; 32], vectors: [None; 32] };
        if !switches.pin {
            return usual;
        }
        PINNED.iter().for_each(|&(index, reg)| usual.general[index as usize] = Some(reg));
        (0..PINNED_VECTORS).for_each(|index| usual.vectors[index as usize] = Some(Xmm(index)));
        // What is never named is as good as what is usual.
        let mut counts = counts.clone();
        (0..32).filter(|&index| usual.general[index].is_some()).for_each(|index| counts.general[index] += 1);
        (0..32).filter(|&index| usual.vectors[index].is_some()).for_each(|index| counts.vectors[index] += 1);
        Map::chosen(&usual, &counts)
    }

    /// One for code that names registers so often: the most used have host registers. Those that
    /// have one in `standard` keep it if they can.
    pub(super) fn chosen(standard: &Map, counts: &Counts) -> Map {
        let mut map = Map { general: [None; 32], vectors: [None; 32] };
        let mut free: Vec<Reg> = PINNED.iter().map(|&(_, reg)| reg).collect();
        let wanted = most_used(&counts.general, free.len());
        for &index in &wanted {
            if let Some(own) = standard.general[index] {
                map.general[index] = Some(own);
                free.retain(|&reg| reg != own);
            }
        }
        for index in wanted {
            map.general[index] = map.general[index].or_else(|| free.pop());
        }
        let mut free: Vec<Xmm> = (0..PINNED_VECTORS).rev().map(Xmm).collect();
        let wanted = most_used(&counts.vectors, free.len());
        for &index in &wanted {
            if let Some(own) = standard.vectors[index] {
                map.vectors[index] = Some(own);
                free.retain(|&reg| reg != own);
            }
        }
        for index in wanted {
            map.vectors[index] = map.vectors[index].or_else(|| free.pop());
        }
        map
    }

    /// The host register of a general register.
    pub(super) fn general(&self, index: u8) -> Option<Reg> {
        self.general.get(index as usize).copied().flatten()
    }

    /// The host register of a vector register.
    pub(super) fn vector(&self, index: u8) -> Option<Xmm> {
        self.vectors[index as usize & 31]
    }

    /// The general registers that have host registers, with them.
    pub(super) fn generals(&self) -> impl Iterator<Item = (u8, Reg)> + '_ {
        (0..).zip(&self.general).filter_map(|(index, reg)| reg.map(|reg| (index, reg)))
    }

    /// The vector registers that have host registers, with them.
    pub(super) fn vectors(&self) -> impl Iterator<Item = (u8, Xmm)> + '_ {
        (0..).zip(&self.vectors).filter_map(|(index, reg)| reg.map(|reg| (index, reg)))
    }

    /// Emits what puts all of them into memory.
    pub(super) fn store(&self, asm: &mut Asm) {
        self.generals().for_each(|(index, reg)| asm.mov_store(true, slot(index), reg));
        self.vectors().for_each(|(index, reg)| asm.store_vector(4, vector_slot(index), reg));
    }

    /// Emits what takes all of them from memory.
    pub(super) fn load(&self, asm: &mut Asm) {
        self.generals().for_each(|(index, reg)| asm.mov(true, reg, slot(index)));
        self.vectors().for_each(|(index, reg)| asm.load_vector(4, reg, vector_slot(index)));
    }

    /// Emits what goes from this map to `other`. Leaves the host's flags alone.
    pub(super) fn change(&self, other: &Map, asm: &mut Asm) {
        for (index, reg) in self.generals().filter(|&(index, reg)| other.general(index) != Some(reg)) {
            asm.mov_store(true, slot(index), reg);
        }
        for (index, reg) in self.vectors().filter(|&(index, reg)| other.vector(index) != Some(reg)) {
            asm.store_vector(4, vector_slot(index), reg);
        }
        for (index, reg) in other.generals().filter(|&(index, reg)| self.general(index) != Some(reg)) {
            asm.mov(true, reg, slot(index));
        }
        for (index, reg) in other.vectors().filter(|&(index, reg)| self.vector(index) != Some(reg)) {
            asm.load_vector(4, reg, vector_slot(index));
        }
    }
}

/// The indices of the `most` largest counts that are not zero.
fn most_used(counts: &[u32; 32], most: usize) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..32).filter(|&index| counts[index] != 0).collect();
    indices.sort_by_key(|&index| std::cmp::Reverse(counts[index]));
    indices.truncate(most);
    indices
}
