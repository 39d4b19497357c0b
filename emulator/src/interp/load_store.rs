//! Loads and stores of general registers.

use super::Insn;
use crate::isa::rows::load_store::Op;

/// Specialises `word`, which is encoded as `op`, at `pc`.
pub(super) fn select(op: Op, _word: u32, _pc: u64) -> Option<Insn> {
    match op {}
}
