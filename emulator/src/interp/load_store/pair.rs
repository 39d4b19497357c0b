//! Loads and stores of two registers.

use super::address::{POST, PRE, address, offset_mode, write_back};
use super::transfer::{Double, Transfer, VecD, VecQ, VecS, Word, WordToX};
use crate::cpu::Cpu;
use crate::interp::operand::{bit, destination, field5, source, specialise};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::rows::load_store::Op;
use crate::isa::{bits, sbits};
use crate::mem::{GuestAddr, Value};

/// Specialises `word`, which is encoded as `op`.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let (opc, vector, load) = (bits(word, 31, 30), bit(word, 26), bit(word, 22));
    let scale = match (vector, opc) {
        (_, 3) => return None,
        (true, _) => 2 + opc,
        (false, 2) => 3,
        (false, _) => 2,
    };
    let rn = field5(word, 5);
    let mode = match bits(word, 24, 23) {
        1 => POST,
        3 => PRE,
        _ => offset_mode(rn),
    };
    let register = match (vector, load) {
        (true, _) => field5,
        (false, true) => destination,
        (false, false) => source,
    };
    let signed = matches!(op, Op::Ldpsw | Op::LdpswPost | Op::LdpswPre);
    let exec = match (vector, scale) {
        (false, 2) if signed => loads::<WordToX>(mode),
        (false, 2) => either::<Word>(load, mode),
        (false, _) => either::<Double>(load, mode),
        (true, 2) => either::<VecS>(load, mode),
        (true, 3) => either::<VecD>(load, mode),
        (true, _) => either::<VecQ>(load, mode),
    };
    let mut insn = Insn::new(exec, word);
    insn.imm = (sbits(word, 21, 15) << scale) as u64;
    insn.rn = rn;
    insn.rd = register(word, 0);
    insn.rm = register(word, 10);
    Some(insn)
}

fn either<T: Transfer>(load: bool, mode: u8) -> Exec {
    if load { loads::<T>(mode) } else { stores::<T>(mode) }
}

fn loads<T: Transfer>(mode: u8) -> Exec {
    specialise!(load_pair, [T,]; 4 mode)
}

fn stores<T: Transfer>(mode: u8) -> Exec {
    specialise!(store_pair, [T,]; 4 mode)
}

fn load_pair<T: Transfer, const MODE: u8>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match address::<MODE>(cpu, insn) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    let first = match cpu.mem.load::<T::Raw>(GuestAddr(addr)) {
        Ok(raw) => raw,
        Err(fault) => return cpu.fault(fault),
    };
    let second = match cpu.mem.load::<T::Raw>(GuestAddr(addr.wrapping_add(T::Raw::BYTES))) {
        Ok(raw) => raw,
        Err(fault) => return cpu.fault(fault),
    };
    T::put(cpu, insn.rd, first);
    T::put(cpu, insn.rm, second);
    write_back::<MODE>(cpu, insn, addr);
    Flow::Next
}

/// When the second store fails the first stays done, as the manual allows.
fn store_pair<T: Transfer, const MODE: u8>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match address::<MODE>(cpu, insn) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    if let Err(fault) = cpu.mem.store(GuestAddr(addr), T::get(cpu, insn.rd)) {
        return cpu.fault(fault);
    }
    if let Err(fault) = cpu.mem.store(GuestAddr(addr.wrapping_add(T::Raw::BYTES)), T::get(cpu, insn.rm)) {
        return cpu.fault(fault);
    }
    write_back::<MODE>(cpu, insn, addr);
    Flow::Next
}
