//! Reciprocal and reciprocal square root estimates, by the architecture's tables.

use super::round::{infinity, overflows_to_infinity, zero};
use super::value::{Class, unpack};
use super::{Env, Format, fpsr, nan};

/// About `1 / (a / 512)` in steps of 1/256, for `a` of 256–511.
///
/// # Source
/// Arm ARM, shared/functions/float/recipestimate.
fn recip_table(a: u32) -> u32 {
    ((1 << 19) / (a * 2 + 1)).div_ceil(2)
}

/// About `1 / sqrt(a / 512)` in steps of 1/256, for `a` of 128–511.
///
/// # Source
/// Arm ARM, shared/functions/float/recipsqrtestimate.
fn rsqrt_table(a: u32) -> u32 {
    let a = if a < 256 { a * 2 + 1 } else { (a >> 1 << 1 | 1) * 2 };
    let mut b = 512;
    while a * (b + 1) * (b + 1) < 1 << 28 {
        b += 1;
    }
    b.div_ceil(2)
}

/// The exponent, and the fraction with its highest bit at 51; subnormals get an exponent of zero or less.
fn exponent_and_fraction<F: Format>(bits: u64) -> (i32, u64) {
    let mut exp = ((bits & F::INFINITY) >> F::FRAC) as i32;
    let mut frac = (bits & F::FRAC_MASK) << (52 - F::FRAC);
    if exp == 0 {
        let shift = frac.leading_zeros() - 11;
        exp = 1 - shift as i32;
        frac = frac << shift & ((1 << 52) - 1);
    }
    (exp, frac)
}

/// An estimate of `1 / bits`, good to eight bits.
///
/// # Source
/// Arm ARM, shared/functions/float/fprecipestimate.
pub fn recip_estimate<F: Format>(bits: u64, env: &mut Env) -> u64 {
    let value = unpack::<F>(bits, env);
    let sign = zero::<F>(value.sign);
    match value.class {
        Class::Quiet | Class::Signalling => return nan::propagate::<F>(bits, value, env),
        Class::Infinite => return sign,
        Class::Zero => {
            env.raise(fpsr::DZC);
            return infinity::<F>(value.sign);
        }
        Class::Finite => {}
    }
    if value.exp < -F::BIAS - 1 {
        env.raise(fpsr::OFC | fpsr::IXC);
        let infinite = overflows_to_infinity(env.rounding(), value.sign);
        return sign | if infinite { F::INFINITY } else { F::MAX_NORMAL };
    }
    if env.flushes::<F>() && value.exp >= F::BIAS - 1 {
        env.raise(fpsr::UFC);
        return sign;
    }
    let (exp, frac) = exponent_and_fraction::<F>(bits);
    let estimate = recip_table(256 | (frac >> 44) as u32);
    let frac = u64::from(estimate & 0xff) << 44;
    let (exp, frac) = match 2 * F::BIAS - 1 - exp {
        0 => (0, 1 << 51 | frac >> 1),
        -1 => (0, 1 << 50 | frac >> 2),
        exp => (exp, frac),
    };
    sign | (exp as u64) << F::FRAC | frac >> (52 - F::FRAC)
}

/// An estimate of `1 / sqrt(bits)`, good to eight bits.
///
/// # Source
/// Arm ARM, shared/functions/float/fprsqrtestimate.
pub fn rsqrt_estimate<F: Format>(bits: u64, env: &mut Env) -> u64 {
    let value = unpack::<F>(bits, env);
    match value.class {
        Class::Quiet | Class::Signalling => return nan::propagate::<F>(bits, value, env),
        Class::Zero => {
            env.raise(fpsr::DZC);
            return infinity::<F>(value.sign);
        }
        _ if value.sign => return nan::invalid::<F>(env),
        Class::Infinite => return 0,
        Class::Finite => {}
    }
    let (exp, frac) = exponent_and_fraction::<F>(bits);
    let scaled = if exp & 1 == 0 { 256 | (frac >> 44) as u32 } else { 128 | (frac >> 45) as u32 };
    let exp = (3 * F::BIAS - 1 - exp).div_euclid(2);
    (exp as u64) << F::FRAC | u64::from(rsqrt_table(scaled) & 0xff) << (F::FRAC - 8)
}

/// `bits` with its exponent about negated and a fraction of zero.
///
/// # Source
/// Arm ARM, shared/functions/float/fprecpx.
pub fn recip_exponent<F: Format>(bits: u64, env: &mut Env) -> u64 {
    let value = unpack::<F>(bits, env);
    if value.is_nan() {
        return nan::propagate::<F>(bits, value, env);
    }
    let exp = bits & F::INFINITY;
    let reversed = if exp == 0 { F::INFINITY - F::MIN_NORMAL } else { !exp & F::INFINITY };
    bits & F::SIGN | reversed
}

/// An estimate of the reciprocal of a 32-bit fixed-point number.
///
/// # Source
/// Arm ARM, shared/functions/float/unsignedrecipestimate.
pub fn unsigned_recip_estimate(operand: u32) -> u32 {
    if operand >> 31 == 0 { u32::MAX } else { recip_table(operand >> 23) << 23 }
}

/// An estimate of the reciprocal square root of a 32-bit fixed-point number.
///
/// # Source
/// Arm ARM, shared/functions/float/unsignedrsqrtestimate.
pub fn unsigned_rsqrt_estimate(operand: u32) -> u32 {
    if operand >> 30 == 0 { u32::MAX } else { rsqrt_table(operand >> 23) << 23 }
}
