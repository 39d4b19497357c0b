//! Branches: to a PC-relative target, or to a register's value.

use crate::cpu::Cpu;
use crate::interp::operand::{bit, holds, source, specialise};
use crate::interp::{Flow, Insn};
use crate::isa::rows::branch::Op;
use crate::isa::{bits, sbits};

/// The link register.
const LR: u8 = 30;

/// Specialises `word`, which is encoded as `op`, at `pc`.
pub(super) fn select(op: Op, word: u32, pc: u64) -> Option<Insn> {
    let mut insn = Insn::new(to_register, word);
    insn.rn = source(word, 5);
    let target = |high, low| pc.wrapping_add((sbits(word, high, low) << 2) as u64);
    match op {
        Op::BranchCond => {
            insn.imm = target(23, 5);
            insn.exec = specialise!(conditional, []; 16 bits(word, 3, 0));
        }
        Op::CompareBranch => {
            insn.imm = target(23, 5);
            insn.rn = source(word, 0);
            insn.exec = specialise!(compare, []; bool bit(word, 31); bool bit(word, 24));
        }
        Op::TestBranch => {
            insn.imm = target(18, 5);
            insn.rn = source(word, 0);
            insn.ra = (bits(word, 31, 31) << 5 | bits(word, 23, 19)) as u8;
            insn.exec = specialise!(test, []; bool bit(word, 24));
        }
        Op::BranchImm => {
            insn.imm = target(25, 0);
            insn.exec = if bit(word, 31) { call } else { to_target };
        }
        Op::Blr => {
            insn.imm = pc.wrapping_add(4);
            insn.exec = call_register;
        }
        Op::Br | Op::Ret => {}
        _ => return None,
    }
    Some(insn)
}

fn to_target(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.pc = insn.imm;
    Flow::Branch
}

fn call(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let own = insn.imm.wrapping_sub((sbits(insn.word, 25, 0) << 2) as u64);
    cpu.set_reg(LR, own.wrapping_add(4));
    cpu.pc = insn.imm;
    Flow::Branch
}

fn to_register(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.pc = cpu.reg(insn.rn);
    Flow::Branch
}

fn call_register(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.pc = cpu.reg(insn.rn);
    cpu.set_reg(LR, insn.imm);
    Flow::Branch
}

#[inline(always)]
fn branch_if(cpu: &mut Cpu, insn: &Insn, taken: bool) -> Flow {
    if taken {
        cpu.pc = insn.imm;
        Flow::Branch
    } else {
        Flow::Next
    }
}

fn conditional<const COND: u8>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let taken = holds(COND, cpu.nzcv);
    branch_if(cpu, insn, taken)
}

fn compare<const X: bool, const NONZERO: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = cpu.reg(insn.rn);
    let zero = if X { value == 0 } else { value as u32 == 0 };
    branch_if(cpu, insn, zero != NONZERO)
}

fn test<const NONZERO: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let set = cpu.reg(insn.rn) >> (insn.ra & 63) & 1 != 0;
    branch_if(cpu, insn, set == NONZERO)
}
