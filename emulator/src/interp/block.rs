//! Basic blocks, decoded once.

use std::collections::BTreeSet;

use super::{Flow, Insn, Trap, branch, crypto, dp_imm, dp_reg, fp, load_store, simd_fp, simd_int, simd_mem};
use crate::cpu::Cpu;
use crate::host;
use crate::isa::{self, Opcode};
use crate::mem::{AddressSpace, ByAddress, Fault, FaultKind, GuestAddr, Prot};

/// A block ends behind an unconditional branch or what traps, at the end of its mapping, or after this many
/// instructions. Conditional branches do not end it: not taken, they go on within the block.
const MAX_LEN: usize = 64;
/// Entries of the direct-mapped table; a power of two.
const SLOTS: usize = 1 << 13;
/// What is known to be decoded, in bytes: blocks that reach into it are looked for in these units.
const PAGE: u64 = 4096;
/// The cache starts anew when it holds so many instructions (32 bytes each).
const MAX_INSNS: usize = 1 << 20;
/// How many instructions get memory at a time, and how many there is room for at first.
const STEP: usize = 1 << 10;
const ROOM: usize = 1 << 13;

/// The decoded blocks of one thread. When the space's code generation is another, all of them are forgotten, unless
/// what changed has none of them.
///
/// The instructions of all blocks stand in one array, each block behind a header that holds its address (`imm`) and
/// its length (`word`). What left a block remembers where the next one stands ([`Insn::link`]); only when that was
/// another block is the direct-mapped table probed, whose misses a map answers before anything is decoded again.
#[derive(Debug)]
pub struct BlockCache {
    /// Where the header of a block stands; pages of it cost nothing until used.
    slots: Box<[u32; SLOTS]>,
    known: ByAddress<u32>,
    insns: Vec<Insn>,
    /// So many instructions have memory.
    ready: usize,
    /// The pages that hold what was decoded.
    pages: BTreeSet<u64>,
    generation: u64,
    /// Blocks end behind conditional branches too.
    short: bool,
}

impl Default for BlockCache {
    fn default() -> Self {
        // No allocator can be asked for a zeroed array of a fixed size but through a vector.
        let slots = vec![0; SLOTS].into_boxed_slice().try_into().unwrap_or_else(|_| Box::new([0; SLOTS]));
        BlockCache {
            slots,
            known: ByAddress::default(),
            insns: Vec::new(),
            ready: 0,
            pages: BTreeSet::new(),
            generation: 0,
            short: false,
        }
    }
}

impl BlockCache {
    /// Where the header of the block at `pc` stands, decoded now if need be.
    ///
    /// # Errors
    /// `pc` is not aligned, or its first instruction cannot be fetched.
    #[inline(always)]
    pub(crate) fn find(&mut self, space: &AddressSpace, pc: u64) -> Result<u32, Trap> {
        let place = self.slots[(pc >> 2) as usize % SLOTS];
        if self.is_at(place, pc) && self.is_current(space) { Ok(place) } else { self.miss(space, pc) }
    }

    /// Ends blocks behind conditional branches too from now on: where what runs often is translated, most of what lies
    /// beyond them never runs here, and decoding it would cost more than running the rest.
    pub(crate) fn keep_short(&mut self) {
        self.short = true;
    }

    /// The instructions of the block at `pc`, as far as it goes; none where the first cannot be fetched.
    pub(crate) fn whole(space: &AddressSpace, pc: u64) -> Vec<Insn> {
        let mut insns = Vec::with_capacity(MAX_LEN + 1);
        if decode_block(space, pc, &mut insns, false).is_ok() {
            insns.remove(0);
        }
        insns
    }

    /// The header at `place`, and the instructions behind it, never none.
    #[inline(always)]
    pub(crate) fn block(&self, place: u32) -> (&Insn, &[Insn]) {
        let header = &self.insns[place as usize];
        let first = place as usize + 1;
        (header, &self.insns[first..first + header.word as usize])
    }

    /// Counts that the block of the header at `place` is asked for; gives how often it was before, at most 254.
    #[inline(always)]
    pub(super) fn warm(&mut self, place: u32) -> u8 {
        let count = &mut self.insns[place as usize].ra;
        let before = *count;
        *count = before.saturating_add(1).min(254);
        before
    }

    /// Does the block of the header at `place` start at `pc`?
    #[inline(always)]
    pub(super) fn is_at(&self, place: u32, pc: u64) -> bool {
        self.insns.get(place as usize).is_some_and(|header| header.imm == pc)
    }

    /// Is what was decoded still what stands in memory?
    #[inline(always)]
    pub(crate) fn is_current(&self, space: &AddressSpace) -> bool {
        space.code_generation() == self.generation
    }

    /// Remembers that behind the instruction at `from`, which may be a header, the block at `pc` came next, and finds it.
    ///
    /// # Errors
    /// As [`BlockCache::find`].
    #[cold]
    pub(super) fn connect(&mut self, space: &AddressSpace, from: usize, pc: u64) -> Result<u32, Trap> {
        let place = self.find(space, pc)?;
        // A link is but a hint: if the cache started anew meanwhile, some other instruction gets one that it will not use.
        if let Some(insn) = self.insns.get_mut(from) {
            insn.link = place;
        }
        Ok(place)
    }

    /// Forgets what may be stale.
    fn renew(&mut self, space: &AddressSpace) {
        let full = self.insns.len() > MAX_INSNS;
        if self.is_current(space) && !full {
            return;
        }
        let (generation, changes) = space.changes_since(self.generation);
        let untouched = |&(start, end): &(u64, u64)| {
            start >= end || self.pages.range(start / PAGE..=(end - 1) / PAGE).next().is_none()
        };
        if full || !changes.is_some_and(|changes| changes.iter().all(untouched)) {
            self.slots.fill(0);
            self.known.clear();
            self.insns.clear();
            self.pages.clear();
        }
        self.generation = generation;
    }

    #[cold]
    fn miss(&mut self, space: &AddressSpace, pc: u64) -> Result<u32, Trap> {
        if !pc.is_multiple_of(4) {
            return Err(Trap::Misaligned(GuestAddr(pc)));
        }
        self.renew(space);
        let place = match self.known.get(&pc) {
            Some(&place) => place,
            None => {
                self.make_room();
                let place = self.insns.len() as u32;
                decode_block(space, pc, &mut self.insns, self.short).map_err(Trap::Fault)?;
                self.known.insert(pc, place);
                let last = pc + 4 * u64::from(self.insns[place as usize].word) - 1;
                self.pages.extend(pc / PAGE..=last / PAGE);
                place
            }
        };
        self.slots[(pc >> 2) as usize % SLOTS] = place;
        Ok(place)
    }
}

impl BlockCache {
    /// Lets the next block find its memory there already.
    fn make_room(&mut self) {
        let len = self.insns.len();
        if len + MAX_LEN < self.ready {
            return;
        }
        self.insns.reserve(if len == 0 { ROOM } else { STEP });
        let room = &self.insns.spare_capacity_mut()[..STEP];
        host::populate(room.as_ptr() as usize, size_of_val(room));
        self.ready = len + STEP;
    }
}

fn fetch_fault(pc: u64) -> Fault {
    Fault { addr: GuestAddr(pc), kind: FaultKind::Segv, write: false }
}

/// Appends the header and the instructions of the block at `pc` to `insns`, or nothing.
fn decode_block(space: &AddressSpace, pc: u64, insns: &mut Vec<Insn>, short: bool) -> Result<(), Fault> {
    let region = space.region_at(GuestAddr(pc)).ok_or_else(|| fetch_fault(pc))?;
    if !region.prot.has(Prot::EXEC) {
        return Err(fetch_fault(pc));
    }
    let start = insns.len();
    insns.push(Insn { imm: pc, ..Insn::new(illegal, 0) });
    let mut at = pc;
    while insns.len() - start <= MAX_LEN && at < region.end {
        let word = match space.mem().load::<u32>(GuestAddr(at)) {
            Ok(word) => u32::from_le(word),
            Err(fault) if at == pc => {
                insns.truncate(start);
                return Err(fault);
            }
            Err(_) => break,
        };
        let (insn, ends) = match select(word, at) {
            Some((insn, opcode)) => (insn, ends_block(opcode, short)),
            None => (Insn::new(illegal, word), true),
        };
        insns.push(insn);
        at += 4;
        if ends {
            break;
        }
    }
    insns[start].word = (insns.len() - start - 1) as u32;
    Ok(())
}

fn ends_block(opcode: Opcode, short: bool) -> bool {
    matches!(opcode, Opcode::Branch(op) if branch::ends_block(op) || short && branch::is_conditional(op))
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
