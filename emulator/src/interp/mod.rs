//! What instructions mean: the interpreter, complete and portable, judge of every faster engine.
//!
//! `block` pre-decodes basic blocks, `run` executes them; each other file gives the meaning of one group of rows:
//! `select` turns a word into an [`Insn`] with a specialised function, once; the function runs every time. `operand`
//! is what they share.

#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, unused_imports, reason = "some is there for an emitter")
)]

mod block;
mod branch;
mod crypto;
mod dp_imm;
mod dp_reg;
mod flow;
mod fp;
mod lane;
mod load_store;
mod operand;
mod run;
mod simd_fp;
mod simd_int;
mod simd_mem;
#[cfg(test)]
mod testing;

pub use block::{BlockCache, select};
pub(crate) use branch::{branch_target, system_constant};
pub use flow::{Exec, Flow, Insn, Trap};
pub(crate) use operand::{bit_masks, destination, field5, holds, source};
pub(crate) use run::{after, run_cold, run_once};
pub use run::{run, step};
