//! Three registers of the same type: arithmetic, comparison and logic.
//!
//! The shifts by register are in `shift_reg`, the multiplications in `multiply`.

use super::common::{
    binary, binary_saturated, is_full, is_scalar, lanewise, put_saturated, size, sized, ternary, with_bytes,
};
use crate::cpu::{Cpu, Vector};
use crate::interp::lane::{Int, Lane};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::rows::simd_int::Op;

binary! {
    add = |a, b| a.add(b);
    sub = |a, b| a.sub(b);
    // Half the sum without its carry: the common bits once, the others halved.
    half_add = |a, b| a.and(b).add(a.xor(b).shr(1));
    half_add_rounding = |a, b| a.or(b).sub(a.xor(b).shr(1));
    half_sub = |a, b| a.shr(1).sub(b.shr(1)).sub(a.not().and(b).and(T::cut(1)));
    greater = |a, b| T::mask(a > b);
    greater_or_equal = |a, b| T::mask(a >= b);
    equal = |a, b| T::mask(a == b);
    test_bits = |a, b| T::mask(a.and(b) != T::ZERO);
    maximum = |a, b| a.max(b);
    minimum = |a, b| a.min(b);
    distance = |a, b| a.distance(b);
    and = |a, b| a.and(b);
    and_not = |a, b| a.and(b.not());
    or = |a, b| a.or(b);
    or_not = |a, b| a.or(b.not());
    xor = |a, b| a.xor(b);
    multiply_polynomial = |a, b| (0..8).fold(T::ZERO, |sum, bit| {
        sum.xor(a.shl(bit).and(T::mask(b.shr(bit).and(T::cut(1)) != T::ZERO)))
    });
}

binary_saturated! {
    add_saturated = |a, b| a + b;
    sub_saturated = |a, b| a - b;
}

ternary! {
    accumulate_distance = |d, a, b| d.add(a.distance(b));
    select_bits = |d, a, b| b.xor(d.and(a.xor(b)));
    insert_if_true = |d, a, b| d.xor(b.and(d.xor(a)));
    insert_if_false = |d, a, b| d.xor(b.not().and(d.xor(a)));
}

/// Declares `fn name<T: Int>`: each lane from adjacent lanes of the two sources laid end to end.
macro_rules! pairwise {
    ($($name:ident = |$a:ident, $b:ident| $lane:expr;)*) => { $(
        fn $name<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
            let (low, high) = end_to_end(cpu, insn);
            cpu.put(insn, T::pairs(low, high, |$a, $b| $lane))
        }
    )* };
}

pairwise! {
    add_pairs = |a, b| a.add(b);
    maximum_pairs = |a, b| a.max(b);
    minimum_pairs = |a, b| a.min(b);
}

/// The first source, then the second, each as long as the result.
#[inline(always)]
pub(super) fn end_to_end(cpu: &Cpu, insn: &Insn) -> (Vector, Vector) {
    let (n, m) = (cpu.vector(insn.rn), cpu.vector(insn.rm));
    match insn.ra {
        16 => (n, m),
        _ => (Vector::from_halves(u64::get(&n, 0), u64::get(&m, 0)), Vector::default()),
    }
}

/// Specialises `word` if `op` is in this class.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let size = size(word);
    let exec = match op {
        Op::AndVec => return bitwise(and::<u64>, word),
        Op::BicVec => return bitwise(and_not::<u64>, word),
        Op::OrrVec => return bitwise(or::<u64>, word),
        Op::OrnVec => return bitwise(or_not::<u64>, word),
        Op::EorVec => return bitwise(xor::<u64>, word),
        Op::BslVec => return bitwise(select_bits::<u64>, word),
        Op::BitVec => return bitwise(insert_if_true::<u64>, word),
        Op::BifVec => return bitwise(insert_if_false::<u64>, word),
        Op::PmulVec => {
            return (size == 0).then_some(multiply_polynomial::<u8>).and_then(|f| bitwise(f, word));
        }

        Op::AddVec | Op::AddScalar => sized!(size, add, [u8 u16 u32 u64]),
        Op::SubVec | Op::SubScalar => sized!(size, sub, [u8 u16 u32 u64]),
        Op::CmtstVec | Op::CmtstScalar => sized!(size, test_bits, [u8 u16 u32 u64]),
        Op::CmeqVec | Op::CmeqScalar => sized!(size, equal, [u8 u16 u32 u64]),
        Op::CmgtVec | Op::CmgtScalar => sized!(size, greater, [i8 i16 i32 i64]),
        Op::CmhiVec | Op::CmhiScalar => sized!(size, greater, [u8 u16 u32 u64]),
        Op::CmgeVec | Op::CmgeScalar => sized!(size, greater_or_equal, [i8 i16 i32 i64]),
        Op::CmhsVec | Op::CmhsScalar => sized!(size, greater_or_equal, [u8 u16 u32 u64]),
        Op::AddpVec => sized!(size, add_pairs, [u8 u16 u32 u64]),

        Op::SqaddVec | Op::SqaddScalar => sized!(size, add_saturated, [i8 i16 i32 i64]),
        Op::UqaddVec | Op::UqaddScalar => sized!(size, add_saturated, [u8 u16 u32 u64]),
        Op::SqsubVec | Op::SqsubScalar => sized!(size, sub_saturated, [i8 i16 i32 i64]),
        Op::UqsubVec | Op::UqsubScalar => sized!(size, sub_saturated, [u8 u16 u32 u64]),

        Op::ShaddVec => sized!(size, half_add, [i8 i16 i32]),
        Op::UhaddVec => sized!(size, half_add, [u8 u16 u32]),
        Op::SrhaddVec => sized!(size, half_add_rounding, [i8 i16 i32]),
        Op::UrhaddVec => sized!(size, half_add_rounding, [u8 u16 u32]),
        Op::ShsubVec => sized!(size, half_sub, [i8 i16 i32]),
        Op::UhsubVec => sized!(size, half_sub, [u8 u16 u32]),
        Op::SmaxVec => sized!(size, maximum, [i8 i16 i32]),
        Op::UmaxVec => sized!(size, maximum, [u8 u16 u32]),
        Op::SminVec => sized!(size, minimum, [i8 i16 i32]),
        Op::UminVec => sized!(size, minimum, [u8 u16 u32]),
        Op::SabdVec => sized!(size, distance, [i8 i16 i32]),
        Op::UabdVec => sized!(size, distance, [u8 u16 u32]),
        Op::SabaVec => sized!(size, accumulate_distance, [i8 i16 i32]),
        Op::UabaVec => sized!(size, accumulate_distance, [u8 u16 u32]),
        Op::SmaxpVec => sized!(size, maximum_pairs, [i8 i16 i32]),
        Op::UmaxpVec => sized!(size, maximum_pairs, [u8 u16 u32]),
        Op::SminpVec => sized!(size, minimum_pairs, [i8 i16 i32]),
        Op::UminpVec => sized!(size, minimum_pairs, [u8 u16 u32]),
        _ => None,
    }?;
    let saturates = matches!(op, Op::SqaddScalar | Op::UqaddScalar | Op::SqsubScalar | Op::UqsubScalar);
    if is_scalar(word) && !saturates && size != 3 {
        return None;
    }
    lanewise(exec, word, size)
}

/// `exec` on the whole vector, whatever bits 23–22 say.
fn bitwise(exec: Exec, word: u32) -> Option<Insn> {
    Some(with_bytes(exec, word, if is_full(word) { 16 } else { 8 }))
}
