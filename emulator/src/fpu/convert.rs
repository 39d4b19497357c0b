//! Between the widths.

use super::arith::wide;
use super::round::{infinity, round_for_conversion, zero};
use super::value::{Class, unpack_for_conversion};
use super::{Env, Format, Rounding, fast, fpsr};

/// `bits` of `From` as a `To`.
///
/// # Source
/// Arm ARM, shared/functions/float/fpconvert.
#[inline]
pub fn convert<From: Format, To: Format>(bits: u64, rounding: Rounding, env: &mut Env) -> u64 {
    fast::convert::<From, To>(bits, rounding, env)
        .unwrap_or_else(|| convert_soft::<From, To>(bits, rounding, env))
}

#[inline(never)]
fn convert_soft<From: Format, To: Format>(bits: u64, rounding: Rounding, env: &mut Env) -> u64 {
    let value = unpack_for_conversion::<From>(bits, env);
    let alternative = To::BITS == 16 && env.alternative_half();
    match value.class {
        Class::Quiet | Class::Signalling => {
            if alternative || value.class == Class::Signalling {
                env.raise(fpsr::IOC);
            }
            match () {
                () if alternative => zero::<To>(value.sign),
                () if env.default_nan() => To::DEFAULT_NAN,
                () => zero::<To>(value.sign) | To::DEFAULT_NAN | payload::<From, To>(bits),
            }
        }
        Class::Infinite if alternative => {
            env.raise(fpsr::IOC);
            zero::<To>(value.sign) | To::MASK & !To::SIGN
        }
        Class::Infinite => infinity::<To>(value.sign),
        Class::Zero => zero::<To>(value.sign),
        Class::Finite => round_for_conversion::<To>(wide(value), rounding, env),
    }
}

/// A NaN's fraction, its highest bits kept.
///
/// # Source
/// Arm ARM, shared/functions/float/fpconvertnan.
fn payload<From: Format, To: Format>(bits: u64) -> u64 {
    let frac = bits & From::FRAC_MASK;
    if To::FRAC >= From::FRAC { frac << (To::FRAC - From::FRAC) } else { frac >> (From::FRAC - To::FRAC) }
}
