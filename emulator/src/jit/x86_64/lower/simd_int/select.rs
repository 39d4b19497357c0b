//! From an opcode to the class that emits it.

use super::{
    across, copy, immediate, multiply, permute, saturate, shift_imm, shift_reg, three_different, three_same,
    two_misc,
};
use crate::interp::Insn;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::lower::block::Lower;

/// Emits `insn`, which is encoded as `op`; false when the interpreter must do it.
pub(in crate::jit::x86_64::lower) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    // Every result has a length; only a reserved encoding has none.
    if insn.ra == 0 {
        return false;
    }
    let classes = [
        three_same::lower,
        shift_imm::lower,
        permute::lower,
        copy::lower,
        immediate::lower,
        two_misc::lower,
        across::lower,
        shift_reg::lower,
        multiply::lower,
        three_different::lower,
        saturate::lower,
    ];
    classes.iter().any(|class| class(l, op, insn))
}
