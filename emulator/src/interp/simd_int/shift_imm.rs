//! Shifts by an immediate.
//!
//! `immh:immb` holds size and count together: its highest one tells the lane's width, what it adds to that width or
//! lacks to twice the width is the count. `Insn::imm` is the count, 0 to the lane's width.

use super::common::{
    is_full, is_scalar, put_narrow, put_narrow_saturated, put_saturated, result_bytes, sized, source_half,
    widening, with_bytes,
};
use crate::cpu::Cpu;
use crate::interp::lane::{Int, Lane, Narrow};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;

/// Shifts right by 1 to the lane's width.
#[inline(always)]
fn right<T: Int>(value: T, count: u32) -> T {
    value.shr(count - 1).shr(1)
}

/// As [`right`], plus the last bit shifted out.
#[inline(always)]
fn right_rounding<T: Int>(value: T, count: u32) -> T {
    let above = value.shr(count - 1);
    above.shr(1).add(above.and(T::cut(1)))
}

/// Declares `fn name<T: Int>`: each lane from those of destination and source and the count.
macro_rules! shifts {
    ($($name:ident = |$d:ident, $a:ident, $count:ident| $lane:expr;)*) => { $(
        fn $name<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
            let $count = insn.imm as u32;
            let value = T::zip(cpu.vector(insn.rd), cpu.vector(insn.rn), |$d, $a| $lane);
            cpu.put(insn, value)
        }
    )* };
}

shifts! {
    shift_right = |_d, a, count| right(a, count);
    shift_right_rounding = |_d, a, count| right_rounding(a, count);
    shift_right_add = |d, a, count| d.add(right(a, count));
    shift_right_rounding_add = |d, a, count| d.add(right_rounding(a, count));
    shift_left = |_d, a, count| a.shl(count);
    insert_left = |d, a, count| a.shl(count).or(d.and(T::ONES.shl(count).not()));
    // The lanes are unsigned; the ones shifted in say which bits of the destination go.
    insert_right = |d, a, count| right(a, count).or(d.and(right(T::ONES, count).not()));
}

/// Shifts lanes of `S` left into lanes of `T`, of the same width and perhaps another signedness.
fn left_saturated<T: Int, S: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = cpu.vector(insn.rn);
    let count = insn.imm as u32;
    put_saturated::<T>(cpu, insn, |i| S::get(&n, i).exact() << count)
}

fn narrow<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let count = insn.imm as u32;
    let value = T::narrow_map(cpu.vector(insn.rn), |a| T::narrow(right(a, count)));
    put_narrow(cpu, insn, value)
}

fn narrow_rounding<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let count = insn.imm as u32;
    let value = T::narrow_map(cpu.vector(insn.rn), |a| T::narrow(right_rounding(a, count)));
    put_narrow(cpu, insn, value)
}

/// Narrows lanes of `S`, which has twice the width of `T` and perhaps another signedness.
fn narrow_saturated<T: Narrow, S: Int, const ROUND: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = cpu.vector(insn.rn);
    let count = insn.imm as u32;
    let half = if ROUND { 1_i128 << (count - 1) } else { 0 };
    put_narrow_saturated::<T>(cpu, insn, |i| (S::get(&n, i).exact() + half) >> count)
}

fn shift_long<T: Narrow>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let count = insn.imm as u32;
    let value = T::widen_low(source_half(insn, cpu.vector(insn.rn)));
    cpu.put(insn, T::Wide::map(value, |a| a.shl(count)))
}

/// Specialises `word` if `op` is in this class.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let immh = bits(word, 22, 19);
    let size = immh.checked_ilog2()?;
    let coded = bits(word, 22, 16);
    let left = u64::from(coded - (8 << size));
    let right = u64::from((16 << size) - coded);
    let with = |exec: Exec, count: u64, bytes: u8| Some(Insn { imm: count, ..with_bytes(exec, word, bytes) });

    if let Some(exec) = narrowing(op, size) {
        return with(exec?, right, result_bytes(word, size));
    }
    let long = match op {
        Op::SshllVec => Some(sized!(size, shift_long, [i8 i16 i32])),
        Op::UshllVec => Some(sized!(size, shift_long, [u8 u16 u32])),
        _ => None,
    };
    if let Some(exec) = long {
        return Some(Insn { imm: left, ..widening(exec?, word, size) });
    }
    let (exec, count): (Option<Exec>, u64) = match op {
        Op::SshrVec | Op::SshrScalar => (sized!(size, shift_right, [i8 i16 i32 i64]), right),
        Op::UshrVec | Op::UshrScalar => (sized!(size, shift_right, [u8 u16 u32 u64]), right),
        Op::SrshrVec | Op::SrshrScalar => (sized!(size, shift_right_rounding, [i8 i16 i32 i64]), right),
        Op::UrshrVec | Op::UrshrScalar => (sized!(size, shift_right_rounding, [u8 u16 u32 u64]), right),
        Op::SsraVec | Op::SsraScalar => (sized!(size, shift_right_add, [i8 i16 i32 i64]), right),
        Op::UsraVec | Op::UsraScalar => (sized!(size, shift_right_add, [u8 u16 u32 u64]), right),
        Op::SrsraVec | Op::SrsraScalar => (sized!(size, shift_right_rounding_add, [i8 i16 i32 i64]), right),
        Op::UrsraVec | Op::UrsraScalar => (sized!(size, shift_right_rounding_add, [u8 u16 u32 u64]), right),
        Op::SriVec | Op::SriScalar => (sized!(size, insert_right, [u8 u16 u32 u64]), right),
        Op::ShlVec | Op::ShlScalar => (sized!(size, shift_left, [u8 u16 u32 u64]), left),
        Op::SliVec | Op::SliScalar => (sized!(size, insert_left, [u8 u16 u32 u64]), left),
        Op::SqshlImmVec | Op::SqshlImmScalar => (saturating(op, size), left),
        Op::UqshlImmVec | Op::UqshlImmScalar => (saturating(op, size), left),
        Op::SqshluVec | Op::SqshluScalar => (saturating(op, size), left),
        _ => return None,
    };
    let any_size = matches!(op, Op::SqshlImmScalar | Op::UqshlImmScalar | Op::SqshluScalar);
    let reserved = size == 3 && !is_scalar(word) && !is_full(word);
    if reserved || is_scalar(word) && !any_size && size != 3 {
        return None;
    }
    with(exec?, count, result_bytes(word, size))
}

fn saturating(op: Op, size: u32) -> Option<Exec> {
    let [signed, unsigned, to_unsigned]: [Exec; 3] = match size {
        0 => [left_saturated::<i8, i8>, left_saturated::<u8, u8>, left_saturated::<u8, i8>],
        1 => [left_saturated::<i16, i16>, left_saturated::<u16, u16>, left_saturated::<u16, i16>],
        2 => [left_saturated::<i32, i32>, left_saturated::<u32, u32>, left_saturated::<u32, i32>],
        _ => [left_saturated::<i64, i64>, left_saturated::<u64, u64>, left_saturated::<u64, i64>],
    };
    Some(match op {
        Op::SqshlImmVec | Op::SqshlImmScalar => signed,
        Op::UqshlImmVec | Op::UqshlImmScalar => unsigned,
        _ => to_unsigned,
    })
}

/// The outer `None` means that `op` does not narrow, the inner one that `size` is reserved.
fn narrowing(op: Op, size: u32) -> Option<Option<Exec>> {
    Some(match op {
        Op::ShrnVec => sized!(size, narrow, [u8 u16 u32]),
        Op::RshrnVec => sized!(size, narrow_rounding, [u8 u16 u32]),
        Op::SqshrnVec | Op::SqshrnScalar => narrowing_saturated::<false>(size).map(|kinds| kinds[0]),
        Op::UqshrnVec | Op::UqshrnScalar => narrowing_saturated::<false>(size).map(|kinds| kinds[1]),
        Op::SqshrunVec | Op::SqshrunScalar => narrowing_saturated::<false>(size).map(|kinds| kinds[2]),
        Op::SqrshrnVec | Op::SqrshrnScalar => narrowing_saturated::<true>(size).map(|kinds| kinds[0]),
        Op::UqrshrnVec | Op::UqrshrnScalar => narrowing_saturated::<true>(size).map(|kinds| kinds[1]),
        Op::SqrshrunVec | Op::SqrshrunScalar => narrowing_saturated::<true>(size).map(|kinds| kinds[2]),
        _ => return None,
    })
}

/// Signed, unsigned, signed to unsigned.
fn narrowing_saturated<const ROUND: bool>(size: u32) -> Option<[Exec; 3]> {
    match size {
        0 => Some([
            narrow_saturated::<i8, i16, ROUND>,
            narrow_saturated::<u8, u16, ROUND>,
            narrow_saturated::<u8, i16, ROUND>,
        ]),
        1 => Some([
            narrow_saturated::<i16, i32, ROUND>,
            narrow_saturated::<u16, u32, ROUND>,
            narrow_saturated::<u16, i32, ROUND>,
        ]),
        2 => Some([
            narrow_saturated::<i32, i64, ROUND>,
            narrow_saturated::<u32, u64, ROUND>,
            narrow_saturated::<u32, i64, ROUND>,
        ]),
        _ => None,
    }
}
