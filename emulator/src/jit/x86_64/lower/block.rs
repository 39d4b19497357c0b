//! A block being written.

use std::collections::BTreeMap;
use std::mem::offset_of;
use std::sync::OnceLock;

use super::compare_if::Assumed;
use super::condition::FlagsAt;
use super::vector::Copies;
use super::{branch, crypto, dp_imm, dp_reg, fp, load_store, simd_fp, simd_int, simd_mem};
use crate::cpu::Cpu;
use crate::interp::{self, Insn, destination};
use crate::isa::{self, Opcode};
use crate::jit::Switches;
use crate::jit::x86_64::asm::{Alu, Asm, Cc, Offset, Rm};
use crate::jit::x86_64::cache::OFTEN;
use crate::jit::x86_64::flags::{Effect, effect, needed_at};
use crate::jit::x86_64::map::Map;
use crate::jit::x86_64::regs::{Reg, state};
use crate::jit::x86_64::survey::Counts;
use crate::jit::x86_64::thunks::{Thunks, look_up};
use crate::mem::{AddressSpace, ByAddress};

/// Mask and value of `madd`, either width.
const MADD: (u32, u32) = (0x7fe0_8000, 0x1b00_0000);

/// A way out of a block to a known guest address.
#[derive(Clone, Copy, Debug)]
pub(in crate::jit::x86_64) struct Exit {
    /// The displacement of the jump that can be led to the target's code; `None` where it always leaves.
    pub(in crate::jit::x86_64) patch: Option<Offset>,
    /// What the jump leads to while it is not.
    pub(in crate::jit::x86_64) stub: Offset,
    /// The guest address.
    pub(in crate::jit::x86_64) target: u64,
    /// The host address of the counter that it waits for; 0 if for none.
    pub(in crate::jit::x86_64) counter: usize,
}

/// Where the code of one guest instruction starts, and where the flags are while it accesses memory.
#[derive(Clone, Copy, Debug)]
pub(in crate::jit::x86_64) struct Mark {
    pub(in crate::jit::x86_64) at: u32,
    /// Its distance from the lowest guest address, in words.
    pub(in crate::jit::x86_64) word: u32,
    pub(in crate::jit::x86_64) flags: FlagsAt,
    /// What rbx and rcx have of the guest is in [`crate::cpu::Engine::spilled`] meanwhile.
    pub(in crate::jit::x86_64) spilled: bool,
}

/// A finished block.
#[derive(Debug)]
pub(in crate::jit::x86_64) struct Block {
    pub(in crate::jit::x86_64) code: Vec<u8>,
    pub(in crate::jit::x86_64) exits: Vec<Exit>,
    /// One for each guest instruction.
    pub(in crate::jit::x86_64) marks: Vec<Mark>,
    /// The pre-decoded instructions that the code refers to, to be placed at the address that was given.
    pub(in crate::jit::x86_64) insns: Vec<Insn>,
    /// How many counters it uses, of four bytes each.
    pub(in crate::jit::x86_64) counters: usize,
}

/// Where a block will stand, and its numbers.
#[derive(Clone, Copy, Debug)]
pub(in crate::jit::x86_64) struct Site {
    /// The host address of its code.
    pub(in crate::jit::x86_64) code: usize,
    /// The host address of its pre-decoded instructions.
    pub(in crate::jit::x86_64) insns: usize,
    /// Its number.
    pub(in crate::jit::x86_64) block: u32,
    /// The number of its first exit.
    pub(in crate::jit::x86_64) exit: u32,
    /// The host address of its first counter.
    pub(in crate::jit::x86_64) counters: usize,
}

/// Instructions one behind the other.
#[derive(Clone, Debug)]
pub(in crate::jit::x86_64) struct Run {
    /// The guest address of the first.
    pub(in crate::jit::x86_64) start: u64,
    /// All of them, never none.
    pub(in crate::jit::x86_64) insns: Vec<Insn>,
}

/// Guest addresses inside a region that branches lead to.
#[derive(Debug, Default)]
struct Labels {
    bound: BTreeMap<u64, Option<Offset>>,
    pending: Vec<(Offset, u64)>,
}

enum Stub {
    /// Leaves by exit `index` of the block.
    Exit { from: Offset, index: usize, thunk: usize },
    /// Leaves for the interpreter to do instruction `index`.
    Slow { from: Offset, index: usize },
    /// Leaves to the guest address in rax.
    Indirect { from: Offset },
}

/// What is the same for all blocks.
#[derive(Clone, Copy)]
pub(in crate::jit::x86_64) struct Context<'a> {
    pub(in crate::jit::x86_64) space: &'a AddressSpace,
    pub(in crate::jit::x86_64) switches: &'a Switches,
    pub(in crate::jit::x86_64) thunks: &'a Thunks,
    pub(in crate::jit::x86_64) standard: &'a Map,
    /// How often instructions were left to the interpreter.
    pub(in crate::jit::x86_64) left: &'a ByAddress<u8>,
}

/// A block being written.
pub(in crate::jit::x86_64) struct Lower<'a> {
    pub(super) asm: Asm,
    pub(super) space: &'a AddressSpace,
    pub(super) switches: &'a Switches,
    pub(super) thunks: &'a Thunks,
    /// The registers within the code, and at its edges.
    pub(super) map: &'a Map,
    outer: &'a Map,
    left: &'a ByAddress<u8>,
    site: Site,
    /// The lowest guest address.
    base: u64,
    start: u64,
    pub(super) index: usize,
    labels: Labels,
    counters: usize,
    /// Are the flags needed behind each instruction?
    live: Vec<bool>,
    pub(super) flags: FlagsAt,
    /// For each general register: how far it is from a value known to be inside guest memory.
    pub(super) checked: [Option<i32>; 32],
    pub(super) sp_aligned: bool,
    /// General registers whose value is known.
    pub(super) known: [Option<u64>; 32],
    pub(super) copies: Copies,
    /// For each vector register: all bytes from here on are known to be zero.
    pub(super) used: [u8; 32],
    /// All instructions of the block.
    pub(super) all: &'a [Insn],
    stubs: Vec<Stub>,
    exits: Vec<Exit>,
    marks: Vec<Mark>,
    insns: Vec<Insn>,
    /// Jumps by which flags are known, to what the next instruction makes of them.
    pub(super) assumed: Vec<Assumed>,
    /// The last AES round without its mixing, where it stands, and its destination.
    pub(super) unmixed: Option<(isa::rows::crypto::Op, u64, u8)>,
    /// Set by what does not go on to the next instruction.
    pub(super) ended: bool,
}

impl<'a> Lower<'a> {
    /// Translates `insns`, which stand at `start`, into code for `site`.
    pub(in crate::jit::x86_64) fn block(
        context: &Context<'a>,
        site: Site,
        start: u64,
        insns: &'a [Insn],
    ) -> Block {
        let mut lower = Lower::new(context, context.standard, site, start, insns.len());
        lower.run(start, insns);
        if !lower.ended {
            lower.leave(start + 4 * insns.len() as u64, false);
        }
        lower.finish()
    }

    /// Translates the loop at `head`, which consists of `runs` in the order of their addresses, with registers of its
    /// own. `targets` are the addresses inside that branches lead to.
    pub(in crate::jit::x86_64) fn region(
        context: &Context<'a>,
        map: &'a Map,
        site: Site,
        head: u64,
        runs: &'a [Run],
        targets: impl Iterator<Item = u64>,
    ) -> Block {
        let count = runs.iter().map(|run| run.insns.len()).sum();
        let mut lower = Lower::new(context, map, site, runs[0].start, count);
        lower.labels.bound = targets.map(|target| (target, None)).collect();
        lower.outer.change(map, &mut lower.asm);
        lower.jump(head);
        for run in runs {
            lower.run(run.start, &run.insns);
            if !lower.ended {
                lower.leave(run.start + 4 * run.insns.len() as u64, false);
            }
        }
        lower.finish()
    }

    fn new(context: &Context<'a>, map: &'a Map, site: Site, base: u64, count: usize) -> Lower<'a> {
        Lower {
            asm: Asm::new(Vec::with_capacity(32 * count + 64), site.code),
            space: context.space,
            switches: context.switches,
            thunks: context.thunks,
            map,
            outer: context.standard,
            left: context.left,
            site,
            base,
            start: base,
            index: 0,
            labels: Labels::default(),
            counters: 0,
            live: Vec::new(),
            flags: FlagsAt::Memory,
            checked: [None; 32],
            sp_aligned: false,
            known: [None; 32],
            copies: Copies::default(),
            used: [16; 32],
            all: &[],
            stubs: Vec::new(),
            exits: Vec::new(),
            marks: Vec::with_capacity(count),
            insns: Vec::new(),
            assumed: Vec::new(),
            unmixed: None,
            ended: false,
        }
    }

    fn run(&mut self, start: u64, insns: &'a [Insn]) {
        (self.start, self.ended, self.all) = (start, false, insns);
        self.live = liveness(self.space, self.switches, start, insns);
        for (index, insn) in insns.iter().enumerate() {
            self.index = index;
            if self.ended {
                if !self.is_region() {
                    break;
                }
                // Only branches lead to what comes behind one.
                (self.ended, self.flags) = (false, FlagsAt::Memory);
            }
            self.bind_label();
            self.instruction(insn);
        }
    }

    /// If a branch inside leads to the instruction at hand: lets it, from whatever state.
    fn bind_label(&mut self) {
        let pc = self.pc();
        if self.labels.bound.contains_key(&pc) {
            // Those that come from before have their flags in memory too.
            self.save_for(pc);
            self.flags = FlagsAt::Memory;
            self.forget();
            let here = self.asm.here();
            self.labels.bound.insert(pc, Some(here));
        }
    }

    /// Goes on inside, at `target`.
    fn jump(&mut self, target: u64) {
        match self.labels.bound.get(&target).copied().flatten() {
            Some(at) => {
                let address = self.asm.address(at);
                self.asm.jmp(address);
            }
            None => {
                let from = self.asm.jmp_patchable();
                self.labels.pending.push((from, target));
            }
        }
    }

    fn is_region(&self) -> bool {
        !self.labels.bound.is_empty()
    }

    fn instruction(&mut self, insn: &Insn) {
        self.copies.release();
        if !self.needed_before(insn.word) {
            self.flags = FlagsAt::Memory;
        }
        let word = ((self.pc() - self.base) / 4) as u32;
        self.marks.push(Mark { at: self.asm.here() as u32, word, flags: self.flags, spilled: false });
        let word = insn.word;
        let lowered = match isa::decode(word) {
            Some((row, _)) if !row.feature.implemented() => false,
            Some((_, Opcode::Branch(op))) => branch::lower(self, op, word),
            _ if !self.switches.lower => false,
            Some((_, Opcode::DpImm(op))) => dp_imm::lower(self, op, word),
            Some((_, Opcode::DpReg(op))) => dp_reg::lower(self, op, word),
            Some((_, Opcode::LoadStore(op))) => load_store::lower(self, op, word),
            Some((_, Opcode::Fp(_) | Opcode::SimdFp(_))) if self.left.get(&self.pc()) == Some(&OFTEN) => {
                false
            }
            Some((_, Opcode::Fp(op))) => fp::lower(self, op, word),
            Some((_, Opcode::SimdInt(op))) => simd_int::lower(self, op, insn),
            Some((_, Opcode::SimdMem(_))) => simd_mem::lower(self, word),
            Some((_, Opcode::Crypto(op))) => crypto::lower(self, op, insn),
            Some((_, Opcode::SimdFp(op))) => simd_fp::lower(self, op, word),
            _ => false,
        };
        if !lowered {
            self.fall_back(insn);
        } else if self.switches.broken_madd && word & MADD.0 == MADD.1 {
            self.spoil(destination(word, 0));
        }
    }

    /// Makes a register one more than it should be. Leaves the flags alone.
    fn spoil(&mut self, index: u8) {
        self.copy(index, Reg::Rax);
        self.asm.lea(true, Reg::Rax, Rm::Base(Reg::Rax, 1));
        self.commit(index, Reg::Rax);
    }

    fn needed_before(&self, word: u32) -> bool {
        match effect(word, self.pc()) {
            Effect::Reads => true,
            // An unallocated encoding may look as if it set them.
            Effect::Writes => !self.switches.look_ahead,
            _ => self.live[self.index],
        }
    }

    /// The address of the instruction at hand.
    pub(super) fn pc(&self) -> u64 {
        self.start + 4 * self.index as u64
    }

    /// Are the flags needed behind the instruction at hand?
    pub(super) fn live_after(&self) -> bool {
        self.live[self.index]
    }

    /// Notes that the instruction at hand accesses memory with the flags where they are now.
    pub(super) fn mark_access(&mut self) {
        let flags = self.flags;
        if let Some(mark) = self.marks.last_mut() {
            mark.flags = flags;
        }
    }

    /// Notes that the instruction at hand accesses memory with rbx and rcx put aside.
    pub(super) fn mark_spilled(&mut self) {
        if let Some(mark) = self.marks.last_mut() {
            mark.spilled = true;
        }
    }

    /// If `cc`, the interpreter does the instruction at hand.
    pub(super) fn slow_if(&mut self, cc: Cc) {
        let from = self.asm.jcc(cc);
        self.stubs.push(Stub::Slow { from, index: self.marks.len() - 1 });
    }

    /// Calls the interpreter's function for `insn`.
    pub(super) fn fall_back(&mut self, insn: &Insn) {
        self.clobber();
        self.flags = FlagsAt::Memory;
        let at = self.site.insns + self.insns.len() * size_of::<Insn>();
        self.insns.push(Insn { link: 0, ..*insn });
        if self.switches.stats {
            // No branch is ever called, so the hint of where it led is free to count.
            self.asm.increment(at + offset_of!(Insn, link));
        }
        self.asm.lea_address(Reg::Rdx, at);
        let calls = if self.is_region() { &self.thunks.inner_calls } else { &self.thunks.calls };
        let with_flags = matches!(effect(insn.word, self.pc()), Effect::Reads | Effect::Writes);
        if self.is_region() {
            self.map.store(&mut self.asm);
        }
        self.asm.call(if with_flags { calls.with_flags } else { calls.plain });
        if self.is_region() {
            self.map.load(&mut self.asm);
        }
        self.forget();
    }

    /// Calls the interpreter's function for `word`, the instruction at hand.
    pub(super) fn fall_back_word(&mut self, word: u32) {
        if let Some((insn, _)) = interp::select(word, self.pc()) {
            self.fall_back(&insn);
        }
    }

    /// Forgets all that is known of registers.
    pub(super) fn forget(&mut self) {
        self.unmixed = None;
        self.checked = [None; 32];
        self.known = [None; 32];
        self.sp_aligned = false;
        self.copies = Copies::default();
        self.used = [16; 32];
    }

    /// Saves the flags if code at `target` may need them, without a change to what is known of them.
    fn save_for(&mut self, target: u64) {
        if self.flags != FlagsAt::Memory && (!self.switches.look_ahead || needed_at(self.space, target)) {
            let before = self.flags;
            self.save_flags();
            self.flags = before;
        }
    }

    /// Goes on at `target`; a loop looks for signals.
    pub(super) fn leave(&mut self, target: u64, looping: bool) {
        self.save_for(target);
        if looping {
            self.poll(target);
        }
        if self.labels.bound.contains_key(&target) {
            return self.jump(target);
        }
        if looping && self.switches.regions && !self.is_region() {
            self.count(target);
        }
        let from = self.asm.jmp_patchable();
        self.exit(from, target, self.thunks.link);
    }

    /// Leaves for a better translation of the loop at `target` when it has run often. Destroys the host's flags.
    fn count(&mut self, target: u64) {
        let counter = self.site.counters + 4 * self.counters;
        self.counters += 1;
        self.asm.decrement(counter);
        let from = self.asm.jcc(Cc::S);
        self.exit(from, target, self.thunks.promote);
        if let Some(exit) = self.exits.last_mut() {
            exit.counter = counter;
        }
    }

    /// Goes on at `target` if `cc`.
    pub(super) fn leave_if(&mut self, cc: Cc, target: u64) {
        self.leave_if_or(cc, target, &[]);
    }

    /// Goes on at `target` if `cc`, or by one of the jumps `taken` that [`Lower::jump_if`] gave, with flags that nobody
    /// needs.
    pub(super) fn leave_if_or(&mut self, cc: Cc, target: u64, taken: &[Offset]) {
        let looping = target <= self.pc();
        let saves =
            self.flags != FlagsAt::Memory && (!self.switches.look_ahead || needed_at(self.space, target));
        if looping || saves {
            let over = self.asm.jcc(cc.not());
            taken.iter().for_each(|&from| self.asm.bind(from));
            self.leave(target, looping);
            self.asm.bind(over);
        } else if self.labels.bound.contains_key(&target) {
            let from = self.asm.jcc(cc);
            self.labels.pending.extend(taken.iter().chain([&from]).map(|&from| (from, target)));
        } else {
            let from = self.jump_if(cc);
            taken.iter().chain([&from]).for_each(|&from| self.exit(from, target, self.thunks.link));
        }
    }

    /// A conditional jump that may lead out of the block.
    pub(super) fn jump_if(&mut self, cc: Cc) -> Offset {
        // A region's jumps lead to its stubs, which have what is patched.
        if self.is_region() { self.asm.jcc(cc) } else { self.asm.jcc_patchable(cc) }
    }

    /// The instruction `ahead` of the one at hand and whether the flags are needed behind it, if it is reached only
    /// from the one before.
    pub(super) fn following(&self, ahead: usize) -> Option<(u32, bool)> {
        let insn = self.all.get(self.index + ahead)?;
        let entered = self.labels.bound.contains_key(&(self.pc() + 4 * ahead as u64));
        (!entered).then_some((insn.word, self.live[self.index + ahead]))
    }

    /// Leaves with `target` as the next address, if a signal waits. Destroys rax and the host's flags.
    fn poll(&mut self, target: u64) {
        let cell = state(offset_of!(Cpu, engine.interrupt));
        self.asm.mov(true, Reg::Rax, cell);
        self.asm.alu_imm(Alu::Cmp, false, Rm::Base(Reg::Rax, 0), 0);
        let from = self.asm.jcc(Cc::Ne);
        self.exit(from, target, self.thunks.poll);
    }

    /// The jump whose displacement is at `from` leaves by `thunk`, to `target`.
    fn exit(&mut self, from: Offset, target: u64, thunk: usize) {
        let patch = (self.switches.chain && thunk == self.thunks.link && !self.is_region()).then_some(from);
        self.stubs.push(Stub::Exit { from, index: self.exits.len(), thunk });
        self.exits.push(Exit { patch, stub: 0, target, counter: 0 });
    }

    /// Goes on at the guest address in rax, by the thread's table. The flags must be saved.
    pub(super) fn leave_indirect(&mut self) {
        self.asm.mov(true, Reg::Rdx, state(offset_of!(Cpu, engine.interrupt)));
        self.asm.alu_imm(Alu::Cmp, false, Rm::Base(Reg::Rdx, 0), 0);
        let from = self.asm.jcc(Cc::Ne);
        self.stubs.push(Stub::Indirect { from });
        if !self.switches.chain {
            return self.asm.jmp(self.thunks.indirect);
        }
        look_up(&mut self.asm);
        let from = self.asm.jcc(Cc::Ne);
        self.stubs.push(Stub::Indirect { from });
        self.asm.jmp_rm(Rm::Base(Reg::Rdx, 8));
        self.asm.int3();
    }

    /// Leaves by `thunk`, with the guest address `next`.
    pub(super) fn leave_by(&mut self, thunk: usize, next: u64) {
        self.leave_number(self.exits.len(), thunk);
        self.exits.push(Exit { patch: None, stub: 0, target: next, counter: 0 });
    }

    fn leave_number(&mut self, index: usize, thunk: usize) {
        self.asm.mov_imm(Reg::Rdx, u64::from(self.site.exit) + index as u64);
        self.asm.jmp(thunk);
    }

    fn finish(mut self) -> Block {
        for (from, target) in std::mem::take(&mut self.labels.pending) {
            if let Some(at) = self.labels.bound.get(&target).copied().flatten() {
                self.asm.bind_to(from, at);
            }
        }
        for stub in std::mem::take(&mut self.stubs) {
            match stub {
                Stub::Exit { from, index, thunk } => {
                    self.asm.bind(from);
                    if self.is_region() {
                        self.map.change(self.outer, &mut self.asm);
                        if self.switches.chain && thunk == self.thunks.link {
                            self.exits[index].patch = Some(self.asm.jmp_patchable());
                        }
                    }
                    self.exits[index].stub = self.asm.here();
                    self.leave_number(index, thunk);
                }
                Stub::Slow { from, index } => {
                    self.asm.bind(from);
                    self.map.change(self.outer, &mut self.asm);
                    self.asm.mov_imm(Reg::Rdx, u64::from(self.site.block) << 16 | index as u64);
                    self.asm.jmp(self.thunks.slow);
                }
                Stub::Indirect { from } => {
                    self.asm.bind(from);
                    self.map.change(self.outer, &mut self.asm);
                    self.asm.jmp(self.thunks.indirect);
                }
            }
        }
        Block {
            code: self.asm.into_code(),
            exits: self.exits,
            marks: self.marks,
            insns: self.insns,
            counters: self.counters,
        }
    }
}

/// For each of `insns`: are the flags needed behind it?
fn liveness(space: &AddressSpace, switches: &Switches, start: u64, insns: &[Insn]) -> Vec<bool> {
    if !switches.look_ahead {
        return vec![true; insns.len()];
    }
    let mut live = vec![true; insns.len()];
    let mut after = needed_at(space, start + 4 * insns.len() as u64);
    for (index, insn) in insns.iter().enumerate().rev() {
        let pc = start + 4 * index as u64;
        let before;
        (before, live[index]) = match effect(insn.word, pc) {
            Effect::None => (after, after),
            Effect::Writes => (false, after),
            Effect::Reads => {
                (true, after || conditional_target(insn.word, pc).is_some_and(|at| needed_at(space, at)))
            }
            Effect::Jumps(target) => [needed_at(space, target); 2].into(),
            Effect::Forks(target) => [after || needed_at(space, target); 2].into(),
        };
        after = before;
    }
    live
}

fn conditional_target(word: u32, pc: u64) -> Option<u64> {
    (word >> 24 == 0x54).then(|| pc.wrapping_add((isa::sbits(word, 23, 5) << 2) as u64))
}

/// Is the instruction `word` at `pc` translated without the interpreter's function?
pub fn lowers(word: u32, pc: u64) -> bool {
    static SPACE: OnceLock<Option<AddressSpace>> = OnceLock::new();
    let Some(space) = SPACE.get_or_init(|| AddressSpace::reserve().ok()) else { return false };
    let Some((insn, _)) = interp::select(word, pc) else { return false };
    // Nothing is there to look ahead at.
    let switches = Switches { look_ahead: false, ..Switches::default() };
    let standard = Map::standard(&switches, &Counts::default());
    let (thunks, left) = (&Thunks::default(), &ByAddress::default());
    let context = Context { space, switches: &switches, thunks, standard: &standard, left };
    let site = Site { code: 0x1000, insns: 0x1000, block: 0, exit: 0, counters: 0x1000 };
    Lower::block(&context, site, pc, &[insn]).insns.is_empty()
}
