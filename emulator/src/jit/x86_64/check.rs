//! `--engine check`: each step is run by the interpreter, undone, run as translated code, and compared.
//!
//! A step is what one translation does until it is left when a signal waits: a block, or a loop once round. Blocks are
//! translated at once, loops soon; nothing is linked. The engine's lock is held through some steps, so that no other
//! thread of the process runs code meanwhile. Calls do run meanwhile, and so do other processes: a difference counts only
//! when it shows each time that the step is done again, and a step that stores to memory which other processes may see
//! is done once, by the interpreter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use super::cache::{Cache, ENTRY};
use super::difference::{Difference, Entry, Ran, compare};
use super::engine::{Jit, Next, State, Thread, left_alone, left_for};
use super::lower::{from_nzcv, to_nzcv};
use super::memory;
use super::region::Region;
use super::source::{Source, Way};
use crate::cpu::{Cpu, Nzcv, ZERO_SINK};
use crate::host;
use crate::interp::{self, BlockCache, Insn, Trap};
use crate::isa::{self, Opcode, rows::branch::Op};
use crate::mem::{AddressSpace, ByAddress, GuestAddr, Mem, Stores};

/// How many steps a thread takes before others may.
const STEPS: u32 = 200;
/// How often a step must differ.
const TRIES: u32 = 6;
/// How often a loop goes round before it has registers of its own, at most.
const HOT: u32 = 32;
/// How often a thread offers others its turn before it goes on.
const OFFERS: u32 = 1000;

/// Translated code always sees a signal that waits.
static HELD: AtomicU32 = AtomicU32::new(1);

/// Who may take steps, and whether anybody found a difference.
#[derive(Debug)]
pub(super) struct Turns {
    waiting: AtomicUsize,
    taken: AtomicU64,
    /// Not zero after a difference; common with forked processes. Where the host gives none, each process has its own.
    differs: Option<&'static AtomicU32>,
}

impl Turns {
    /// Those of a process, which may check.
    pub(super) fn new(check: bool) -> Turns {
        let differs = if check { host::common_number().ok() } else { None };
        Turns { waiting: AtomicUsize::new(0), taken: AtomicU64::new(0), differs }
    }

    pub(super) fn has_differed(&self) -> bool {
        self.differs.is_some_and(|differs| differs.load(Ordering::Acquire) != 0)
    }

    /// Forgets other threads, in the child of a fork.
    pub(super) fn alone(&self) {
        self.waiting.store(0, Ordering::Relaxed);
    }

    /// Lets somebody else have a turn who waits for one: the lock alone would go to whoever just had it.
    fn offer(&self) {
        let taken = self.taken.load(Ordering::Relaxed);
        for _ in 0..OFFERS {
            if self.waiting.load(Ordering::Relaxed) == 0 || self.taken.load(Ordering::Relaxed) != taken {
                return;
            }
            std::thread::yield_now();
        }
    }
}

/// What one thread has for it.
#[derive(Debug, Default)]
pub(super) struct Checker {
    /// The condition flags as translated code left them, where the interpreter's are others: nobody may read them any
    /// more, and whoever does shows a difference. With the address of the step that left them.
    flags: Option<(Nzcv, u64)>,
    /// How often branches led back to an address.
    rounds: ByAddress<u32>,
    report: String,
    sides: Option<Box<Sides>>,
}

/// What came of one step by both engines, whose registers are in [`Sides`] and in the thread's own state.
struct Step {
    judge: Result<Way, Trap>,
    stores: Stores,
    /// What came of translated code, unless the step must not be done twice.
    translated: Option<Result<(), Trap>>,
}

/// The registers before a step, and behind it by the interpreter. Kept, because they are large.
#[derive(Debug)]
struct Sides {
    before: Cpu,
    judge: Cpu,
}

impl Sides {
    /// Both as `cpu`.
    fn new(cpu: &Cpu) -> Sides {
        Sides { before: cpu.clone(), judge: cpu.clone() }
    }

    /// All that differs behind `step`, of which `cpu` is what translated code made.
    fn compare(&self, cpu: &Cpu, step: &Step) -> Vec<Entry> {
        let judge = Ran { cpu: &self.judge, result: step.judge.map(drop) };
        let translated = step.translated.map(|result| Ran { cpu, result });
        translated.map_or(Vec::new(), |ran| compare(&self.before, judge, ran, &step.stores))
    }
}

/// Gives `to` the guest's registers of `from`, whose floating-point status is settled.
fn copy(to: &mut Cpu, from: &Cpu) {
    to.x[..=ZERO_SINK as usize].copy_from_slice(&from.x[..=ZERO_SINK as usize]);
    to.v = from.v;
    (to.pc, to.nzcv, to.fpcr, to.fpsr, to.tpidr) = (from.pc, from.nzcv, from.fpcr, from.fpsr, from.tpidr);
    to.exclusive = from.exclusive;
}

impl Thread {
    /// What differs, after [`Trap::Differs`].
    pub fn difference(&mut self) -> String {
        std::mem::take(&mut self.checker.report)
    }

    /// Takes steps from `cpu.pc` until something must be done outside, and says what. The state is prepared.
    pub(super) fn run_checked(
        &mut self,
        cpu: &mut Cpu,
        space: &AddressSpace,
        blocks: &mut BlockCache,
    ) -> Trap {
        cpu.engine.interrupt = HELD.as_ptr() as usize;
        // A call or a signal's handler may have set them.
        self.checker.flags = None;
        let jit = Arc::clone(&self.jit);
        loop {
            jit.turns.waiting.fetch_add(1, Ordering::Relaxed);
            let mut state = jit.lock();
            jit.turns.waiting.fetch_sub(1, Ordering::Relaxed);
            jit.turns.taken.fetch_add(1, Ordering::Relaxed);
            for _ in 0..STEPS {
                if cpu.interrupt.load(Ordering::Relaxed) != 0 {
                    return Trap::Interrupted;
                }
                if let Err(trap) = self.step(&jit, &mut state, cpu, space, blocks) {
                    return trap;
                }
            }
            drop(state);
            jit.turns.offer();
        }
    }

    fn step(
        &mut self,
        jit: &Jit,
        state: &mut State,
        cpu: &mut Cpu,
        space: &AddressSpace,
        blocks: &mut BlockCache,
    ) -> Result<(), Trap> {
        self.drop_stale_of(state, space);
        // Other modes are the interpreter's in either engine.
        if cpu.fpcr != 0 {
            self.checker.flags = None;
            return interp::run_once(cpu, space, blocks);
        }
        state.make_cache(space, jit);
        let Some(cache) = &mut state.cache else {
            self.checker.report = "the host gives no memory for code, so that nothing can be compared".into();
            return Err(Trap::Differs);
        };
        cache.renew(space, &jit.switches);
        if cache.is_full() {
            cache.clear();
        }
        self.enter = cache.thunks.enter;
        let mut sides = self.checker.sides.take().unwrap_or_else(|| Box::new(Sides::new(cpu)));
        let result = self.until_agreed(jit, cache, cpu, space, blocks, &mut sides);
        self.checker.sides = Some(sides);
        result
    }

    fn until_agreed(
        &mut self,
        jit: &Jit,
        cache: &mut Cache,
        cpu: &mut Cpu,
        space: &AddressSpace,
        blocks: &mut BlockCache,
        sides: &mut Sides,
    ) -> Result<(), Trap> {
        let mut tries = 0;
        loop {
            let Some((code, source)) = translation(jit, cache, cpu.pc, space, blocks)? else {
                self.checker.flags = None;
                return once(cpu, space, blocks);
            };
            let step = self.both(cache, cpu, space, code, &source, sides);
            let differences = sides.compare(cpu, &step);
            if differences.is_empty() {
                return self.accept(jit, cache, cpu, space, &step, sides);
            }
            step.stores.undo();
            copy(cpu, &sides.before);
            tries += 1;
            if tries == TRIES {
                let flags = self.checker.flags.map(|(_, since)| since);
                let first = self.first_that_differs(cache, cpu, space, &source, sides);
                let difference =
                    Difference { pc: sides.before.pc, source: &source, first, flags, differences };
                self.checker.report = difference.to_string();
                if let Some(differs) = jit.turns.differs {
                    differs.store(1, Ordering::Release);
                }
                return Err(Trap::Differs);
            }
            std::thread::yield_now();
        }
    }

    /// Goes on behind `step`.
    fn accept(
        &mut self,
        jit: &Jit,
        cache: &mut Cache,
        cpu: &mut Cpu,
        space: &AddressSpace,
        step: &Step,
        sides: &Sides,
    ) -> Result<(), Trap> {
        let (before, judge) = (&sides.before, &sides.judge);
        let flags = step.translated.map(|_| cpu.nzcv).filter(|&nzcv| nzcv != judge.nzcv);
        self.checker.flags = flags.map(|nzcv| match self.checker.flags {
            Some((same, since)) if same == nzcv && before.nzcv == judge.nzcv => (nzcv, since),
            _ => (nzcv, before.pc),
        });
        copy(cpu, judge);
        if step.judge? == Way::Back && jit.switches.regions {
            let rounds = self.checker.rounds.entry(cpu.pc).or_default();
            *rounds = rounds.saturating_add(1);
            let hot = *rounds >= jit.switches.hot.min(HOT) && rounds.is_power_of_two();
            let known = || cache.find_with_source(cpu.pc).is_some_and(|(_, source)| source.is_loop());
            if hot
                && !known()
                && let Some(region) = Region::find(space, cpu.pc)
            {
                cache.translate_region(space, &jit.switches, cpu.pc, &region);
            }
        }
        Ok(())
    }

    /// Runs `source` and its translation at `code`, each from `cpu` and the same memory. Memory and `cpu` are as the
    /// translation leaves them.
    fn both(
        &mut self,
        cache: &mut Cache,
        cpu: &mut Cpu,
        space: &AddressSpace,
        code: usize,
        source: &Source,
        sides: &mut Sides,
    ) -> Step {
        cpu.settle_float();
        copy(&mut sides.before, cpu);
        copy(&mut sides.judge, cpu);
        let (judge, stores) = cpu.mem.watched(|mem: Mem| {
            sides.judge.mem = mem;
            source.run(&mut sides.judge)
        });
        if may_be_seen_elsewhere(space, &stores) {
            return Step { judge, stores, translated: None };
        }
        stores.undo();
        if let Some((nzcv, _)) = self.checker.flags {
            cpu.nzcv = nzcv;
        }
        let translated = Some(self.run_code(cache, cpu, code, source));
        Step { judge, stores, translated }
    }

    /// Runs the translation of `source` at `code`.
    fn run_code(&self, cache: &mut Cache, cpu: &mut Cpu, code: usize, source: &Source) -> Result<(), Trap> {
        cpu.engine.flags = from_nzcv(cpu.nzcv);
        cpu.arm_float();
        // SAFETY: the code was just taken from the cache, which only holders of the lock change, as the caller is.
        let left = unsafe { memory::run(self.enter, cpu, code + ENTRY) };
        let next = left_alone(cpu, left).unwrap_or_else(|| left_for(cache, cpu, left));
        cpu.nzcv = to_nzcv(cpu.engine.flags);
        let result = match next {
            Next::Trap(trap) => Err(trap),
            Next::Interpret => source.run(cpu).map(drop),
            _ => Ok(()),
        };
        cpu.settle_float();
        result
    }

    /// The address of the first instruction of `source` up to which both engines differ from `cpu` on, if it can be
    /// told: more and more of a block's instructions are translated alone.
    fn first_that_differs(
        &mut self,
        cache: &mut Cache,
        cpu: &mut Cpu,
        space: &AddressSpace,
        source: &Source,
        sides: &mut Sides,
    ) -> Option<u64> {
        let start = cpu.pc;
        let jit = Arc::clone(&self.jit);
        let insns: Vec<Insn> = source
            .instructions()
            .skip_while(|(pc, _)| *pc != start)
            .zip((start..).step_by(4))
            .take_while(|((pc, _), expected)| pc == expected)
            .map(|((_, insn), _)| *insn)
            .collect();
        for count in 1..=insns.len() {
            cache.invalidate(start, start + 4);
            cache.translate(space, &jit.switches, start, &insns[..count]);
            let (code, source) = cache.find_with_source(start)?;
            let step = self.both(cache, cpu, space, code, &source, sides);
            let differs = !sides.compare(cpu, &step).is_empty();
            step.stores.undo();
            copy(cpu, &sides.before);
            if differs {
                return Some(start + 4 * (count as u64 - 1));
            }
        }
        None
    }
}

/// The translation at `pc`, made now if need be; `None` when its first instruction does not give the same twice.
fn translation(
    jit: &Jit,
    cache: &mut Cache,
    pc: u64,
    space: &AddressSpace,
    blocks: &mut BlockCache,
) -> Result<Option<(usize, Arc<Source>)>, Trap> {
    if let Some(found) = cache.find_with_source(pc) {
        return Ok(Some(found));
    }
    let place = blocks.find(space, pc)?;
    let (_, insns) = blocks.block(place);
    let same = insns.iter().position(|insn| !repeats(insn.word)).unwrap_or(insns.len());
    if same > 0 {
        cache.translate(space, &jit.switches, pc, &insns[..same]);
    }
    Ok(cache.find_with_source(pc))
}

/// Interprets the one instruction at `cpu.pc`.
fn once(cpu: &mut Cpu, space: &AddressSpace, blocks: &mut BlockCache) -> Result<(), Trap> {
    let place = blocks.find(space, cpu.pc)?;
    let (_, insns) = blocks.block(place);
    Source::block(cpu.pc, &insns[..1]).run(cpu).map(drop)
}

/// Does the instruction give the same when it is done again? The counter goes on meanwhile.
fn repeats(word: u32) -> bool {
    !matches!(isa::decode(word), Some((_, Opcode::Branch(Op::MrsCntvct))))
}

/// Is any of `stores` to memory that other processes may have too?
fn may_be_seen_elsewhere(space: &AddressSpace, stores: &Stores) -> bool {
    let mut own = 0..0;
    stores.iter().any(|store| {
        let last = store.addr + store.before().len() as u64 - 1;
        [store.addr, last].into_iter().any(|addr| {
            if own.contains(&addr) {
                return false;
            }
            match space.region_at(GuestAddr(addr)) {
                Some(region) if !region.shared => {
                    own = region.start..region.end;
                    false
                }
                region => region.is_some(),
            }
        })
    })
}
