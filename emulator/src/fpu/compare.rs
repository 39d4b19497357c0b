//! Comparisons, minimum and maximum.

use super::value::{Class, Value, unpack};
use super::{Env, Format, fpsr, nan};

/// How two numbers stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The first is less.
    Less,
    /// They are equal; zeros are, whatever their signs.
    Equal,
    /// The first is greater.
    Greater,
    /// One of them is a NaN.
    Unordered,
}

/// Compares; a signalling NaN is invalid, and a quiet one too if `signal_quiet`.
///
/// # Source
/// Arm ARM, shared/functions/float/fpcompare.
#[inline]
pub fn compare<F: Format>(a: u64, b: u64, signal_quiet: bool, env: &mut Env) -> Order {
    let (left, right) = (unpack::<F>(a, env), unpack::<F>(b, env));
    if left.is_nan() || right.is_nan() {
        let signalling = left.class == Class::Signalling || right.class == Class::Signalling;
        if signalling || signal_quiet {
            env.raise(fpsr::IOC);
        }
        return Order::Unordered;
    }
    let (left, right) = (key::<F>(a, left), key::<F>(b, right));
    match left.cmp(&right) {
        std::cmp::Ordering::Less => Order::Less,
        std::cmp::Ordering::Equal => Order::Equal,
        std::cmp::Ordering::Greater => Order::Greater,
    }
}

/// A signed number in the order of the values.
#[inline]
fn key<F: Format>(bits: u64, value: Value) -> i64 {
    let magnitude = if value.is_zero() { 0 } else { (bits & !F::SIGN) as i64 };
    if value.sign { -magnitude } else { magnitude }
}

/// `a == b`.
///
/// # Source
/// Arm ARM, shared/functions/float/fpcompareeq.
pub fn equal<F: Format>(a: u64, b: u64, env: &mut Env) -> bool {
    compare::<F>(a, b, false, env) == Order::Equal
}

/// `a >= b`; any NaN is invalid.
///
/// # Source
/// Arm ARM, shared/functions/float/fpcomparege.
pub fn greater_equal<F: Format>(a: u64, b: u64, env: &mut Env) -> bool {
    matches!(compare::<F>(a, b, true, env), Order::Greater | Order::Equal)
}

/// `a > b`; any NaN is invalid.
///
/// # Source
/// Arm ARM, shared/functions/float/fpcomparegt.
pub fn greater<F: Format>(a: u64, b: u64, env: &mut Env) -> bool {
    compare::<F>(a, b, true, env) == Order::Greater
}

/// The greater; NaNs win, and of the zeros the positive one.
///
/// # Source
/// Arm ARM, shared/functions/float/fpmax.
pub fn max<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    choose::<F>(a, b, true, env)
}

/// The less; NaNs win, and of the zeros the negative one.
///
/// # Source
/// Arm ARM, shared/functions/float/fpmin.
pub fn min<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    choose::<F>(a, b, false, env)
}

/// The greater; a number wins over a quiet NaN.
///
/// # Source
/// Arm ARM, shared/functions/float/fpmaxnum.
pub fn max_num<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    let (a, b) = numbers::<F>(a, b, F::SIGN | F::INFINITY, env);
    choose::<F>(a, b, true, env)
}

/// The less; a number wins over a quiet NaN.
///
/// # Source
/// Arm ARM, shared/functions/float/fpminnum.
pub fn min_num<F: Format>(a: u64, b: u64, env: &mut Env) -> u64 {
    let (a, b) = numbers::<F>(a, b, F::INFINITY, env);
    choose::<F>(a, b, false, env)
}

/// Replaces the only quiet NaN of two operands.
fn numbers<F: Format>(a: u64, b: u64, instead: u64, env: &mut Env) -> (u64, u64) {
    let quiet = |bits, env: &mut Env| unpack::<F>(bits, env).class == Class::Quiet;
    match (quiet(a, env), quiet(b, env)) {
        (true, false) => (instead, b),
        (false, true) => (a, instead),
        _ => (a, b),
    }
}

#[inline]
fn choose<F: Format>(a: u64, b: u64, greater: bool, env: &mut Env) -> u64 {
    let number = |bits| bits & !F::SIGN <= F::INFINITY;
    if number(a) && number(b) && !env.flushes::<F>() {
        // The order of the bits, with minus zero below plus zero, as minimum and maximum want it.
        let place = |bits| {
            let magnitude = (bits & !F::SIGN) as i64;
            if bits & F::SIGN != 0 { !magnitude } else { magnitude }
        };
        return if (place(a) > place(b)) == greater { a } else { b };
    }
    choose_soft::<F>(a, b, greater, env)
}

#[inline(never)]
fn choose_soft<F: Format>(a: u64, b: u64, greater: bool, env: &mut Env) -> u64 {
    let (left, right) = (unpack::<F>(a, env), unpack::<F>(b, env));
    if let Some(bits) = nan::any::<F, 2>([(a, left), (b, right)], env) {
        return bits;
    }
    if left.is_zero() && right.is_zero() {
        let negative = if greater { left.sign && right.sign } else { left.sign || right.sign };
        return if negative { F::SIGN } else { 0 };
    }
    let first = (key::<F>(a, left) > key::<F>(b, right)) == greater;
    let (bits, value) = if first { (a, left) } else { (b, right) };
    // A flushed operand is a zero, whatever its bits.
    if value.is_zero() { bits & F::SIGN } else { bits }
}
