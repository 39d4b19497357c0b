//! Loops worth registers of their own: found from a head that runs often.

use std::collections::{BTreeMap, BTreeSet};

use super::lower::Run;
use super::map::Map;
use super::survey::Counts;
use crate::interp::{self, Insn};
use crate::isa::{self, Opcode, bits, rows::branch::Op, sbits};
use crate::mem::{AddressSpace, GuestAddr, Prot};

/// A loop with more instructions stays in blocks.
const MOST: usize = 160;
/// How much more a register counts in a loop within the loop.
const DEEPER: u32 = 8;

/// A loop: the instructions that lie on a way from its head back to it, none of which leaves for elsewhere and comes
/// back, as calls do.
#[derive(Debug)]
pub(super) struct Region {
    /// Its instructions, by address.
    pub(super) runs: Vec<Run>,
    /// The addresses inside that branches lead to, the head among them.
    pub(super) targets: BTreeSet<u64>,
}

struct Node {
    insn: Insn,
    /// Where it may go on; the next instruction first, if it may.
    next: Vec<u64>,
}

impl Region {
    /// The loop with its head at `head`, if there is one that is small enough.
    pub(super) fn find(space: &AddressSpace, head: u64) -> Option<Region> {
        let mut nodes = explore(space, head);
        let inside = leading_to(&nodes, head)?;
        nodes.retain(|pc, _| inside.contains(pc));
        if nodes.len() > MOST {
            return None;
        }
        let targets = nodes
            .iter()
            .flat_map(|(pc, node)| node.next.iter().filter(move |&&next| next != pc + 4))
            .filter(|next| inside.contains(next))
            .chain([&head])
            .copied()
            .collect();
        let mut runs: Vec<Run> = Vec::new();
        for (pc, node) in nodes {
            match runs.last_mut().filter(|run| run.start + 4 * run.insns.len() as u64 == pc) {
                Some(run) => run.insns.push(node.insn),
                None => runs.push(Run { start: pc, insns: vec![node.insn] }),
            }
        }
        Some(Region { runs, targets })
    }

    /// One past its last guest address.
    pub(super) fn end(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.start + 4 * run.insns.len() as u64)
    }

    /// The registers that it names most have host registers.
    pub(super) fn map(&self, standard: &Map) -> Map {
        let mut counts = Counts::default();
        let loops = self.loops();
        for run in &self.runs {
            for (pc, insn) in (run.start..).step_by(4).zip(&run.insns) {
                let depth = loops.iter().filter(|(first, last)| (*first..=*last).contains(&pc)).count();
                let weight = DEEPER.pow(depth.clamp(1, 5) as u32 - 1);
                counts.add(insn.word, weight);
            }
        }
        Map::chosen(standard, &counts)
    }

    /// The stretches that branches lead back over.
    fn loops(&self) -> Vec<(u64, u64)> {
        let mut loops: BTreeMap<u64, u64> = BTreeMap::new();
        for run in &self.runs {
            for (pc, insn) in (run.start..).step_by(4).zip(&run.insns) {
                if let Some(target) = target(insn.word, pc).filter(|&target| target <= pc) {
                    let last = loops.entry(target).or_insert(pc);
                    *last = pc.max(*last);
                }
            }
        }
        loops.into_iter().collect()
    }
}

/// The target of a direct branch that is no call.
fn target(word: u32, pc: u64) -> Option<u64> {
    let at = |high, low| Some(pc.wrapping_add((sbits(word, high, low) << 2) as u64));
    match isa::decode(word)?.1 {
        Opcode::Branch(Op::BranchCond | Op::CompareBranch) => at(23, 5),
        Opcode::Branch(Op::TestBranch) => at(18, 5),
        Opcode::Branch(Op::BranchImm) if word >> 31 == 0 => at(25, 0),
        _ => None,
    }
}

/// Where `word` at `pc` may go on; `None` when it leaves for elsewhere.
fn next(word: u32, pc: u64) -> Option<Vec<u64>> {
    let (row, opcode) = isa::decode(word)?;
    if !row.feature.implemented() {
        return None;
    }
    let Opcode::Branch(op) = opcode else { return Some(vec![pc + 4]) };
    Some(match op {
        Op::BranchCond if bits(word, 3, 0) >= 14 => vec![target(word, pc)?],
        Op::BranchCond | Op::CompareBranch | Op::TestBranch => vec![pc + 4, target(word, pc)?],
        Op::BranchImm => vec![target(word, pc)?],
        Op::Hint
        | Op::Dmb
        | Op::Dsb
        | Op::Clrex
        | Op::MrsTpidr
        | Op::MsrTpidr
        | Op::MrsNzcv
        | Op::MsrNzcv => {
            vec![pc + 4]
        }
        _ => return None,
    })
}

/// The instructions that can be reached from `head`, up to some number.
fn explore(space: &AddressSpace, head: u64) -> BTreeMap<u64, Node> {
    let mut nodes = BTreeMap::new();
    let mut waiting = vec![head];
    let mut executable = 0..0;
    while let Some(pc) = waiting.pop() {
        if nodes.contains_key(&pc) || nodes.len() >= 2 * MOST {
            continue;
        }
        if !executable.contains(&pc) {
            match space.region_at(GuestAddr(pc)).filter(|region| region.prot.has(Prot::EXEC)) {
                Some(region) => executable = region.start..region.end,
                None => continue,
            }
        }
        let Ok(word) = space.mem().load::<u32>(GuestAddr(pc)) else { continue };
        let word = u32::from_le(word);
        let (Some(next), Some((insn, _))) = (next(word, pc), interp::select(word, pc)) else { continue };
        waiting.extend(next.iter().rev());
        nodes.insert(pc, Node { insn, next });
    }
    nodes
}

/// Those of `nodes` from which `head` can be reached; `None` if it cannot be from itself.
fn leading_to(nodes: &BTreeMap<u64, Node>, head: u64) -> Option<BTreeSet<u64>> {
    let mut before: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for (&pc, node) in nodes {
        node.next.iter().for_each(|&next| before.entry(next).or_default().push(pc));
    }
    let mut inside = BTreeSet::new();
    let mut waiting = before.get(&head)?.clone();
    while let Some(pc) = waiting.pop() {
        if inside.insert(pc) && pc != head {
            waiting.extend(before.get(&pc).into_iter().flatten());
        }
    }
    inside.contains(&head).then_some(inside)
}
