//! Scalar floating point (Arm ARM C4.1.90).

use crate::isa::row::group;

group! {
    /// Scalar floating point (Arm ARM C4.1.90).
}
