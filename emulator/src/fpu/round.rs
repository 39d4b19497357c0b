//! Exact values to bit patterns, rounded once.

use std::cmp::Ordering;

use super::{Env, Format, Rounding, fpsr};

/// An exact value that is not zero: `sig × 2^(exp − 127)`. Bits lost below `sig` are remembered by its lowest bit
/// being set; at least `F::FRAC + 3` bits must stand above that one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact {
    pub sign: bool,
    pub exp: i32,
    pub sig: u128,
}

/// Zero with a sign.
#[inline(always)]
pub(super) fn zero<F: Format>(sign: bool) -> u64 {
    if sign { F::SIGN } else { 0 }
}

/// Infinity with a sign.
#[inline(always)]
pub(super) fn infinity<F: Format>(sign: bool) -> u64 {
    zero::<F>(sign) | F::INFINITY
}

/// `sig >> by`, with the lowest bit set if any bit was lost.
#[inline]
pub(super) fn shift_right_sticky(sig: u128, by: u32) -> u128 {
    match by {
        0 => sig,
        1..128 => sig >> by | u128::from(sig << (128 - by) != 0),
        _ => u128::from(sig != 0),
    }
}

/// Is a magnitude rounded up, whose last kept bit is `odd` and whose lost part compares to half of that as `half`?
/// Only meaningful when something was lost.
#[inline]
pub(super) fn rounds_up(rounding: Rounding, sign: bool, odd: bool, half: Ordering) -> bool {
    match rounding {
        Rounding::Even => half == Ordering::Greater || half == Ordering::Equal && odd,
        Rounding::Plus => !sign,
        Rounding::Minus => sign,
        Rounding::Zero | Rounding::Odd => false,
        Rounding::Away => half != Ordering::Less,
    }
}

/// Does an overflow give infinity, not the largest finite number?
pub(super) fn overflows_to_infinity(rounding: Rounding, sign: bool) -> bool {
    match rounding {
        Rounding::Even | Rounding::Away => true,
        Rounding::Plus => !sign,
        Rounding::Minus => sign,
        Rounding::Zero | Rounding::Odd => false,
    }
}

/// Rounds as FPCR says.
#[inline]
pub(super) fn round<F: Format>(value: Exact, env: &mut Env) -> u64 {
    let rounding = env.rounding();
    round_base::<F>(value, rounding, false, env)
}

/// Rounds as `rounding` says.
pub(super) fn round_as<F: Format>(value: Exact, rounding: Rounding, env: &mut Env) -> u64 {
    round_base::<F>(value, rounding, false, env)
}

/// Rounds for a conversion between formats: half precision may be the alternative one and is never flushed.
///
/// # Source
/// Arm ARM, shared/functions/float/fpround, FPRoundCV.
pub(super) fn round_for_conversion<F: Format>(value: Exact, rounding: Rounding, env: &mut Env) -> u64 {
    let mut inner = env.for_conversion();
    let bits = round_base::<F>(value, rounding, F::BITS == 16 && env.alternative_half(), &mut inner);
    env.raise(inner.fpsr());
    bits
}

/// # Source
/// Arm ARM, shared/functions/float/fpround, FPRoundBase: tininess is detected before rounding.
fn round_base<F: Format>(value: Exact, rounding: Rounding, alternative: bool, env: &mut Env) -> u64 {
    let lead = value.sig.leading_zeros();
    let (sig, exp) = (value.sig << lead, value.exp - lead as i32);
    let sign_bit = zero::<F>(value.sign);
    if exp < F::MIN_EXP && env.flushes::<F>() {
        env.raise(fpsr::UFC);
        return sign_bit;
    }
    let subnormal = (F::MIN_EXP - exp).max(0) as u32;
    // The lowest bit kept is worth 1 << drop.
    let drop = 127 - F::FRAC + subnormal;
    let (mut mantissa, lost) = match drop {
        0..128 => ((sig >> drop) as u64, sig << (128 - drop)),
        128 => (0, sig),
        _ => (0, 1),
    };
    let inexact = lost != 0;
    if inexact {
        if subnormal != 0 {
            env.raise(fpsr::UFC);
        }
        let half = lost.cmp(&(1 << 127));
        if rounds_up(rounding, value.sign, mantissa & 1 != 0, half) {
            mantissa += 1;
        } else if rounding == Rounding::Odd {
            mantissa |= 1;
        }
    }
    // A normal mantissa brings its leading bit along, which adds one to the exponent, as does a carry out of it.
    let biased = (exp - F::MIN_EXP).clamp(0, F::EXP_ONES) as u64;
    let magnitude = (biased << F::FRAC) + mantissa;
    if alternative {
        if magnitude >= F::SIGN {
            env.raise(fpsr::IOC);
            return F::MASK & !F::SIGN | sign_bit;
        }
    } else if magnitude >= F::INFINITY {
        env.raise(fpsr::OFC | fpsr::IXC);
        let infinite = overflows_to_infinity(rounding, value.sign);
        return sign_bit | if infinite { F::INFINITY } else { F::MAX_NORMAL };
    }
    if inexact {
        env.raise(fpsr::IXC);
    }
    sign_bit | magnitude
}
