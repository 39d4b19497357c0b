//! Addition, multiplication, division, square root.

use super::nan;
use super::round::{Exact, infinity, round, shift_right_sticky, zero};
use super::value::{Class, Value, unpack};
use super::{Env, Format, fast, fpsr};

/// `a + b`.
///
/// # Source
/// Arm ARM, shared/functions/float/fpadd.
#[inline]
pub fn add<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    fast::add::<F>(a, b, env).unwrap_or_else(|| add_soft::<F>(a, b, false, env))
}

/// `a - b`.
///
/// # Source
/// Arm ARM, shared/functions/float/fpsub.
#[inline]
pub fn sub<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    fast::sub::<F>(a, b, env).unwrap_or_else(|| add_soft::<F>(a, b, true, env))
}

/// `a * b`.
///
/// # Source
/// Arm ARM, shared/functions/float/fpmul.
#[inline]
pub fn mul<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    fast::mul::<F>(a, b, env).unwrap_or_else(|| mul_soft::<F>(a, b, false, env))
}

/// `a * b`, but zero times infinity is two.
///
/// # Source
/// Arm ARM, shared/functions/float/fpmulx.
#[inline]
pub fn mulx<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    fast::mul::<F>(a, b, env).unwrap_or_else(|| mul_soft::<F>(a, b, true, env))
}

/// `a / b`.
///
/// # Source
/// Arm ARM, shared/functions/float/fpdiv.
#[inline]
pub fn div<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    fast::div::<F>(a, b, env).unwrap_or_else(|| div_soft::<F>(a, b, env))
}

/// The square root of `a`.
///
/// # Source
/// Arm ARM, shared/functions/float/fpsqrt.
#[inline]
pub fn sqrt<F: Format>(a: u64, env: &mut Env) -> u64 {
    fast::sqrt::<F>(a, env).unwrap_or_else(|| sqrt_soft::<F>(a, env))
}

#[inline(never)]
fn add_soft<F: Format>(a: u64, b: u64, subtract: bool, env: &mut Env) -> u64 {
    let (left, right) = (unpack::<F>(a, env), unpack::<F>(b, env));
    if let Some(bits) = nan::any::<F, 2>([(a, left), (b, right)], env) {
        return bits;
    }
    let right = if subtract { right.negated() } else { right };
    match (left.class, right.class) {
        (Class::Infinite, Class::Infinite) if left.sign != right.sign => nan::invalid::<F>(env),
        (Class::Infinite, _) => infinity::<F>(left.sign),
        (_, Class::Infinite) => infinity::<F>(right.sign),
        (Class::Zero, Class::Zero) if left.sign == right.sign => zero::<F>(left.sign),
        _ => match sum(wide(left), wide(right)) {
            Some(exact) => round::<F>(exact, env),
            None => zero::<F>(env.negative_zero()),
        },
    }
}

/// A zero or finite value with its leading bit at 126, which leaves one bit for a carry.
pub(super) fn wide(value: Value) -> Exact {
    Exact { sign: value.sign, exp: value.exp + 1, sig: u128::from(value.sig) << 63 }
}

/// The sum of two values whose leading bits are at 126, or that are zero; `None` is an exact zero.
pub(super) fn sum(a: Exact, b: Exact) -> Option<Exact> {
    if a.sig == 0 || b.sig == 0 {
        let only = if a.sig == 0 { b } else { a };
        return (only.sig != 0).then_some(only);
    }
    let (big, small) = if (a.exp, a.sig) >= (b.exp, b.sig) { (a, b) } else { (b, a) };
    // At most one leading bit cancels when the distance is two or more, so the sticky bit stays far below the
    // rounding position.
    let aligned = shift_right_sticky(small.sig, (big.exp - small.exp) as u32);
    let sig = if big.sign == small.sign { big.sig + aligned } else { big.sig - aligned };
    (sig != 0).then_some(Exact { sig, ..big })
}

#[inline(never)]
fn mul_soft<F: Format>(a: u64, b: u64, extended: bool, env: &mut Env) -> u64 {
    let (left, right) = (unpack::<F>(a, env), unpack::<F>(b, env));
    if let Some(bits) = nan::any::<F, 2>([(a, left), (b, right)], env) {
        return bits;
    }
    let sign = left.sign != right.sign;
    match (left.class, right.class) {
        (Class::Infinite, Class::Zero) | (Class::Zero, Class::Infinite) if extended => {
            zero::<F>(sign) | F::TWO
        }
        (Class::Infinite, Class::Zero) | (Class::Zero, Class::Infinite) => nan::invalid::<F>(env),
        (Class::Infinite, _) | (_, Class::Infinite) => infinity::<F>(sign),
        (Class::Zero, _) | (_, Class::Zero) => zero::<F>(sign),
        _ => round::<F>(product(left, right), env),
    }
}

/// The product of two finite values, exact; its leading bit is at 126 or 127.
pub(super) fn product(a: Value, b: Value) -> Exact {
    Exact { sign: a.sign != b.sign, exp: a.exp + b.exp + 1, sig: u128::from(a.sig) * u128::from(b.sig) }
}

#[inline(never)]
fn div_soft<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    let (left, right) = (unpack::<F>(a, env), unpack::<F>(b, env));
    if let Some(bits) = nan::any::<F, 2>([(a, left), (b, right)], env) {
        return bits;
    }
    let sign = left.sign != right.sign;
    match (left.class, right.class) {
        (Class::Infinite, Class::Infinite) | (Class::Zero, Class::Zero) => nan::invalid::<F>(env),
        (Class::Infinite, _) => infinity::<F>(sign),
        (_, Class::Zero) => {
            env.raise(fpsr::DZC);
            infinity::<F>(sign)
        }
        (Class::Zero, _) | (_, Class::Infinite) => zero::<F>(sign),
        _ => {
            let (over, under) = (u128::from(left.sig) << 63, u128::from(right.sig));
            let sticky = u128::from(over % under != 0);
            // The quotient has 63 or 64 bits, worth 2^(exp − 63) each at the lowest.
            let sig = (over / under) << 1 | sticky;
            round::<F>(Exact { sign, exp: left.exp - right.exp + 63, sig }, env)
        }
    }
}

#[inline(never)]
fn sqrt_soft<F: Format>(a: u64, env: &mut Env) -> u64 {
    let value = unpack::<F>(a, env);
    match value.class {
        Class::Quiet | Class::Signalling => nan::propagate::<F>(a, value, env),
        Class::Zero => zero::<F>(value.sign),
        _ if value.sign => nan::invalid::<F>(env),
        Class::Infinite => F::INFINITY,
        Class::Finite => {
            let odd = value.exp.rem_euclid(2);
            let radicand = u128::from(value.sig) << (63 + odd);
            let root = radicand.isqrt();
            let sticky = u128::from(root * root != radicand);
            // The root has 64 bits, the lowest worth 2^((exp − odd − 126) / 2).
            let exp = (value.exp - odd) / 2 + 63;
            round::<F>(Exact { sign: false, exp, sig: root << 1 | sticky }, env)
        }
    }
}
