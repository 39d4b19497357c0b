//! Loops worth registers of their own: found from a head that runs often.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::lower::Run;
use super::map::Map;
use super::survey::Counts;
use crate::interp::{self, Insn};
use crate::isa::{self, Opcode, bits, rows::branch::Op, sbits};
use crate::mem::{AddressSpace, GuestAddr, Prot};

/// A loop with more instructions is one only if it is found from the branch that leads back.
const MOST: usize = 160;
/// Between such a branch and the head there are at most so many: checksums are often written out that far.
const FARTHEST: usize = 2048;
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
    /// The first and the last address of the stretches that branches lead back over.
    loops: Vec<(u64, u64)>,
}

struct Node {
    insn: Insn,
    /// Where it may go on; the next instruction first, if it may.
    next: Vec<u64>,
}

impl Region {
    /// The loop with its head at `head`, if there is one that is small enough.
    pub(super) fn find(space: &AddressSpace, head: u64) -> Option<Region> {
        Region::among(explore(space, head, 0..u64::MAX, 2 * MOST), head, MOST).or_else(|| {
            let last = last_branch_to(space, head)?;
            Region::among(explore(space, head, head..last + 4, FARTHEST), head, FARTHEST)
        })
    }

    /// The loop with its head at `head` among `nodes`, of at most `most` instructions.
    fn among(mut nodes: BTreeMap<u64, Node>, head: u64, most: usize) -> Option<Region> {
        let inside = leading_to(&nodes, head)?;
        nodes.retain(|pc, _| inside.contains(pc));
        if nodes.len() > most {
            return None;
        }
        let targets = nodes
            .iter()
            .flat_map(|(pc, node)| node.next.iter().filter(move |&&next| next != pc + 4))
            .filter(|next| inside.contains(next))
            .chain([&head])
            .copied()
            .collect();
        let loops = loops(&nodes);
        let mut runs: Vec<Run> = Vec::new();
        for (pc, node) in nodes {
            match runs.last_mut().filter(|run| run.start + 4 * run.insns.len() as u64 == pc) {
                Some(run) => run.insns.push(node.insn),
                None => runs.push(Run { start: pc, insns: vec![node.insn] }),
            }
        }
        Some(Region { runs, targets, loops })
    }

    /// One past its last guest address.
    pub(super) fn end(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.start + 4 * run.insns.len() as u64)
    }

    /// The registers that it names most have host registers.
    pub(super) fn map(&self, standard: &Map) -> Map {
        let mut counts = Counts::default();
        for run in &self.runs {
            for (pc, insn) in (run.start..).step_by(4).zip(&run.insns) {
                let depth = self.loops.iter().filter(|(first, last)| (*first..=*last).contains(&pc)).count();
                let weight = DEEPER.pow(depth.clamp(1, 5) as u32 - 1);
                counts.add(insn.word, weight);
            }
        }
        Map::chosen(standard, &counts)
    }
}

fn loops(nodes: &BTreeMap<u64, Node>) -> Vec<(u64, u64)> {
    let mut loops: BTreeMap<u64, u64> = BTreeMap::new();
    for (&pc, node) in nodes {
        // In the order of addresses, so that the last one stays.
        loops.extend(node.next.iter().filter(|&&next| next <= pc).map(|&next| (next, pc)));
    }
    loops.into_iter().collect()
}

/// Where `word` at `pc`, encoded as `opcode`, may go on; `None` when it leaves for elsewhere.
fn next(opcode: Opcode, word: u32, pc: u64) -> Option<Vec<u64>> {
    let Opcode::Branch(op) = opcode else { return Some(vec![pc + 4]) };
    let target = |high, low| pc.wrapping_add((sbits(word, high, low) << 2) as u64);
    Some(match op {
        Op::BranchCond if bits(word, 3, 0) >= 14 => vec![target(23, 5)],
        Op::BranchCond | Op::CompareBranch => vec![pc + 4, target(23, 5)],
        Op::TestBranch => vec![pc + 4, target(18, 5)],
        // A call comes back.
        Op::BranchImm if word >> 31 == 0 => vec![target(25, 0)],
        Op::Hint
        | Op::Dmb
        | Op::Dsb
        | Op::Clrex
        | Op::DcZva
        | Op::MrsTpidr
        | Op::MrsTpidrro
        | Op::MsrTpidr
        | Op::MrsNzcv
        | Op::MsrNzcv
        | Op::MrsCtr
        | Op::MrsDczid
        | Op::MrsCntfrq
        | Op::MrsCntvct => vec![pc + 4],
        _ => return None,
    })
}

/// The last branch behind `head` that leads to it, of those that are near enough.
fn last_branch_to(space: &AddressSpace, head: u64) -> Option<u64> {
    // Branches by immediate offset: bits 28 to 26.
    let branches = |word: u32| bits(word, 28, 26) == 0b101;
    (head..)
        .step_by(4)
        .take(FARTHEST)
        .map_while(|pc| Some((pc, u32::from_le(space.mem().load::<u32>(GuestAddr(pc)).ok()?))))
        .filter(|&(pc, word)| branches(word) && leads_to(word, pc, head))
        .map(|(pc, _)| pc)
        .last()
}

fn leads_to(word: u32, pc: u64, to: u64) -> bool {
    isa::decode(word).and_then(|(_, opcode)| next(opcode, word, pc)).is_some_and(|next| next.contains(&to))
}

/// At most `most` of the instructions in `within` that can be reached from `head`.
fn explore(space: &AddressSpace, head: u64, within: Range<u64>, most: usize) -> BTreeMap<u64, Node> {
    let mut nodes = BTreeMap::new();
    let mut waiting = vec![head];
    let mut executable = 0..0;
    while let Some(pc) = waiting.pop() {
        if nodes.contains_key(&pc) || nodes.len() >= most || !within.contains(&pc) {
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
        let Some((insn, opcode)) = interp::select(word, pc) else { continue };
        let Some(next) = next(opcode, word, pc) else { continue };
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
