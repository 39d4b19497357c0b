//! Data processing, immediate.

use super::Insn;
use crate::isa::rows::dp_imm::Op;

/// Specialises `word`, which is encoded as `op`, at `pc`.
pub(super) fn select(op: Op, _word: u32, _pc: u64) -> Option<Insn> {
    match op {
        Op::AddSubImm => None,
    }
}
