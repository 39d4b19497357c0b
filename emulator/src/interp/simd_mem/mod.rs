//! Advanced SIMD loads and stores of structures: element `i` of each goes to register `i`.
//!
//! `multiple` moves as many structures as a register has lanes, `single` one; `address` is common to both.

mod address;
mod multiple;
mod select;
mod single;
#[cfg(test)]
mod tests;

pub(super) use select::select;
