//! Advanced SIMD loads and stores: `multiple` has whole registers, `single` one lane of each, or one element for all
//! lanes; `select` tells them apart and moves the base register.

mod multiple;
mod select;
mod single;

pub(super) use select::lower;
