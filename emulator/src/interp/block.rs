//! Basic blocks, decoded once.

use std::collections::HashMap;

use super::{Flow, Insn, Trap, branch, crypto, dp_imm, dp_reg, fp, load_store, simd_fp, simd_int, simd_mem};
use crate::cpu::Cpu;
use crate::isa::{self, Opcode};
use crate::mem::{AddressSpace, Fault, FaultKind, GuestAddr, Prot};

/// A block ends behind an unconditional branch or what traps, at the end of its mapping, or after this many
/// instructions. Conditional branches do not end it: not taken, they go on within the block.
const MAX_LEN: usize = 64;
/// Entries of the direct-mapped table; a power of two.
const SLOTS: usize = 1 << 13;
/// The cache starts anew when it holds so many instructions (24 bytes each).
const MAX_INSNS: usize = 1 << 20;

/// The decoded blocks of one thread. All of them are stale when the space's code generation is another.
///
/// The instructions of all blocks stand in one array. A lookup is one probe of a direct-mapped table, whose misses a
/// map answers before anything is decoded again.
#[derive(Debug)]
pub struct BlockCache {
    /// `[pc + 1, start << 32 | length]`, zero when free: pages of it cost nothing until used.
    slots: Vec<[u64; 2]>,
    known: HashMap<u64, u64>,
    insns: Vec<Insn>,
    generation: u64,
}

impl Default for BlockCache {
    fn default() -> Self {
        BlockCache { slots: vec![[0; 2]; SLOTS], known: HashMap::new(), insns: Vec::new(), generation: 0 }
    }
}

impl BlockCache {
    /// The instructions of the block at `pc`, never none, decoded now if need be.
    ///
    /// # Errors
    /// `pc` is not aligned, or its first instruction cannot be fetched.
    #[inline(always)]
    pub(super) fn get(&mut self, space: &AddressSpace, pc: u64) -> Result<&[Insn], Trap> {
        let slot = self.slots[(pc >> 2) as usize % SLOTS];
        let place = if slot[0] == pc.wrapping_add(1) && space.code_generation() == self.generation {
            slot[1]
        } else {
            self.miss(space, pc)?
        };
        let start = (place >> 32) as usize;
        Ok(&self.insns[start..start + place as u32 as usize])
    }

    #[cold]
    fn miss(&mut self, space: &AddressSpace, pc: u64) -> Result<u64, Trap> {
        if !pc.is_multiple_of(4) {
            return Err(Trap::Misaligned(GuestAddr(pc)));
        }
        let generation = space.code_generation();
        if generation != self.generation || self.insns.len() > MAX_INSNS {
            self.slots.fill([0; 2]);
            self.known.clear();
            self.insns.clear();
            self.generation = generation;
        }
        let place = match self.known.get(&pc) {
            Some(&place) => place,
            None => {
                let start = self.insns.len();
                decode_block(space, pc, &mut self.insns).map_err(Trap::Fault)?;
                let place = (start as u64) << 32 | (self.insns.len() - start) as u64;
                self.known.insert(pc, place);
                place
            }
        };
        self.slots[(pc >> 2) as usize % SLOTS] = [pc.wrapping_add(1), place];
        Ok(place)
    }
}

fn fetch_fault(pc: u64) -> Fault {
    Fault { addr: GuestAddr(pc), kind: FaultKind::Segv, write: false }
}

/// Appends the instructions of the block at `pc` to `insns`.
fn decode_block(space: &AddressSpace, pc: u64, insns: &mut Vec<Insn>) -> Result<(), Fault> {
    let region = space.region_at(GuestAddr(pc)).ok_or_else(|| fetch_fault(pc))?;
    if !region.prot.has(Prot::EXEC) {
        return Err(fetch_fault(pc));
    }
    let start = insns.len();
    let mut at = pc;
    while insns.len() - start < MAX_LEN && at < region.end {
        let word = match space.mem().load::<u32>(GuestAddr(at)) {
            Ok(word) => u32::from_le(word),
            Err(fault) if at == pc => return Err(fault),
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
    Ok(())
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
