//! Multiplications, by a register and by an element of one.
//!
//! A function is written once over the second operand: [`Register`] gives its lanes, [`Element`] one lane of it,
//! repeated; its number is then in `Insn::imm`.

use super::common::{lanewise, put_saturated, saturate, size, sized, source_half, widening};
use crate::cpu::{Cpu, Vector};
use crate::interp::lane::{Int, Lane, Narrow};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;

/// Where the second source comes from.
pub(super) trait Second {
    /// Its lanes.
    fn all<T: Lane>(cpu: &Cpu, insn: &Insn) -> Vector;

    /// The lanes of the half of it that a widening instruction reads.
    fn half<T: Lane>(cpu: &Cpu, insn: &Insn) -> Vector;
}

pub(super) struct Register;
pub(super) struct Element;

impl Second for Register {
    #[inline(always)]
    fn all<T: Lane>(cpu: &Cpu, insn: &Insn) -> Vector {
        cpu.vector(insn.rm)
    }

    #[inline(always)]
    fn half<T: Lane>(cpu: &Cpu, insn: &Insn) -> Vector {
        source_half(insn, cpu.vector(insn.rm))
    }
}

impl Second for Element {
    #[inline(always)]
    fn all<T: Lane>(cpu: &Cpu, insn: &Insn) -> Vector {
        T::splat(T::get(&cpu.vector(insn.rm), insn.imm as usize))
    }

    #[inline(always)]
    fn half<T: Lane>(cpu: &Cpu, insn: &Insn) -> Vector {
        Self::all::<T>(cpu, insn)
    }
}

fn product<T: Int, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::zip(cpu.vector(insn.rn), M::all::<T>(cpu, insn), |a, b| a.mul(b));
    cpu.put(insn, value)
}

fn product_add<T: Int, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (d, n, m) = (cpu.vector(insn.rd), cpu.vector(insn.rn), M::all::<T>(cpu, insn));
    cpu.put(insn, T::zip3(d, n, m, |d, a, b| d.add(a.mul(b))))
}

fn product_sub<T: Int, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (d, n, m) = (cpu.vector(insn.rd), cpu.vector(insn.rn), M::all::<T>(cpu, insn));
    cpu.put(insn, T::zip3(d, n, m, |d, a, b| d.sub(a.mul(b))))
}

/// The high half of (d · 2^BITS + 2·a·b·sign + rounding), saturated.
#[inline(always)]
fn doubled_high<T: Int, M: Second>(
    cpu: &mut Cpu,
    insn: &Insn,
    d: Vector,
    sign: i128,
    rounding: bool,
) -> Flow {
    let (n, m) = (cpu.vector(insn.rn), M::all::<T>(cpu, insn));
    let half = if rounding { 1_i128 << (T::BITS - 1) } else { 0 };
    put_saturated::<T>(cpu, insn, |i| {
        let product = 2 * T::get(&n, i).exact() * T::get(&m, i).exact();
        ((T::get(&d, i).exact() << T::BITS) + sign * product + half) >> T::BITS
    })
}

fn doubled_product<T: Int, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    doubled_high::<T, M>(cpu, insn, Vector::default(), 1, false)
}

fn doubled_product_rounding<T: Int, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    doubled_high::<T, M>(cpu, insn, Vector::default(), 1, true)
}

fn doubled_product_add<T: Int, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let d = cpu.vector(insn.rd);
    doubled_high::<T, M>(cpu, insn, d, 1, true)
}

fn doubled_product_sub<T: Int, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let d = cpu.vector(insn.rd);
    doubled_high::<T, M>(cpu, insn, d, -1, true)
}

#[inline(always)]
fn wide_product<T: Narrow, M: Second>(cpu: &Cpu, insn: &Insn) -> Vector {
    let n = source_half(insn, cpu.vector(insn.rn));
    T::zip_wide(n, M::half::<T>(cpu, insn), |a, b| a.mul(b))
}

fn long<T: Narrow, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = wide_product::<T, M>(cpu, insn);
    cpu.put(insn, value)
}

fn long_add<T: Narrow, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::Wide::zip(cpu.vector(insn.rd), wide_product::<T, M>(cpu, insn), |d, p| d.add(p));
    cpu.put(insn, value)
}

fn long_sub<T: Narrow, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = T::Wide::zip(cpu.vector(insn.rd), wide_product::<T, M>(cpu, insn), |d, p| d.sub(p));
    cpu.put(insn, value)
}

/// The doubled wide products, saturated by themselves before anything is added.
#[inline(always)]
fn wide_doubled<T: Narrow, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Vector {
    let (n, m) = (source_half(insn, cpu.vector(insn.rn)), M::half::<T>(cpu, insn));
    saturate::<T::Wide>(cpu, insn.ra, |i| 2 * T::get(&n, i).exact() * T::get(&m, i).exact())
}

fn doubled_long<T: Narrow, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = wide_doubled::<T, M>(cpu, insn);
    cpu.put(insn, value)
}

fn doubled_long_add<T: Narrow, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (d, p) = (cpu.vector(insn.rd), wide_doubled::<T, M>(cpu, insn));
    put_saturated::<T::Wide>(cpu, insn, |i| T::Wide::get(&d, i).exact() + T::Wide::get(&p, i).exact())
}

fn doubled_long_sub<T: Narrow, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (d, p) = (cpu.vector(insn.rd), wide_doubled::<T, M>(cpu, insn));
    put_saturated::<T::Wide>(cpu, insn, |i| T::Wide::get(&d, i).exact() - T::Wide::get(&p, i).exact())
}

/// Adds to each 32-bit lane the products of its four bytes.
fn dot<T: Int, M: Second>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (d, n, m) = (cpu.vector(insn.rd), cpu.vector(insn.rn), M::all::<u32>(cpu, insn));
    let value = i32::generate(|i| {
        let product = |j| T::get(&n, 4 * i + j).exact() as i32 * T::get(&m, 4 * i + j).exact() as i32;
        (0..4).fold(i32::get(&d, i), |sum, j| sum.wrapping_add(product(j)))
    });
    cpu.put(insn, value)
}

/// Specialises `word` if `op` is in this class.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let size = size(word);
    if let Some(exec) = same_width::<Register>(op, size) {
        return lanewise(exec?, word, size);
    }
    if let Some(exec) = twice_as_wide::<Register>(op, size) {
        return Some(widening(exec?, word, size));
    }
    let op = by_element(op)?;
    let (rm, index) = element(word, if matches!(op, Op::SdotVec | Op::UdotVec) { 2 } else { size })?;
    let insn = if let Some(exec) = same_width::<Element>(op, size) {
        lanewise(exec?, word, size)?
    } else {
        widening(twice_as_wide::<Element>(op, size)??, word, size)
    };
    Some(Insn { rm, imm: index, ..insn })
}

/// The register form of the by-element form `op`.
fn by_element(op: Op) -> Option<Op> {
    Some(match op {
        Op::MulElem => Op::MulVec,
        Op::MlaElem => Op::MlaVec,
        Op::MlsElem => Op::MlsVec,
        Op::SqdmulhElem | Op::SqdmulhElemScalar => Op::SqdmulhVec,
        Op::SqrdmulhElem | Op::SqrdmulhElemScalar => Op::SqrdmulhVec,
        Op::SqrdmlahElem | Op::SqrdmlahElemScalar => Op::SqrdmlahVec,
        Op::SqrdmlshElem | Op::SqrdmlshElemScalar => Op::SqrdmlshVec,
        Op::SmullElem => Op::SmullVec,
        Op::UmullElem => Op::UmullVec,
        Op::SmlalElem => Op::SmlalVec,
        Op::UmlalElem => Op::UmlalVec,
        Op::SmlslElem => Op::SmlslVec,
        Op::UmlslElem => Op::UmlslVec,
        Op::SqdmullElem | Op::SqdmullElemScalar => Op::SqdmullVec,
        Op::SqdmlalElem | Op::SqdmlalElemScalar => Op::SqdmlalVec,
        Op::SqdmlslElem | Op::SqdmlslElemScalar => Op::SqdmlslVec,
        Op::SdotElem => Op::SdotVec,
        Op::UdotElem => Op::UdotVec,
        _ => return None,
    })
}

/// The register and the index of the element: H:L:M with 16 registers for halfwords, H:L for words.
fn element(word: u32, size: u32) -> Option<(u8, u64)> {
    let (h, l, m) = (bits(word, 11, 11), bits(word, 21, 21), bits(word, 20, 20));
    match size {
        1 => Some((bits(word, 19, 16) as u8, (h << 2 | l << 1 | m).into())),
        2 => Some((bits(word, 20, 16) as u8, (h << 1 | l).into())),
        _ => None,
    }
}

/// The outer `None` means that `op` is not such an operation, the inner one that `size` is reserved.
fn same_width<M: Second>(op: Op, size: u32) -> Option<Option<Exec>> {
    Some(match op {
        Op::MulVec => sized!(size, product::<M>, [u8 u16 u32]),
        Op::MlaVec => sized!(size, product_add::<M>, [u8 u16 u32]),
        Op::MlsVec => sized!(size, product_sub::<M>, [u8 u16 u32]),
        Op::SqdmulhVec | Op::SqdmulhScalar => sized!(size, doubled_product::<M>, [i16 i32]),
        Op::SqrdmulhVec | Op::SqrdmulhScalar => sized!(size, doubled_product_rounding::<M>, [i16 i32]),
        Op::SqrdmlahVec | Op::SqrdmlahScalar => sized!(size, doubled_product_add::<M>, [i16 i32]),
        Op::SqrdmlshVec | Op::SqrdmlshScalar => sized!(size, doubled_product_sub::<M>, [i16 i32]),
        Op::SdotVec => (size == 2).then_some(dot::<i8, M>),
        Op::UdotVec => (size == 2).then_some(dot::<u8, M>),
        _ => return None,
    })
}

/// As [`same_width`], for results twice as wide as the sources.
fn twice_as_wide<M: Second>(op: Op, size: u32) -> Option<Option<Exec>> {
    Some(match op {
        Op::SmullVec => sized!(size, long::<M>, [i8 i16 i32]),
        Op::UmullVec => sized!(size, long::<M>, [u8 u16 u32]),
        Op::SmlalVec => sized!(size, long_add::<M>, [i8 i16 i32]),
        Op::UmlalVec => sized!(size, long_add::<M>, [u8 u16 u32]),
        Op::SmlslVec => sized!(size, long_sub::<M>, [i8 i16 i32]),
        Op::UmlslVec => sized!(size, long_sub::<M>, [u8 u16 u32]),
        Op::SqdmullVec | Op::SqdmullScalar => sized!(size, doubled_long::<M>, [i16 i32]),
        Op::SqdmlalVec | Op::SqdmlalScalar => sized!(size, doubled_long_add::<M>, [i16 i32]),
        Op::SqdmlslVec | Op::SqdmlslScalar => sized!(size, doubled_long_sub::<M>, [i16 i32]),
        _ => return None,
    })
}
