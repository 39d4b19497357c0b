//! The host's own arithmetic, where its result and flags are provably those of the pseudocode.
//!
//! The host rounds to nearest and flushes nothing; so must FPCR. A result that is finite came from no NaN (which
//! settles FPCR.DN), raised no exception but inexact and underflow, and one above the least normal number did not
//! underflow. What is left is whether it was inexact: no matter if FPSR says so already, else it must be exact.

use super::{Env, Format, Rounding, fpsr};

/// Neither infinite nor a NaN.
#[inline(always)]
fn finite<F: Format>(bits: u64) -> bool {
    bits & !F::SIGN < F::INFINITY
}

/// Finite and above the least normal number.
#[inline(always)]
fn normal<F: Format>(bits: u64) -> bool {
    (F::MIN_NORMAL + 1..F::INFINITY).contains(&(bits & !F::SIGN))
}

#[inline(always)]
fn zero<F: Format>(bits: u64) -> bool {
    bits & !F::SIGN == 0
}

/// Zeros at the end of a significand.
#[inline(always)]
fn trailing<F: Format>(bits: u64) -> u32 {
    (bits | F::MIN_NORMAL).trailing_zeros()
}

/// Have `a` and `b` together no more significant bits than fit into one significand?
#[inline(always)]
fn product_fits<F: Format>(a: u64, b: u64) -> bool {
    trailing::<F>(a) + trailing::<F>(b) > F::FRAC
}

#[inline(always)]
pub(super) fn add<F: Format>(a: u64, b: u64, env: &mut Env) -> Option<u64> {
    if !F::HOST || !env.as_host() {
        return None;
    }
    let result = F::host_add(a, b);
    if !finite::<F>(result) {
        return None;
    }
    // A sum too small to be normal is exact.
    if !env.inexact() {
        // Møller and Knuth: the error of a sum is itself representable, and this computes it.
        let part = F::host_sub(result, a);
        let error = F::host_add(F::host_sub(a, F::host_sub(result, part)), F::host_sub(b, part));
        if !finite::<F>(error) {
            return None;
        }
        if !zero::<F>(error) {
            env.raise(fpsr::IXC);
        }
    }
    Some(result)
}

#[inline(always)]
pub(super) fn sub<F: Format>(a: u64, b: u64, env: &mut Env) -> Option<u64> {
    add::<F>(a, b ^ F::SIGN, env)
}

#[inline(always)]
pub(super) fn mul<F: Format>(a: u64, b: u64, env: &mut Env) -> Option<u64> {
    if !F::HOST || !env.as_host() {
        return None;
    }
    let result = F::host_mul(a, b);
    let sure = (normal::<F>(result) && (env.inexact() || product_fits::<F>(a, b)))
        || (zero::<F>(result) && (zero::<F>(a) || zero::<F>(b)));
    sure.then_some(result)
}

#[inline(always)]
pub(super) fn div<F: Format>(a: u64, b: u64, env: &mut Env) -> Option<u64> {
    if !F::HOST || !env.as_host() {
        return None;
    }
    let result = F::host_div(a, b);
    if !normal::<F>(result) {
        return None;
    }
    let exact = || product_fits::<F>(result, b) && F::host_mul(result, b) == a;
    (env.inexact() || exact()).then_some(result)
}

#[inline(always)]
pub(super) fn sqrt<F: Format>(a: u64, env: &mut Env) -> Option<u64> {
    if !F::HOST || !env.as_host() {
        return None;
    }
    let result = F::host_sqrt(a);
    if !normal::<F>(result) {
        return None;
    }
    let exact = || product_fits::<F>(result, result) && F::host_mul(result, result) == a;
    (env.inexact() || exact()).then_some(result)
}

#[inline(always)]
pub(super) fn mul_add<F: Format>(addend: u64, a: u64, b: u64, env: &mut Env) -> Option<u64> {
    if !may_skip_flags::<F>(env) {
        return None;
    }
    let (result, sure) = host_mul_add::<F>(addend, a, b);
    sure.then_some(result)
}

/// Is every flag that a [`host_add`] and the like could raise in FPSR already, and are their rules the host's?
#[inline(always)]
pub fn may_skip_flags<F: Format>(env: &Env) -> bool {
    F::HOST && env.as_host() && env.inexact()
}

/// `a + b`, and whether that is right where [`may_skip_flags`] holds.
#[inline(always)]
pub fn host_add<F: Format>(a: u64, b: u64) -> (u64, bool) {
    let result = F::host_add(a, b);
    (result, finite::<F>(result))
}

/// `a - b`, and whether that is right where [`may_skip_flags`] holds.
#[inline(always)]
pub fn host_sub<F: Format>(a: u64, b: u64) -> (u64, bool) {
    let result = F::host_sub(a, b);
    (result, finite::<F>(result))
}

/// `a * b`, and whether that is right where [`may_skip_flags`] holds.
#[inline(always)]
pub fn host_mul<F: Format>(a: u64, b: u64) -> (u64, bool) {
    let result = F::host_mul(a, b);
    (result, normal::<F>(result) | (zero::<F>(result) & (zero::<F>(a) | zero::<F>(b))))
}

/// `a / b`, and whether that is right where [`may_skip_flags`] holds.
#[inline(always)]
pub fn host_div<F: Format>(a: u64, b: u64) -> (u64, bool) {
    let result = F::host_div(a, b);
    (result, normal::<F>(result))
}

/// `addend + a * b`, and whether that is right where [`may_skip_flags`] holds.
#[inline(always)]
pub fn host_mul_add<F: Format>(addend: u64, a: u64, b: u64) -> (u64, bool) {
    let (result, right) = F::host_mul_add(a, b, addend);
    (result, right & normal::<F>(result))
}

/// Between single and double precision.
#[inline(always)]
pub(super) fn convert<From: Format, To: Format>(bits: u64, rounding: Rounding, env: &Env) -> Option<u64> {
    if !From::HOST || !To::HOST || !env.as_host() || rounding != Rounding::Even {
        return None;
    }
    if To::BITS > From::BITS {
        let result = f64::from(f32::from_bits(bits as u32)).to_bits();
        return finite::<To>(result).then_some(result);
    }
    let result = (f64::from_bits(bits) as f32).to_bits().into();
    let exact = bits << (64 - (From::FRAC - To::FRAC)) == 0;
    let sure = (normal::<To>(result) && (exact || env.inexact())) || zero::<From>(bits);
    sure.then_some(result)
}

/// Towards zero, for results whose magnitude is below 2^31.
#[inline(always)]
pub(super) fn to_integer<F: Format>(bits: u64, width: u32, signed: bool, env: &mut Env) -> Option<u64> {
    if !F::HOST || !env.as_host() || width < 32 {
        return None;
    }
    let integer = F::host_to_i64(bits);
    let sure =
        finite::<F>(bits) && (integer.unsigned_abs() < 1 << 31) && (signed || integer > 0 || zero::<F>(bits));
    if !sure {
        return None;
    }
    let back = F::host_from_i64(integer);
    if back != bits && !(zero::<F>(bits) && integer == 0) {
        env.raise(fpsr::IXC);
    }
    Some(integer as u64 & (u64::MAX >> (64 - width)))
}
