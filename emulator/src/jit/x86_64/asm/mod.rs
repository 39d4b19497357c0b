//! The encoder: one method an instruction, bytes appended in order.
//!
//! `operand` says what instructions are made of, `code` how they are encoded; `alu`, `moves`, `branch` and `atomic`
//! have them by kind, and [`super::simd`] those on vectors.
//!
//! # Source
//! AMD64 Architecture Programmer's Manual volumes 3 and 4; Intel SDM volume 2, "Instruction Format".

mod alu;
mod atomic;
mod branch;
mod code;
mod moves;
mod operand;

pub(super) use code::Asm;
pub(super) use operand::{Alu, Cc, Map, Offset, Prefix, Rm, Shift};
