//! Vectors as arrays of lanes, and the arithmetic of one lane.
//!
//! Every loop here runs over a whole 128-bit register with a length known to the compiler, which turns it into host
//! vector instructions; shorter results are cut to size when they are written ([`Cpu::put`]).

use std::fmt::Debug;

use super::{Flow, Insn};
use crate::cpu::{Cpu, Vector};

/// What fills a vector.
pub(super) trait Lane: Copy + Default + PartialEq + PartialOrd + Debug + 'static {
    /// Its width in bits.
    const BITS: u32;
    /// How many fill 128 bits.
    const COUNT: usize = (128 / Self::BITS) as usize;

    /// Lane `index` of `vector`, counted modulo their number.
    fn get(vector: &Vector, index: usize) -> Self;

    /// Replaces lane `index` of `vector`, counted modulo their number.
    fn set(vector: &mut Vector, index: usize, value: Self);

    /// The vector whose lane `i` is `lane(i)`.
    fn generate(lane: impl FnMut(usize) -> Self) -> Vector;

    /// All lanes `value`.
    #[inline(always)]
    fn splat(value: Self) -> Vector {
        Self::generate(|_| value)
    }

    /// `f` of each lane.
    #[inline(always)]
    fn map(a: Vector, f: impl Fn(Self) -> Self) -> Vector {
        Self::generate(|i| f(Self::get(&a, i)))
    }

    /// `f` of each two lanes.
    #[inline(always)]
    fn zip(a: Vector, b: Vector, f: impl Fn(Self, Self) -> Self) -> Vector {
        Self::generate(|i| f(Self::get(&a, i), Self::get(&b, i)))
    }

    /// `f` of each three lanes.
    #[inline(always)]
    fn zip3(a: Vector, b: Vector, c: Vector, f: impl Fn(Self, Self, Self) -> Self) -> Vector {
        Self::generate(|i| f(Self::get(&a, i), Self::get(&b, i), Self::get(&c, i)))
    }

    /// `f` of adjacent lanes, first those of `a`, then those of `b`.
    #[inline(always)]
    fn pairs(a: Vector, b: Vector, f: impl Fn(Self, Self) -> Self) -> Vector {
        let half = Self::COUNT / 2;
        Self::generate(|i| {
            let from = if i < half { &a } else { &b };
            f(Self::get(from, 2 * i), Self::get(from, 2 * i + 1))
        })
    }

    /// All lanes combined from the first on.
    #[inline(always)]
    fn fold(a: Vector, f: impl Fn(Self, Self) -> Self) -> Self {
        (1..Self::COUNT).fold(Self::get(&a, 0), |sum, i| f(sum, Self::get(&a, i)))
    }
}

/// An integer lane with the operations that instructions are made of; all of them wrap.
pub(super) trait Int: Lane + Ord {
    const ZERO: Self;
    const ONES: Self;
    const MIN: Self;
    const MAX: Self;

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// |a − b|, which the lane holds when taken as unsigned.
    fn distance(self, other: Self) -> Self;
    /// Shifts left by 0 to `BITS` − 1.
    fn shl(self, count: u32) -> Self;
    /// Shifts right by 0 to `BITS` − 1, filling with the sign if there is one.
    fn shr(self, count: u32) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn not(self) -> Self;
    fn leading_zeros(self) -> u32;
    /// The exact value.
    fn exact(self) -> i128;
    /// The low bits of a value.
    fn cut(value: i128) -> Self;

    /// −a.
    #[inline(always)]
    fn neg(self) -> Self {
        Self::ZERO.sub(self)
    }

    /// Ones if `holds`, else zero.
    #[inline(always)]
    fn mask(holds: bool) -> Self {
        if holds { Self::ONES } else { Self::ZERO }
    }

    /// `value` moved into the lane's range.
    #[inline(always)]
    fn clamp_exact(value: i128) -> Self {
        Self::cut(value.clamp(Self::MIN.exact(), Self::MAX.exact()))
    }
}

/// An integer lane with one of twice the width and the same signedness.
pub(super) trait Narrow: Int {
    type Wide: Int;

    fn widen(self) -> Self::Wide;
    fn narrow(wide: Self::Wide) -> Self;

    /// The low half of `a`, widened.
    #[inline(always)]
    fn widen_low(a: Vector) -> Vector {
        Self::Wide::generate(|i| Self::get(&a, i).widen())
    }

    /// `f` of each two lanes of the low halves, widened.
    #[inline(always)]
    fn zip_wide(a: Vector, b: Vector, f: impl Fn(Self::Wide, Self::Wide) -> Self::Wide) -> Vector {
        Self::Wide::generate(|i| f(Self::get(&a, i).widen(), Self::get(&b, i).widen()))
    }

    /// The low 64 bits: each wide lane of `a` after `f`, narrowed; the high ones zero.
    #[inline(always)]
    fn narrow_map(a: Vector, f: impl Fn(Self::Wide) -> Self) -> Vector {
        let half = Self::COUNT / 2;
        Self::generate(|i| if i < half { f(Self::Wide::get(&a, i)) } else { Self::ZERO })
    }
}

macro_rules! lanes {
    ($($ty:ty, $bytes:literal;)*) => { $(
        impl Lane for $ty {
            const BITS: u32 = 8 * $bytes;

            #[inline(always)]
            fn get(vector: &Vector, index: usize) -> Self {
                <$ty>::from_le_bytes(vector.0.as_chunks::<$bytes>().0[index % (16 / $bytes)])
            }

            #[inline(always)]
            fn set(vector: &mut Vector, index: usize, value: Self) {
                vector.0.as_chunks_mut::<$bytes>().0[index % (16 / $bytes)] = value.to_le_bytes();
            }

            #[inline(always)]
            fn generate(mut lane: impl FnMut(usize) -> Self) -> Vector {
                let mut vector = Vector::default();
                // One call in a plain loop, so that it is inlined; `array::from_fn` calls it once for each lane.
                for (i, bytes) in vector.0.as_chunks_mut::<$bytes>().0.iter_mut().enumerate() {
                    *bytes = lane(i).to_le_bytes();
                }
                vector
            }
        }

        impl Int for $ty {
            const ZERO: Self = 0;
            const ONES: Self = !0;
            const MIN: Self = <$ty>::MIN;
            const MAX: Self = <$ty>::MAX;

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            #[inline(always)]
            fn distance(self, other: Self) -> Self {
                self.abs_diff(other) as Self
            }
            #[inline(always)]
            fn shl(self, count: u32) -> Self {
                self.wrapping_shl(count)
            }
            #[inline(always)]
            fn shr(self, count: u32) -> Self {
                self.wrapping_shr(count)
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self & other
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self ^ other
            }
            #[inline(always)]
            fn not(self) -> Self {
                !self
            }
            #[inline(always)]
            fn leading_zeros(self) -> u32 {
                <$ty>::leading_zeros(self)
            }
            #[inline(always)]
            fn exact(self) -> i128 {
                self as i128
            }
            #[inline(always)]
            fn cut(value: i128) -> Self {
                value as Self
            }
        }
    )* };
}

lanes! {
    u8, 1; i8, 1;
    u16, 2; i16, 2;
    u32, 4; i32, 4;
    u64, 8; i64, 8;
}

macro_rules! narrow {
    ($($ty:ty => $wide:ty;)*) => { $(
        impl Narrow for $ty {
            type Wide = $wide;
            #[inline(always)]
            fn widen(self) -> $wide {
                <$wide>::from(self)
            }
            #[inline(always)]
            fn narrow(wide: $wide) -> Self {
                wide as Self
            }
        }
    )* };
}

narrow! {
    u8 => u16; i8 => i16;
    u16 => u32; i16 => i32;
    u32 => u64; i32 => i64;
}

/// Entry `n` keeps the low `n` bytes (all 16 from there on).
static KEEP: [Vector; 32] = {
    let mut table = [Vector([0; 16]); 32];
    let mut n = 0;
    while n < 32 {
        let mut i = 0;
        while i < n && i < 16 {
            table[n].0[i] = 0xff;
            i += 1;
        }
        n += 1;
    }
    table
};

impl Vector {
    /// The low `bytes` (0–31), the others zero.
    #[inline(always)]
    pub(super) fn keep(self, bytes: u8) -> Vector {
        u64::zip(self, KEEP[usize::from(bytes & 31)], |a, b| a & b)
    }

    /// The high half, moved down.
    #[inline(always)]
    pub(super) fn high(self) -> Vector {
        Vector::from_halves(u64::get(&self, 1), 0)
    }

    /// A vector of two 64-bit lanes.
    #[inline(always)]
    pub(super) fn from_halves(low: u64, high: u64) -> Vector {
        u64::generate(|i| if i == 0 { low } else { high })
    }
}

impl Cpu {
    /// Writes the result of a vector instruction whose `ra` says how many bytes of it there are; the others become
    /// zero.
    #[inline(always)]
    pub(super) fn put(&mut self, insn: &Insn, value: Vector) -> Flow {
        self.set_vector(insn.rd, value.keep(insn.ra));
        Flow::Next
    }
}
