//! The translations of a process: found by guest address, linked to each other, dropped when guest code changes.
//!
//! A block starts with eight bytes that do nothing. Branches found by a thread's table go there, linked exits behind
//! it: a dropped block has a jump there instead, and its incoming links are undone. Both are single stores, so threads
//! may run meanwhile.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::lower::{Block, Context, FlagsAt, Lower, Mark, Site};
use super::map::Map;
use super::memory::Memory;
use super::region::Region;
use super::regs::SPILLED;
use super::source::Source;
use super::survey::Counts;
use super::thunks::Thunks;
use crate::cpu::Cpu;
use crate::host;
use crate::interp::Insn;
use crate::isa;
use crate::jit::Switches;
use crate::mem::{AddressSpace, ByAddress, SIZE};

/// `nop` of eight bytes.
const NOTHING: u64 = u64::from_le_bytes([0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0]);
/// How many bytes of a block links jump over.
pub(super) const ENTRY: usize = 8;
const PAGE: u64 = 4096;
/// How often an instruction is left to the interpreter by leaving the code for it.
pub(super) const OFTEN: u8 = 16;
/// Room that any block is sure to fit into.
const LARGEST: usize = 128 << 10;
/// How much memory may describe translations, in bytes; where code is short, descriptions are what fills up.
const DESCRIPTIONS: usize = 96 << 20;
/// About what an entry of one of the maps takes, in bytes: some are free, and lists have an allocation each.
const MAPPED: usize = 64;

#[derive(Debug)]
struct Known {
    /// The guest address that it is entered at.
    entry: u64,
    /// The guest addresses that it was translated from, and perhaps some between them.
    extent: std::ops::Range<u64>,
    code: usize,
    len: usize,
    /// Its registers, if they are its own.
    map: Option<Box<Map>>,
    marks: Box<[Mark]>,
    exits: std::ops::Range<u32>,
    /// What it was translated from, if somebody wants to compare.
    source: Option<Arc<Source>>,
    alive: bool,
}

#[derive(Debug)]
struct Way {
    /// The host address of the displacement that links it; 0 if it is never linked.
    patch: usize,
    stub: usize,
    target: u64,
    counter: usize,
    linked: bool,
}

/// The translations of a process.
#[derive(Debug)]
pub(super) struct Cache {
    memory: Memory,
    pub(super) thunks: Thunks,
    next_code: usize,
    first_code: usize,
    next_insn: usize,
    next_counter: usize,
    /// About how much memory describes translations, in bytes.
    described: usize,
    standard: Map,
    /// Another program is there than the one that `standard` was chosen for.
    outdated: bool,
    /// How often instructions were left to the interpreter, at most [`OFTEN`].
    left: ByAddress<u8>,
    blocks: Vec<Known>,
    ways: Vec<Way>,
    by_start: ByAddress<u32>,
    by_page: ByAddress<Vec<u32>>,
    /// The linked exits by target.
    incoming: ByAddress<Vec<u32>>,
    /// How many blocks were dropped.
    dropped: Arc<AtomicU64>,
}

impl Cache {
    /// An empty cache.
    ///
    /// # Errors
    /// The host's, when it gives no memory to run code from.
    pub(super) fn new(
        space: &AddressSpace,
        switches: &Switches,
        dropped: Arc<AtomicU64>,
    ) -> std::io::Result<Cache> {
        let memory = Memory::reserve()?;
        let standard = Map::standard(switches, &Counts::survey(space));
        let (thunks, code) = Thunks::write(memory.code().start, &standard);
        memory.write(memory.code().start, &code);
        host::set_translated(memory.code(), thunks.fault);
        let first_code = (memory.code().start + code.len()).next_multiple_of(16);
        let (next_insn, next_counter) = (memory.insns().start, memory.counters().start);
        Ok(Cache {
            memory,
            thunks,
            next_code: first_code,
            first_code,
            next_insn,
            next_counter,
            described: 0,
            standard,
            outdated: false,
            left: ByAddress::default(),
            blocks: Vec::new(),
            ways: Vec::new(),
            by_start: ByAddress::default(),
            by_page: ByAddress::default(),
            incoming: ByAddress::default(),
            dropped,
        })
    }

    /// Must it be emptied before the next block?
    pub(super) fn is_full(&self) -> bool {
        self.next_code + LARGEST > self.memory.code().end
            || self.next_insn + LARGEST > self.memory.insns().end
            || self.next_counter + LARGEST > self.memory.counters().end
            || self.described > DESCRIPTIONS
    }

    /// Chooses registers anew if another program is there. No other thread may be there.
    pub(super) fn renew(&mut self, space: &AddressSpace, switches: &Switches) {
        if std::mem::take(&mut self.outdated) {
            self.clear();
            self.standard = Map::standard(switches, &Counts::survey(space));
            let start = self.memory.code().start;
            let (thunks, code) = Thunks::write(start, &self.standard);
            self.memory.write(start, &code);
            self.thunks = thunks;
            self.first_code = (start + code.len()).next_multiple_of(16);
            self.next_code = self.first_code;
        }
    }

    /// Forgets everything. No thread may be inside.
    pub(super) fn clear(&mut self) {
        self.dropped.fetch_add(1, Ordering::AcqRel);
        self.next_code = self.first_code;
        self.next_insn = self.memory.insns().start;
        self.next_counter = self.memory.counters().start;
        self.described = 0;
        self.blocks.clear();
        self.ways.clear();
        self.by_start.clear();
        self.by_page.clear();
        self.incoming.clear();
        self.left.clear();
    }

    /// The code for the guest address `pc`.
    pub(super) fn find(&self, pc: u64) -> Option<usize> {
        self.by_start.get(&pc).map(|&number| self.blocks[number as usize].code)
    }

    /// The code for the guest address `pc` with what it was translated from, if it was kept.
    pub(super) fn find_with_source(&self, pc: u64) -> Option<(usize, Arc<Source>)> {
        let block = &self.blocks[*self.by_start.get(&pc)? as usize];
        Some((block.code, Arc::clone(block.source.as_ref()?)))
    }

    /// Translates `insns`, which stand at `start`.
    pub(super) fn translate(
        &mut self,
        space: &AddressSpace,
        switches: &Switches,
        start: u64,
        insns: &[Insn],
    ) {
        let site = self.site();
        let context = self.context(space, switches);
        let block = Lower::block(&context, site, start, insns);
        let extent = start..start + 4 * block.marks.len() as u64;
        let source = switches.check.then(|| Source::block(start, &insns[..block.marks.len()]));
        self.add(switches, site, start, extent, None, block, source);
    }

    /// Translates the loop at `head`, in the place of the block there.
    pub(super) fn translate_region(
        &mut self,
        space: &AddressSpace,
        switches: &Switches,
        head: u64,
        region: &Region,
    ) {
        let map = region.map(&self.standard);
        let site = self.site();
        let context = self.context(space, switches);
        let block = Lower::region(&context, &map, site, head, &region.runs, region.targets.iter().copied());
        if ENTRY + block.code.len() > LARGEST {
            return;
        }
        if let Some(&number) = self.by_start.get(&head) {
            self.drop_block(number);
        }
        let extent = region.runs[0].start..region.end();
        let source = switches.check.then(|| Source::region(&region.runs));
        self.add(switches, site, head, extent, Some(Box::new(map)), block, source);
    }

    fn context<'a>(&'a self, space: &'a AddressSpace, switches: &'a Switches) -> Context<'a> {
        let (thunks, standard, left) = (&self.thunks, &self.standard, &self.left);
        Context { space, switches, thunks, standard, left }
    }

    /// Counts that the code of the instruction at `pc` left it to the interpreter; often, and it is translated anew to
    /// call the interpreter's function, if it is one of floating point.
    pub(super) fn count_left(&mut self, pc: u64) {
        let count = self.left.entry(pc).or_default();
        if *count < OFTEN {
            *count += 1;
            if *count == OFTEN {
                self.drop_within(pc, pc + 4);
            }
        }
    }

    fn site(&self) -> Site {
        Site {
            code: self.next_code + ENTRY,
            insns: self.next_insn,
            block: self.blocks.len() as u32,
            exit: self.ways.len() as u32,
            counters: self.next_counter,
        }
    }

    fn add(
        &mut self,
        switches: &Switches,
        site: Site,
        entry: u64,
        extent: std::ops::Range<u64>,
        map: Option<Box<Map>>,
        block: Block,
        source: Option<Source>,
    ) {
        let (code, number) = (self.next_code, site.block);
        self.memory.write(code, &NOTHING.to_le_bytes());
        self.memory.write(site.code, &block.code);
        self.memory.write_insns(self.next_insn, &block.insns);
        self.next_insn += size_of_val(&block.insns[..]);
        for _ in 0..block.counters {
            self.memory.set_counter(self.next_counter, switches.hot);
            self.next_counter += 4;
        }
        let len = ENTRY + block.code.len();
        self.next_code = (code + len).next_multiple_of(16);
        self.ways.extend(block.exits.iter().map(|exit| Way {
            patch: exit.patch.map_or(0, |at| site.code + at),
            stub: site.code + exit.stub,
            target: exit.target,
            counter: exit.counter,
            linked: false,
        }));
        let pages = extent.start / PAGE..=(extent.end - 1) / PAGE;
        self.described += size_of::<Known>()
            + size_of::<Way>() * block.exits.len()
            + size_of_val(&block.marks[..])
            + map.as_ref().map_or(0, |map| size_of_val(&**map))
            + MAPPED * (1 + pages.clone().count() + block.exits.len());
        for page in pages {
            self.by_page.entry(page).or_default().push(number);
        }
        self.by_start.insert(entry, number);
        self.blocks.push(Known {
            entry,
            extent,
            code,
            len,
            map,
            marks: block.marks.into(),
            exits: site.exit..self.ways.len() as u32,
            source: source.map(Arc::new),
            alive: true,
        });
    }

    /// The counter that exit `number` waited for counts on, for a long time.
    pub(super) fn count_on(&self, number: u32) {
        let counter = self.ways[number as usize].counter;
        if counter != 0 {
            self.memory.set_counter(counter, i32::MAX as u32);
        }
    }

    /// Puts the host's registers at a fault in the block with host address `at` into the guest's.
    pub(super) fn take_registers(&self, at: usize, cpu: &mut Cpu) {
        let found = self.mark(at);
        if found.is_some_and(|(_, mark)| mark.spilled) {
            for (reg, value) in SPILLED.into_iter().zip(cpu.engine.spilled) {
                cpu.engine.host[reg as usize] = value;
            }
        }
        let map = found.and_then(|(block, _)| block.map.as_deref()).unwrap_or(&self.standard);
        for (index, reg) in map.generals() {
            cpu.set_reg(index, cpu.engine.host[reg as usize]);
        }
        for (index, reg) in map.vectors() {
            cpu.set_vector(index, cpu.engine.vectors[reg.0 as usize]);
        }
    }

    /// The guest address that exit `number` leads to.
    pub(super) fn target(&self, number: u32) -> u64 {
        self.ways[number as usize].target
    }

    /// Lets exit `number` lead to `code`, that of its target, if it can be linked and its block is still good.
    pub(super) fn link(&mut self, number: u32, code: usize) {
        let way = &mut self.ways[number as usize];
        if way.patch == 0 || way.linked {
            return;
        }
        let owner = self.blocks.partition_point(|block| block.exits.end <= number);
        if !self.blocks[owner].alive {
            return;
        }
        way.linked = true;
        self.memory.patch32(way.patch, (code + ENTRY).wrapping_sub(way.patch + 4) as u32);
        self.incoming.entry(way.target).or_default().push(number);
    }

    /// Drops what was translated from guest addresses `start..end`, which are none when another thread took them.
    pub(super) fn invalidate(&mut self, start: u64, end: u64) {
        if start >= end {
            return;
        }
        // Only an exec changes all of it.
        self.outdated |= start == 0 && end >= SIZE;
        self.left.retain(|pc, _| !(start..end).contains(pc));
        self.drop_within(start, end);
    }

    fn drop_within(&mut self, start: u64, end: u64) {
        let (first, last) = (start / PAGE, end.saturating_sub(1) / PAGE);
        let mut numbers = Vec::new();
        if last - first < self.by_page.len() as u64 {
            (first..=last).filter_map(|page| self.by_page.get(&page)).for_each(|found| numbers.extend(found));
        } else {
            self.by_page
                .iter()
                .filter(|(page, _)| (first..=last).contains(page))
                .for_each(|(_, found)| numbers.extend(found));
        }
        for number in numbers {
            let block = &self.blocks[number as usize];
            if block.alive && block.extent.start < end && start < block.extent.end {
                self.drop_block(number);
            }
        }
    }

    fn drop_block(&mut self, number: u32) {
        let block = &mut self.blocks[number as usize];
        block.alive = false;
        let (start, code) = (block.entry, block.code);
        let pages = block.extent.start / PAGE..=(block.extent.end - 1) / PAGE;
        let exits = block.exits.clone();
        // Whoever comes by a table has the guest address in rax.
        let distance = self.thunks.indirect.wrapping_sub(code + 5) as u32;
        self.memory.patch64(code, 0xe9 | u64::from(distance) << 8 | 0xcccc_cc00_0000_0000);
        self.dropped.fetch_add(1, Ordering::AcqRel);
        self.by_start.remove(&start);
        for page in pages {
            if let Some(found) = self.by_page.get_mut(&page) {
                found.retain(|&other| other != number);
            }
        }
        for way in self.incoming.remove(&start).unwrap_or_default() {
            self.unlink(way);
        }
        for way in exits {
            if self.ways[way as usize].linked {
                let target = self.ways[way as usize].target;
                if let Some(found) = self.incoming.get_mut(&target) {
                    found.retain(|&other| other != way);
                }
                self.unlink(way);
            }
        }
    }

    fn unlink(&mut self, number: u32) {
        let way = &mut self.ways[number as usize];
        if way.linked {
            way.linked = false;
            self.memory.patch32(way.patch, way.stub.wrapping_sub(way.patch + 4) as u32);
        }
    }

    /// What was translated, and how often each instruction was left to the interpreter, most often first.
    pub(super) fn stats(&self) -> String {
        let mut counts: BTreeMap<&str, (u64, u32)> = BTreeMap::new();
        for at in (self.memory.insns().start..self.next_insn).step_by(size_of::<Insn>()) {
            let insn = self.memory.insn(at);
            let name = isa::decode(insn.word).map_or("(unallocated)", |(row, _)| row.id);
            let (times, places) = counts.entry(name).or_default();
            *times += u64::from(insn.link);
            *places += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        let regions = self.blocks.iter().filter(|block| block.map.is_some()).count();
        let mut text = format!(
            "translated: {} blocks, {regions} loops, {} bytes of code\nleft to the interpreter: times, places, instruction\n",
            self.blocks.len() - regions,
            self.next_code - self.first_code,
        );
        for (name, (times, places)) in counts {
            let _ = writeln!(text, "{times:12} {places:6} {name}");
        }
        text
    }

    /// The block whose code holds host address `at`.
    fn holder(&self, at: usize) -> Option<&Known> {
        let after = self.blocks.partition_point(|block| block.code <= at);
        self.blocks.get(after.checked_sub(1)?).filter(|block| at < block.code + block.len)
    }

    /// The block whose code holds host address `at`, and the mark of the guest instruction there.
    fn mark(&self, at: usize) -> Option<(&Known, Mark)> {
        let block = self.holder(at)?;
        let offset = (at - block.code).checked_sub(ENTRY)? as u32;
        let index = block.marks.partition_point(|mark| mark.at <= offset).checked_sub(1)?;
        Some((block, block.marks[index]))
    }

    /// The guest instruction that the code at host address `at` belongs to, and where its flags are.
    pub(super) fn place(&self, at: usize) -> Option<(u64, FlagsAt)> {
        let (block, mark) = self.mark(at)?;
        Some((block.extent.start + 4 * u64::from(mark.word), mark.flags))
    }

    /// The guest address of instruction `number & 0xffff` of block `number >> 16`.
    pub(super) fn instruction(&self, number: u64) -> u64 {
        let block = &self.blocks[(number >> 16) as usize];
        block.extent.start + 4 * u64::from(block.marks[(number & 0xffff) as usize].word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interp::select;

    #[test]
    fn translations_of_little_code_are_bounded_by_their_descriptions() {
        // What looks ahead of a block meets memory that is not there.
        host::install_fault_handler().expect("a handler for SIGSEGV");
        let (space, switches) = (AddressSpace::reserve().expect("a space"), Switches::default());
        let mut cache = Cache::new(&space, &switches, Arc::default()).expect("a cache");
        // Sixty instructions of which each is described and none has code, behind each other in fresh pages.
        let mut insns: Vec<Insn> =
            (0..60).filter_map(|_| select(0xd503_201f, 0)).map(|(nop, _)| nop).collect();
        insns.extend(select(0xd65f_03c0, 0).map(|(ret, _)| ret));
        for round in 1..3 {
            let mut start = round << 32;
            while !cache.is_full() {
                cache.translate(&space, &switches, start, &insns);
                start += 256;
            }
            assert!(cache.next_code - cache.first_code < 32 << 20, "code was what filled up");
            let marks: usize = cache.blocks.iter().map(|block| size_of_val(&block.marks[..])).sum();
            let blocks = size_of::<Known>() * cache.blocks.len();
            assert!((DESCRIPTIONS / 2..=DESCRIPTIONS).contains(&(marks + blocks)), "{marks} and {blocks}");
            cache.clear();
            assert!(!cache.is_full() && cache.blocks.is_empty());
        }
    }
}
