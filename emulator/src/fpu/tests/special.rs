//! Rules that the host's arithmetic does not have: NaNs, flushing, special products, estimates, saturation.

use super::super::*;
use super::{Random, run};

const ONE: u64 = Single::ONE;
const INF: u64 = Single::INFINITY;
const NEG: u64 = Single::SIGN;
const QUIET: u64 = 0x7fc0_1234;
const SIGNALLING: u64 = 0x7f80_5678;
const DENORMAL: u64 = 0x0000_1000;
const DEFAULT: u64 = Single::DEFAULT_NAN;

#[test]
fn the_first_signalling_nan_wins_then_the_first_quiet_one() {
    let add = |control, a, b| run(control, |env| add::<Single>(a, b, env));
    assert_eq!(add(0, QUIET, SIGNALLING), (SIGNALLING | 0x40_0000, fpsr::IOC));
    assert_eq!(add(0, QUIET, 0xffc0_0001), (QUIET, 0));
    assert_eq!(add(0, ONE, 0xffc0_0001), (0xffc0_0001, 0));
    assert_eq!(add(fpcr::DN, ONE, 0xffc0_0001), (DEFAULT, 0));
    assert_eq!(add(0, INF, INF | NEG), (DEFAULT, fpsr::IOC));
}

#[test]
fn a_fused_addition_of_a_quiet_nan_to_an_invalid_product_is_the_default_nan() {
    let fused = |addend, a, b| run(0, |env| mul_add::<Single>(addend, a, b, env));
    assert_eq!(fused(QUIET, INF, 0), (DEFAULT, fpsr::IOC));
    assert_eq!(fused(QUIET, ONE, 0), (QUIET, 0));
    assert_eq!(fused(SIGNALLING, INF, 0), (SIGNALLING | 0x40_0000, fpsr::IOC));
    assert_eq!(fused(QUIET, SIGNALLING, ONE), (SIGNALLING | 0x40_0000, fpsr::IOC));
    assert_eq!(fused(INF | NEG, INF, ONE), (DEFAULT, fpsr::IOC));
    assert_eq!(fused(NEG, NEG, ONE), (NEG, 0));
    assert_eq!(fused(0, NEG, ONE), (0, 0));
}

#[test]
fn zeros_of_unlike_sign_add_to_minus_zero_only_when_rounding_down() {
    for (control, expected) in [(0, 0), (1 << 22, 0), (2 << 22, NEG), (3 << 22, 0)] {
        assert_eq!(run(control, |env| add::<Single>(0, NEG, env)), (expected, 0));
        assert_eq!(run(control, |env| sub::<Single>(ONE, ONE, env)), (expected, 0));
        assert_eq!(run(control, |env| mul_add::<Single>(ONE | NEG, ONE, ONE, env)), (expected, 0));
    }
}

#[test]
fn flushing_tells_inputs_from_results() {
    let fz = fpcr::FZ;
    assert_eq!(run(fz, |env| add::<Single>(DENORMAL | NEG, NEG, env)), (NEG, fpsr::IDC));
    let least = Single::MIN_NORMAL;
    let half = ONE - Single::MIN_NORMAL;
    assert_eq!(run(fz, |env| mul::<Single>(least, half | NEG, env)), (NEG, fpsr::UFC));
    assert_eq!(run(0, |env| mul::<Single>(least, half, env)), (least >> 1, 0));
    assert_eq!(run(fz, |env| min::<Single>(DENORMAL, ONE, env)), (0, fpsr::IDC));
    assert_eq!(run(fpcr::FZ16, |env| add::<Half>(1, 1, env)), (0, 0));
    assert_eq!(run(fz, |env| add::<Half>(1, 1, env)), (2, 0));
    // A conversion flushes by the wider format's bit only.
    assert_eq!(run(fpcr::FZ16, |env| convert::<Half, Single>(1, Rounding::Even, env)), (0x3380_0000, 0));
    let flushed = run(fz, |env| convert::<Single, Half>(DENORMAL, Rounding::Even, env));
    assert_eq!(flushed, (0, fpsr::IDC));
}

#[test]
fn tininess_is_detected_before_rounding() {
    // The product rounds up to the least normal number, from below it.
    let below = 0x3f7f_ffff;
    let (bits, flags) = run(0, |env| mul::<Single>(Single::MIN_NORMAL, below, env));
    assert_eq!(bits, Single::MIN_NORMAL);
    assert_eq!(flags, fpsr::UFC | fpsr::IXC);
}

#[test]
fn divisions_by_zero_and_of_nothing() {
    let div = |a, b| run(0, |env| div::<Single>(a, b, env));
    assert_eq!(div(ONE, NEG), (INF | NEG, fpsr::DZC));
    assert_eq!(div(INF, 0), (INF, 0));
    assert_eq!(div(0, 0), (DEFAULT, fpsr::IOC));
    assert_eq!(div(INF, INF), (DEFAULT, fpsr::IOC));
    assert_eq!(div(ONE, INF | NEG), (NEG, 0));
    assert_eq!(run(0, |env| sqrt::<Single>(NEG, env)), (NEG, 0));
    assert_eq!(run(0, |env| sqrt::<Single>(ONE | NEG, env)), (DEFAULT, fpsr::IOC));
}

#[test]
fn zero_times_infinity_has_a_meaning_in_iterations() {
    assert_eq!(run(0, |env| mulx::<Single>(INF, NEG, env)), (Single::TWO | NEG, 0));
    assert_eq!(run(0, |env| mul::<Single>(INF, NEG, env)), (DEFAULT, fpsr::IOC));
    assert_eq!(run(0, |env| recip_step::<Single>(INF, NEG, env)), (Single::TWO, 0));
    assert_eq!(run(0, |env| rsqrt_step::<Single>(0, INF, env)), (Single::ONE_AND_A_HALF, 0));
    // The negation of the first operand reaches a NaN's sign.
    assert_eq!(run(0, |env| recip_step::<Single>(QUIET, ONE, env)), (QUIET | NEG, 0));
}

#[test]
fn numbers_win_over_quiet_nans_where_they_should() {
    assert_eq!(run(0, |env| max::<Single>(QUIET, ONE, env)), (QUIET, 0));
    assert_eq!(run(0, |env| max_num::<Single>(QUIET, ONE, env)), (ONE, 0));
    assert_eq!(run(0, |env| min_num::<Single>(ONE, QUIET, env)), (ONE, 0));
    assert_eq!(run(0, |env| min_num::<Single>(SIGNALLING, QUIET, env)), (SIGNALLING | 0x40_0000, fpsr::IOC));
    assert_eq!(run(0, |env| max::<Single>(NEG, 0, env)), (0, 0));
    assert_eq!(run(0, |env| min::<Single>(0, NEG, env)), (NEG, 0));
}

#[test]
fn comparisons_signal_quiet_nans_only_when_asked() {
    let compare = |a, b, quiet| run(0, |env| compare::<Single>(a, b, quiet, env) as u64);
    let unordered = Order::Unordered as u64;
    assert_eq!(compare(QUIET, ONE, false), (unordered, 0));
    assert_eq!(compare(QUIET, ONE, true), (unordered, fpsr::IOC));
    assert_eq!(compare(ONE, SIGNALLING, false), (unordered, fpsr::IOC));
    assert_eq!(compare(0, NEG, true), (Order::Equal as u64, 0));
}

#[test]
fn integers_saturate_and_say_so() {
    let to =
        |bits, width, signed| run(0, |env| to_fixed::<Single>(bits, width, signed, 0, Rounding::Even, env));
    assert_eq!(to(INF, 32, true), (0x7fff_ffff, fpsr::IOC));
    assert_eq!(to(INF | NEG, 64, true), (1 << 63, fpsr::IOC));
    assert_eq!(to(QUIET, 64, true), (0, fpsr::IOC));
    assert_eq!(to(ONE | NEG, 32, false), (0, fpsr::IOC));
    assert_eq!(to(0xcf00_0000, 32, true), (0x8000_0000, 0));
    assert_eq!(to(0x3f00_0000, 32, true), (0, fpsr::IXC));
    assert_eq!(to(0x3fc0_0000, 32, true), (2, fpsr::IXC));
    // A fraction that rounds to no less than zero is no overflow.
    assert_eq!(to(0xbf00_0000, 32, false), (0, fpsr::IXC));
    let fixed = run(0, |env| to_fixed::<Single>(0x3fc0_0000, 32, true, 4, Rounding::Zero, env));
    assert_eq!(fixed, (24, 0));
    let back = run(0, |env| from_fixed::<Single>(24, 32, true, 4, Rounding::Even, env));
    assert_eq!(back, (0x3fc0_0000, 0));
}

#[test]
fn alternative_half_precision_has_no_room_for_infinity() {
    let to = |bits| run(fpcr::AHP, |env| convert::<Single, Half>(bits, Rounding::Even, env));
    assert_eq!(to(INF | NEG), (0xffff, fpsr::IOC));
    assert_eq!(to(QUIET | NEG), (0x8000, fpsr::IOC));
    assert_eq!(to(0x47ff_e000), (0x7fff, 0));
    assert_eq!(to(0x4800_0000), (0x7fff, fpsr::IOC));
}

#[test]
fn rounding_to_odd_keeps_a_trace_of_what_was_lost() {
    let to = |value: f64| run(0, |env| convert::<Double, Single>(value.to_bits(), Rounding::Odd, env));
    assert_eq!(to(1.0), (ONE, 0));
    assert_eq!(to(1.0f64.next_up()), (ONE | 1, fpsr::IXC));
    assert_eq!(to(1e300), (Single::MAX_NORMAL, fpsr::OFC | fpsr::IXC));
}

/// What the documentation promises of an estimate: a relative error of at most 1/256 or so.
#[test]
fn estimates_are_near() {
    let mut random = Random::new(31);
    for _ in 0..20_000 {
        let bits = (random.next() & 0x3fff_ffff) + 0x2000_0000;
        let value = f64::from(f32::from_bits(bits as u32));
        let near = |got: u64, exact: f64| {
            let got = f64::from(f32::from_bits(got as u32));
            assert!(((got - exact) / exact).abs() < 1.0 / 256.0, "{value:e}: {got:e} {exact:e}");
        };
        near(run(0, |env| recip_estimate::<Single>(bits, env)).0, 1.0 / value);
        near(run(0, |env| rsqrt_estimate::<Single>(bits, env)).0, 1.0 / value.sqrt());
    }
    assert_eq!(run(0, |env| recip_estimate::<Single>(NEG, env)), (INF | NEG, fpsr::DZC));
    assert_eq!(run(0, |env| recip_estimate::<Single>(ONE, env)), (0x3f7f_8000, 0));
    assert_eq!(run(0, |env| rsqrt_estimate::<Single>(ONE, env)), (0x3f7f_8000, 0));
    let overflow = fpsr::OFC | fpsr::IXC;
    assert_eq!(run(0, |env| recip_estimate::<Single>(1, env)), (INF, overflow));
    assert_eq!(run(3 << 22, |env| recip_estimate::<Single>(1, env)), (Single::MAX_NORMAL, overflow));
    assert_eq!(run(0, |env| recip_exponent::<Single>(ONE, env)), (0x4000_0000, 0));
    assert_eq!(unsigned_recip_estimate(0x7fff_ffff), u32::MAX);
    assert_eq!(unsigned_recip_estimate(1 << 31), 0xff80_0000);
    assert_eq!(unsigned_rsqrt_estimate(1 << 30), 0xff80_0000);
}

/// Any bits in any mode give some bits of the width, without panicking.
#[test]
fn nothing_panics() {
    fn all<F: Format>(random: &mut Random) {
        let control = random.next() as u32 & 0x07c8_0000;
        let [a, b, c] = [(); 3].map(|()| random.float::<F>());
        let mut env = Env::new(control, 0);
        let env = &mut env;
        let fraction = (random.next() % 65) as u32;
        let rounding = [Rounding::Even, Rounding::Away, Rounding::Odd][(random.next() % 3) as usize];
        let results = [
            add::<F>(a, b, env),
            mulx::<F>(a, b, env),
            div::<F>(a, b, env),
            sqrt::<F>(a, env),
            mul_add::<F>(c, a, b, env),
            recip_step::<F>(a, b, env),
            rsqrt_step::<F>(a, b, env),
            recip_estimate::<F>(a, env),
            rsqrt_estimate::<F>(a, env),
            recip_exponent::<F>(a, env),
            max::<F>(a, b, env),
            min_num::<F>(a, b, env),
            round_to_integral::<F>(a, rounding, true, env),
            from_fixed::<F>(random.next(), 64, true, fraction, rounding, env),
        ];
        for (index, bits) in results.into_iter().enumerate() {
            assert_eq!(bits & !F::MASK, 0, "result {index} of {a:x} {b:x} {c:x}");
        }
        assert_eq!(to_fixed::<F>(a, 32, true, fraction, rounding, env) >> 32, 0);
        assert_eq!(convert::<F, Half>(a, rounding, env) >> 16, 0);
    }
    let mut random = Random::new(32);
    for _ in 0..50_000 {
        all::<Half>(&mut random);
        all::<Single>(&mut random);
        all::<Double>(&mut random);
    }
}
