//! The loop of a thread: interpret what is new, translate what has run a few times, run what is translated.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::cache::{Cache, ENTRY};
use super::check::{Checker, Turns};
use super::lower::{FlagsAt, from_nzcv, to_nzcv};
use super::memory::{self, Left};
use super::region::Region;
use super::thunks::{Entry, Reason};
use crate::cpu::{Cpu, Exclusive};
use crate::interp::{self, BlockCache, Trap};
use crate::jit::Switches;
use crate::mem::AddressSpace;

/// What the threads of a process share.
#[derive(Debug)]
pub struct Jit {
    pub(super) switches: Switches,
    state: Mutex<State>,
    /// How many threads there are.
    threads: AtomicUsize,
    /// How many blocks were dropped so far.
    pub(super) dropped: Arc<AtomicU64>,
    /// Set while all threads must stay outside.
    closed: AtomicBool,
    /// Who may compare.
    pub(super) turns: Turns,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// Made when the first block is translated; stays `None` where the host gives no memory for code.
    pub(super) cache: Option<Cache>,
    refused: bool,
    cells: Vec<Arc<Cell>>,
}

/// What others know of a thread.
#[derive(Debug, Default)]
struct Cell {
    inside: AtomicBool,
    /// Its table is stale.
    purge: AtomicBool,
    interrupt: Mutex<Option<Arc<AtomicU32>>>,
}

/// Can this processor run translated code? It has AVX2, FMA, BMI1, BMI2, LZCNT and CMPXCHG16B.
pub fn available() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("cmpxchg16b")
}

impl Jit {
    /// An engine with `switches`. A processor that cannot run translated code interprets.
    pub fn new(mut switches: Switches) -> Jit {
        switches.translate = switches.translate && available();
        // Links and indirect branches would lead on behind what is compared.
        switches.chain = switches.chain && !switches.check;
        Jit {
            switches,
            state: Mutex::default(),
            threads: AtomicUsize::new(0),
            dropped: Arc::default(),
            closed: AtomicBool::new(false),
            turns: Turns::new(switches.check),
        }
    }

    /// Did `--engine check` find a difference, in this process or in one that comes from it?
    pub fn has_differed(&self) -> bool {
        self.turns.has_differed()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was translated, and how often each instruction was left to the interpreter; a line each.
    pub fn stats(&self) -> String {
        self.lock().cache.as_ref().map_or("nothing was translated\n".into(), Cache::stats)
    }

    /// What must be held across a fork, so that the child finds it whole.
    pub fn hold(&self) -> impl Drop + use<'_> {
        self.lock()
    }

    /// Empties the cache. The caller is outside.
    fn empty(&self, state: &mut State, own: &Arc<Cell>) {
        self.closed.store(true, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        for cell in state.cells.iter().filter(|cell| !Arc::ptr_eq(cell, own)) {
            while cell.inside.load(Ordering::SeqCst) {
                // It leaves at its next look.
                if let Some(interrupt) = &*cell.interrupt.lock().unwrap_or_else(PoisonError::into_inner) {
                    interrupt.store(1, Ordering::Release);
                }
                std::thread::yield_now();
            }
        }
        state.cells.iter().for_each(|cell| cell.purge.store(true, Ordering::Release));
        if let Some(cache) = &mut state.cache {
            cache.clear();
        }
        self.closed.store(false, Ordering::SeqCst);
    }
}

/// What one thread has.
#[derive(Debug)]
pub struct Thread {
    table: Box<[Entry]>,
    cell: Arc<Cell>,
    /// The code generation up to which translations were dropped.
    generation: u64,
    /// The thunk to enter by, once there is one.
    pub(super) enter: usize,
    /// How many blocks had been dropped when the table was last emptied.
    dropped: u64,
    pub(super) jit: Arc<Jit>,
    pub(super) checker: Checker,
}

/// What to do next.
pub(super) enum Next {
    /// Look for code at the program counter.
    Find,
    /// Run this code.
    Run(usize),
    /// Translate the loop at the program counter.
    Promote,
    /// Interpret one block at the program counter, or translate it.
    Warm,
    /// Interpret one block at the program counter, whatever else there is: the first instruction asks for it.
    Interpret,
    Trap(Trap),
}

impl Thread {
    /// A thread of `jit`.
    pub fn new(jit: &Arc<Jit>) -> Thread {
        let cell = Arc::new(Cell::default());
        jit.lock().cells.push(Arc::clone(&cell));
        jit.threads.fetch_add(1, Ordering::SeqCst);
        let (table, jit, checker) = (Box::default(), Arc::clone(jit), Checker::default());
        Thread { table, cell, generation: 0, enter: 0, dropped: 0, jit, checker }
    }

    /// Makes it the only thread, in the child of a fork.
    pub fn alone(&mut self) {
        let mut state = self.jit.lock();
        state.cells.retain(|cell| Arc::ptr_eq(cell, &self.cell));
        self.jit.threads.store(1, Ordering::SeqCst);
        self.jit.turns.alone();
    }

    /// Runs from `cpu.pc` until something must be done outside, and says what.
    pub fn run(&mut self, cpu: &mut Cpu, space: &AddressSpace, blocks: &mut BlockCache) -> Trap {
        if !self.jit.switches.translate {
            return interp::run(cpu, space, blocks);
        }
        self.prepare(cpu, space);
        if self.jit.switches.check {
            return self.run_checked(cpu, space, blocks);
        }
        blocks.keep_short();
        let mut next = Next::Find;
        loop {
            next = match next {
                Next::Find => self.find(cpu, space),
                Next::Run(code) => self.enter(cpu, code),
                Next::Promote => self.promote(cpu, space),
                Next::Warm => match interp::run_cold(cpu, space, blocks, self.jit.switches.warm) {
                    Ok(()) => self.warmed(cpu, space, blocks),
                    Err(trap) => Next::Trap(trap),
                },
                Next::Interpret => match interp::run_once(cpu, space, blocks) {
                    Ok(()) => Next::Find,
                    Err(trap) => Next::Trap(trap),
                },
                Next::Trap(trap) => return trap,
            };
        }
    }

    fn prepare(&mut self, cpu: &mut Cpu, space: &AddressSpace) {
        if self.table.is_empty() {
            self.table = Entry::table();
        }
        cpu.engine.table = self.table.as_ptr() as usize;
        cpu.engine.interrupt = Arc::as_ptr(&cpu.interrupt) as usize;
        cpu.engine.memory = space.mem().base() as usize;
        cpu.engine.limit = crate::mem::SIZE;
    }

    /// Looks for signals and for changed code, then for a translation.
    fn find(&mut self, cpu: &mut Cpu, space: &AddressSpace) -> Next {
        if cpu.interrupt.load(Ordering::Relaxed) != 0 {
            return Next::Trap(Trap::Interrupted);
        }
        if space.code_generation() != self.generation {
            self.drop_stale(space);
        }
        // Other modes than the processor's first are the interpreter's.
        if cpu.fpcr != 0 {
            return Next::Interpret;
        }
        if self.enter == 0 {
            return Next::Warm;
        }
        // Entries of ours may lead to dropped blocks, also to some that another thread dropped.
        let dropped = self.jit.dropped.load(Ordering::Acquire);
        if self.cell.purge.swap(false, Ordering::Acquire) || dropped != self.dropped {
            self.dropped = dropped;
            Entry::free(&mut self.table);
        }
        let entry = self.table[Entry::index(cpu.pc)];
        if entry.pc == cpu.pc {
            return Next::Run(entry.code);
        }
        let state = self.jit.lock();
        match state.cache.as_ref().and_then(|cache| cache.find(cpu.pc)) {
            Some(code) => {
                self.table[Entry::index(cpu.pc)] = Entry { pc: cpu.pc, code };
                Next::Run(code)
            }
            None => Next::Warm,
        }
    }

    fn drop_stale(&mut self, space: &AddressSpace) {
        let jit = Arc::clone(&self.jit);
        self.drop_stale_of(&mut jit.lock(), space);
    }

    pub(super) fn drop_stale_of(&mut self, state: &mut State, space: &AddressSpace) {
        if space.code_generation() == self.generation {
            return;
        }
        self.generation = space.code_generation();
        let (start, end) = space.take_stale();
        if let Some(cache) = &mut state.cache {
            cache.invalidate(start, end);
        }
    }

    /// Goes on with the block at `cpu.pc`, which was interpreted often enough.
    fn warmed(&mut self, cpu: &mut Cpu, space: &AddressSpace, blocks: &mut BlockCache) -> Next {
        // It may be translated already.
        match self.find(cpu, space) {
            Next::Warm => self.translate(cpu, space, blocks),
            next => next,
        }
    }

    fn translate(&mut self, cpu: &mut Cpu, space: &AddressSpace, blocks: &mut BlockCache) -> Next {
        let jit = Arc::clone(&self.jit);
        let mut state = jit.lock();
        let state = &mut *state;
        state.make_cache(space, &jit);
        if state.cache.as_ref().is_some_and(Cache::is_full) {
            jit.empty(state, &self.cell);
        }
        let Some(cache) = &mut state.cache else {
            // No memory for code: the interpreter goes on alone.
            return Next::Trap(interp::run(cpu, space, blocks));
        };
        cache.renew(space, &jit.switches);
        self.enter = cache.thunks.enter;
        // Under the lock: a change after this look waits for it, and then drops what is translated now.
        if !blocks.is_current(space) {
            return Next::Find;
        }
        if cache.find(cpu.pc).is_none() {
            let insns = BlockCache::whole(space, cpu.pc);
            if insns.is_empty() {
                return Next::Interpret;
            }
            cache.translate(space, &jit.switches, cpu.pc, &insns);
        }
        Next::Find
    }

    fn promote(&mut self, cpu: &mut Cpu, space: &AddressSpace) -> Next {
        let jit = Arc::clone(&self.jit);
        let mut state = jit.lock();
        let state = &mut *state;
        if state.cache.as_ref().is_some_and(Cache::is_full) {
            jit.empty(state, &self.cell);
        }
        // What was changed since is looked at anew; what is changed from here on waits for the lock.
        if let (Some(cache), Some(region)) = (&mut state.cache, Region::find(space, cpu.pc)) {
            cache.translate_region(space, &jit.switches, cpu.pc, &region);
        }
        Next::Find
    }

    fn enter(&mut self, cpu: &mut Cpu, code: usize) -> Next {
        let several = self.jit.threads.load(Ordering::Relaxed) > 1;
        if several {
            self.announce(cpu);
            if self.jit.closed.load(Ordering::SeqCst) || self.cell.purge.load(Ordering::Acquire) {
                self.cell.inside.store(false, Ordering::Release);
                drop(self.jit.lock());
                return Next::Find;
            }
        }
        cpu.engine.flags = from_nzcv(cpu.nzcv);
        cpu.arm_float();
        // SAFETY: `find` took the code from the cache, and nobody empties it while this thread is inside.
        let left = unsafe { memory::run(self.enter, cpu, code + ENTRY) };
        if several {
            self.cell.inside.store(false, Ordering::Release);
        }
        let next = self.left(cpu, left);
        cpu.nzcv = to_nzcv(cpu.engine.flags);
        next
    }

    /// Tells the others that this thread is inside.
    fn announce(&self, cpu: &Cpu) {
        let mut interrupt = self.cell.interrupt.lock().unwrap_or_else(PoisonError::into_inner);
        if interrupt.is_none() {
            *interrupt = Some(Arc::clone(&cpu.interrupt));
        }
        drop(interrupt);
        self.cell.inside.store(true, Ordering::SeqCst);
        fence(Ordering::SeqCst);
    }

    /// Works out what came of running code; the flags are still the engine's.
    fn left(&mut self, cpu: &mut Cpu, left: Left) -> Next {
        if let Some(next) = left_alone(cpu, left) {
            return next;
        }
        self.jit.lock().cache.as_mut().map_or(Next::Find, |cache| left_for(cache, cpu, left))
    }
}

impl State {
    /// Makes the cache, unless there is one or the host refused.
    pub(super) fn make_cache(&mut self, space: &AddressSpace, jit: &Jit) {
        if self.cache.is_none() && !self.refused {
            self.cache = Cache::new(space, &jit.switches, Arc::clone(&jit.dropped)).ok();
            self.refused = self.cache.is_none();
        }
    }
}

/// What comes of leaving code, where that needs nothing else.
#[inline(always)]
pub(super) fn left_alone(cpu: &mut Cpu, left: Left) -> Option<Next> {
    match left.reason {
        Reason::Syscall => {
            cpu.exclusive = Exclusive::default();
            Some(Next::Trap(Trap::Syscall))
        }
        Reason::Indirect => {
            cpu.pc = interp::branch_target(left.value);
            Some(Next::Find)
        }
        _ => None,
    }
}

/// What comes of leaving code of `cache` in another way.
pub(super) fn left_for(cache: &mut Cache, cpu: &mut Cpu, left: Left) -> Next {
    match left.reason {
        Reason::Slow => {
            cpu.pc = cache.instruction(left.value);
            cache.count_left(cpu.pc);
            Next::Interpret
        }
        Reason::Fault => {
            let Some((pc, flags)) = cache.place(left.value as usize) else { return Next::Find };
            cpu.pc = pc;
            cache.take_registers(left.value as usize, cpu);
            if flags != FlagsAt::Memory {
                cpu.engine.flags = flags.to_memory(cpu.engine.fault_flags);
            }
            cache.count_left(pc);
            Next::Interpret
        }
        Reason::Trap => {
            let Some((pc, _)) = cache.place(left.value as usize - 1) else { return Next::Find };
            cpu.pc = interp::after(cpu.trap, pc);
            Next::Trap(cpu.trap)
        }
        Reason::Promote => {
            cpu.pc = cache.target(left.value as u32);
            cache.count_on(left.value as u32);
            Next::Promote
        }
        _ => {
            cpu.pc = cache.target(left.value as u32);
            if let (Reason::Link, Some(code)) = (left.reason, cache.find(cpu.pc)) {
                cache.link(left.value as u32, code);
            }
            Next::Find
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.jit.lock().cells.retain(|cell| !Arc::ptr_eq(cell, &self.cell));
        self.jit.threads.fetch_sub(1, Ordering::SeqCst);
    }
}
