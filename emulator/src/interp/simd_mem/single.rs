//! Single structures: one lane of each register, or one element for all lanes.

use super::address::{base, with_base, write_back};
use crate::cpu::Cpu;
use crate::interp::lane::Int;
use crate::interp::{Exec, Flow, Insn};
use crate::isa::bits;
use crate::mem::{Fault, GuestAddr, Value};

#[inline(always)]
fn fetch<T: Int + Value, const REGS: usize>(cpu: &Cpu, at: GuestAddr) -> Result<[T; REGS], Fault> {
    let mut elements = [T::ZERO; REGS];
    for (element, offset) in elements.iter_mut().zip((0..).step_by(T::BYTES as usize)) {
        *element = cpu.mem.load(at.offset(offset))?;
    }
    Ok(elements)
}

/// To lane `ra` of each register.
fn load_lane<T: Int + Value, const REGS: usize>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let at = match base(cpu, insn) {
        Ok(at) => at,
        Err(trap) => return trap,
    };
    match fetch::<T, REGS>(cpu, at) {
        Ok(elements) => {
            for (number, element) in (0..).zip(elements) {
                let mut vector = cpu.vector(insn.rd + number);
                T::set(&mut vector, insn.ra.into(), element);
                cpu.set_vector(insn.rd + number, vector);
            }
            write_back(cpu, insn)
        }
        Err(fault) => cpu.fault(fault),
    }
}

/// To all lanes of each register of `ra` bytes.
fn load_replicated<T: Int + Value, const REGS: usize>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let at = match base(cpu, insn) {
        Ok(at) => at,
        Err(trap) => return trap,
    };
    match fetch::<T, REGS>(cpu, at) {
        Ok(elements) => {
            for (number, element) in (0..).zip(elements) {
                cpu.set_vector(insn.rd + number, T::splat(element).keep(insn.ra));
            }
            write_back(cpu, insn)
        }
        Err(fault) => cpu.fault(fault),
    }
}

/// From lane `ra` of each register.
fn store_lane<T: Int + Value, const REGS: usize>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let at = match base(cpu, insn) {
        Ok(at) => at,
        Err(trap) => return trap,
    };
    for number in 0..REGS as u8 {
        let element = T::get(&cpu.vector(insn.rd + number), insn.ra.into());
        if let Err(fault) = cpu.mem.store(at.offset(u64::from(number) * T::BYTES), element) {
            return cpu.fault(fault);
        }
    }
    write_back(cpu, insn)
}

/// Storing a lane, loading one, loading all.
fn by_registers<T: Int + Value>(registers: u32) -> [Exec; 3] {
    match registers {
        1 => [store_lane::<T, 1>, load_lane::<T, 1>, load_replicated::<T, 1>],
        2 => [store_lane::<T, 2>, load_lane::<T, 2>, load_replicated::<T, 2>],
        3 => [store_lane::<T, 3>, load_lane::<T, 3>, load_replicated::<T, 3>],
        _ => [store_lane::<T, 4>, load_lane::<T, 4>, load_replicated::<T, 4>],
    }
}

fn by_size(size: u32, registers: u32) -> [Exec; 3] {
    match size {
        0 => by_registers::<u8>(registers),
        1 => by_registers::<u16>(registers),
        2 => by_registers::<u32>(registers),
        _ => by_registers::<u64>(registers),
    }
}

/// Specialises a word of this class.
pub(super) fn select(word: u32) -> Option<Insn> {
    let registers = (bits(word, 13, 13) << 1 | bits(word, 21, 21)) + 1;
    let loads = bits(word, 22, 22) == 1;
    let (size, s, q) = (bits(word, 11, 10), bits(word, 12, 12), bits(word, 30, 30));
    // Q:S:size is the index of a byte; larger lanes need its low bits for their size.
    let byte = q << 3 | s << 2 | size;
    let (size, index) = match (bits(word, 15, 14), size) {
        (0, _) => (0, byte),
        (1, 0b00 | 0b10) => (1, byte >> 1),
        (2, 0b00) => (2, byte >> 2),
        (2, 0b01) if s == 0 => (3, byte >> 3),
        (3, size) if s == 0 && loads => {
            let [.., replicated] = by_size(size, registers);
            return Some(with_base(replicated, word, registers << size, if q == 1 { 16 } else { 8 }));
        }
        _ => return None,
    };
    let [to_memory, from_memory, _] = by_size(size, registers);
    let exec = if loads { from_memory } else { to_memory };
    Some(with_base(exec, word, registers << size, index as u8))
}
