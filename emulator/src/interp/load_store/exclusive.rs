//! Load-exclusive and store-exclusive.
//!
//! The monitor remembers what the load saw; the store swaps only if that still stands there. A store by somebody
//! else of the same value in between goes unnoticed, which no lock-free algorithm of compilers' libraries minds.

use std::sync::atomic::{Ordering, fence};

use super::address::aligned;
use super::transfer::Atom;
use crate::cpu::{Cpu, Exclusive};
use crate::interp::operand::{bit, destination, field5, source, specialise};
use crate::interp::{Flow, Insn};
use crate::isa::bits;
use crate::isa::rows::load_store::Op;

/// Specialises `word`, which is encoded as `op`.
pub(super) fn select(op: Op, word: u32) -> Insn {
    let pair = matches!(op, Op::Stxp | Op::Ldxp);
    let size = bits(word, 31, 30);
    let load = matches!(op, Op::Ldxr | Op::Ldxp);
    let exec = match (load, pair, size) {
        (true, true, 2) => specialise!(load_exclusive, [u64,]; bool true),
        (true, true, _) => specialise!(load_exclusive, [u128,]; bool true),
        (true, false, 0) => specialise!(load_exclusive, [u8,]; bool false),
        (true, false, 1) => specialise!(load_exclusive, [u16,]; bool false),
        (true, false, 2) => specialise!(load_exclusive, [u32,]; bool false),
        (true, false, _) => specialise!(load_exclusive, [u64,]; bool false),
        (false, true, 2) => specialise!(store_exclusive, [u64,]; bool true),
        (false, true, _) => specialise!(store_exclusive, [u128,]; bool true),
        (false, false, 0) => specialise!(store_exclusive, [u8,]; bool false),
        (false, false, 1) => specialise!(store_exclusive, [u16,]; bool false),
        (false, false, 2) => specialise!(store_exclusive, [u32,]; bool false),
        (false, false, _) => specialise!(store_exclusive, [u64,]; bool false),
    };
    let mut insn = Insn::new(exec, word);
    let register = if load { destination } else { source };
    insn.rn = field5(word, 5);
    insn.rd = register(word, 0);
    insn.rm = register(word, 10);
    // Acquire or release, and the status register.
    insn.imm = u64::from(bit(word, 15));
    insn.ra = destination(word, 16);
    insn
}

fn load_exclusive<A: Atom, const PAIR: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match aligned(cpu, insn.rn, A::BYTES, false) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    let value = match cpu.mem.load::<A>(addr) {
        Ok(value) => value.widened(),
        Err(fault) => return cpu.fault(fault),
    };
    if insn.imm != 0 {
        fence(Ordering::Acquire);
    }
    cpu.exclusive = Exclusive { addr: addr.untagged(), value, bytes: A::BYTES as u8 };
    if PAIR {
        let half = 4 * A::BYTES as u32;
        cpu.set_reg(insn.rd, (value & (u128::MAX >> (128 - half))) as u64);
        cpu.set_reg(insn.rm, (value >> half) as u64);
    } else {
        cpu.set_reg(insn.rd, value as u64);
    }
    Flow::Next
}

fn store_exclusive<A: Atom, const PAIR: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match aligned(cpu, insn.rn, A::BYTES, true) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    let monitor = cpu.exclusive;
    let mut failed = true;
    if monitor.bytes == A::BYTES as u8 && monitor.addr == addr.untagged() {
        let mut new = u128::from(cpu.reg(insn.rd));
        if PAIR {
            let half = 4 * A::BYTES as u32;
            new = new & (u128::MAX >> (128 - half)) | u128::from(cpu.reg(insn.rm)) << half;
        }
        let expected = A::narrowed(monitor.value);
        match A::compare_and_swap(cpu.mem, addr, expected, A::narrowed(new)) {
            Ok(seen) => failed = seen != expected,
            Err(fault) => return cpu.fault(fault),
        }
    }
    cpu.exclusive = Exclusive::default();
    cpu.set_reg(insn.ra, u64::from(failed));
    Flow::Next
}
