//! Floating point: bit patterns in, bit patterns and status flags out, exactly as the Arm pseudocode has it.
//!
//! `format` names the three widths, `env` carries FPCR and FPSR, `value` unpacks, `nan` propagates NaNs, `round`
//! packs. On these stand `arith` and `fused` (one rounding each), `compare`, `estimate` (the reciprocal tables),
//! `convert` (between widths) and `fixed` (to and from integers). `fast` asks the host's own floating point first,
//! where its answer is provably the same. Nothing here knows about instructions or registers.

mod arith;
mod compare;
mod convert;
mod env;
mod estimate;
mod fast;
mod fixed;
mod format;
mod fused;
mod nan;
mod round;
#[cfg(test)]
mod tests;
mod value;

pub use arith::{add, div, mul, mulx, sqrt, sub};
pub use compare::{Order, compare, equal, greater, greater_equal, max, max_num, min, min_num};
pub use convert::convert;
pub use env::{Env, Rounding, fpcr, fpsr};
pub use estimate::{
    recip_estimate, recip_exponent, rsqrt_estimate, unsigned_recip_estimate, unsigned_rsqrt_estimate,
};
pub use fast::{host_add, host_div, host_mul, host_mul_add, host_sub, may_skip_flags};
pub use fixed::{from_fixed, round_to_integral, to_fixed};
pub use format::{Double, Format, Half, Single};
pub use fused::{mul_add, recip_step, rsqrt_step};
