//! Three registers of different types: sums and differences that widen or narrow, and polynomial products.
//!
//! The integer products are in `multiply`.

use super::common::{put_narrow, size, sized, source_half, widening, with_bytes};
use crate::cpu::{Cpu, Vector};
use crate::interp::lane::{Int, Lane, Narrow};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::rows::simd_int::Op;

/// Declares `fn name<T: Narrow>`: each wide lane from the lanes of two halves, widened.
macro_rules! long {
    ($($name:ident = |$a:ident, $b:ident| $lane:expr;)*) => { $(
        fn $name<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
            let (n, m) = (source_half(insn, cpu.vector(insn.rn)), source_half(insn, cpu.vector(insn.rm)));
            cpu.put(insn, T::zip_wide(n, m, |$a, $b| $lane))
        }
    )* };
}

/// Declares `fn name<T: Narrow>`: each wide lane from a wide lane and one of a half, widened.
macro_rules! wide {
    ($($name:ident = |$a:ident, $b:ident| $lane:expr;)*) => { $(
        fn $name<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
            let m = T::widen_low(source_half(insn, cpu.vector(insn.rm)));
            let value = T::Wide::zip(cpu.vector(insn.rn), m, |$a, $b| $lane);
            cpu.put(insn, value)
        }
    )* };
}

/// Declares `fn name<T: Narrow>`: the high half of each sum of wide lanes, after adding `rounding` to it.
macro_rules! high_half {
    ($($name:ident = |$a:ident, $b:ident| $lane:expr;)*) => { $(
        fn $name<T: Narrow, R: Rounding>(cpu: &mut Cpu, insn: &Insn) -> Flow {
            let half = T::Wide::cut(if R::ROUND { 1 << (T::BITS - 1) } else { 0 });
            let wide = T::Wide::zip(cpu.vector(insn.rn), cpu.vector(insn.rm), |$a, $b| $lane.add(half));
            put_narrow(cpu, insn, T::narrow_map(wide, |a| T::narrow(a.shr(T::BITS))))
        }
    )* };
}

/// Does an instruction round to nearest, or down?
pub(super) trait Rounding {
    const ROUND: bool;
}

pub(super) struct Nearest;
pub(super) struct Down;

impl Rounding for Nearest {
    const ROUND: bool = true;
}

impl Rounding for Down {
    const ROUND: bool = false;
}

long! {
    add_long = |a, b| a.add(b);
    sub_long = |a, b| a.sub(b);
    distance_long = |a, b| a.distance(b);
}

wide! {
    add_wide = |a, b| a.add(b);
    sub_wide = |a, b| a.sub(b);
}

high_half! {
    add_high = |a, b| a.add(b);
    sub_high = |a, b| a.sub(b);
}

fn accumulate_distance_long<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (n, m) = (source_half(insn, cpu.vector(insn.rn)), source_half(insn, cpu.vector(insn.rm)));
    let distance = T::zip_wide(n, m, |a, b| a.distance(b));
    let value = T::Wide::zip(cpu.vector(insn.rd), distance, |d, x| d.add(x));
    cpu.put(insn, value)
}

fn polynomial_long_8(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (n, m) = (source_half(insn, cpu.vector(insn.rn)), source_half(insn, cpu.vector(insn.rm)));
    let product = |a: u16, b: u16| (0..8).fold(0, |sum, bit| sum ^ ((a << bit) * ((b >> bit) & 1)));
    cpu.put(insn, u8::zip_wide(n, m, product))
}

fn polynomial_long_64(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (n, m) = (source_half(insn, cpu.vector(insn.rn)), source_half(insn, cpu.vector(insn.rm)));
    let (a, b) = (u128::from(u64::get(&n, 0)), u64::get(&m, 0));
    let product = (0..64).fold(0, |sum, bit| sum ^ ((a << bit) & u128::from(b >> bit & 1).wrapping_neg()));
    cpu.put(insn, Vector::from(product))
}

/// Specialises `word` if `op` is in this class.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let size = size(word);
    let exec = match op {
        Op::SaddlVec => sized!(size, add_long, [i8 i16 i32]),
        Op::UaddlVec => sized!(size, add_long, [u8 u16 u32]),
        Op::SaddwVec => sized!(size, add_wide, [i8 i16 i32]),
        Op::UaddwVec => sized!(size, add_wide, [u8 u16 u32]),
        Op::SsublVec => sized!(size, sub_long, [i8 i16 i32]),
        Op::UsublVec => sized!(size, sub_long, [u8 u16 u32]),
        Op::SsubwVec => sized!(size, sub_wide, [i8 i16 i32]),
        Op::UsubwVec => sized!(size, sub_wide, [u8 u16 u32]),
        Op::SabdlVec => sized!(size, distance_long, [i8 i16 i32]),
        Op::UabdlVec => sized!(size, distance_long, [u8 u16 u32]),
        Op::SabalVec => sized!(size, accumulate_distance_long, [i8 i16 i32]),
        Op::UabalVec => sized!(size, accumulate_distance_long, [u8 u16 u32]),
        Op::PmullVec => (size == 0).then_some(polynomial_long_8 as Exec),
        Op::Pmull64Vec => return Some(widening(polynomial_long_64, word, 0)),
        Op::AddhnVec => return narrowing(sized!(size, add_high::<Down>, [u8 u16 u32]), word),
        Op::RaddhnVec => return narrowing(sized!(size, add_high::<Nearest>, [u8 u16 u32]), word),
        Op::SubhnVec => return narrowing(sized!(size, sub_high::<Down>, [u8 u16 u32]), word),
        Op::RsubhnVec => return narrowing(sized!(size, sub_high::<Nearest>, [u8 u16 u32]), word),
        _ => None,
    }?;
    Some(widening(exec, word, size))
}

fn narrowing(exec: Option<Exec>, word: u32) -> Option<Insn> {
    Some(with_bytes(exec?, word, super::common::result_bytes(word, 0)))
}
