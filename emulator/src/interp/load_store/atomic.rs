//! Atomic read-modify-write and compare-and-swap (FEAT_LSE). All are sequentially consistent, whatever order the
//! encoding asks for.

use super::address::aligned;
use super::transfer::Atom;
use crate::cpu::Cpu;
use crate::interp::operand::{bit, destination, field5, source, specialise};
use crate::interp::{Flow, Insn};
use crate::isa::bits;
use crate::isa::rows::load_store::Op;

/// After the eight operations of the encoding's `opc`.
const SWAP: u8 = 8;

/// Specialises `word`, which is encoded as `op`.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let size = bits(word, 31, 30);
    let operation = if op == Op::Swp { SWAP } else { bits(word, 14, 12) as u8 };
    let mut insn = Insn::new(modify::<u8, SWAP>, word);
    insn.rn = field5(word, 5);
    insn.rm = source(word, 16);
    insn.rd = destination(word, 0);
    insn.exec = match (op, size) {
        (Op::Cas, _) => {
            insn.rd = source(word, 0);
            insn.ra = destination(word, 16);
            match size {
                0 => compare_swap::<u8>,
                1 => compare_swap::<u16>,
                2 => compare_swap::<u32>,
                _ => compare_swap::<u64>,
            }
        }
        (Op::Casp, _) => {
            // Both pairs start at an even register; the upper one of x30 is the zero register.
            if bit(word, 0) || bit(word, 16) {
                return None;
            }
            if bit(word, 30) { compare_swap_pair::<u128> } else { compare_swap_pair::<u64> }
        }
        (_, 0) => specialise!(modify, [u8,]; 16 operation),
        (_, 1) => specialise!(modify, [u16,]; 16 operation),
        (_, 2) => specialise!(modify, [u32,]; 16 operation),
        _ => specialise!(modify, [u64,]; 16 operation),
    };
    Some(insn)
}

/// Sign-extends the `A::BYTES` low bytes of `value`.
#[inline(always)]
fn signed<A: Atom>(value: u64) -> i64 {
    let unused = 64 - 8 * A::BYTES as u32;
    (value << unused) as i64 >> unused
}

#[inline(always)]
fn combine<A: Atom, const OPERATION: u8>(old: u64, operand: u64) -> u64 {
    match OPERATION {
        0 => old.wrapping_add(operand),
        1 => old & !operand,
        2 => old ^ operand,
        3 => old | operand,
        4 => signed::<A>(old).max(signed::<A>(operand)) as u64,
        5 => signed::<A>(old).min(signed::<A>(operand)) as u64,
        6 => old.max(operand),
        7 => old.min(operand),
        _ => operand,
    }
}

fn modify<A: Atom, const OPERATION: u8>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match aligned(cpu, insn.rn, A::BYTES, true) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    let operand = A::narrowed(u128::from(cpu.reg(insn.rm))).widened() as u64;
    let mut old = match cpu.mem.load::<A>(addr) {
        Ok(old) => old,
        Err(mut fault) => {
            fault.write = true;
            return cpu.fault(fault);
        }
    };
    loop {
        let new = combine::<A, OPERATION>(old.widened() as u64, operand);
        match A::compare_and_swap(cpu.mem, addr, old, A::narrowed(u128::from(new))) {
            Ok(seen) if seen == old => break,
            Ok(seen) => old = seen,
            Err(fault) => return cpu.fault(fault),
        }
    }
    cpu.set_reg(insn.rd, old.widened() as u64);
    Flow::Next
}

fn compare_swap<A: Atom>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match aligned(cpu, insn.rn, A::BYTES, true) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    let expected = A::narrowed(u128::from(cpu.reg(insn.rm)));
    let new = A::narrowed(u128::from(cpu.reg(insn.rd)));
    match A::compare_and_swap(cpu.mem, addr, expected, new) {
        Ok(seen) => {
            cpu.set_reg(insn.ra, seen.widened() as u64);
            Flow::Next
        }
        Err(fault) => cpu.fault(fault),
    }
}

/// The registers come from the word: `rs`, `rs + 1`, `rt`, `rt + 1`.
fn compare_swap_pair<A: Atom>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match aligned(cpu, insn.rn, A::BYTES, true) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    let half = 4 * A::BYTES as u32;
    let low = u128::MAX >> (128 - half);
    let join = |cpu: &Cpu, field: u32| {
        let first = u128::from(cpu.reg(source(insn.word, field)));
        let second = u128::from(cpu.reg(source(insn.word | 1 << field, field)));
        A::narrowed(first & low | second << half)
    };
    let (expected, new) = (join(cpu, 16), join(cpu, 0));
    match A::compare_and_swap(cpu.mem, addr, expected, new) {
        Ok(seen) => {
            let seen = seen.widened();
            cpu.set_reg(destination(insn.word, 16), (seen & low) as u64);
            cpu.set_reg(destination(insn.word | 1 << 16, 16), (seen >> half) as u64);
            Flow::Next
        }
        Err(fault) => cpu.fault(fault),
    }
}
