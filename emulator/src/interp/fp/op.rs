//! The operations that scalar and vector forms share, as types, so that one function per form serves them all.

use crate::fpu::{self, Env, Format, Rounding, Single};

/// An operation with one operand. `fraction` is the number of fraction bits of a fixed-point side, else unused.
pub(in crate::interp) trait Unary {
    /// Does it do without the host's arithmetic?
    const SOFT: bool = false;

    fn apply<F: Format>(a: u64, fraction: u32, env: &mut Env) -> u64;
}

/// An operation with two operands.
pub(in crate::interp) trait Binary {
    /// Does it do without the host's arithmetic?
    const SOFT: bool = false;

    fn apply<F: Format>(a: u64, b: u64, env: &mut Env) -> u64;

    /// Does [`Binary::host`] ever answer?
    const HOST: bool = false;

    /// The host's result, and whether it is right where [`fpu::may_skip_flags`] holds.
    #[inline(always)]
    fn host<F: Format>(_a: u64, _b: u64) -> (u64, bool) {
        (0, false)
    }
}

/// An operation that adds to a third operand.
pub(in crate::interp) trait Ternary {
    fn apply<F: Format>(addend: u64, a: u64, b: u64, env: &mut Env) -> u64;

    /// The host's result, and whether it is right where [`fpu::may_skip_flags`] holds.
    fn host<F: Format>(addend: u64, a: u64, b: u64) -> (u64, bool);
}

/// Where a rounding mode comes from.
pub(in crate::interp) trait Mode {
    fn of(env: &Env) -> Rounding;
}

macro_rules! modes {
    ($($name:ident = |$env:ident| $body:expr;)*) => { $(
        pub(in crate::interp) struct $name;
        impl Mode for $name {
            #[inline(always)]
            fn of($env: &Env) -> Rounding {
                $body
            }
        }
    )* };
}

modes! {
    ToEven = |_env| Rounding::Even;
    ToPlus = |_env| Rounding::Plus;
    ToMinus = |_env| Rounding::Minus;
    ToZero = |_env| Rounding::Zero;
    ToAway = |_env| Rounding::Away;
    Current = |env| env.rounding();
}

macro_rules! unary {
    (soft = $soft:literal; $($name:ident = |$a:ident, $env:ident| $body:expr;)*) => { $(
        pub(in crate::interp) struct $name;
        impl Unary for $name {
            const SOFT: bool = $soft;

            #[inline(always)]
            fn apply<F: Format>($a: u64, _fraction: u32, $env: &mut Env) -> u64 {
                $body
            }
        }
    )* };
}

unary! {
    soft = false;
    Sqrt = |a, env| fpu::sqrt::<F>(a, env);
    ToSingle = |a, env| fpu::convert::<F, Single>(a, env.rounding(), env);
    ToDouble = |a, env| fpu::convert::<F, fpu::Double>(a, env.rounding(), env);
}

unary! {
    soft = true;
    Copy = |a, _env| a;
    Abs = |a, _env| a & !F::SIGN;
    Neg = |a, _env| a ^ F::SIGN;
    RecipEstimate = |a, env| fpu::recip_estimate::<F>(a, env);
    RsqrtEstimate = |a, env| fpu::rsqrt_estimate::<F>(a, env);
    RecipExponent = |a, env| fpu::recip_exponent::<F>(a, env);
    UnsignedRecip = |a, _env| fpu::unsigned_recip_estimate(a as u32).into();
    UnsignedRsqrt = |a, _env| fpu::unsigned_rsqrt_estimate(a as u32).into();
    EqualZero = |a, env| mask::<F>(fpu::equal::<F>(a, 0, env));
    GreaterZero = |a, env| mask::<F>(fpu::greater::<F>(a, 0, env));
    GreaterEqualZero = |a, env| mask::<F>(fpu::greater_equal::<F>(a, 0, env));
    LessZero = |a, env| mask::<F>(fpu::greater::<F>(0, a, env));
    LessEqualZero = |a, env| mask::<F>(fpu::greater_equal::<F>(0, a, env));
    ToHalf = |a, env| fpu::convert::<F, fpu::Half>(a, env.rounding(), env);
    ToSingleOdd = |a, env| fpu::convert::<F, Single>(a, Rounding::Odd, env);
}

/// Rounds to an integral value; `EXACT` forms say when that changed it.
pub(in crate::interp) struct Integral<M, const EXACT: bool>(M);

impl<M: Mode, const EXACT: bool> Unary for Integral<M, EXACT> {
    const SOFT: bool = true;

    #[inline(always)]
    fn apply<F: Format>(a: u64, _fraction: u32, env: &mut Env) -> u64 {
        fpu::round_to_integral::<F>(a, M::of(env), EXACT, env)
    }
}

/// To an integer or fixed-point number of the same width.
pub(in crate::interp) struct ToInteger<M, const SIGNED: bool>(M);

impl<M: Mode, const SIGNED: bool> Unary for ToInteger<M, SIGNED> {
    #[inline(always)]
    fn apply<F: Format>(a: u64, fraction: u32, env: &mut Env) -> u64 {
        fpu::to_fixed::<F>(a, F::BITS, SIGNED, fraction, M::of(env), env)
    }
}

/// From an integer or fixed-point number of the same width.
pub(in crate::interp) struct FromInteger<const SIGNED: bool>;

impl<const SIGNED: bool> Unary for FromInteger<SIGNED> {
    #[inline(always)]
    fn apply<F: Format>(a: u64, fraction: u32, env: &mut Env) -> u64 {
        fpu::from_fixed::<F>(a, F::BITS, SIGNED, fraction, env.rounding(), env)
    }
}

macro_rules! binary {
    (soft = $soft:literal; $($name:ident = |$a:ident, $b:ident, $env:ident| $body:expr $(, $host:ident)?;)*) => { $(
        pub(in crate::interp) struct $name;
        impl Binary for $name {
            const SOFT: bool = $soft;

            #[inline(always)]
            fn apply<F: Format>($a: u64, $b: u64, $env: &mut Env) -> u64 {
                $body
            }
            $(
                const HOST: bool = true;

                #[inline(always)]
                fn host<F: Format>(a: u64, b: u64) -> (u64, bool) {
                    fpu::$host::<F>(a, b)
                }
            )?
        }
    )* };
}

binary! {
    soft = false;
    Add = |a, b, env| fpu::add::<F>(a, b, env), host_add;
    Sub = |a, b, env| fpu::sub::<F>(a, b, env), host_sub;
    Mul = |a, b, env| fpu::mul::<F>(a, b, env), host_mul;
    NegMul = |a, b, env| fpu::mul::<F>(a, b, env) ^ F::SIGN;
    MulX = |a, b, env| fpu::mulx::<F>(a, b, env), host_mul;
    Div = |a, b, env| fpu::div::<F>(a, b, env), host_div;
    Distance = |a, b, env| fpu::sub::<F>(a, b, env) & !F::SIGN;
}

binary! {
    soft = true;
    Max = |a, b, env| fpu::max::<F>(a, b, env);
    Min = |a, b, env| fpu::min::<F>(a, b, env);
    MaxNum = |a, b, env| fpu::max_num::<F>(a, b, env);
    MinNum = |a, b, env| fpu::min_num::<F>(a, b, env);
    RecipStep = |a, b, env| fpu::recip_step::<F>(a, b, env);
    RsqrtStep = |a, b, env| fpu::rsqrt_step::<F>(a, b, env);
    Equal = |a, b, env| mask::<F>(fpu::equal::<F>(a, b, env));
    Greater = |a, b, env| mask::<F>(fpu::greater::<F>(a, b, env));
    GreaterEqual = |a, b, env| mask::<F>(fpu::greater_equal::<F>(a, b, env));
    GreaterAbs = |a, b, env| Greater::apply::<F>(a & !F::SIGN, b & !F::SIGN, env);
    GreaterEqualAbs = |a, b, env| GreaterEqual::apply::<F>(a & !F::SIGN, b & !F::SIGN, env);
}

/// Ones if `holds`, else zero.
#[inline(always)]
fn mask<F: Format>(holds: bool) -> u64 {
    if holds { F::MASK } else { 0 }
}

/// `±addend ± a × b`.
pub(in crate::interp) struct MulAdd<const NEGATE_ADDEND: bool, const NEGATE_PRODUCT: bool>;

impl<const NEGATE_ADDEND: bool, const NEGATE_PRODUCT: bool> MulAdd<NEGATE_ADDEND, NEGATE_PRODUCT> {
    #[inline(always)]
    fn signed<F: Format>(addend: u64, a: u64) -> (u64, u64) {
        let addend = if NEGATE_ADDEND { addend ^ F::SIGN } else { addend };
        (addend, if NEGATE_PRODUCT { a ^ F::SIGN } else { a })
    }
}

impl<const NEGATE_ADDEND: bool, const NEGATE_PRODUCT: bool> Ternary
    for MulAdd<NEGATE_ADDEND, NEGATE_PRODUCT>
{
    #[inline(always)]
    fn apply<F: Format>(addend: u64, a: u64, b: u64, env: &mut Env) -> u64 {
        let (addend, a) = Self::signed::<F>(addend, a);
        fpu::mul_add::<F>(addend, a, b, env)
    }

    #[inline(always)]
    fn host<F: Format>(addend: u64, a: u64, b: u64) -> (u64, bool) {
        let (addend, a) = Self::signed::<F>(addend, a);
        fpu::host_mul_add::<F>(addend, a, b)
    }
}
