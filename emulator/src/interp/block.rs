//! Basic blocks, decoded once.

use super::{Flow, Insn, Trap, branch, crypto, dp_imm, dp_reg, fp, load_store, simd_fp, simd_int, simd_mem};
use crate::cpu::Cpu;
use crate::isa::{self, Opcode};
use crate::mem::{AddressSpace, Fault, FaultKind, GuestAddr, Prot};

/// A block ends at a branch or trap, at the end of its page, or after this many instructions.
const MAX_LEN: usize = 64;
/// Entries of the first-level table; a power of two.
const SLOTS: usize = 1 << 12;

/// A straight run of instructions.
#[derive(Debug)]
pub(super) struct Block {
    /// The address of the first.
    pub pc: u64,
    /// Never empty; the last one is a branch, a trap, or falls through to the address behind it.
    pub insns: Box<[Insn]>,
}

/// The decoded blocks of one thread.
#[derive(Debug)]
pub struct BlockCache {
    slots: Box<[Option<Box<Block>>]>,
    generation: u64,
}

impl Default for BlockCache {
    fn default() -> Self {
        BlockCache { slots: (0..SLOTS).map(|_| None).collect(), generation: 0 }
    }
}

impl BlockCache {
    /// The block at `pc`, decoded now if need be.
    #[inline(always)]
    pub(super) fn get(&mut self, space: &AddressSpace, pc: u64) -> Result<&Block, Fault> {
        let generation = space.code_generation();
        if generation != self.generation {
            self.clear(generation);
        }
        let slot = (pc >> 2) as usize % SLOTS;
        let hit = matches!(&self.slots[slot], Some(block) if block.pc == pc);
        if !hit {
            self.slots[slot] = Some(Box::new(decode_block(space, pc)?));
        }
        match &self.slots[slot] {
            Some(block) => Ok(block),
            None => Err(fetch_fault(pc)),
        }
    }

    #[cold]
    fn clear(&mut self, generation: u64) {
        self.slots.iter_mut().for_each(|slot| *slot = None);
        self.generation = generation;
    }
}

fn fetch_fault(pc: u64) -> Fault {
    Fault { addr: GuestAddr(pc), kind: FaultKind::Segv, write: false }
}

#[cold]
fn decode_block(space: &AddressSpace, pc: u64) -> Result<Block, Fault> {
    let region = space.region_at(GuestAddr(pc)).ok_or_else(|| fetch_fault(pc))?;
    if !region.prot.has(Prot::EXEC) {
        return Err(fetch_fault(pc));
    }
    let mut insns = Vec::new();
    let mut at = pc;
    while insns.len() < MAX_LEN && at < region.end {
        let word = match space.mem().load::<u32>(GuestAddr(at)) {
            Ok(word) => u32::from_le(word),
            Err(fault) if insns.is_empty() => return Err(fault),
            Err(_) => break,
        };
        let (insn, ends) = match select(word, at) {
            Some((insn, opcode)) => (insn, ends_block(opcode)),
            None => (Insn::new(illegal, word), true),
        };
        insns.push(insn);
        at += 4;
        if ends {
            break;
        }
    }
    Ok(Block { pc, insns: insns.into() })
}

fn ends_block(opcode: Opcode) -> bool {
    matches!(opcode, Opcode::Branch(op) if branch::ends_block(op))
}

fn illegal(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.raise(Trap::Illegal(insn.word))
}

/// The instruction at `pc` encoded as `word`, specialised; `None` when it is unallocated or not implemented.
pub fn select(word: u32, pc: u64) -> Option<(Insn, Opcode)> {
    let (row, opcode) = isa::decode(word)?;
    if !row.feature.implemented() {
        return None;
    }
    let insn = match opcode {
        Opcode::DpImm(op) => dp_imm::select(op, word, pc),
        Opcode::Branch(op) => branch::select(op, word, pc),
        Opcode::LoadStore(op) => load_store::select(op, word, pc),
        Opcode::DpReg(op) => dp_reg::select(op, word),
        Opcode::Fp(op) => fp::select(op, word),
        Opcode::SimdMem(op) => simd_mem::select(op, word),
        Opcode::Crypto(op) => crypto::select(op, word),
        Opcode::SimdInt(op) => simd_int::select(op, word),
        Opcode::SimdFp(op) => simd_fp::select(op, word),
    }?;
    Some((insn, opcode))
}
