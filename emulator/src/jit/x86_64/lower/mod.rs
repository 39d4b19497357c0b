//! From guest instructions to host instructions, one file per group of rows.
//!
//! [`Lower`] is a block being written: where the flags are, which addresses are known to be inside, what leaves the
//! block. Emission is straight, in guest order; a guest instruction changes registers only after the last of its
//! accesses, so that one that faults can be done again by the interpreter.

mod address;
mod atomic;
mod block;
mod branch;
mod compare_if;
mod condition;
mod crypto;
mod dp_imm;
mod dp_reg;
mod exclusive;
mod float;
mod fp;
mod fp_compare;
mod fp_convert;
mod load_store;
mod simd_fp;
mod simd_fp_convert;
mod simd_int;
mod simd_mem;
mod value;
mod vector;

pub use block::lowers;
pub(super) use block::{Block, Context, Lower, Mark, Run, Site};
pub(super) use condition::{FlagsAt, from_nzcv, to_nzcv};
