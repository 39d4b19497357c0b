//! Advanced SIMD floating point, vector and scalar forms.
//!
//! `lanes` runs the operations of [`super::fp::op`] on vectors; `widen` changes the width of lanes; `shape`
//! and `select` choose.

mod lanes;
mod select;
mod shape;
#[cfg(test)]
mod tests;
mod widen;

pub(super) use select::select;
