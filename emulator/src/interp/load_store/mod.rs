//! Loads and stores of general registers, and of SIMD&FP registers by the same addressing.
//!
//! `transfer` says what one register moves and `address` where; `single`, `pair`, `ordered`, `exclusive` and
//! `atomic` are the encoding classes. A plain access is one plain host access; acquire and release add fences that
//! order the host as the Arm memory model wants it (nothing for acquire on x86-64).
//!
//! Registers change only after all accesses of the instruction succeeded. Where the manual leaves the choice
//! (CONSTRAINED UNPREDICTABLE): a base register that is also loaded ends with the written-back address, one that is
//! also stored is stored as it was, and a pair loaded into one register leaves the second value there.

mod address;
mod atomic;
mod exclusive;
mod ordered;
mod pair;
mod select;
mod single;
#[cfg(test)]
mod tests;
mod transfer;

pub(super) use select::select;
