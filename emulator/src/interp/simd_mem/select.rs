//! From a word to one of the two classes.

use super::{multiple, single};
use crate::interp::Insn;
use crate::isa::bits;
use crate::isa::rows::simd_mem::Op;

/// Specialises `word`; all that its opcode says stands in a few fields common to all rows.
pub(in crate::interp) fn select(_op: Op, word: u32) -> Option<Insn> {
    if bits(word, 24, 24) == 0 { multiple::select(word) } else { single::select(word) }
}
