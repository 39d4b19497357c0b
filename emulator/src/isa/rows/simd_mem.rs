//! Advanced SIMD loads and stores (Arm ARM C4.1.88).

use crate::isa::row::group;

group! {
    /// Advanced SIMD loads and stores (Arm ARM C4.1.88).
}
