//! Branches, system calls, system registers that are plain cells, hints and barriers.

use std::mem::offset_of;

use super::address::behind;
use super::block::Lower;
use crate::cpu::Cpu;
use crate::interp::{destination, source, system_constant};
use crate::isa::rows::branch::Op;
use crate::isa::{bits, sbits};
use crate::jit::x86_64::asm::{Alu, Cc};
use crate::jit::x86_64::regs::{Reg, Xmm, state};

/// A vector register that is free between two guest instructions.
const TEMP: Xmm = Xmm(13);
/// The link register.
const LR: u8 = 30;

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    let target = |high, low| l.pc().wrapping_add((sbits(word, high, low) << 2) as u64);
    match op {
        Op::BranchCond => {
            let target = target(23, 5);
            match bits(word, 3, 0) {
                14 | 15 => end(l, target),
                // Equal is two conditions of the host's.
                0 if l.flags_are_compared() => {
                    let over = l.asm.jcc(Cc::P);
                    l.leave_if(Cc::E, target);
                    l.asm.bind(over);
                }
                1 if l.flags_are_compared() => {
                    l.leave_if(Cc::P, target);
                    l.leave_if(Cc::Ne, target);
                }
                cond => {
                    let cc = l.condition(cond);
                    let (taken, not_taken) = l.assumed_by(cond);
                    l.leave_if_or(cc, target, &taken);
                    not_taken.into_iter().for_each(|from| l.asm.bind(from));
                }
            }
        }
        Op::CompareBranch => {
            let target = target(23, 5);
            l.clobber();
            let wide = word >> 31 != 0;
            match l.pinned(source(word, 0)) {
                Some(reg) => l.asm.test(wide, reg, reg),
                None => {
                    let from = l.rm(source(word, 0));
                    l.asm.alu_imm(Alu::Cmp, wide, from, 0);
                }
            }
            l.leave_if(if bits(word, 24, 24) != 0 { Cc::Ne } else { Cc::E }, target);
        }
        Op::TestBranch => {
            let target = target(18, 5);
            let number = (bits(word, 31, 31) << 5 | bits(word, 23, 19)) as u8;
            l.clobber();
            let (from, set) = (l.rm(source(word, 0)), bits(word, 24, 24) != 0);
            let cc = if number < 31 {
                l.asm.test_imm(false, from, 1 << number);
                Cc::Ne
            } else {
                l.asm.bit_test(true, from, number);
                Cc::B
            };
            l.leave_if(if set { cc } else { cc.not() }, target);
        }
        Op::BranchImm => {
            let target = target(25, 0);
            if bits(word, 31, 31) != 0 {
                let next = l.pc() + 4;
                l.set(LR, next);
            }
            end(l, target);
        }
        Op::Br | Op::Ret | Op::Blr => {
            l.clobber();
            l.copy(source(word, 5), Reg::Rax);
            if op == Op::Blr {
                let next = l.pc() + 4;
                l.asm.mov_imm(Reg::Rdx, next);
                l.commit(LR, Reg::Rdx);
            }
            l.leave_indirect();
            l.ended = true;
        }
        Op::Svc => {
            l.clobber();
            let next = l.pc() + 4;
            l.asm.mov_imm(Reg::Rax, next);
            l.asm.mov_store(true, state(offset_of!(Cpu, pc)), Reg::Rax);
            l.asm.jmp(l.thunks.syscall);
            l.ended = true;
        }
        Op::Hint => {}
        // The host keeps the order of loads before anything and of stores before stores.
        Op::Dmb if matches!(bits(word, 9, 8), 1 | 2) => {}
        Op::Dmb | Op::Dsb => {
            l.clobber();
            l.asm.barrier();
        }
        Op::Isb => {
            l.clobber();
            let next = l.pc() + 4;
            l.leave(next, false);
            l.ended = true;
        }
        Op::DcZva => {
            l.clobber();
            l.copy(source(word, 0), Reg::Rdx);
            l.asm.alu_imm(Alu::And, true, Reg::Rdx, -64);
            let at = l.at_computed(Reg::Rdx);
            l.asm.vector_zero(TEMP);
            for piece in 0..4 {
                l.asm.store_vector(4, behind(at, 16 * piece), TEMP);
            }
        }
        Op::Clrex => l.clear_exclusive(),
        Op::MrsTpidr => {
            let rd = destination(word, 0);
            let to = l.target(rd, Reg::Rax);
            l.asm.mov(true, to, state(offset_of!(Cpu, tpidr)));
            l.commit(rd, to);
        }
        Op::MsrTpidr => {
            let from = l.value(source(word, 0), Reg::Rax);
            l.asm.mov_store(true, state(offset_of!(Cpu, tpidr)), from);
        }
        Op::MsrFpcr => {
            // What follows may need other code: the rest is looked up under the new value.
            l.fall_back_word(word);
            let next = l.pc() + 4;
            l.leave_by(l.thunks.poll, next);
            l.ended = true;
        }
        _ => match system_constant(op) {
            Some(value) => l.set(destination(word, 0), value),
            None => return false,
        },
    }
    true
}

fn end(l: &mut Lower<'_>, target: u64) {
    let looping = target <= l.pc();
    l.leave(target, looping);
    l.ended = true;
}
