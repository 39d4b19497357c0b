//! Scalar floating point.

use super::Insn;
use crate::isa::rows::fp::Op;

/// Specialises `word`, which is encoded as `op`.
pub(super) fn select(op: Op, _word: u32) -> Option<Insn> {
    match op {}
}
