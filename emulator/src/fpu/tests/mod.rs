//! Against the host's floating point, and against exact values rounded by looking for their neighbours.

mod exact;
mod host;
mod special;

use super::{Env, Format, Rounding};

/// A small generator, so that a failure repeats.
pub(super) struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A bit pattern of `F`: anything, or something near a limit.
    pub fn float<F: Format>(&mut self) -> u64 {
        let random = self.next();
        let bits = random & F::MASK;
        let sign = bits & F::SIGN;
        let frac = bits & F::FRAC_MASK;
        let small = random >> 60;
        match self.next() % 16 {
            0 => sign,
            1 => sign | F::INFINITY,
            2 => sign | F::INFINITY | frac,
            3 => sign | F::INFINITY | F::QUIET | frac,
            4 => sign | frac,
            5 => sign | small,
            6 => sign | (F::MIN_NORMAL - 8 + small),
            7 => sign | (F::INFINITY - 8 + small),
            8 => sign | (F::ONE - 8 + small),
            // Of a middling size, so that sums cancel and products stay in range.
            9 | 10 => sign | (F::ONE - 2 * F::MIN_NORMAL + ((bits & 3) << F::FRAC)) | frac,
            // Few significant bits: exact results and ties.
            11 => sign | (F::ONE + (small << F::FRAC)) | (frac & F::QUIET),
            _ => bits,
        }
    }
}

/// FPCR's rounding modes with their meanings.
const MODES: [(u32, Rounding); 4] = [
    (0 << 22, Rounding::Even),
    (1 << 22, Rounding::Plus),
    (2 << 22, Rounding::Minus),
    (3 << 22, Rounding::Zero),
];

/// The result and the flags of `operation`, and the same when IXC was set before, but for that flag.
fn run(control: u32, operation: impl Fn(&mut Env) -> u64) -> (u64, u32) {
    let mut env = Env::new(control, 0);
    let result = operation(&mut env);
    let mut again = Env::new(control, super::fpsr::IXC);
    assert_eq!(operation(&mut again), result, "the fast path differs");
    assert_eq!(again.fpsr(), env.fpsr() | super::fpsr::IXC, "the fast path's flags differ");
    (result, env.fpsr())
}
