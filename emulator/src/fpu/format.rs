//! The three widths.

/// A binary interchange format. Its values are bit patterns in the low [`Format::BITS`] bits of a `u64`, the rest
/// zero.
pub trait Format: Copy + 'static {
    /// Width in bits.
    const BITS: u32;
    /// Width of the fraction in bits.
    const FRAC: u32;

    /// All bits.
    const MASK: u64 = u64::MAX >> (64 - Self::BITS);
    /// The sign bit.
    const SIGN: u64 = 1 << (Self::BITS - 1);
    /// The fraction's bits.
    const FRAC_MASK: u64 = (1 << Self::FRAC) - 1;
    /// The bit that tells quiet NaNs.
    const QUIET: u64 = 1 << (Self::FRAC - 1);
    /// Plus infinity, and the exponent's bits.
    const INFINITY: u64 = Self::MASK & !Self::SIGN & !Self::FRAC_MASK;
    /// The biased exponent of infinities and NaNs.
    const EXP_ONES: i32 = (Self::INFINITY >> Self::FRAC) as i32;
    /// What a biased exponent exceeds the true one by.
    const BIAS: i32 = Self::EXP_ONES / 2;
    /// The least exponent of a normal number.
    const MIN_EXP: i32 = 1 - Self::BIAS;
    /// The NaN that operations without a NaN operand make.
    const DEFAULT_NAN: u64 = Self::INFINITY | Self::QUIET;
    /// The least normal number.
    const MIN_NORMAL: u64 = 1 << Self::FRAC;
    /// The largest finite number.
    const MAX_NORMAL: u64 = Self::INFINITY - 1;
    /// One.
    const ONE: u64 = (Self::BIAS as u64) << Self::FRAC;
    /// Two.
    const TWO: u64 = Self::ONE + Self::MIN_NORMAL;
    /// One and a half.
    const ONE_AND_A_HALF: u64 = Self::ONE | Self::QUIET;

    /// The host's addition, multiplication and so on, where it has this width.
    const HOST: bool;

    /// The host's `a + b`, to nearest.
    fn host_add(a: u64, b: u64) -> u64;
    /// The host's `a - b`, to nearest.
    fn host_sub(a: u64, b: u64) -> u64;
    /// The host's `a * b`, to nearest.
    fn host_mul(a: u64, b: u64) -> u64;
    /// The host's `a / b`, to nearest.
    fn host_div(a: u64, b: u64) -> u64;
    /// The host's square root, to nearest.
    fn host_sqrt(a: u64) -> u64;
    /// The host's `a * b + c`, rounded once, and whether it is known for normal results.
    fn host_mul_add(a: u64, b: u64, c: u64) -> (u64, bool);
    /// The host's truncation to `i64`, saturating.
    fn host_to_i64(a: u64) -> i64;
    /// The host's conversion from `i64`, to nearest.
    fn host_from_i64(a: i64) -> u64;
}

/// Half precision.
#[derive(Clone, Copy, Debug)]
pub struct Half;
/// Single precision.
#[derive(Clone, Copy, Debug)]
pub struct Single;
/// Double precision.
#[derive(Clone, Copy, Debug)]
pub struct Double;

impl Format for Half {
    const BITS: u32 = 16;
    const FRAC: u32 = 10;
    const HOST: bool = false;

    fn host_add(_: u64, _: u64) -> u64 {
        Self::DEFAULT_NAN
    }
    fn host_sub(_: u64, _: u64) -> u64 {
        Self::DEFAULT_NAN
    }
    fn host_mul(_: u64, _: u64) -> u64 {
        Self::DEFAULT_NAN
    }
    fn host_div(_: u64, _: u64) -> u64 {
        Self::DEFAULT_NAN
    }
    fn host_sqrt(_: u64) -> u64 {
        Self::DEFAULT_NAN
    }
    fn host_mul_add(_: u64, _: u64, _: u64) -> (u64, bool) {
        (Self::DEFAULT_NAN, false)
    }
    fn host_to_i64(_: u64) -> i64 {
        0
    }
    fn host_from_i64(_: i64) -> u64 {
        Self::DEFAULT_NAN
    }
}

macro_rules! host_format {
    ($name:ident, $float:ty, $bits:ty, $width:literal, $frac:literal, $mul_add:ident) => {
        impl Format for $name {
            const BITS: u32 = $width;
            const FRAC: u32 = $frac;
            const HOST: bool = true;

            #[inline(always)]
            fn host_add(a: u64, b: u64) -> u64 {
                (<$float>::from_bits(a as $bits) + <$float>::from_bits(b as $bits)).to_bits().into()
            }
            #[inline(always)]
            fn host_sub(a: u64, b: u64) -> u64 {
                (<$float>::from_bits(a as $bits) - <$float>::from_bits(b as $bits)).to_bits().into()
            }
            #[inline(always)]
            fn host_mul(a: u64, b: u64) -> u64 {
                (<$float>::from_bits(a as $bits) * <$float>::from_bits(b as $bits)).to_bits().into()
            }
            #[inline(always)]
            fn host_div(a: u64, b: u64) -> u64 {
                (<$float>::from_bits(a as $bits) / <$float>::from_bits(b as $bits)).to_bits().into()
            }
            #[inline(always)]
            fn host_sqrt(a: u64) -> u64 {
                <$float>::from_bits(a as $bits).sqrt().to_bits().into()
            }
            #[inline(always)]
            fn host_mul_add(a: u64, b: u64, c: u64) -> (u64, bool) {
                $mul_add(a, b, c)
            }
            #[inline(always)]
            fn host_to_i64(a: u64) -> i64 {
                <$float>::from_bits(a as $bits) as i64
            }
            #[inline(always)]
            fn host_from_i64(a: i64) -> u64 {
                (a as $float).to_bits().into()
            }
        }
    };
}

host_format!(Single, f32, u32, 32, 23, mul_add_single);
host_format!(Double, f64, u64, 64, 52, mul_add_double);

/// Through double precision, in which the product is exact: the sum then is rounded twice, which differs from once
/// only if the first rounding ends in the middle between two singles.
#[inline(always)]
fn mul_add_single(a: u64, b: u64, c: u64) -> (u64, bool) {
    let [a, b, c] = [a, b, c].map(|bits| f64::from(f32::from_bits(bits as u32)));
    let sum = a * b + c;
    let below = sum.to_bits() & 0x1fff_ffff;
    ((sum as f32).to_bits().into(), below != 0x1000_0000)
}

#[inline(always)]
fn mul_add_double(a: u64, b: u64, c: u64) -> (u64, bool) {
    let [a, b, c] = [a, b, c].map(f64::from_bits);
    (a.mul_add(b, c).to_bits(), true)
}
