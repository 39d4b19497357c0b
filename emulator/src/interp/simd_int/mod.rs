//! Advanced SIMD on integers and bits: `select` asks each encoding class in turn.
//!
//! A class has a file: a function per instruction, generic over the lane, and a `select` that picks the lane's type.
//! `common` reads operands and writes results; `multiply` holds what the register and the by-element forms share.

mod across;
mod common;
mod copy;
mod immediate;
mod multiply;
mod permute;
mod select;
mod shift_imm;
mod shift_reg;
#[cfg(test)]
mod tests;
mod three_different;
mod three_same;
mod two_misc;

pub(super) use select::select;
