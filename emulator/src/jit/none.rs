//! A host without an emitter.

use std::sync::Arc;

use super::Switches;
use crate::cpu::Cpu;
use crate::interp::{self, BlockCache, Trap};
use crate::mem::AddressSpace;

/// What the threads of a process share: nothing.
#[derive(Debug)]
pub struct Jit;

impl Jit {
    /// An engine of nothing.
    pub fn new(_switches: Switches) -> Jit {
        Jit
    }

    /// What was translated: nothing.
    pub fn stats(&self) -> String {
        "nothing was translated\n".into()
    }

    /// Did `--engine check` find a difference? There are no two engines.
    pub fn has_differed(&self) -> bool {
        false
    }

    /// What must be held across a fork: nothing.
    pub fn hold(&self) -> Held {
        Held
    }
}

/// Can this host run translated code?
pub fn available() -> bool {
    false
}

/// Is the instruction `word` at `pc` translated without the interpreter's function?
pub fn lowers(_word: u32, _pc: u64) -> bool {
    false
}

/// Nothing that is held.
#[derive(Debug)]
pub struct Held;

/// What one thread has: nothing.
#[derive(Debug)]
pub struct Thread;

impl Thread {
    /// A thread of `jit`.
    pub fn new(_jit: &Arc<Jit>) -> Thread {
        Thread
    }

    /// Makes it the only thread, in the child of a fork.
    pub fn alone(&mut self) {}

    /// What differs: nothing.
    pub fn difference(&mut self) -> String {
        String::new()
    }

    /// Runs from `cpu.pc` until something must be done outside, and says what.
    pub fn run(&mut self, cpu: &mut Cpu, space: &AddressSpace, blocks: &mut BlockCache) -> Trap {
        interp::run(cpu, space, blocks)
    }
}
