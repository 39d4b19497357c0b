//! Load-acquire and store-release.
//!
//! Store-release must not pass a later load-acquire (Arm ARM B2.3), which on both hosts takes a full fence behind
//! the store. The forms of FEAT_LOR order at least as much when they are the same.

use std::sync::atomic::{Ordering, fence};

use super::address::aligned;
use super::transfer::{Byte, Double, Half, Transfer, Word};
use crate::cpu::Cpu;
use crate::interp::operand::{bit, destination, field5, source};
use crate::interp::{Flow, Insn};
use crate::isa::bits;
use crate::isa::rows::load_store::Op;
use crate::mem::Value;

/// Specialises `word`, which is encoded as `op`.
pub(super) fn select(op: Op, word: u32) -> Insn {
    let load = op == Op::Ldapr || bit(word, 22);
    let exec = match (load, bits(word, 31, 30)) {
        (true, 0) => acquire::<Byte>,
        (true, 1) => acquire::<Half>,
        (true, 2) => acquire::<Word>,
        (true, _) => acquire::<Double>,
        (false, 0) => release::<Byte>,
        (false, 1) => release::<Half>,
        (false, 2) => release::<Word>,
        (false, _) => release::<Double>,
    };
    let mut insn = Insn::new(exec, word);
    insn.rn = field5(word, 5);
    insn.rd = if load { destination(word, 0) } else { source(word, 0) };
    insn
}

fn acquire<T: Transfer>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match aligned(cpu, insn.rn, T::Raw::BYTES, false) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    match cpu.mem.load::<T::Raw>(addr) {
        Ok(raw) => {
            fence(Ordering::Acquire);
            T::put(cpu, insn.rd, raw);
            Flow::Next
        }
        Err(fault) => cpu.fault(fault),
    }
}

fn release<T: Transfer>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match aligned(cpu, insn.rn, T::Raw::BYTES, true) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    fence(Ordering::Release);
    match cpu.mem.store(addr, T::get(cpu, insn.rd)) {
        Ok(()) => {
            fence(Ordering::SeqCst);
            Flow::Next
        }
        Err(fault) => cpu.fault(fault),
    }
}
