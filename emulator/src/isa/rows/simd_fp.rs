//! Advanced SIMD floating point (Arm ARM C4.1.90).

use crate::isa::row::group;

group! {
    /// Advanced SIMD floating point (Arm ARM C4.1.90).
}
