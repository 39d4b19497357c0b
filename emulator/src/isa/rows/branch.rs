//! Branches, exception generation and system instructions (Arm ARM C4.1.87).

use crate::isa::row::group;

group! {
    /// Branches, exception generation and system instructions (Arm ARM C4.1.87).
}
