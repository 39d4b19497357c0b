//! Cryptographic instructions (Arm ARM C4.1.90).

use crate::isa::row::group;

group! {
    /// Cryptographic instructions (Arm ARM C4.1.90).
}
