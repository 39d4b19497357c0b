//! The interpreter's loop.

use std::sync::atomic::Ordering;

use super::{BlockCache, Flow, Trap, select};
use crate::cpu::Cpu;
use crate::mem::{AddressSpace, GuestAddr};

/// Runs from `cpu.pc` until something must be done outside, and says what.
pub fn run(cpu: &mut Cpu, space: &AddressSpace, blocks: &mut BlockCache) -> Trap {
    loop {
        if cpu.interrupt.load(Ordering::Relaxed) != 0 {
            return Trap::Interrupted;
        }
        if !cpu.pc.is_multiple_of(4) {
            return Trap::Misaligned(GuestAddr(cpu.pc));
        }
        let block = match blocks.get(space, cpu.pc) {
            Ok(block) => block,
            Err(fault) => return Trap::Fault(fault),
        };
        let mut ended = false;
        for (index, insn) in block.insns.iter().enumerate() {
            match (insn.exec)(cpu, insn) {
                Flow::Next => {}
                Flow::Branch => {
                    ended = true;
                    break;
                }
                Flow::Trap => {
                    cpu.pc = after(cpu.trap, block.pc + 4 * index as u64);
                    return cpu.trap;
                }
            }
        }
        if !ended {
            cpu.pc = block.pc + 4 * block.insns.len() as u64;
        }
    }
}

/// Executes the one instruction `word` as if it stood at `cpu.pc`, and moves `cpu.pc` on; for tests and debuggers.
///
/// # Errors
/// What it trapped with.
pub fn step(cpu: &mut Cpu, word: u32) -> Result<(), Trap> {
    let pc = cpu.pc;
    let Some((insn, _)) = select(word, pc) else { return Err(Trap::Illegal(word)) };
    match (insn.exec)(cpu, &insn) {
        Flow::Next => cpu.pc = pc.wrapping_add(4),
        Flow::Branch => {}
        Flow::Trap => {
            cpu.pc = after(cpu.trap, pc);
            return Err(cpu.trap);
        }
    }
    Ok(())
}

fn after(trap: Trap, pc: u64) -> u64 {
    match trap {
        Trap::Syscall | Trap::CodeChanged(_) => pc.wrapping_add(4),
        _ => pc,
    }
}
