//! Advanced SIMD on integers and bits, one file per encoding class, as the interpreter has them.
//!
//! Operands come pre-decoded in the interpreter's [`Insn`](crate::interp::Insn): what its classes keep in `imm` and
//! `ra` is read here. `select` leads from the opcode to the class; `common` has the ways to write a result.

mod across;
mod common;
mod copy;
mod immediate;
mod multiply;
mod permute;
mod saturate;
mod select;
mod shift_imm;
mod shift_reg;
mod three_different;
mod three_same;
mod two_misc;

pub(super) use common::{byte_of, indices, picks, splat, unzip};
pub(super) use select::lower;
