//! Advanced SIMD on integers and bits (Arm ARM C4.1.90).

use crate::isa::row::group;

group! {
    /// Advanced SIMD on integers and bits (Arm ARM C4.1.90).
}
