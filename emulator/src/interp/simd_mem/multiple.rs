//! Multiple structures: whole registers, contiguous in memory.

use super::address::{base, with_base, write_back};
use crate::cpu::{Cpu, Vector};
use crate::interp::lane::{Int, Lane};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::bits;
use crate::mem::{Fault, GuestAddr};

/// Loads `REGS` times `bytes` (8 or 16) bytes; they fill the result from its start without gaps.
#[inline(always)]
fn fetch<const REGS: usize>(cpu: &Cpu, at: GuestAddr, bytes: u8) -> Result<[Vector; REGS], Fault> {
    let mut packed = [Vector::default(); REGS];
    if bytes == 16 {
        for (vector, offset) in packed.iter_mut().zip((0..).step_by(16)) {
            *vector = cpu.mem.load::<u128>(at.offset(offset))?.into();
        }
    } else {
        for i in 0..REGS {
            u64::set(&mut packed[i / 2], i, cpu.mem.load(at.offset(8 * i as u64))?);
        }
    }
    Ok(packed)
}

/// Stores what [`fetch`] would load.
#[inline(always)]
fn spill<const REGS: usize>(
    cpu: &Cpu,
    at: GuestAddr,
    bytes: u8,
    packed: [Vector; REGS],
) -> Result<(), Fault> {
    if bytes == 16 {
        for (vector, offset) in packed.into_iter().zip((0..).step_by(16)) {
            cpu.mem.store::<u128>(at.offset(offset), vector.into())?;
        }
    } else {
        for i in 0..REGS {
            cpu.mem.store(at.offset(8 * i as u64), u64::get(&packed[i / 2], i))?;
        }
    }
    Ok(())
}

/// The lanes of a register of `bytes` bytes.
#[inline(always)]
fn lane_count<T: Lane>(bytes: u8) -> usize {
    usize::from(bytes) * 8 / T::BITS as usize
}

/// Element `i % REGS` of structure `i / REGS`, for each `i`, becomes lane `i / REGS` of register `i % REGS`.
fn load<T: Int, const REGS: usize>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let at = match base(cpu, insn) {
        Ok(at) => at,
        Err(trap) => return trap,
    };
    let packed = match fetch::<REGS>(cpu, at, insn.ra) {
        Ok(packed) => packed,
        Err(fault) => return cpu.fault(fault),
    };
    let lanes = lane_count::<T>(insn.ra);
    for (register, number) in (0..REGS).zip(0..) {
        let value = T::generate(|lane| {
            let at = (lane % lanes) * REGS + register;
            T::get(&packed[at / T::COUNT], at)
        });
        cpu.set_vector(insn.rd + number, value.keep(insn.ra));
    }
    write_back(cpu, insn)
}

fn store<T: Int, const REGS: usize>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let at = match base(cpu, insn) {
        Ok(at) => at,
        Err(trap) => return trap,
    };
    let mut packed = [Vector::default(); REGS];
    for (register, number) in (0..REGS).zip(0..) {
        let value = cpu.vector(insn.rd + number);
        for lane in 0..lane_count::<T>(insn.ra) {
            let at = lane * REGS + register;
            T::set(&mut packed[at / T::COUNT], at, T::get(&value, lane));
        }
    }
    match spill(cpu, at, insn.ra, packed) {
        Ok(()) => write_back(cpu, insn),
        Err(fault) => cpu.fault(fault),
    }
}

/// Structures of one element: registers one after the other, whatever the lanes are.
fn load_plain<const REGS: usize>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let at = match base(cpu, insn) {
        Ok(at) => at,
        Err(trap) => return trap,
    };
    let packed = match fetch::<REGS>(cpu, at, insn.ra) {
        Ok(packed) => packed,
        Err(fault) => return cpu.fault(fault),
    };
    for (i, number) in (0..REGS).zip(0..) {
        let value = match insn.ra {
            16 => packed[i],
            _ => Vector::from_halves(u64::get(&packed[i / 2], i), 0),
        };
        cpu.set_vector(insn.rd + number, value);
    }
    write_back(cpu, insn)
}

fn store_plain<const REGS: usize>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let at = match base(cpu, insn) {
        Ok(at) => at,
        Err(trap) => return trap,
    };
    let mut packed = [Vector::default(); REGS];
    for (i, number) in (0..REGS).zip(0..) {
        let value = cpu.vector(insn.rd + number);
        match insn.ra {
            16 => packed[i] = value,
            _ => u64::set(&mut packed[i / 2], i, u64::get(&value, 0)),
        }
    }
    match spill(cpu, at, insn.ra, packed) {
        Ok(()) => write_back(cpu, insn),
        Err(fault) => cpu.fault(fault),
    }
}

/// Loading and storing structures of `REGS` elements of `8 << size` bits.
fn structures<const REGS: usize>(size: u32) -> [Exec; 2] {
    match size {
        0 => [store::<u8, REGS>, load::<u8, REGS>],
        1 => [store::<u16, REGS>, load::<u16, REGS>],
        2 => [store::<u32, REGS>, load::<u32, REGS>],
        _ => [store::<u64, REGS>, load::<u64, REGS>],
    }
}

/// Specialises a word of this class.
pub(super) fn select(word: u32) -> Option<Insn> {
    let (size, full) = (bits(word, 11, 10), bits(word, 30, 30) == 1);
    let (registers, elements, [to_memory, from_memory]): (u32, u32, [Exec; 2]) = match bits(word, 15, 12) {
        0b0000 => (4, 4, structures::<4>(size)),
        0b0010 => (4, 1, [store_plain::<4>, load_plain::<4>]),
        0b0100 => (3, 3, structures::<3>(size)),
        0b0110 => (3, 1, [store_plain::<3>, load_plain::<3>]),
        0b0111 => (1, 1, [store_plain::<1>, load_plain::<1>]),
        0b1000 => (2, 2, structures::<2>(size)),
        0b1010 => (2, 1, [store_plain::<2>, load_plain::<2>]),
        _ => return None,
    };
    if size == 3 && !full && elements != 1 {
        return None;
    }
    let bytes = if full { 16 } else { 8 };
    let exec = if bits(word, 22, 22) == 1 { from_memory } else { to_memory };
    Some(with_base(exec, word, registers * u32::from(bytes), bytes))
}
