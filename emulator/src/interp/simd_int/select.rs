//! From an opcode to the class that gives its meaning.

use super::{
    across, copy, immediate, multiply, permute, shift_imm, shift_reg, three_different, three_same, two_misc,
};
use crate::interp::Insn;
use crate::isa::rows::simd_int::Op;

/// Specialises `word`, which is encoded as `op`.
pub(in crate::interp) fn select(op: Op, word: u32) -> Option<Insn> {
    let classes = [
        three_same::select,
        shift_imm::select,
        permute::select,
        copy::select,
        immediate::select,
        two_misc::select,
        across::select,
        shift_reg::select,
        multiply::select,
        three_different::select,
    ];
    classes.iter().find_map(|class| class(op, word))
}
