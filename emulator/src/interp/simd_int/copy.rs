//! Copies between lanes, and between lanes and general registers.

use super::common::{is_full, is_scalar, sized, with_bytes};
use crate::cpu::{Cpu, Vector, ZERO, ZERO_SINK};
use crate::interp::lane::Int;
use crate::interp::{Exec, Flow, Insn};
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;

fn duplicate_lane<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::splat(T::get(&cpu.vector(insn.rn), insn.imm as usize));
    cpu.put(insn, value)
}

fn duplicate_register<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::splat(T::cut(cpu.reg(insn.rn).into()));
    cpu.put(insn, value)
}

fn insert_register<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::cut(cpu.reg(insn.rn).into());
    put_lane(cpu, insn, value)
}

fn insert_lane<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::get(&cpu.vector(insn.rn), insn.rm.into());
    put_lane(cpu, insn, value)
}

#[inline(always)]
fn put_lane<T: Int>(cpu: &mut Cpu, insn: &Insn, value: T) -> Flow {
    let mut vector: Vector = cpu.vector(insn.rd);
    T::set(&mut vector, insn.imm as usize, value);
    cpu.set_vector(insn.rd, vector);
    Flow::Next
}

/// To 64 bits, extended as the lane's type says.
fn move_64<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::get(&cpu.vector(insn.rn), insn.imm as usize).exact() as u64;
    cpu.set_reg(insn.rd, value);
    Flow::Next
}

/// To 32 bits, extended as the lane's type says, the high half zero.
fn move_32<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::get(&cpu.vector(insn.rn), insn.imm as usize).exact() as u32;
    cpu.set_reg(insn.rd, value.into());
    Flow::Next
}

/// Specialises `word` if `op` is in this class.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    // The lowest one in imm5 gives the size, the bits above it the index.
    let imm5 = bits(word, 20, 16);
    let size = imm5.trailing_zeros();
    if size > 3 {
        return None;
    }
    let index = u64::from(imm5 >> (size + 1));
    let full = is_full(word);
    let bytes = match (is_scalar(word), full) {
        (true, _) => 1 << size,
        (false, true) => 16,
        (false, false) => 8,
    };
    let insn = |exec: Option<Exec>| Some(Insn { imm: index, ..with_bytes(exec?, word, bytes) });
    let in_full = |exec: Option<Exec>| if size == 3 && !full { None } else { insn(exec) };
    let read_register = |insn: Insn| Insn { rn: if insn.rn == 31 { ZERO } else { insn.rn }, ..insn };
    let write_register = |insn: Insn| Insn { rd: if insn.rd == 31 { ZERO_SINK } else { insn.rd }, ..insn };
    match op {
        Op::DupElem => in_full(sized!(size, duplicate_lane, [u8 u16 u32 u64])),
        Op::DupElemScalar => insn(sized!(size, duplicate_lane, [u8 u16 u32 u64])),
        Op::DupGen => in_full(sized!(size, duplicate_register, [u8 u16 u32 u64])).map(read_register),
        Op::InsGen => insn(sized!(size, insert_register, [u8 u16 u32 u64])).map(read_register),
        Op::InsElem => {
            let from = (bits(word, 14, 11) >> size) as u8;
            insn(sized!(size, insert_lane, [u8 u16 u32 u64])).map(|insn| Insn { rm: from, ..insn })
        }
        Op::Smov => match (full, size) {
            (false, 0) => insn(Some(move_32::<i8>)),
            (false, 1) => insn(Some(move_32::<i16>)),
            (true, 0) => insn(Some(move_64::<i8>)),
            (true, 1) => insn(Some(move_64::<i16>)),
            (true, 2) => insn(Some(move_64::<i32>)),
            _ => None,
        }
        .map(write_register),
        Op::Umov => match (full, size) {
            (false, 0) => insn(Some(move_32::<u8>)),
            (false, 1) => insn(Some(move_32::<u16>)),
            (false, 2) => insn(Some(move_32::<u32>)),
            (true, 3) => insn(Some(move_64::<u64>)),
            _ => None,
        }
        .map(write_register),
        _ => None,
    }
}
