//! Scalar floating point.
//!
//! `op` names the operations, which the vector forms share; `scalar` runs them on registers; `moves`, `compare` and
//! `convert` hold the classes that are not plain operations; `select` chooses among all of these.

mod compare;
mod convert;
mod moves;
pub(super) mod op;
pub(super) mod scalar;
mod select;
#[cfg(test)]
mod tests;

pub(super) use select::select;
