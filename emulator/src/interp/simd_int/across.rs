//! Across lanes, and the scalar pairwise sum.

use super::common::{is_full, size, sized, with_bytes};
use crate::cpu::{Cpu, Vector};
use crate::interp::lane::{Int, Lane, Narrow};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;

/// The source with the high half replaced by zeros if the vector has 64 bits (`imm` is 0).
#[inline(always)]
fn padded(cpu: &Cpu, insn: &Insn) -> Vector {
    let n = cpu.vector(insn.rn);
    if insn.imm == 0 { n.keep(8) } else { n }
}

/// The source with the low half repeated if the vector has 64 bits (`imm` is 0).
#[inline(always)]
fn repeated(cpu: &Cpu, insn: &Insn) -> Vector {
    let n = cpu.vector(insn.rn);
    if insn.imm == 0 { u64::splat(u64::get(&n, 0)) } else { n }
}

#[inline(always)]
fn put_lane<T: Int>(cpu: &mut Cpu, insn: &Insn, value: T) -> Flow {
    let mut vector = Vector::default();
    T::set(&mut vector, 0, value);
    cpu.set_vector(insn.rd, vector);
    Flow::Next
}

fn add<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let sum = T::fold(padded(cpu, insn), |a, b| a.add(b));
    put_lane(cpu, insn, sum)
}

fn add_long<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = padded(cpu, insn);
    let sum = (0..T::COUNT).fold(T::Wide::ZERO, |sum, i| sum.add(T::get(&n, i).widen()));
    put_lane(cpu, insn, sum)
}

fn maximum<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let most = T::fold(repeated(cpu, insn), |a, b| a.max(b));
    put_lane(cpu, insn, most)
}

fn minimum<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let least = T::fold(repeated(cpu, insn), |a, b| a.min(b));
    put_lane(cpu, insn, least)
}

/// Specialises `word` if `op` is in this class.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let size = size(word);
    let exec: Option<Exec> = match op {
        Op::AddpScalar => return Some(Insn { imm: 1, ..with_bytes(add::<u64>, word, 8) }),
        Op::AddvVec => sized!(size, add, [u8 u16 u32]),
        Op::SaddlvVec => sized!(size, add_long, [i8 i16 i32]),
        Op::UaddlvVec => sized!(size, add_long, [u8 u16 u32]),
        Op::SmaxvVec => sized!(size, maximum, [i8 i16 i32]),
        Op::UmaxvVec => sized!(size, maximum, [u8 u16 u32]),
        Op::SminvVec => sized!(size, minimum, [i8 i16 i32]),
        Op::UminvVec => sized!(size, minimum, [u8 u16 u32]),
        _ => None,
    };
    if size == 2 && !is_full(word) {
        return None;
    }
    Some(Insn { imm: bits(word, 30, 30).into(), ..with_bytes(exec?, word, 16) })
}
