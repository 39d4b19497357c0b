//! What one register moves to and from memory.

use crate::cpu::Cpu;
use crate::mem::{Fault, GuestAddr, Mem, Value};

/// A register and a width of memory.
pub(super) trait Transfer {
    /// What stands in memory.
    type Raw: Value;
    /// The value to store from register `rt`.
    fn get(cpu: &Cpu, rt: u8) -> Self::Raw;
    /// Puts a loaded value into register `rt`.
    fn put(cpu: &mut Cpu, rt: u8, raw: Self::Raw);
}

macro_rules! general {
    ($($(#[$doc:meta])* $name:ident, $raw:ty, $value:ident => $extended:expr;)*) => { $(
        $(#[$doc])*
        pub(super) struct $name;
        impl Transfer for $name {
            type Raw = $raw;
            #[inline(always)]
            fn get(cpu: &Cpu, rt: u8) -> $raw {
                cpu.reg(rt) as $raw
            }
            #[inline(always)]
            fn put(cpu: &mut Cpu, rt: u8, $value: $raw) {
                cpu.set_reg(rt, $extended);
            }
        }
    )* };
}

general! {
    /// A byte, zero-extended.
    Byte, u8, value => u64::from(value);
    /// Two bytes, zero-extended.
    Half, u16, value => u64::from(value);
    /// Four bytes, zero-extended.
    Word, u32, value => u64::from(value);
    /// Eight bytes.
    Double, u64, value => value;
    /// A byte, sign-extended to 32 bits.
    ByteToW, u8, value => u64::from(value as i8 as u32);
    /// Two bytes, sign-extended to 32 bits.
    HalfToW, u16, value => u64::from(value as i16 as u32);
    /// A byte, sign-extended to 64 bits.
    ByteToX, u8, value => value as i8 as u64;
    /// Two bytes, sign-extended to 64 bits.
    HalfToX, u16, value => value as i16 as u64;
    /// Four bytes, sign-extended to 64 bits.
    WordToX, u32, value => value as i32 as u64;
}

macro_rules! vector {
    ($($(#[$doc:meta])* $name:ident, $raw:ty;)*) => { $(
        $(#[$doc])*
        pub(super) struct $name;
        impl Transfer for $name {
            type Raw = $raw;
            #[inline(always)]
            fn get(cpu: &Cpu, rt: u8) -> $raw {
                cpu.vec(rt) as $raw
            }
            #[inline(always)]
            fn put(cpu: &mut Cpu, rt: u8, value: $raw) {
                cpu.set_vec(rt, u128::from(value));
            }
        }
    )* };
}

vector! {
    /// B register.
    VecB, u8;
    /// H register.
    VecH, u16;
    /// S register.
    VecS, u32;
    /// D register.
    VecD, u64;
    /// Q register.
    VecQ, u128;
}

/// An integer that memory can compare and swap.
pub(super) trait Atom: Value + PartialEq {
    /// The same as the monitor keeps it.
    fn widened(self) -> u128;
    /// The low part of what the monitor keeps.
    fn narrowed(value: u128) -> Self;
    /// Compares and swaps; the value seen.
    fn compare_and_swap(mem: Mem, addr: GuestAddr, expected: Self, new: Self) -> Result<Self, Fault>;
}

macro_rules! atoms {
    ($($ty:ty, $cas:ident;)*) => { $(
        impl Atom for $ty {
            #[inline(always)]
            fn widened(self) -> u128 {
                u128::from(self)
            }
            #[inline(always)]
            fn narrowed(value: u128) -> Self {
                value as $ty
            }
            #[inline(always)]
            fn compare_and_swap(mem: Mem, addr: GuestAddr, expected: Self, new: Self) -> Result<Self, Fault> {
                mem.$cas(addr, expected, new)
            }
        }
    )* };
}

atoms! {
    u8, cas8;
    u16, cas16;
    u32, cas32;
    u64, cas64;
    u128, cas128;
}
