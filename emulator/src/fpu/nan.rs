//! Which NaN comes out.

use super::value::{Class, Value};
use super::{Env, Format, fpsr};

/// The default NaN, for an operation that is invalid.
#[cold]
pub(super) fn invalid<F: Format>(env: &mut Env) -> u64 {
    env.raise(fpsr::IOC);
    F::DEFAULT_NAN
}

/// The result of an operation whose operand `bits` is the NaN `value`.
///
/// # Source
/// Arm ARM, shared/functions/float/fpprocessnan.
#[cold]
pub(super) fn propagate<F: Format>(bits: u64, value: Value, env: &mut Env) -> u64 {
    if value.class == Class::Signalling {
        env.raise(fpsr::IOC);
    }
    if env.default_nan() { F::DEFAULT_NAN } else { bits | F::QUIET }
}

/// The result if one of `operands` is a NaN: the first signalling one, else the first quiet one.
///
/// # Source
/// Arm ARM, shared/functions/float/fpprocessnans, fpprocessnans3.
#[inline]
pub(super) fn any<F: Format, const N: usize>(operands: [(u64, Value); N], env: &mut Env) -> Option<u64> {
    if !operands.iter().any(|(_, value)| value.is_nan()) {
        return None;
    }
    let first = |class| operands.iter().find(|(_, value)| value.class == class);
    let &(bits, value) = first(Class::Signalling).or_else(|| first(Class::Quiet))?;
    Some(propagate::<F>(bits, value, env))
}
