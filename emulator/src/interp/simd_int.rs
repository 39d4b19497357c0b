//! Advanced SIMD on integers and bits.

use super::Insn;
use crate::isa::rows::simd_int::Op;

/// Specialises `word`, which is encoded as `op`.
pub(super) fn select(op: Op, _word: u32) -> Option<Insn> {
    match op {}
}
