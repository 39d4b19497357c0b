//! Cryptographic instructions.

use super::Insn;
use crate::isa::rows::crypto::Op;

/// Specialises `word`, which is encoded as `op`.
pub(super) fn select(op: Op, _word: u32) -> Option<Insn> {
    match op {}
}
