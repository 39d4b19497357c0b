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

/// A register's value as a branch target: a tag gives way to the sign of the address (Arm ARM J1.1,
/// `AArch64.BranchAddr`).
#[inline(always)]
pub(crate) fn branch_target(value: u64) -> u64 {
    ((value << 8) as i64 >> 8) as u64
}

fn to_register(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.pc = branch_target(cpu.reg(insn.rn));
    Flow::Branch
}

fn call_register(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.pc = branch_target(cpu.reg(insn.rn));
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

#[cfg(test)]
mod tests {
    use crate::interp::step;
    use crate::interp::testing::processor;

    #[test]
    fn branches_go_where_they_should() {
        for (word, pc, link) in [
            (0x1400_0002, 0x1008, 0),      // b .+8
            (0x97ff_ffff, 0x0ffc, 0x1004), // bl .-4
            (0xd63f_0020, 0x2000, 0x1004), // blr x1, whose tag is ignored
            (0xd61f_0020, 0x2000, 0),      // br x1
            (0x5400_0040, 0x1004, 0),      // b.eq .+8, Z is clear
            (0x5400_0041, 0x1008, 0),      // b.ne .+8
            (0xb400_0040, 0x1008, 0),      // cbz x0, .+8
            (0x3500_0040, 0x1004, 0),      // cbnz w0, .+8
            (0x376f_ffe1, 0x0ffc, 0),      // tbnz w1, #13, .-4
            (0xb600_0041, 0x1004, 0),      // tbz x1, #32, .+8 (the bit is set)
        ] {
            let mut cpu = processor();
            cpu.x[1] = 0x5500_0001_0000_2000;
            if word >> 25 == 0x6b {
                cpu.x[1] = 0x5500_0000_0000_2000;
            }
            assert_eq!(step(&mut cpu, word), Ok(()));
            assert_eq!((cpu.pc, cpu.x[30]), (pc, link), "{word:#010x}");
        }
    }
}
