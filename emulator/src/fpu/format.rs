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
    /// The host's `a * b + c`, rounded once.
    fn host_mul_add(a: u64, b: u64, c: u64) -> u64;
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
    fn host_mul_add(_: u64, _: u64, _: u64) -> u64 {
        Self::DEFAULT_NAN
    }
    fn host_to_i64(_: u64) -> i64 {
        0
    }
    fn host_from_i64(_: i64) -> u64 {
        Self::DEFAULT_NAN
    }
}

macro_rules! host_format {
    ($name:ident, $float:ty, $bits:ty, $width:literal, $frac:literal) => {
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
            fn host_mul_add(a: u64, b: u64, c: u64) -> u64 {
                let c = <$float>::from_bits(c as $bits);
                <$float>::from_bits(a as $bits).mul_add(<$float>::from_bits(b as $bits), c).to_bits().into()
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

host_format!(Single, f32, u32, 32, 23);
host_format!(Double, f64, u64, 64, 52);
