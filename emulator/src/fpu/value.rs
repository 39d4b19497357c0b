//! Bit patterns taken apart.

use super::{Env, Format, fpsr};

/// What kind of number a bit pattern is, after flushing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Zero,
    Finite,
    Infinite,
    Quiet,
    Signalling,
}

/// An unpacked number. A finite one is `sig × 2^(exp − 63)`, with the highest bit of `sig` set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub class: Class,
    pub sign: bool,
    pub exp: i32,
    pub sig: u64,
}

impl Value {
    pub fn is_nan(&self) -> bool {
        matches!(self.class, Class::Quiet | Class::Signalling)
    }

    pub fn is_zero(&self) -> bool {
        self.class == Class::Zero
    }

    pub fn is_infinite(&self) -> bool {
        self.class == Class::Infinite
    }

    pub fn negated(self) -> Value {
        Value { sign: !self.sign, ..self }
    }
}

/// Takes `bits` apart; subnormals become zero if `env` flushes them.
///
/// # Source
/// Arm ARM, shared/functions/float/fpunpack: half-precision flushing raises nothing.
#[inline]
pub(super) fn unpack<F: Format>(bits: u64, env: &mut Env) -> Value {
    unpack_base::<F>(bits, false, env)
}

/// [`unpack`] for conversions between formats: half precision may be the alternative one and is never flushed.
///
/// # Source
/// Arm ARM, shared/functions/float/fpunpack, FPUnpackCV.
pub(super) fn unpack_for_conversion<F: Format>(bits: u64, env: &mut Env) -> Value {
    let mut inner = env.for_conversion();
    let value = unpack_base::<F>(bits, F::BITS == 16 && env.alternative_half(), &mut inner);
    env.raise(inner.fpsr());
    value
}

#[inline]
fn unpack_base<F: Format>(bits: u64, alternative: bool, env: &mut Env) -> Value {
    let sign = bits & F::SIGN != 0;
    let biased = ((bits & F::INFINITY) >> F::FRAC) as i32;
    let frac = bits & F::FRAC_MASK;
    let left = frac << (63 - F::FRAC);
    if biased == 0 {
        if frac == 0 {
            return Value { class: Class::Zero, sign, exp: 0, sig: 0 };
        }
        if env.flushes::<F>() {
            if F::BITS != 16 {
                env.raise(fpsr::IDC);
            }
            return Value { class: Class::Zero, sign, exp: 0, sig: 0 };
        }
        let shift = left.leading_zeros();
        return Value { class: Class::Finite, sign, exp: F::MIN_EXP - shift as i32, sig: left << shift };
    }
    if biased == F::EXP_ONES && !alternative {
        let class = match frac {
            0 => Class::Infinite,
            _ if frac & F::QUIET != 0 => Class::Quiet,
            _ => Class::Signalling,
        };
        return Value { class, sign, exp: 0, sig: 0 };
    }
    Value { class: Class::Finite, sign, exp: biased - F::BIAS, sig: left | 1 << 63 }
}
