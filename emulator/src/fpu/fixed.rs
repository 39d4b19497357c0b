//! To and from integers and fixed-point numbers.

use std::cmp::Ordering;

use super::arith::wide;
use super::round::{Exact, round_as, rounds_up, zero};
use super::value::{Class, Value, unpack};
use super::{Env, Format, Rounding, fast, fpsr, nan};

/// `bits` rounded to an integral value; if `exact`, a difference is inexact.
///
/// # Source
/// Arm ARM, shared/functions/float/fproundint.
pub fn round_to_integral<F: Format>(bits: u64, rounding: Rounding, exact: bool, env: &mut Env) -> u64 {
    let value = unpack::<F>(bits, env);
    match value.class {
        Class::Quiet | Class::Signalling => nan::propagate::<F>(bits, value, env),
        Class::Infinite => bits,
        Class::Zero => zero::<F>(value.sign),
        // All bits are worth one or more.
        Class::Finite if value.exp >= F::FRAC as i32 => bits,
        Class::Finite => {
            let (integer, inexact) = integer(value, rounding);
            if inexact && exact {
                env.raise(fpsr::IXC);
            }
            let sig = (integer as u64).into();
            if sig == 0 {
                return zero::<F>(value.sign);
            }
            // An integral value above the fraction's width is exact.
            round_as::<F>(Exact { sign: value.sign, exp: 127, sig }, Rounding::Zero, env)
        }
    }
}

/// The magnitude of a finite value below 2^127, rounded, and whether that changed it.
fn integer(value: Value, rounding: Rounding) -> (u128, bool) {
    let (whole, lost) = match value.exp {
        63.. => (u128::from(value.sig) << (value.exp - 63), 0),
        0..63 => (u128::from(value.sig >> (63 - value.exp)), value.sig << (value.exp + 1)),
        -1 => (0, value.sig),
        _ => (0, 1),
    };
    if lost == 0 {
        return (whole, false);
    }
    let half: Ordering = lost.cmp(&(1 << 63));
    (whole + u128::from(rounds_up(rounding, value.sign, whole & 1 != 0, half)), true)
}

/// `bits × 2^fraction` as an integer of `width` (32, 64 or 16) bits, saturating; the result's other bits are zero.
///
/// # Source
/// Arm ARM, shared/functions/float/fptofixed.
#[inline]
pub fn to_fixed<F: Format>(
    bits: u64,
    width: u32,
    signed: bool,
    fraction: u32,
    rounding: Rounding,
    env: &mut Env,
) -> u64 {
    if fraction == 0
        && rounding == Rounding::Zero
        && let Some(integer) = fast::to_integer::<F>(bits, width, signed, env)
    {
        return integer;
    }
    to_fixed_soft::<F>(bits, width, signed, fraction, rounding, env)
}

#[inline(never)]
fn to_fixed_soft<F: Format>(
    bits: u64,
    width: u32,
    signed: bool,
    fraction: u32,
    rounding: Rounding,
    env: &mut Env,
) -> u64 {
    let mask = u64::MAX >> (64 - width);
    let value = unpack::<F>(bits, env);
    let value = Value { exp: value.exp + fraction as i32, ..value };
    let (most, least) = match (signed, value.sign) {
        (true, false) => (u128::from(mask >> 1), 0),
        (true, true) => (0, u128::from(mask >> 1) + 1),
        (false, false) => (u128::from(mask), 0),
        (false, true) => (0, 0),
    };
    // One of the two is zero: the sign says which limit applies.
    let limit = most | least;
    let (magnitude, inexact) = match value.class {
        Class::Zero => return 0,
        Class::Quiet | Class::Signalling => {
            env.raise(fpsr::IOC);
            return 0;
        }
        Class::Finite if value.exp <= 64 => integer(value, rounding),
        Class::Finite | Class::Infinite => (u128::MAX, false),
    };
    if magnitude > limit {
        env.raise(fpsr::IOC);
    } else if inexact {
        env.raise(fpsr::IXC);
    }
    let magnitude = magnitude.min(limit) as u64;
    (if value.sign { magnitude.wrapping_neg() } else { magnitude }) & mask
}

/// The integer in the low `width` bits, divided by `2^fraction`.
///
/// # Source
/// Arm ARM, shared/functions/float/fixedtofp.
#[inline]
pub fn from_fixed<F: Format>(
    integer: u64,
    width: u32,
    signed: bool,
    fraction: u32,
    rounding: Rounding,
    env: &mut Env,
) -> u64 {
    let unused = 64 - width;
    let negative = signed && (integer << unused) >> 63 != 0;
    let magnitude = if negative {
        (((integer << unused) as i64) >> unused).unsigned_abs()
    } else {
        (integer << unused) >> unused
    };
    if magnitude == 0 {
        return 0;
    }
    let (leading, trailing) = (magnitude.leading_zeros(), magnitude.trailing_zeros());
    if F::HOST && fraction == 0 && rounding == Rounding::Even && leading > 0 {
        // It is inexact if it has more bits than the significand, and nothing else can happen.
        if 64 - leading - trailing > F::FRAC + 1 {
            env.raise(fpsr::IXC);
        }
        return zero::<F>(negative) | F::host_from_i64(magnitude as i64);
    }
    let value = Value {
        class: Class::Finite,
        sign: negative,
        exp: 63 - leading as i32 - fraction as i32,
        sig: magnitude << leading,
    };
    round_as::<F>(wide(value), rounding, env)
}
