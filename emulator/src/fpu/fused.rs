//! Multiplications and an addition, rounded once.

use super::arith::{product, sum, wide};
use super::round::{Exact, infinity, round, zero};
use super::value::{Value, unpack};
use super::{Env, Format, fast, nan};

/// `addend + a * b`.
///
/// # Source
/// Arm ARM, shared/functions/float/fpmuladd.
#[inline]
pub fn mul_add<F: Format>(addend: u64, a: u64, b: u64, env: &mut Env) -> u64 {
    fast::mul_add::<F>(addend, a, b, env).unwrap_or_else(|| mul_add_soft::<F>(addend, a, b, env))
}

#[inline(never)]
fn mul_add_soft<F: Format>(addend: u64, a: u64, b: u64, env: &mut Env) -> u64 {
    let extra = unpack::<F>(addend, env);
    let (left, right) = (unpack::<F>(a, env), unpack::<F>(b, env));
    let undefined = left.is_infinite() && right.is_zero() || left.is_zero() && right.is_infinite();
    if let Some(bits) = nan::any::<F, 3>([(addend, extra), (a, left), (b, right)], env) {
        // A quiet addend does not hide that the product is invalid.
        let quiet = extra.is_nan() && addend & F::QUIET != 0;
        return if quiet && undefined { nan::invalid::<F>(env) } else { bits };
    }
    let sign = left.sign != right.sign;
    let infinite = left.is_infinite() || right.is_infinite();
    if undefined || extra.is_infinite() && infinite && extra.sign != sign {
        return nan::invalid::<F>(env);
    }
    if extra.is_infinite() {
        return infinity::<F>(extra.sign);
    }
    if infinite {
        return infinity::<F>(sign);
    }
    let nothing = left.is_zero() || right.is_zero();
    if nothing && extra.is_zero() && extra.sign == sign {
        return zero::<F>(sign);
    }
    match sum(wide(extra), wide_product(left, right)) {
        Some(exact) => round::<F>(exact, env),
        None => zero::<F>(env.negative_zero()),
    }
}

/// The product of two zero or finite values, its leading bit at 126.
fn wide_product(a: Value, b: Value) -> Exact {
    let mut exact = product(a, b);
    if exact.sig >> 127 != 0 {
        // Both factors have at least eleven zeros at the end, so nothing is lost.
        exact.sig >>= 1;
        exact.exp += 1;
    }
    exact
}

/// `2 - a * b`, a step of a reciprocal's Newton iteration.
///
/// # Source
/// Arm ARM, shared/functions/float/fprecipstepfused.
pub fn recip_step<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    step::<F>(a, b, F::TWO, 0, env)
}

/// `(3 - a * b) / 2`, a step of a reciprocal square root's Newton iteration.
///
/// # Source
/// Arm ARM, shared/functions/float/fprsqrtstepfused.
pub fn rsqrt_step<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    step::<F>(a, b, F::TWO | F::QUIET, 1, env)
}

/// `(base − a × b) / 2^halvings`.
fn step<F: Format>(a: u64, b: u64, base: u64, halvings: i32, env: &mut Env) -> u64 {
    let a = a ^ F::SIGN;
    let (left, right) = (unpack::<F>(a, env), unpack::<F>(b, env));
    if let Some(bits) = nan::any::<F, 2>([(a, left), (b, right)], env) {
        return bits;
    }
    let base_value = unpack::<F>(base, env);
    if left.is_infinite() && right.is_zero() || left.is_zero() && right.is_infinite() {
        return if halvings == 0 { F::TWO } else { F::ONE_AND_A_HALF };
    }
    if left.is_infinite() || right.is_infinite() {
        return infinity::<F>(left.sign != right.sign);
    }
    match sum(wide(base_value), wide_product(left, right)) {
        Some(exact) => round::<F>(Exact { exp: exact.exp - halvings, ..exact }, env),
        None => zero::<F>(env.negative_zero()),
    }
}
