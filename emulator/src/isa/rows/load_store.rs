//! Loads and stores of general registers (Arm ARM C4.1.88).

use crate::isa::row::group;

group! {
    /// Loads and stores of general registers (Arm ARM C4.1.88).
}
