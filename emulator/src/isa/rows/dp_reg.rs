//! Data processing, register (Arm ARM C4.1.89).

use crate::isa::row::group;

group! {
    /// Data processing, register (Arm ARM C4.1.89).
}
