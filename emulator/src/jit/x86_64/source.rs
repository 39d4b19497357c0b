//! The guest's instructions that code was translated from, to be interpreted as far as that code goes.

use super::lower::Run;
use crate::cpu::Cpu;
use crate::interp::{self, Flow, Insn, Trap};

/// What a block or a loop was translated from.
#[derive(Debug)]
pub(super) struct Source {
    /// Its instructions, by address.
    runs: Vec<Run>,
    is_loop: bool,
}

/// Where the interpreter came to by a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// On.
    On,
    /// Back: by a branch to its own address or one before.
    Back,
}

impl Source {
    /// The block of `insns` at `start`.
    pub(super) fn block(start: u64, insns: &[Insn]) -> Source {
        Source { runs: vec![Run { start, insns: insns.to_vec() }], is_loop: false }
    }

    /// The loop of `runs`.
    pub(super) fn region(runs: &[Run]) -> Source {
        Source { runs: runs.to_vec(), is_loop: true }
    }

    /// Is it a loop?
    pub(super) fn is_loop(&self) -> bool {
        self.is_loop
    }

    /// All instructions with their addresses.
    pub(super) fn instructions(&self) -> impl Iterator<Item = (u64, &Insn)> {
        self.runs.iter().flat_map(|run| (run.start..).step_by(4).zip(&run.insns))
    }

    /// Interprets from `cpu.pc` to where the translation is left when a signal waits: behind a branch, but for one
    /// that leads forward within a loop, and behind the last instruction.
    ///
    /// # Errors
    /// What must be done outside.
    pub(super) fn run(&self, cpu: &mut Cpu) -> Result<Way, Trap> {
        while let Some((start, insns)) = self.from(cpu.pc) {
            let end = start + 4 * insns.len() as u64;
            let branch = self.straight(cpu, start, insns)?;
            match branch {
                None => cpu.pc = end,
                Some(at) if cpu.pc <= at => return Ok(Way::Back),
                Some(_) if self.is_loop => {}
                Some(_) => break,
            }
        }
        Ok(Way::On)
    }

    /// Interprets `insns` at `start` up to a branch that is taken, and gives the address of that.
    fn straight(&self, cpu: &mut Cpu, start: u64, insns: &[Insn]) -> Result<Option<u64>, Trap> {
        for (pc, insn) in (start..).step_by(4).zip(insns) {
            match (insn.exec)(cpu, insn) {
                Flow::Next => {}
                Flow::Branch => return Ok(Some(pc)),
                Flow::Trap => {
                    cpu.pc = interp::after(cpu.trap, pc);
                    return Err(cpu.trap);
                }
            }
        }
        Ok(None)
    }

    /// The instructions from `pc` on.
    fn from(&self, pc: u64) -> Option<(u64, &[Insn])> {
        let after = self.runs.partition_point(|run| run.start <= pc);
        let run = &self.runs[after.checked_sub(1)?];
        let rest = run.insns.get(((pc - run.start) / 4) as usize..)?;
        (pc.is_multiple_of(4) && !rest.is_empty()).then_some((pc, rest))
    }
}
