//! Data processing, immediate (Arm ARM C4.1.86).

use crate::isa::row::group;

group! {
    /// Data processing, immediate.
    ["Add/subtract (immediate)"]
    AddSubImm = "sf op S 100010 sh imm12:12 Rn:5 Rd:5", Base, "{add|sub:op}{|s:S} {Rd|SP}, {Rn|SP}, {imm12, lsl sh*12}";
}
