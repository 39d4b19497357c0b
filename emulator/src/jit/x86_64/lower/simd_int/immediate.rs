//! Modified immediate.

use super::common::{is_full, result, whole};
use crate::interp::Insn;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::simd::{AND, OR};

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let both = |half: u64| u128::from(half) << 64 | u128::from(half);
    let (simd, value) = match op {
        Op::OrrWordImm | Op::OrrHalfImm => (OR, both(insn.imm)),
        Op::BicWordImm | Op::BicHalfImm => (AND, both(!insn.imm)),
        Op::MoviWord
        | Op::MvniWord
        | Op::MoviHalf
        | Op::MvniHalf
        | Op::MoviOnes
        | Op::MvniOnes
        | Op::MoviByte
        | Op::MoviScalar
        | Op::MoviDouble
        | Op::FmovSingleImm
        | Op::FmovHalfImm
        | Op::FmovDoubleImm => {
            let value = if is_full(insn) { both(insn.imm) } else { insn.imm.into() };
            whole(l, insn, |l, to| match value {
                0 => l.asm.vector_zero(to),
                u128::MAX => l.asm.vector_ones(to),
                _ => {
                    let value = l.asm.constant(value);
                    l.asm.load_vector(4, to, value);
                }
            });
            return true;
        }
        _ => return false,
    };
    let before = l.vector(insn.rd);
    let value = l.asm.constant(value);
    result(l, insn, |l, to| l.asm.simd(simd, to, before, value));
    true
}
